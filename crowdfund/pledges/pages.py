"""A fan's way through a pledge: choose, come back with a card, change it, cancel it, get it."""

from __future__ import annotations

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock, money
from crowdfund.campaigns.models import FELL_THROUGH, SUCCEEDED, Campaign, CampaignState
from crowdfund.campaigns.pages.shown import art_of, month_of, seats_words, tier_shown
from crowdfund.campaigns.pages.words import beside_the_button
from crowdfund.campaigns.queries import public_campaign, tiers_of
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.campaigns.recipients.queries import charities
from crowdfund.campaigns.sales import sale_of
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.payments.cards import cards_of
from crowdfund.people.models import Organisation
from crowdfund.pledges import actions, card_pages, deliveries, queries
from crowdfund.pledges.card_pages import own, to_card_page, told_there
from crowdfund.pledges.forms import NEW_CARD, NO_TIER, AddressForm, AmendForm, CardForm, PledgeForm, terms_shown
from crowdfund.pledges.make import make_pledge
from crowdfund.pledges.models import LIVE, Pledge, PledgeState
from crowdfund.pledges.rules import NEW, AlreadyPledged, Want
from crowdfund.pledges.transfers.pages.words import BY_SILENCE, Way, by_whom, ways, went_to
from crowdfund.pledges.transfers.queries import election_of
from crowdfund.refusal import NotFound, Refusal
from crowdfund.screenings.pages.on_sale import title_path
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import get, post, signed_in

PLEDGE = Limit("pledge", 30, 60, by="person")


async def _film(campaign: Campaign) -> dict[str, Any]:
    """What a page about a pledge shows of its film: the colour, the picture."""
    title = await Title.get(id=campaign.title_id)
    return {
        "campaign": campaign, "colour": title.colour, "art_url": art_of(title),
        "happens": beside_the_button(campaign, clock.now()),
    }  # fmt: skip


# --- making one ---


