"""The card of a pledge, and the saved ones. No number ever comes here: cards are saved on the processor's page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.database.once import number_for
from crowdfund.payments.cards import cards_of
from crowdfund.payments.models import Consent, SavedCard
from crowdfund.pledges import actions
from crowdfund.pledges.api.bodies import CardIn, CardOut, CardSetupIn, ConfirmationOut, PageOut, PledgeOut
from crowdfund.pledges.api.own import ONE, as_it_is, own
from crowdfund.pledges.confirming import page_of_bank
from crowdfund.pledges.rules import NoSuchCard
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


def _card_out(card: SavedCard) -> CardOut:
    return CardOut(
        id=public(card.id), brand=card.brand, last4=card.last4, expires_month=card.expires_month,
        expires_year=card.expires_year, keep=card.consent == Consent.KEEP, saved_at=api.instant(card.made_at),
    )  # fmt: skip


async def list_cards(request: Request) -> Response:
    """The saved cards, the newest first."""
    asked = api.cursor(request)
    before = asked.after_id if asked.after_id is not None else 2**63 - 1
    rows = [card for card in await cards_of(request.state.person.id) if card.id < before]
    return api.paged(request, rows[: asked.limit + 1], asked, _card_out, lambda card: card.id)


async def forget_card(request: Request) -> CardOut:
    """Let a saved card go. Refused while a live pledge counts on it."""
    missing = NoSuchCard("There is no such card.")
    card_id = api.id_in(request, "card", missing)
    card = next((one for one in await cards_of(request.state.person.id) if one.id == card_id), None)
    if card is None:
        raise missing
    await actions.forget_card(card)
    return _card_out(card)


async def start_card_setup(request: Request, body: CardSetupIn) -> PageOut:
    """The processor's page on which the fan saves a card for this pledge; the same Idempotency-Key answers the same page."""
    pledge = await own(request)
    campaign = await Campaign.get(id=pledge.campaign_id)
    key = f"card_setup:api:{request.state.idempotency_key}"
    setup_id = await number_for(pledge.person_id, key, [pledge.id, body.model_dump()])
    base = current().base_url
    url = await actions.start_saving_card(
        pledge, consent=Consent.KEEP if body.keep else Consent.WHILE_NEEDED, consent_text=body.consent_text,
        return_url=f"{base}{pledge.path}/card-saved?visit={{SETUP}}", cancel_url=f"{base}{campaign.path}", setup_id=setup_id,
    )  # fmt: skip
    return PageOut(url=url)


async def use_card(request: Request, body: CardIn) -> PledgeOut:
    """Put a pledge on another of the saved cards; one whose card was refused is tried again at once."""
    pledge = await own(request)
    card_id = api.known_id(body.card, NoSuchCard("That card is not saved any more. Please pick another.", field="card"))
    await actions.use_saved_card(pledge, card_id)
    now = await as_it_is(pledge)
    if now.card != body.card:
        raise actions.PledgeNotChangeable("The card of this pledge can't be changed now.")
    return now


async def confirm_with_bank(request: Request) -> ConfirmationOut:
    """The bank wants to see the fan: the address of its page, on which she confirms the very same charge."""
    pledge = await own(request)
    url = await page_of_bank(pledge, return_url=f"{current().base_url}{pledge.path}/confirmed")
    return ConfirmationOut(url=url, pledge=await as_it_is(pledge))


_WRITE = bearer("pledges:write")
routes = [
    get("/api/v1/cards", list_cards, may=bearer("account:read"), gives=CardOut, lists=True, summary="My saved cards"),
    post(
        "/api/v1/cards/{card}/removal", forget_card, may=bearer("account:write"), gives=CardOut, summary="Forget a saved card"
    ),
    post(
        f"{ONE}/card-setup", start_card_setup, may=_WRITE, takes=CardSetupIn, gives=PageOut, creates=True,
        summary="Save a card for a pledge: the processor's page",
    ),
    post(f"{ONE}/card", use_card, may=_WRITE, takes=CardIn, gives=PledgeOut, summary="Use another saved card"),
    post(
        f"{ONE}/confirmation", confirm_with_bank, may=_WRITE, gives=ConfirmationOut, summary="Confirm a charge: the bank's page"
    ),
]  # fmt: skip
