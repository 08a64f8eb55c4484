"""Pledges as programs make and read them. The POST is the way of the rush: one token look-up, one place in a batch."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import new_id
from crowdfund.database.ids import NoSuchId, private, public
from crowdfund.payments.models import Consent
from crowdfund.pledges import actions, queries
from crowdfund.pledges.make import make_pledge, make_several
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.rules import Made, NoSuchCampaign, NoSuchCard, NoSuchTier, Want
from crowdfund.refusal import Refusal
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import ChargeMinor, Currency, In, Line, PublicId
from crowdfund.web.routes import bearer, get, post

PLEDGES_MAX = 10


class PledgeIn(In):
    """One pledge. tier left out: no reward. card left out: the newest saved card; without one the pledge is only started."""

    campaign: PublicId
    amount_minor: ChargeMinor
    currency: Currency
    tier: PublicId | None = None
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    card: PublicId | None = None
    anonymous: bool = False
    ref: Annotated[str, Field(max_length=64, pattern=r"^[ -~]*$")] = ""


class PledgesIn(In):
    pledges: Annotated[list[PledgeIn], Field(min_length=1, max_length=PLEDGES_MAX)]


class RefusedOut(BaseModel):
    code: str
    detail: str
    status: int


class PledgeMadeOut(BaseModel):
    """A pledge that was made, or why it was not."""

    id: str | None = None
    state: str | None = None
    campaign: str
    tier: str | None = None
    quantity: int
    amount_minor: int
    currency: str
    refused: RefusedOut | None = None


class PledgesOut(BaseModel):
    pledges: list[PledgeMadeOut]


class PledgeOut(BaseModel):
    id: str
    state: str
    campaign: str
    tier: str | None
    quantity: int
    amount_minor: int
    currency: str
    made_at: str
    needs_card: bool
    needs_bank: bool
    mend_by: str | None


class AmendIn(In):
    amount_minor: ChargeMinor
    tier: PublicId | None = None
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    anonymous: bool = False


class CardSetupIn(In):
    """keep: whether the card stays when the pledge has ended. consent_text: what the fan agreed to, word for word."""

    consent_text: Line
    keep: bool = False


class CardSetupOut(BaseModel):
    url: str


class PledgesPage(BaseModel):
    items: list[PledgeOut]
    next: str | None


async def create_pledges(request: Request, body: PledgesIn) -> Response:
    """Up to ten pledges of one fan; each is answered on its own. Nothing made: the first refusal, as a problem."""
    person_id, key, now = request.state.person.id, request.state.idempotency_key, clock.now_us()
    wants = [_want(pledge, person_id, f"{key}#{i}", now) for i, pledge in enumerate(body.pledges)]
    if len(wants) == 1:  # one is the common case: its refusal is the answer's problem
        made = await make_pledge(_or_raise(wants[0]))
        return api.answer({"pledges": [_made(made)]}, 201)
    asked = [want for want in wants if isinstance(want, Want)]
    outcomes = iter(await make_several(asked) if asked else ())
    answers = [next(outcomes) if isinstance(want, Want) else want for want in wants]
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    if len(refusals) == len(answers):
        raise refusals[0]
    out = [_answer(pledge, answer) for pledge, answer in zip(body.pledges, answers, strict=True)]
    return api.answer({"pledges": out}, 201)


def _answer(pledge: PledgeIn, answer: Made | BaseException) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return _refused(pledge, answer)
    if isinstance(answer, BaseException):
        raise answer
    return _made(answer)


def _or_raise(want: Want | Refusal) -> Want:
    if isinstance(want, Refusal):
        raise want
    return want


def _want(pledge: PledgeIn, person_id: int, key: str, now: int) -> Want | Refusal:
    try:
        return Want(
            id=new_id(), person_id=person_id, campaign_id=_id(pledge.campaign, NoSuchCampaign("There is no such fund.")),
            tier_id=_id(pledge.tier, NoSuchTier("There is no such tier in this fund.")) if pledge.tier else None,
            quantity=pledge.quantity, amount_minor=pledge.amount_minor, currency=pledge.currency, key=key,
            card_id=_id(pledge.card, NoSuchCard("There is no such card.")) if pledge.card else None,
            shown_as="nobody" if pledge.anonymous else "name", referrer=pledge.ref, made_at=now,
        )  # fmt: skip
    except Refusal as refusal:
        return refusal


def _id(text: str, refusal: Refusal) -> int:
    try:
        return private(text)
    except NoSuchId:
        raise refusal from None


def _made(made: Made) -> dict[str, Any]:
    return {
        "id": public(made.id), "state": made.state, "campaign": public(made.campaign_id),
        "tier": public(made.tier_id) if made.tier_id else None, "quantity": made.quantity, "amount_minor": made.amount_minor,
        "currency": made.currency,
    }  # fmt: skip


def _refused(pledge: PledgeIn, refusal: Refusal) -> dict[str, Any]:
    return {
        "campaign": pledge.campaign, "tier": pledge.tier, "quantity": pledge.quantity, "amount_minor": pledge.amount_minor,
        "currency": pledge.currency,
        "refused": {"code": refusal.code, "detail": refusal.sentence, "status": refusal.status_code},
    }  # fmt: skip


async def list_pledges(request: Request) -> Response:
    """A fan's own pledges, newest first."""
    cursor = api.cursor(request)
    pledges = await queries.pledges_of(request.state.person.id, before_id=cursor.after_id, limit=cursor.limit + 1)
    page = await queries.shown_many(pledges[: cursor.limit])
    last_id = page[-1].pledge.id if len(pledges) > cursor.limit else None
    return api.listed(request, [_out(shown) for shown in page], last_id=last_id, limit=cursor.limit)


