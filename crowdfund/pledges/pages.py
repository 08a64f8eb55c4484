"""A fan's way through a pledge: choose, save a card on Stripe's page, come back, change it, mend it, get it."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock, money
from crowdfund.campaigns.models import Campaign, CampaignState, Tier
from crowdfund.campaigns.pages.shown import art_of, month_of, tier_shown
from crowdfund.campaigns.queries import public_campaign
from crowdfund.database import new_id
from crowdfund.database.ids import private, public
from crowdfund.payments import stripe
from crowdfund.payments.cards import cards_of
from crowdfund.payments.models import CardSetup, Consent
from crowdfund.pledges import actions, deliveries, queries
from crowdfund.pledges.following import follow_charge
from crowdfund.pledges.forms import NEW_CARD, NO_TIER, AddressForm, AmendForm, CardForm, PledgeForm
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.models import Pledge, PledgeState
from crowdfund.pledges.rules import Want
from crowdfund.refusal import NotFound, Refusal
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import go_to_processor, page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import Handler, get, post, signed_in

PLEDGE = Limit("pledge", 30, 60, by="person")


async def _film(campaign: Campaign) -> dict[str, Any]:
    """What a page about a pledge shows of its film: the colour, the picture."""
    title = await Title.get(id=campaign.title_id)
    return {"campaign": campaign, "colour": title.colour, "art_url": art_of(title)}


# --- making one ---


async def new_pledge(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    mine = await queries.live_pledge(request.state.person.id, campaign.id)
    if mine is not None:
        return redirect(request, mine.path)
    form = await _pledge_form(request, campaign)
    tier = form.given["tiers"].get(request.query_params.get("tier", ""))
    form.typed |= {
        "key": token_urlsafe(16), "tier": public(tier.id) if tier else NO_TIER, "quantity": "1",
        "ref": request.query_params.get("ref", request.cookies.get("ref", ""))[:64],
        "card": next(iter(form.given["cards"]), NEW_CARD),
    }  # fmt: skip
    return await _pledge_page(request, campaign, form)


async def create_pledge(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    given = (await _pledge_form(request, campaign)).given
    form = await PledgeForm.read(request, **given)
    if form.errors:
        return await _pledge_page(request, campaign, form, 422)
    person = request.state.person
    want = Want(
        id=new_id(), person_id=person.id, campaign_id=campaign.id, tier_id=form.tier_id, quantity=form.quantity,
        amount_minor=form.total_minor, currency=campaign.currency, key=f"form:{form.key or token_urlsafe(16)}",
        card_id=form.card_id, shown_as=form.shown_as, referrer=form.ref, made_at=clock.now_us(),
    )  # fmt: skip
    try:
        made = await make_pledge(want)
    except Refusal as refusal:
        return await _pledge_page(request, campaign, form.refused_by(refusal), refusal.status_code)
    pledge = await actions.own_pledge(made.id, person.id)
    if pledge.state == PledgeState.STARTED:
        return await _to_card_page(pledge, campaign, form.consent)
    return redirect(request, pledge.path, ("good", _("Thank you. Your pledge counts from now on.")))


async def _pledge_form(request: Request, campaign: Campaign) -> PledgeForm:
    tiers = {public(t.id): t for t in await Tier.filter(campaign_id=campaign.id).order_by("position")}
    cards = {public(c.id): c for c in await cards_of(request.state.person.id)}
    return PledgeForm(
        tiers=tiers, cards=cards, currency=campaign.currency, share_price_minor=campaign.share_price_minor
    )


async def _pledge_page(request: Request, campaign: Campaign, form: PledgeForm, status: int = 200) -> Response:
    now = clock.now()
    open_now = campaign.state == CampaignState.LIVE and campaign.closes_at is not None and now < campaign.closes_at
    return page(
        request, "pledges/new.html", status, **await _film(campaign), form=form, open_now=open_now,
        tiers=[tier_shown(tier, campaign, now) for tier in form.given["tiers"].values()], cards=form.given["cards"],
        NO_TIER=NO_TIER, NEW_CARD=NEW_CARD,
    )  # fmt: skip


# --- the card ---


def _told_there(handler: Handler) -> Handler:
    """A no of a verb is told where the fan pressed: on the page of her pledge, or of her money."""

    async def told(request: Request) -> Response:
        try:
            return cast("Response", await handler(request))
        except NotFound:
            raise
        except Refusal as refusal:
            pledge = request.path_params.get("pledge")
            return redirect(request, f"/pledges/{pledge}" if pledge else "/money", ("bad", _(refusal.sentence)))

    return told


async def _to_card_page(pledge: Pledge, campaign: Campaign, consent: Consent) -> Response:
    base = current().base_url
    words = _("I agree that my card is charged %(amount)s if “%(fund)s” succeeds. I can cancel until it closes.") % {
        "amount": money.show(pledge.amount_minor, pledge.currency), "fund": campaign.name,
    }  # fmt: skip
    url = await actions.start_saving_card(
        pledge, consent=consent, consent_text=words, return_url=f"{base}{pledge.path}/card-saved?visit={{SETUP}}",
        cancel_url=f"{base}{pledge.path}",
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
        return await _to_card_page(pledge, await Campaign.get(id=pledge.campaign_id), consent)
    await actions.use_saved_card(pledge, cards[form.card].id)
    return redirect(request, pledge.path, ("good", _("This card is used from now on.")))


async def card_saved(request: Request) -> Response:
    """Back from Stripe's page. A hint like an event: what came of the visit is asked of Stripe."""
    pledge = await own(request)
    visit = request.query_params.get("visit", "")
    number = int(visit) if visit.isascii() and visit.isdigit() and len(visit) < 20 else 0
    setup = await CardSetup.get_or_none(id=number, person_id=pledge.person_id, subject=f"pledge:{pledge.id}")
    if setup is None or setup.stripe_session_id is None:
        return redirect(request, pledge.path)
    try:
        await actions.finish_visit(setup)
    except Refusal as refusal:
        return redirect(request, pledge.path, ("bad", _(refusal.sentence)))
    pledge = await own(request)
    if pledge.state == PledgeState.ACTIVE:
        return redirect(request, pledge.path, ("good", _("Thank you. Your card is saved, and your pledge counts.")))
    return redirect(request, pledge.path)


