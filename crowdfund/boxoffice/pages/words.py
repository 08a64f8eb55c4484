"""A deal in words, line by line, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from crowdfund.boxoffice.deals.explain import (
    PERIOD_TEXT,
    ROLE_TEXT,
    guarantee_words,
    names_of,
    parts,
    recoupment_words,
    words,
)
from crowdfund.boxoffice.deals.steps import Deal as Terms
from crowdfund.boxoffice.models import Deal, DealState
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.people.models import Organisation
from crowdfund.web.formats import rate, said
from crowdfund.web.i18n import _, lazy, ngettext

STATES = {
    DealState.DRAFT: lazy("Draft"), DealState.OFFERED: lazy("Offered"), DealState.AGREED: lazy("Agreed"),
    DealState.SUPERSEDED: lazy("Replaced"),
}  # fmt: skip
TONES = {DealState.OFFERED: "wait", DealState.AGREED: "go"}


def roles() -> dict[str, str]:
    """What payees are called in the reader's language."""
    return {key: _(name) for key, name in ROLE_TEXT.items()}


def names_in(terms: Terms) -> dict[str, str]:
    return names_of(terms, roles())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a deal. more: what belongs under it, such as tiers. who: which organisation that is."""

    about: str
    text: str
    more: Sequence[str] = ()
    who: str = ""

    @property
    def whole(self) -> tuple[str, ...]:
        return (self.about, self.text, self.who, *self.more)


async def organisations_in(who: Mapping[str, int | None]) -> dict[str, str]:
    """The names of organisations by payee; the platform is itself."""
    found = {one.id: one.name for one in await Organisation.filter(id__in=[i for i in who.values() if i is not None])}
    return {payee: found.get(one, "") if one is not None else _("this platform") for payee, one in who.items()}


def lines_of(deal: Deal, organisations: Mapping[str, str]) -> list[Line]:
    """All that a version says, in the order in which it is worked out."""
    terms = terms_of(deal)
    names, found = names_in(terms), list[Line]()
    for step in terms.steps:
        said_words = said(words(step.term, terms.currency))
        if step.deduction:
            said_words = f"{said_words} · {_('a deduction')}"
        if step.period is not None:
            said_words = f"{said_words} · {_(PERIOD_TEXT[step.period])}"
        more = [said(part) for part in parts(step.term, terms.currency)]
        found.append(Line(names[step.payee], said_words, more, organisations.get(step.payee, "")))
    rest = _("all that is left, with every fraction of a cent")
    found.append(Line(names[terms.rest], rest, who=organisations.get(terms.rest, "")))
    for one in terms.guarantees:
        text = f"{said(guarantee_words(one, terms.currency, names))} · {_(PERIOD_TEXT[one.period])}"
        found.append(Line(names[one.payee], text))
    found += [Line(names[one.to], said(recoupment_words(one, terms.currency, names))) for one in terms.recoupments]
    fees = names[terms.booking_fee] if terms.booking_fee else _("this platform")
    found.append(
        Line(_("Booking fees"), _("what the payment company leaves of them goes to %(name)s") % {"name": fees})
    )
    return [*found, *_terms_around(deal)]


def _terms_around(deal: Deal) -> list[Line]:
    days = ngettext("%(num)s day after the end", "%(num)s days after the end", deal.settle_days) % {
        "num": deal.settle_days
    }
    from_start = (
        _("for the whole run: what is settled already is made true by a new entry")
        if deal.from_start
        else _("from the next settlement on; its tiers and guarantees begin anew")
    )
    reserve = _("%(rate)s of what can't be given back any more") % {"rate": rate(deal.reserve_bps)}
    lines = [Line(_("Settled"), days), Line(_("Kept for refunds"), reserve), Line(_("Counts"), from_start)]
    return [*lines, *([Line(_("Note"), deal.note)] if deal.note else [])]


def difference(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[str, Line]]:
    """Both versions in one list: `same`, `gone` or `new`, each with its line."""
    old, new = [line.whole for line in before], [line.whole for line in after]
    found: list[tuple[str, Line]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [("same", line) for line in after[c:d]]
        else:
            found += [("gone", line) for line in before[a:b]] + [("new", line) for line in after[c:d]]
    return found
