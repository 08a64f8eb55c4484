"""What is left of one thing that is sold, and who gets the rest: asked by address, so that it works without a script."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.applications.forms import NetForm, net_typed
from crowdfund.merch.applications.net import PROCESSOR_BPS, Net
from crowdfund.settings import current
from crowdfund.web.i18n import lazy
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

WHO = {
    "seller": lazy("You"), "shipping": lazy("Shipping"), "royalty": lazy("The film's royalty"), "platform": lazy("This site"),
    "processor": lazy("The payment company"), "tax": lazy("Tax"),
}  # fmt: skip


def net_shown(net: Net | None, currency: str) -> dict[str, Any]:
    """What `_net.html` shows: the parts of what is paid, as bands and in words. net None: nothing was typed yet."""
    return {
        "net": net, "net_currency": currency, "who": WHO, "commission_bps": current().commission_bps, "processor_bps": PROCESSOR_BPS,
        "currencies": current().currencies,
    }  # fmt: skip


async def calculator(request: Request) -> Response:
    asked = {name: request.query_params.get(name, "")[:40] for name in NetForm.fields}
    if not asked["price"]:
        form = NetForm(net_typed() | {name: value for name, value in asked.items() if value})
        return _page(request, form, None)
    form = await NetForm.understood(net_typed() | {name: value for name, value in asked.items() if value})
    return _page(request, form, None if form.errors else form.net)


def _page(request: Request, form: NetForm, net: Net | None) -> Response:
    currency = str(form.typed["currency"])
    if currency not in current().currencies:
        currency = current().currencies[0]
    return page(request, "merch/sellers/calculator.html", form.status, form=form, **net_shown(net, currency))


routes = [get("/market/calculator", calculator, may=anyone)]