async def confirm_with_bank(request: Request) -> Response:
    """The bank wants to see the fan: the same charge is confirmed again, and she is sent to the bank's page."""
    pledge = await own(request)
    found = await queries.shown(pledge)
    if not found.needs_bank or found.charge is None or found.card is None:
        return redirect(request, pledge.path)
    intent_id = str(found.charge.stripe_payment_intent_id)
    try:
        url = await stripe.authenticate(
            intent_id, found.card.stripe_payment_method_id, f"{current().base_url}{pledge.path}/confirmed"
        )
        if url is not None:
            return go_to_processor(url)
        await follow_charge(intent_id)
    except stripe.Unknown:
        return redirect(
            request, pledge.path, ("bad", _("The bank can't be reached just now. Please try again in a minute."))
        )
    return redirect(request, pledge.path)


async def confirmed_with_bank(request: Request) -> Response:
    pledge = await own(request)
    found = await queries.shown(pledge)
    if found.charge is not None and found.charge.stripe_payment_intent_id is not None:
        try:
            await follow_charge(found.charge.stripe_payment_intent_id)
        except stripe.Unknown:
            return redirect(request, pledge.path, ("note", _("We are still waiting for the bank's answer.")))
    paid = (await own(request)).state == PledgeState.COLLECTED
    good, bad = _("Thank you, that worked. Your pledge is paid."), _("The bank did not confirm it. You can try again.")
    return redirect(request, pledge.path, ("good", good) if paid else ("bad", bad))


async def forget_card(request: Request) -> Response:
    """Let a saved card go. Refused while a live pledge counts on it."""
    found = {public(c.id): c for c in await cards_of(request.state.person.id)}
    if (card := found.get(request.path_params["card"])) is None:
        raise NotFound("There is no such card.")
    await actions.forget_card(card)
    return redirect(request, "/money", ("good", _("The card is being removed.")))


# --- looking, changing, cancelling ---


async def show_pledge(request: Request) -> Response:
    found = await queries.shown(await own(request))
    return await _show(request, found, _address_form(found))


async def _show(request: Request, found: queries.Shown, address: AddressForm, status: int = 200) -> Response:
    pledge = found.pledge
    return page(
        request, "pledges/show.html", status, shown=found, pledge=pledge, **await _film(found.campaign), address=address,
        history=await queries.history_of(pledge), refunds=await queries.refunds_on(pledge), form=CardForm(cards={}),
        cards={public(c.id): c for c in await cards_of(pledge.person_id)}, NEW_CARD=NEW_CARD,
        delivers_on=month_of(found.tier.delivers_on) if found.tier else "",
    )  # fmt: skip


def _address_form(found: queries.Shown) -> AddressForm:
    delivery = found.delivery
    form = AddressForm()
    if delivery is not None:
        form.typed |= {"recipient": delivery.recipient, "address": delivery.address, "country": delivery.country}
    return form


