"""Other prices for a screening, before and while it is sold: what was ordered keeps the price that its fan agreed to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import public
from crowdfund.refusal import Refusal
from crowdfund.screenings import prices as verbs
from crowdfund.screenings.pages.forms import PricesForm, offered_typed
from crowdfund.screenings.pages.own import DESK, base_of, desk_page, screening_in
from crowdfund.screenings.pages.rows import PRICE_ROWS
from crowdfund.screenings.queries import Shown, prices_of
from crowdfund.web.i18n import _
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post


async def prices_page(request: Request) -> Response:
    shown = await screening_in(request)
    return _page(request, shown, await _filled(shown))


async def _filled(shown: Shown) -> PricesForm:
    offered = await prices_of(shown.screening.id)
    typed = offered_typed(offered, shown.plan, shown.screening.currency)
    return PricesForm({**typed, "stamp": verbs.stamp_of_prices(offered)}, **_given(shown))


def _given(shown: Shown) -> dict[str, object]:
    return {"currency": shown.screening.currency, "categories": shown.plan.categories}


def _path(request: Request, shown: Shown) -> str:
    return f"{base_of(request)}/screenings/{public(shown.screening.id)}"


def _page(request: Request, shown: Shown, form: PricesForm) -> Response:
    return desk_page(
        request, "desk_screening_prices.html", "screenings", form.status, shown=shown, form=form, path=_path(request, shown),
        categories=list(enumerate(shown.plan.categories)), price_rows=PRICE_ROWS, currency=shown.screening.currency,
    )  # fmt: skip


async def change(request: Request) -> Response:
    shown = await screening_in(request)
    form = await PricesForm.read(request, **_given(shown))
    if form.errors:
        return _page(request, shown, form)
    try:
        await verbs.change_prices(shown.screening.id, form.prices, by=request.state.person.id, stamp=form.stamp or None)
    except Refusal as refusal:
        if isinstance(refusal, verbs.PricesChangedMeanwhile):
            form.typed["stamp"] = (await _filled(shown)).typed["stamp"]
        return _page(request, shown, form.refused_by(refusal))
    return redirect(
        request, _path(request, shown), ("good", _("These are the prices now. Who has ordered keeps hers."))
    )


_ONE = f"{DESK}/screenings/{{screening}}/prices"
routes = [get(_ONE, prices_page, may=member("manager")), post(_ONE, change, may=member("manager"))]
