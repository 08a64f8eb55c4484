"""The country a visitor buys in: what may be sold there depends on it. They say it; until then it is a guess from their language.

It stands in a cookie of its own, as the same page is another page in another country: who keeps pages makes it part of the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global
from starlette.requests import Request
from starlette.responses import Response

from crowdfund.web import fields, i18n, sessions
from crowdfund.web.form import Form
from crowdfund.web.page import redirect
from crowdfund.web.paths import own_path
from crowdfund.web.routes import anyone, post

DEFAULT = "US"
_COOKIE = "region"
_KEPT_SECONDS = 365 * 86_400
_TAG = re.compile(r"([a-z]{2,3})(?:-[a-z]{4})?(?:-([a-z]{2}))?", re.ASCII | re.IGNORECASE)
_NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}  # groupings and placeholders of the CLDR


@cache
def _countries(locale_name: str) -> dict[str, str]:
    names = Locale.parse(locale_name).territories
    real = {code: name for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY}
    return dict(sorted(real.items(), key=lambda country: country[1]))


def countries(given: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Countries by their two letters, named in the reader's language and in the order of its alphabet."""
    return _countries(i18n.locale())


def is_country(code: str) -> bool:
    return code in _countries(i18n.DEFAULT)


def region_of(request: Request) -> str:
    """Two letters: what this browser once chose, else what its language lets one guess, else the US."""
    state = request.scope["state"]
    if "region" not in state:
        chosen = request.cookies.get(sessions.cookie_name(_COOKIE), "")
        state["region"] = chosen if is_country(chosen) else guessed(request.headers.get("accept-language", ""))
    region: str = state["region"]
    return region


def guessed(accept_language: str) -> str:
    """The country of the language a browser likes best: of `de-AT` Austria, of a plain `zh` where most of its readers live."""
    for tag in i18n.by_weight(accept_language):
        if (match := _TAG.fullmatch(tag)) is None:
            continue
        if match[2] is not None and is_country(match[2].upper()):
            return match[2].upper()
        likely = get_global("likely_subtags").get(match[1].lower(), "")
        if is_country(country := likely.rpartition("_")[2]):
            return country
    return DEFAULT


class RegionForm(Form):
    region = fields.choice(countries)
    back = fields.text(max=500, min=0)


async def set_region(request: Request) -> Response:
    """Another country, for this browser; what isn't one changes nothing."""
    form = await RegionForm.read(request)
    response = redirect(request, own_path(form.typed["back"]) or "/")
    if not form.errors:
        sessions.set_cookie(response, _COOKIE, form.region, seconds=_KEPT_SECONDS)
    return response


routes = [post("/region", set_region, may=anyone, needs_token=False)]
