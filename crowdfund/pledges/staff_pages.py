"""What staff can do with pledges: find a fan's, see the whole story of one, and give the money back with a reason."""

from __future__ import annotations

from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import private, private_or_none, public
from crowdfund.payments.models import Charge, Refund
from crowdfund.people.models import Person
from crowdfund.pledges import queries
from crowdfund.pledges.by_staff import note_paid_another_way, refund_once
from crowdfund.pledges.forms import ReasonForm, RefundForm
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.refusal import NotFound
from crowdfund.web import formats
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, post, staff
from crowdfund.web.told import told_at

FOUND_MAX = 100
PAGE = 50


async def find(request: Request) -> Response:
    """Somebody writes to us: her pledges, by the address she writes from, or one by the letters in its address.

    Or all of a fund in one state, the newest first, where staff comes from the fund's page.
    """
    if slug := request.query_params.get("fund", ""):
        return await _of_fund(request, slug)
    words = request.query_params.get("q", "").replace("\x00", " ").strip()[:254]
    found = await queries.shown_many(await _pledges_by(words)) if words else []
    names = {p.id: p.name for p in await Person.filter(id__in={one.pledge.person_id for one in found})}
    return page(request, "pledges/staff_list.html", words=words, found=found, names=names, campaign=None)


async def _of_fund(request: Request, slug: str) -> Response:
    campaign = await Campaign.get_or_none(slug=slug.replace("\x00", ""))
    if campaign is None:
        raise NotFound("There is no such fund.")
    usual = PledgeState.COLLECTED if campaign.closed_at else PledgeState.ACTIVE
    state = PledgeState(asked) if (asked := request.query_params.get("state")) in set(PledgeState) else usual
    before = private_or_none(request.query_params.get("before", ""))
    pledges = await queries.pledges_in(campaign.id, state, before_id=before, limit=PAGE + 1)
    found = await queries.shown_many(pledges[:PAGE])
    names = {p.id: p.name for p in await Person.filter(id__in={one.pledge.person_id for one in found})}
    here = f"/staff/pledges?fund={campaign.slug}"
    return page(
        request, "pledges/staff_list.html", words="", found=found, names=names, campaign=campaign, state=state.value, here=here,
        states=[one.value for one in PledgeState], newest=f"{here}&state={state}" if before else "",
        older=f"{here}&state={state}&before={public(pledges[PAGE - 1].id)}" if len(pledges) > PAGE else "",
    )  # fmt: skip


async def _pledges_by(words: str) -> list[Pledge]:
    fan = await Person.get_or_none(email=words.lower())
    if fan is not None:
        return await queries.pledges_of(fan.id, limit=FOUND_MAX)
    pledge_id = private_or_none(words.rstrip("/").rpartition("/")[2])
    return [] if pledge_id is None else await Pledge.filter(id=pledge_id)


async def _found(request: Request) -> Pledge:
    pledge = await Pledge.get_or_none(id=private(request.path_params["pledge"]))
    if pledge is None:
        raise NotFound("There is no such pledge.")
    return pledge


async def show(request: Request) -> Response:
    form = RefundForm()
    form.typed["key"] = token_urlsafe(16)
    return await _page(request, await _found(request), form)


async def _page(
    request: Request, pledge: Pledge, form: RefundForm, status: int = 200, confirm_minor: int | None = None
) -> Response:
    """confirm_minor: how much is to be given back, asked once more before it is."""
    found = await queries.shown(pledge)
    return page(
        request, "pledges/staff.html", status, shown=found, pledge=pledge, campaign=found.campaign, form=form, public_id=public,
        confirm_minor=confirm_minor, left_minor=_left_minor(found), is_admin=request.state.person.staff_role == "admin",
        fan=await Person.get(id=pledge.person_id), history=await queries.history_of(pledge),
        refunds=await queries.refunds_on(pledge), charges=await Charge.filter(subject=f"pledge:{pledge.id}").order_by("attempt"),
    )  # fmt: skip


async def refund(request: Request) -> Response:
    pledge = await _found(request)
    form = await RefundForm.read(request, currency=pledge.currency)
    if not form.errors and not form.sure:
        return await _ask_first(request, pledge, form)
    if not form.errors:
        with form.showing_refusals():
            key = form.key or token_urlsafe(16)
            await refund_once(pledge.id, form.amount, form.reason, by=request.state.person.id, key=f"form:{key}")
            return redirect(request, f"/staff{pledge.path}", ("good", _("The refund is on its way.")))
    return await _page(request, pledge, form, form.status)


async def _ask_first(request: Request, pledge: Pledge, form: RefundForm) -> Response:
    """Money that leaves can't be called back: how much it is stands there once more, and nothing has happened yet."""
    left_minor = _left_minor(await queries.shown(pledge))
    wanted_minor = form.amount or left_minor
    if wanted_minor > left_minor:
        form.refuse(
            "amount", _("At most %(left)s is left to refund.") % {"left": formats.money(left_minor, pledge.currency)}
        )
        return await _page(request, pledge, form, 422)
    return await _page(request, pledge, form, confirm_minor=wanted_minor)


def _left_minor(found: queries.Shown) -> int:
    charge = found.charge
    return charge.amount_minor - charge.refunded_minor if charge is not None and found.is_paid else 0


async def _refund(request: Request) -> Refund:
    found = await Refund.get_or_none(id=private(request.path_params["refund"]), subject__startswith="pledge:")
    if found is None:
        raise NotFound("There is no such refund.")
    return found


async def _page_of_refund(request: Request) -> str:
    pledge = await Pledge.get(id=int((await _refund(request)).subject.removeprefix("pledge:")))
    return f"/staff{pledge.path}"


@told_at(_page_of_refund)
async def paid_another_way(request: Request) -> Response:
    """A refund that the card can't take any more was paid by bank."""
    found, path = await _refund(request), await _page_of_refund(request)
    form = await ReasonForm.read(request)
    if form.errors:
        return redirect(request, path, ("bad", form.errors["reason"]))
    await note_paid_another_way(found.id, reason=form.reason, by=request.state.person.id)
    return redirect(request, path, ("good", _("Noted: it was paid another way.")))


routes = [
    get("/staff/pledges", find, may=staff("reviewer")),
    get("/staff/pledges/{pledge}", show, may=staff("reviewer")),
    post("/staff/pledges/{pledge}/refund", refund, may=staff("admin")),
    post("/staff/refunds/{refund}/payment", paid_another_way, may=staff("admin")),
]
