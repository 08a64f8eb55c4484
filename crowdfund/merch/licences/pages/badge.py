"""The public badge of a licence: what anybody may check, with a code that a phone reads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.merch.licences.actions import NoSuchLicence
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.licences.pages.shown import shown
from crowdfund.merch.previews.queries import product_public_at
from crowdfund.merch.previews.rules import is_public
from crowdfund.merch.shops.pages.own import picture_of_product
from crowdfund.screenings.codes.qr import drawing
from crowdfund.settings import current
from crowdfund.web.i18n import _
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get


async def show(request: Request) -> Response:
    """Raises NoSuchLicence for what no shop has taken, as for none. What is under embargo is not named."""
    licence = await Licence.get_or_none(badge=request.path_params["badge"])
    if licence is None or licence.accepted_at is None:
        raise NoSuchLicence("There is no such licence. A badge that leads here was not made by us.")
    found = await shown(licence)
    now = clock.now()
    named = [one for one in found.products if is_public(await product_public_at(one.id), now)]
    code = drawing(f"{current().base_url}{licence.path}", label=_("Code that leads to this page"))
    return page(
        request, "merch/sellers/badge.html", shown=found, named=named, hidden=len(found.products) - len(named), code=code,
        url=f"{current().base_url}{licence.path}", pictures=[picture_of_product(one, found.title) for one in named[:4]],
    )  # fmt: skip


routes = [get("/licences/{badge}", show, may=anyone)]