async def new_pledge(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    mine = await queries.live_pledge(request.state.person.id, campaign.id)
    if mine is not None:
        return await _to_mine(request, mine)
    form = await _pledge_form(request, campaign)
    tier = form.given["tiers"].get(request.query_params.get("tier", ""))
    until = queries.charges_until(campaign)
    lasting = (key for key, card in form.given["cards"].items() if until is None or not card.ends_before(until))
    form.typed |= {
        "key": token_urlsafe(16), "tier": public(tier.id) if tier else NO_TIER, "quantity": "1",
        "ref": request.query_params.get("ref", request.cookies.get("ref", ""))[:64],
        "card": next(lasting, next(iter(form.given["cards"]), NEW_CARD)),
    }  # fmt: skip
    return await _pledge_page(request, campaign, form)


async def _to_mine(request: Request, mine: Pledge) -> Response:
    """Who backs the fund already changes her pledge: to the tier that she chose just now, where she chose one."""
    said = ("note", _("You back this fund already: here is your pledge."))
    tier = request.query_params.get("tier", "")
    if not tier or not (await queries.shown(mine)).can_change:
        return redirect(request, mine.path, said)
    return redirect(request, f"{mine.path}/amendment?{urlencode({'tier': tier[:64]})}", said)


async def create_pledge(request: Request) -> Response:
    campaign = await public_campaign(request.path_params["slug"])
    given = (await _pledge_form(request, campaign)).given
    form = await PledgeForm.read(request, **given)
    if form.errors:
        return await _pledge_page(request, campaign, form, 422)
    person = request.state.person
    if not person.email_confirmed:
        form.refuse("", _("Open the link in our letter first, then pledge: what you chose still stands here."))
        return await _pledge_page(request, campaign, form, 403)
    want = Want(
        id=new_id(), person_id=person.id, campaign_id=campaign.id, tier_id=form.tier_id, quantity=form.number,
        amount_minor=form.total_minor, currency=campaign.currency, key=f"form:{form.key or token_urlsafe(16)}",
        card_id=form.card_id if form.card_id is not None else NEW, shown_as=form.shown_as, referrer=form.ref, made_at=clock.now_us(),
        terms=terms_shown(), if_it_fails=form.way, charity_id=form.charity_id,
    )  # fmt: skip
    try:
        made = await make_pledge(want)
        if made.again and made.state not in LIVE | {
            PledgeState.STARTED
        }:  # she took that one back, and sends the form again
            made = await make_pledge(replace(want, id=new_id(), key=f"form:{token_urlsafe(16)}"))
    except Refusal as refusal:
        form.typed["key"] = token_urlsafe(16)  # nothing was made of this try: the next one is another wish
        mine = await queries.live_pledge(person.id, campaign.id) if isinstance(refusal, AlreadyPledged) else None
        return await _pledge_page(request, campaign, form.refused_by(refusal), refusal.status_code, mine=mine)
    pledge = await actions.own_pledge(made.id, person.id)
    if pledge.state == PledgeState.STARTED:
        return await to_card_page(pledge, campaign, form.consent)
    return redirect(request, pledge.path, ("good", _("Thank you. Your pledge counts from now on.")))


async def _pledge_form(request: Request, campaign: Campaign) -> PledgeForm:
    tiers = {public(t.id): t for t in await tiers_of(campaign.id)}
    cards = {public(c.id): c for c in await cards_of(request.state.person.id)}
    return PledgeForm(
        tiers=tiers, cards=cards, currency=campaign.currency, share_price_minor=campaign.share_price_minor,
        ways=[value for value, _words, _more in await ways_of(campaign)],
    )  # fmt: skip


async def ways_of(campaign: Campaign) -> list[Way]:
    """Where the money may go when this transfer falls through; none for a fund that can't fall through like that."""
    if campaign.fallback_id is None:
        return []
    return ways(await Recipient.get(id=campaign.fallback_id), await charities())


async def _pledge_page(
    request: Request, campaign: Campaign, form: PledgeForm, status: int = 200, *, mine: Pledge | None = None
) -> Response:
    """mine: what she has pledged already, where that is what stands against this one."""
    now = clock.now()
    open_now = campaign.state == CampaignState.LIVE and campaign.closes_at is not None and now < campaign.closes_at
    return page(
        request, "pledges/new.html", status, **await _film(campaign), form=form, open_now=open_now,
        tiers=[tier_shown(tier, campaign, now) for tier in form.given["tiers"].values()], cards=form.given["cards"],
        NO_TIER=NO_TIER, NEW_CARD=NEW_CARD, terms=terms_shown().text, charges_until=queries.charges_until(campaign),
        sale=await sale_of(campaign), mine=mine, ways=await ways_of(campaign),
    )  # fmt: skip


# --- looking, changing, cancelling ---


async def pledge_page(request: Request, pledge: Pledge, where: dict[str, Any] | None) -> Response:
    """A pledge with all that its fan can do about it. where: what became of her money, as the desk tells it."""
    found = await queries.shown(pledge)
    return await _show(request, found, _address_form(found), where=where)


async def _show(
    request: Request,
    found: queries.Shown,
    address: AddressForm,
    status: int = 200,
    *,
    where: dict[str, Any] | None = None,
) -> Response:
    pledge = found.pledge
    return page(
        request, "pledges/show.html", status, shown=found, pledge=pledge, **await _film(found.campaign), address=address,
        history=await queries.history_of(pledge), refunds=await queries.refunds_on(pledge),
        form=_card_form(request, found), terms=terms_shown().text, share_url=f"{current().base_url}{found.campaign.path}",
        cards={public(c.id): c for c in await cards_of(pledge.person_id)}, NEW_CARD=NEW_CARD,
        delivers_on=month_of(found.tier.delivers_on) if found.tier else "", where=where,
        seats=seats_words(found.tier, found.campaign.currency, pledge.quantity) if found.tier and not found.is_over else "",
        seats_path=title_path(found.campaign.title_id),
        by_silence=BY_SILENCE[pledge.if_it_fails] if _may_still_fall_through(found) else "",
    )  # fmt: skip


def _may_still_fall_through(found: queries.Shown) -> bool:
    """Whether she may yet be asked where her money goes, and what she ticked still counts."""
    over = SUCCEEDED | (FELL_THROUGH - {CampaignState.OUTCOME_FAILED})
    return found.pledge.fallback_id is not None and not found.is_over and found.campaign.state not in over


def _card_form(request: Request, found: queries.Shown) -> CardForm:
    """Who comes back from Stripe's page without a card finds the form as she left it."""
    kept = request.query_params.get("card", "")
    chosen = NEW_CARD if found.wants_card or kept else public(found.pledge.card_id or 0)
    return CardForm({"card": chosen, "keep_card": "yes" if kept == "kept" else ""})


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
        "amount": money.plain(on_top, pledge.currency) if on_top else "", "if_it_fails": _ticked(pledge),
        "anonymous": "yes" if pledge.shown_as == "nobody" else "",
    }  # fmt: skip
    if (chosen := request.query_params.get("tier", "")) in form.given["tiers"] and chosen != form.typed["tier"]:
        form.typed |= {"tier": chosen, "quantity": "1", "amount": ""}  # a wish from the fund's page
    return await _amend_page(request, found, form)