async def show_pledge(request: Request) -> PledgeOut:
    """One pledge of the fan's own."""
    return _out(await queries.shown(await _own(request)))


async def amend_pledge(request: Request, body: AmendIn) -> PledgeOut:
    """Change tier, quantity or amount while the fund is open."""
    pledge = await _own(request)
    await actions.amend_pledge(
        pledge.id, person_id=pledge.person_id, tier_id=private(body.tier) if body.tier else None, quantity=body.quantity,
        amount_minor=body.amount_minor, shown_as="nobody" if body.anonymous else "name",
    )  # fmt: skip
    return _out(await queries.shown(await _own(request)))


async def cancel_pledge(request: Request) -> PledgeOut:
    """Take a pledge back while the fund is open."""
    pledge = await _own(request)
    await actions.cancel_pledge(pledge.id, person_id=pledge.person_id)
    return _out(await queries.shown(await _own(request)))


async def start_card_setup(request: Request, body: CardSetupIn) -> CardSetupOut:
    """The address of Stripe's page on which the fan saves a card for this pledge."""
    pledge = await _own(request)
    campaign = await Campaign.get(id=pledge.campaign_id)
    url = await actions.start_saving_card(
        pledge, consent=Consent.KEEP if body.keep else Consent.WHILE_NEEDED, consent_text=body.consent_text,
        return_url=f"{current().base_url}{pledge.path}/card-saved?visit={{SETUP}}", cancel_url=f"{current().base_url}{campaign.path}",
    )  # fmt: skip
    return CardSetupOut(url=url)


async def _own(request: Request) -> Pledge:
    return await actions.own_pledge(private(request.path_params["pledge"]), request.state.person.id)


def _out(shown: queries.Shown) -> PledgeOut:
    pledge = shown.pledge
    return PledgeOut(
        id=public(pledge.id), state=pledge.state, campaign=public(pledge.campaign_id),
        tier=public(pledge.tier_id) if pledge.tier_id else None, quantity=pledge.quantity, amount_minor=pledge.amount_minor,
        currency=pledge.currency, made_at=pledge.made_at.isoformat(), needs_card=shown.needs_card, needs_bank=shown.needs_bank,
        mend_by=shown.mend_by.isoformat() if shown.needs_mending and shown.mend_by else None,
    )  # fmt: skip


routes = [
    post(
        "/api/v1/pledges", create_pledges, may=bearer("pledges:write"), takes=PledgesIn, gives=PledgesOut, creates=True,
        summary="Pledge to one or more funds",
    ),
    get("/api/v1/pledges", list_pledges, may=bearer("pledges:read"), gives=PledgesPage, lists=True, summary="My pledges"),
    get("/api/v1/pledges/{pledge}", show_pledge, may=bearer("pledges:read"), gives=PledgeOut, summary="One of my pledges"),
    post(
        "/api/v1/pledges/{pledge}/amendment", amend_pledge, may=bearer("pledges:write"), takes=AmendIn, gives=PledgeOut,
        summary="Change a pledge",
    ),
    post(
        "/api/v1/pledges/{pledge}/cancellation", cancel_pledge, may=bearer("pledges:write"), gives=PledgeOut,
        summary="Take a pledge back",
    ),
    post(
        "/api/v1/pledges/{pledge}/card-setup", start_card_setup, may=bearer("pledges:write"), takes=CardSetupIn, gives=CardSetupOut,
        summary="Save a card for a pledge",
    ),
]  # fmt: skip
