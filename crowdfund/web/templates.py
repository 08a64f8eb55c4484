"""Pages and mails from Jinja2: every value escaped, every name has to exist, every string in the reader's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.web import formats, i18n
from crowdfund.web.chart import bands_of, columns_of, flows_of, share_width
from crowdfund.web.markdown import markdown
from crowdfund.web.static import asset

_BESIDE = Path(__file__).parents[2] / "templates"
_INSIDE = Path(__file__).parents[1] / "_templates"

# As filters and as functions: `{{ amount_minor | money(currency) }}` and `{{ money(amount_minor, currency) }}`.
_FORMATS = (
    formats.money, formats.money_short, formats.plain_money, formats.number, formats.percent, formats.rate, formats.symbol,
    formats.day, formats.day_long, formats.month, formats.day_of_month, formats.month_name,
    formats.moment, formats.moment_text, formats.local_moment, formats.iso, formats.ago, formats.until, formats.left, formats.when,
    formats.local_moment_text, formats.art_url, formats.said, formats.weekday, formats.clock_there, formats.there_moment, markdown,
)  # fmt: skip
_FUNCTIONS = (
    asset,
    bands_of,
    columns_of,
    flows_of,
    share_width,
    i18n.html_lang,
    i18n.direction,
    public,
    formats.aware,
    formats.has_come,
)


class Nothing:
    """What the bar reads where a page has no visitor, such as an error before the session was read."""

    desk = False
    staff = False


_ABSENT: dict[str, Any] = {
    "request": None, "person": None, "csrf": "", "simulated": False, "flashes": (), "nav": Nothing, "request_id": "",
}  # fmt: skip


@cache
def environment() -> Environment:
    """The one environment of the process."""
    made = Environment(
        loader=FileSystemLoader(_BESIDE if _BESIDE.is_dir() else _INSIDE),
        # All is escaped but plain text, where an entity would be read as it is written.
        autoescape=lambda name: name is None or not name.endswith(".txt"),  # noqa: S701
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The i18n extension adds this method; its types don't say so.
    made.install_gettext_callables(  # type: ignore[attr-defined]
        i18n._, i18n.ngettext, newstyle=True, pgettext=i18n.pgettext, npgettext=i18n.npgettext
    )
    shown = {function.__name__: function for function in _FORMATS}
    made.filters.update(shown)
    made.globals.update(shown)
    made.globals.update({function.__name__: function for function in _FUNCTIONS})
    made.globals["locales"] = i18n.LOCALES
    return made


def render(template: str, locale: str, **context: Any) -> str:
    """A page, a part of one, or a mail. template: its path below `templates/`. locale: `en` or `zh_CN`.

    What every page has (person, csrf, flashes ...) may be left out where it isn't known. Raises jinja2's
    TemplateNotFound, and UndefinedError on a name that the page needs and nobody gave.
    """
    with i18n.speaking(locale):
        known = {**_ABSENT, "now": clock.now(), "locale": i18n.locale(), **context}
        return environment().get_template(template).render(known)