def _ticked(pledge: Pledge) -> str:
    return f"charity-{public(pledge.charity_id)}" if pledge.charity_id else pledge.if_it_fails


async def amend_pledge(request: Request) -> Response:
    pledge = await own(request)
    found = await queries.shown(pledge)
    form = await AmendForm.read(request, **(await _amend_form(found)).given)
    if not form.errors:
        with form.showing_refusals():
            await actions.amend_pledge(
                pledge.id, person_id=pledge.person_id, tier_id=form.tier_id, quantity=form.number, amount_minor=form.total_minor,
                shown_as=form.shown_as, agreed=terms_shown(), ticked=(form.way, form.charity_id),
            )  # fmt: skip
            return redirect(request, pledge.path, ("good", _("Your pledge is changed.")))
    return await _amend_page(request, found, form, form.status)


async def _amend_form(found: queries.Shown) -> AmendForm:
    tiers = {public(t.id): t for t in await tiers_of(found.campaign.id)}
    campaign = found.campaign
    return AmendForm(
        tiers=tiers, currency=campaign.currency, share_price_minor=campaign.share_price_minor,
        ways=[value for value, _words, _more in await ways_of(campaign)],
    )  # fmt: skip


async def _amend_page(request: Request, found: queries.Shown, form: AmendForm, status: int = 200) -> Response:
    """The tier that she has stays hers while she changes it, taken or closed as it may be."""
    now, hers = clock.now(), found.pledge.tier_id if found.pledge.state == PledgeState.ACTIVE else None
    shown = [(tier.id == hers, tier_shown(tier, found.campaign, now)) for tier in form.given["tiers"].values()]
    words = _("It is yours already: you keep it, and may give more.")
    tiers = [replace(tier, can_be_chosen=True, note=words) if is_hers else tier for is_hers, tier in shown]
    return page(
        request, "pledges/edit.html", status, shown=found, pledge=found.pledge, **await _film(found.campaign), form=form,
        tiers=tiers, NO_TIER=NO_TIER, sale=await sale_of(found.campaign), terms=terms_shown().text,
        ways=await ways_of(found.campaign),
    )  # fmt: skip


async def cancel_page(request: Request) -> Response:
    """Asked once more, with what she would lose: a place that is all taken can't be had again."""
    found = await queries.shown(await own(request))
    if not found.can_cancel:
        return redirect(request, found.path, ("note", _("This pledge can't be cancelled any more.")))
    return page(request, "pledges/cancel.html", shown=found, pledge=found.pledge, **await _film(found.campaign))


async def cancel_pledge(request: Request) -> Response:
    pledge = await own(request)
    await actions.cancel_pledge(pledge.id, person_id=pledge.person_id)
    return redirect(request, pledge.path, ("good", _("Your pledge is cancelled. Nothing was charged.")))


async def receipt(request: Request) -> Response:
    found = await queries.shown(await own(request))
    if not found.is_paid:
        raise NotFound("Nothing was paid for this pledge.")
    election = await election_of(found.pledge.id)
    decided = election is not None and election.election.chosen_by
    return page(
        request, "pledges/receipt.html", shown=found, pledge=found.pledge, **await _film(found.campaign),
        refunds=await queries.refunds_on(found.pledge), election=election, went_to=went_to(election) if election else "",
        decided_by=by_whom(election.election, found.pledge.if_it_fails) if election and decided else "",
        organisation=await Organisation.get(id=found.campaign.organisation_id),
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
    get("/pledges/{pledge}/amendment", edit_pledge, may=signed_in),
    post("/pledges/{pledge}/amendment", amend_pledge, may=signed_in, limit=PLEDGE),
    get("/pledges/{pledge}/cancellation", cancel_page, may=signed_in),
    post("/pledges/{pledge}/cancellation", told_there(cancel_pledge), may=signed_in),
    get("/pledges/{pledge}/receipt", receipt, may=signed_in),
    post("/pledges/{pledge}/address", told_there(give_address), may=signed_in),
    post("/pledges/{pledge}/arrival", told_there(it_arrived), may=signed_in),
    *card_pages.routes,
]
