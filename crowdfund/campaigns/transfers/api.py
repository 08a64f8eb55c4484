"""Transfer funds through the API: what the transfer is, and the club's signature under it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from starlette.requests import Request

from crowdfund.campaigns.api.own import own_campaign
from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.campaigns.transfers import actions
from crowdfund.campaigns.transfers.actions import Deal
from crowdfund.campaigns.transfers.models import Part, SubType, Surplus, Transfer
from crowdfund.campaigns.transfers.rules import signed_facts, window_at
from crowdfund.database.ids import public
from crowdfund.money import AMOUNT_MAX_MINOR
from crowdfund.people.models import Role
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.api import LINES, ONE_LINE, READABLE, STRAIGHT, In, Out, PublicId
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import bearer, get, post
from crowdfund.web.routes import public as everybody

_Words = Annotated[str, StringConstraints(max_length=120, pattern=ONE_LINE, strip_whitespace=True), READABLE, STRAIGHT]
_Minor = Annotated[int, Field(ge=0, le=AMOUNT_MAX_MINOR)]
_LOCAL = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"


class StackIn(In):
    """What a transfer costs, in minor units. committed: by others; it is not in the goal."""

    transfer_fee_minor: _Minor = 0
    tax_minor: _Minor = 0
    platform_fee_minor: _Minor = 0
    committed_minor: _Minor = 0


class TransferIn(In):
    """All of a transfer at once. window_closes: by the clock of window_zone, like `2027-08-31T18:00`. fallback: a recipient."""

    sub_type: Literal["named_target", "squad_budget"]
    stack: StackIn
    player: _Words = ""
    selling_club: _Words = ""
    competition: _Words = ""
    buys: Annotated[str, StringConstraints(max_length=600, pattern=LINES, strip_whitespace=True), READABLE] = ""
    confirmed_by: _Words = ""
    window_closes: Annotated[str, StringConstraints(pattern=_LOCAL)] | None = None
    window_zone: Annotated[str, StringConstraints(max_length=64, pattern=ONE_LINE)] = "UTC"
    cap_minor: Annotated[int, Field(gt=0, le=AMOUNT_MAX_MINOR)] | None = None
    surplus: Literal["refund", "fallback", "club"] = "refund"
    fallback: PublicId | None = None


class SignatureIn(In):
    """name: of who signs for the club, with the office. document: the signed paper, sent before."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=ONE_LINE), READABLE, STRAIGHT]
    document: PublicId


class TransferOut(Out):
    """A transfer as it stands. signed: whether the club has signed what stands here now."""

    sub_type: str
    player: str
    selling_club: str
    competition: str
    buys: str
    confirmed_by: str
    window_closes_at: str | None
    window_zone: str
    stack: dict[str, int]
    goal_minor: int
    cap_minor: int | None
    surplus: str
    fallback: str | None
    signed: bool
    signed_name: str
    signed_at: str | None


async def transfer_out(campaign: Campaign) -> TransferOut:
    transfer = await Transfer.get_or_none(campaign_id=campaign.id)
    if transfer is None:
        raise NotFound("This is no transfer fund, or nothing is said of the transfer yet.")
    stack = await actions.stack_of(campaign.id)
    signed = bool(transfer.signed_at) and transfer.signed_hash == signed_facts(campaign, transfer, stack)
    return TransferOut(
        sub_type=transfer.sub_type, player=transfer.player, selling_club=transfer.selling_club, competition=transfer.competition,
        buys=transfer.buys, confirmed_by=transfer.confirmed_by, window_closes_at=api.instant_or_none(transfer.window_closes_at),
        window_zone=transfer.window_zone, stack={f"{part}_minor": minor for part, minor in stack.items()},
        goal_minor=campaign.goal_minor, cap_minor=campaign.cap_minor, surplus=transfer.surplus,
        fallback=public(campaign.fallback_id) if campaign.fallback_id else None, signed=signed, signed_name=transfer.signed_name,
        signed_at=api.instant_or_none(transfer.signed_at),
    )  # fmt: skip


async def show_transfer(request: Request) -> TransferOut:
    """What a transfer fund is about."""
    return await transfer_out(await public_campaign(request))


async def show_own_transfer(request: Request) -> TransferOut:
    """What a transfer fund of one's own is about, in any state."""
    return await transfer_out(await own_campaign(request, Role.VIEWER))


async def describe_transfer(request: Request, body: TransferIn) -> TransferOut:
    """Say what the transfer is: all of it at once. The goal follows from what it costs."""
    campaign = await own_campaign(request)
    missing = NotFound("There is no such recipient.", field="fallback")
    fallback_id = api.known_id(body.fallback, missing) if body.fallback else None
    if fallback_id is not None and not await Recipient.exists(id=fallback_id):
        raise missing
    local = api.local_moment(body.window_closes) if body.window_closes else None
    stack = {part: minor for part in Part if (minor := getattr(body.stack, f"{part.value}_minor"))}
    deal = Deal(
        sub_type=SubType(body.sub_type), stack=stack, player=body.player, selling_club=body.selling_club,
        competition=body.competition, buys=body.buys, confirmed_by=body.confirmed_by,
        window_closes_at=window_at(local, body.window_zone) if local else None, window_zone=body.window_zone,
        cap_minor=body.cap_minor, surplus=Surplus(body.surplus), fallback_id=fallback_id,
    )  # fmt: skip
    await actions.describe(campaign.id, deal, by=request.state.person.id)
    return await transfer_out(await Campaign.get(id=campaign.id))


async def sign_transfer(request: Request, body: SignatureIn) -> TransferOut:
    """Sign for the club. Owners alone."""
    campaign = await own_campaign(request, Role.OWNER)
    document_id = api.known_id(body.document, NotFound("There is no such document.", field="document"))
    await actions.sign(campaign.id, name=body.name, document_id=document_id, by=request.state.person.id)
    return await transfer_out(campaign)


_WRITE, _SEE = bearer("campaigns:write"), bearer("campaigns:read")
routes = [
    get(f"{ONE}/transfer", show_transfer, may=everybody, limit=PUBLIC_API, gives=TransferOut, summary="What a transfer fund is about"),
    get(f"{ONE}/transfer/draft", show_own_transfer, may=_SEE, gives=TransferOut, summary="A transfer of mine in any state"),
    post(f"{ONE}/transfer", describe_transfer, may=_WRITE, takes=TransferIn, gives=TransferOut, summary="Say what the transfer is"),
    post(f"{ONE}/transfer/acceptance", sign_transfer, may=_WRITE, takes=SignatureIn, gives=TransferOut, summary="Sign for the club"),
]  # fmt: skip
