"""The card of a pledge: saved on Stripe's page, exchanged for another, confirmed with its bank, let go."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import money as amounts
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import private, public
from crowdfund.payments import stripe
from crowdfund.payments.cards import cards_of
from crowdfund.payments.models import CardSetup, ChargeState, Consent
from crowdfund.pledges import actions, queries
from crowdfund.pledges.confirming import NothingToConfirm, page_of_bank
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.forms import NEW_CARD, CardForm, terms_shown
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.refusal import NotFound, Refusal
from crowdfund.settings import current
from crowdfund.web.formats import said
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, redirect
from crowdfund.web.routes import get, post, signed_in
from crowdfund.web.told import told_at


def _hers(request: Request) -> str:
    """Where the fan pressed: the page of her pledge, or of her money."""
    pledge = request.path_params.get("pledge")
    return f"/pledges/{pledge}" if pledge else "/money"


told_there = told_at(_hers)


async def to_card_page(pledge: Pledge, campaign: Campaign, consent: Consent) -> Response:
    base = current().base_url
    words = _("%(amount)s for “%(fund)s”. %(terms)s") % {
        "amount": amounts.show(pledge.amount_minor, pledge.currency), "fund": campaign.name, "terms": terms_shown().text,
    }  # fmt: skip
    url = await actions.start_saving_card(
        pledge, consent=consent, consent_text=words, return_url=f"{base}{pledge.path}/card-saved?visit={{SETUP}}",
        cancel_url=f"{base}{pledge.path}?card={'kept' if consent == Consent.KEEP else 'once'}#card",
    )  # fmt: skip
    return go_to_processor(url)


async def own(request: Request) -> Pledge:
    return await actions.own_pledge(private(request.path_params["pledge"]), request.state.person.id)


async def save_card(request: Request) -> Response:
    """Another card, or the first: one that is saved already, or a new one on Stripe's page."""
    pledge = await own(request)
    cards = {public(c.id): c for c in await cards_of(pledge.person_id)}
    form = await CardForm.read(request, cards=cards)
    if form.errors:
        return redirect(request, pledge.path, ("bad", _("Please choose a card.")))
    if form.card == NEW_CARD:
        consent = Consent.KEEP if form.keep_card else Consent.WHILE_NEEDED
        return await to_card_page(pledge, await Campaign.get(id=pledge.campaign_id), consent)
    await actions.use_saved_card(pledge, cards[form.card].id)
    if (await own(request)).card_id != cards[form.card].id:
        return redirect(request, pledge.path, ("bad", _("The card is being charged just now: nothing was changed.")))
    return redirect(request, pledge.path, ("good", _("This card is used from now on.")))


async def card_saved(request: Request) -> Response:
    """Back from Stripe's page. A hint like an event: what came of the visit is asked of Stripe."""
    pledge = await own(request)
    visit = request.query_params.get("visit", "")
    number = int(visit) if visit.isascii() and visit.isdigit() and len(visit) < 19 else 0
    setup = await CardSetup.get_or_none(id=number, person_id=pledge.person_id, subject=f"pledge:{pledge.id}")
    if setup is None or setup.stripe_session_id is None:
        return redirect(request, pledge.path)
    try:
        await actions.finish_visit(setup)
    except Refusal as refusal:
        return redirect(request, pledge.path, ("bad", said(refusal)))
    pledge = await own(request)
    if pledge.state == PledgeState.ACTIVE:
        return redirect(request, pledge.path, ("good", _("Thank you. Your card is saved, and your pledge counts.")))
    return redirect(request, pledge.path)


async def confirm_with_bank(request: Request) -> Response:
    """The bank wants to see the fan: the same charge is confirmed again, and she is sent to the bank's page."""
    pledge = await own(request)
    try:
        url = await page_of_bank(pledge, return_url=f"{current().base_url}{pledge.path}/confirmed")
    except NothingToConfirm:
        return redirect(request, pledge.path)
    except stripe.Unknown:
        return redirect(
            request, pledge.path, ("bad", _("The bank can't be reached just now. Please try again in a minute."))
        )
    return go_to_processor(url) if url is not None else redirect(request, pledge.path)


async def confirmed_with_bank(request: Request) -> Response:
    pledge = await own(request)
    waits = ("note", _("We are still waiting for the bank's answer."))
    found = await queries.shown(pledge)
    if found.charge is not None and found.charge.stripe_payment_intent_id is not None:
        try:
            await follow_charge(found.charge.stripe_payment_intent_id)
        except stripe.Unknown:
            return redirect(request, pledge.path, waits)
    now = await queries.shown(await own(request))
    if now.charge is not None and now.charge.state == ChargeState.SENDING:
        return redirect(request, pledge.path, waits)
    paid = now.pledge.state == PledgeState.COLLECTED
    good, bad = _("Thank you, that worked. Your pledge is paid."), _("The bank did not confirm it. You can try again.")
    return redirect(request, pledge.path, ("good", good) if paid else ("bad", bad))


async def forget_card(request: Request) -> Response:
    """Let a saved card go. Refused while a live pledge counts on it."""
    found = {public(c.id): c for c in await cards_of(request.state.person.id)}
    if (card := found.get(request.path_params["card"])) is None:
        raise NotFound("There is no such card.")
    await actions.forget_card(card)
    return redirect(request, "/money", ("good", _("The card is being removed.")))


routes = [
    post("/pledges/{pledge}/card", told_there(save_card), may=signed_in),
    get("/pledges/{pledge}/card-saved", card_saved, may=signed_in),
    post("/pledges/{pledge}/confirmation", confirm_with_bank, may=signed_in),
    get("/pledges/{pledge}/confirmed", confirmed_with_bank, may=signed_in),
    post("/money/cards/{card}/removal", told_there(forget_card), may=signed_in),
]