async def edit_pledge(request: Request) -> Response:
    pledge = await own(request)
    found = await queries.shown(pledge)
    form = await _amend_form(found)
    price_minor = found.tier.price_minor if found.tier else found.campaign.share_price_minor or 0
    on_top = pledge.amount_minor - price_minor * pledge.quantity
    form.typed |= {
        "tier": public(pledge.tier_id) if pledge.tier_id else NO_TIER, "quantity": str(pledge.quantity),
        "amount": money.plain(on_top, pledge.currency) if on_top else "", "anonymous": "yes" if pledge.shown_as == "nobody" else "",
    }  # fmt: skip
    return await _amend_page(request, found, form)


async def amend_pledge(request: Request) -> Response:
    pledge = await own(request)
    found = await queries.shown(pledge)
    form = await AmendForm.read(request, **(await _amend_form(found)).given)
    if form.errors:
        return await _amend_page(request, found, form, 422)
    try:
        await actions.amend_pledge(
            pledge.id, person_id=pledge.person_id, tier_id=form.tier_id, quantity=form.quantity, amount_minor=form.total_minor,
            shown_as=form.shown_as,
        )  # fmt: skip
    except Refusal as refusal:
        return await _amend_page(request, found, form.refused_by(refusal), refusal.status_code)
    return redirect(request, pledge.path, ("good", _("Your pledge is changed.")))


async def _amend_form(found: queries.Shown) -> AmendForm:
    tiers = {public(t.id): t for t in await Tier.filter(campaign_id=found.campaign.id).order_by("position")}
    campaign = found.campaign
    return AmendForm(tiers=tiers, currency=campaign.currency, share_price_minor=campaign.share_price_minor)


async def _amend_page(request: Request, found: queries.Shown, form: AmendForm, status: int = 200) -> Response:
    """The tier that she has stays hers while she changes it, taken as it may be."""
    now, hers = clock.now(), found.pledge.tier_id
    shown = [(tier.id == hers, tier_shown(tier, found.campaign, now)) for tier in form.given["tiers"].values()]
    tiers = [replace(tier, can_be_chosen=tier.can_be_chosen or is_hers) for is_hers, tier in shown]
    return page(
        request, "pledges/edit.html", status, shown=found, pledge=found.pledge, **await _film(found.campaign), form=form,
        tiers=tiers, NO_TIER=NO_TIER,
    )  # fmt: skip


async def cancel_pledge(request: Request) -> Response:
    pledge = await own(request)
    await actions.cancel_pledge(pledge.id, person_id=pledge.person_id)
    return redirect(request, pledge.path, ("good", _("Your pledge is cancelled. Nothing was charged.")))


async def receipt(request: Request) -> Response:
    found = await queries.shown(await own(request))
    if not found.is_paid:
        raise NotFound("Nothing was paid for this pledge.")
    return page(
        request, "pledges/receipt.html", shown=found, pledge=found.pledge, **await _film(found.campaign),
        refunds=await queries.refunds_on(found.pledge),
    )  # fmt: skip


# --- getting it ---


async def give_address(request: Request) -> Response:
    pledge = await own(request)
    form = await AddressForm.read(request)
    if form.errors:
        return await _show(request, await queries.shown(pledge), form, 422)
    await deliveries.give_address(pledge.id, recipient=form.recipient, address=form.address, country=form.country)
    return redirect(request, pledge.path, ("good", _("Thank you. We will send it there.")))


async def it_arrived(request: Request) -> Response:
    pledge = await own(request)
    await deliveries.mark_received(pledge.id)
    return redirect(request, pledge.path, ("good", _("Glad it arrived.")))


routes = [
    get("/campaigns/{slug}/pledges/new", new_pledge, may=signed_in),
    post("/campaigns/{slug}/pledges", create_pledge, may=signed_in, limit=PLEDGE),
    get("/pledges/{pledge}", show_pledge, may=signed_in),
    get("/pledges/{pledge}/amendment", edit_pledge, may=signed_in),
    post("/pledges/{pledge}/amendment", amend_pledge, may=signed_in, limit=PLEDGE),
    post("/pledges/{pledge}/cancellation", _told_there(cancel_pledge), may=signed_in),
    post("/pledges/{pledge}/card", _told_there(save_card), may=signed_in),
    get("/pledges/{pledge}/card-saved", card_saved, may=signed_in),
    post("/pledges/{pledge}/confirmation", confirm_with_bank, may=signed_in),
    get("/pledges/{pledge}/confirmed", confirmed_with_bank, may=signed_in),
    get("/pledges/{pledge}/receipt", receipt, may=signed_in),
    post("/pledges/{pledge}/address", _told_there(give_address), may=signed_in),
    post("/pledges/{pledge}/arrival", _told_there(it_arrived), may=signed_in),
    post("/money/cards/{card}/removal", _told_there(forget_card), may=signed_in),
]
