"""What a fan does with her pledge after making it: save a card, change it, cancel it, give another card."""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import CampaignState
from crowdfund.database import Sql, as_rows, atomic
from crowdfund.payments.cards import look_at_setup, start_card_setup
from crowdfund.payments.models import CardSetup, CardState, Consent, SavedCard, SetupState
from crowdfund.pledges import letting_go, rules, terms
from crowdfund.pledges.make import standing_for
from crowdfund.pledges.models import CHANGEABLE, LIVE, NEEDS_CARD, Pledge, PledgeState
from crowdfund.pledges.moves import move_pledges, record_events
from crowdfund.pledges.rules import Standing, Want
from crowdfund.pledges.terms import Wording
from crowdfund.refusal import Busy, NotFound, Refusal


class PledgeNotChangeable(Refusal):
    pass


_AMEND = Sql("""
    UPDATE pledge SET tier_id = $2, quantity = $3, amount_minor = $4, shown_as = $5, if_it_fails = $7, charity_id = $8
    WHERE id = $1 AND state = $6
    RETURNING id, state AS from_state, campaign_id, tier_id, quantity, amount_minor""")
_ACTIVATE = Sql("""
    UPDATE pledge SET card_id = $2, page_version = $3
    WHERE id = $1 AND state = 'started' AND EXISTS (SELECT 1 FROM saved_card c WHERE c.id = $2 AND c.state = 'saved')
    RETURNING id""")
_ORDER_NEEDS = Sql("""
    SELECT COUNT(*) FROM run_order WHERE card_id = $1 AND state IN ('standing', 'charging', 'errored')""")
_GIVE_CARD = Sql("""
    UPDATE pledge SET card_id = $2, next_charge_at = $3
    WHERE id = $1 AND state IN ('active', 'errored')
      AND EXISTS (SELECT 1 FROM saved_card c WHERE c.id = $2 AND c.state = 'saved')
    RETURNING id""")


async def own_pledge(pledge_id: int, person_id: int) -> Pledge:
    """A person's own pledge. Raises NotFound for another's, in the same words as for none."""
    pledge = await Pledge.get_or_none(id=pledge_id, person_id=person_id)
    if pledge is None:
        raise NotFound("There is no such pledge.")
    return pledge


# --- saving a card for it ---


async def start_saving_card(
    pledge: Pledge,
    *,
    consent: Consent,
    consent_text: str,
    return_url: str,
    cancel_url: str,
    setup_id: int | None = None,
) -> str:
    """Send the fan to Stripe's page to save a card for this pledge; gives its address. setup_id: as `start_card_setup` has it."""
    if pledge.state not in (PledgeState.STARTED, PledgeState.ACTIVE, PledgeState.ERRORED):
        raise PledgeNotChangeable("This pledge needs no card any more.")
    return await start_card_setup(
        pledge.person_id, subject=f"pledge:{pledge.id}", currency=pledge.currency, consent=consent,
        consent_text=consent_text, success_url=return_url, cancel_url=cancel_url, setup_id=setup_id,
    )  # fmt: skip


async def finish_setup(stripe_session_id: str) -> bool:
    """A visit to Stripe's page has ended, or may have: use the card for what it was saved for; gives whether it ended now.

    A refusal is told where the fan's tries are told, not here: the event and the sweep that call this have nobody to tell.
    Raises Busy, which is no answer: they come again.
    """
    setup = await CardSetup.get_or_none(stripe_session_id=stripe_session_id)
    if setup is None or setup.subject.startswith("goods_order:"):  # that is for the room of orders to look at
        return False
    try:
        await finish_visit(setup)
    except Busy:
        raise
    except Refusal:
        pass
    return setup.state == SetupState.OPEN and await CardSetup.exists(id=setup.id, state__not=SetupState.OPEN)


async def finish_visit(setup: CardSetup) -> None:
    """Use the card that a visit saved, and let it go where nothing came to need it. Safe to repeat.

    Raises a Refusal where the pledge can't be counted any more (its tier was taken meanwhile, the fund closed).
    """
    kind, _, number = setup.subject.partition(":")
    refused: list[Refusal] = []

    async def use(card: SavedCard) -> None:
        refused.clear()
        try:
            await use_card(int(number), card.id)
        except Busy:
            raise
        except Refusal as refusal:  # the card is saved all the same: she may choose another tier
            refused.append(refusal)
        await letting_go.mark_unused([card.id])

    if kind != "pledge":  # saved for something else, such as a vote: it is kept, and put to no use here
        await look_at_setup(setup, _no_use)
        return
    was_over = setup.state != SetupState.OPEN
    card = await look_at_setup(setup, use)
    if refused:
        raise refused[0]
    if card is not None and was_over and await Pledge.exists(id=int(number), state=PledgeState.STARTED):
        await use_card(int(number), card.id)  # it could not be counted then; perhaps it can now


async def _no_use(card: SavedCard) -> None:
    return None


async def use_card(pledge_id: int, card_id: int) -> None:
    """Give a pledge a card: one that was only started is counted from now on; one that was declined is tried again at once.

    Raises CardExhausted for the card that was declined, where it is not to be asked again.
    """
    pledge = await Pledge.get(id=pledge_id)
    if pledge.state == PledgeState.STARTED:
        await _activate(pledge_id, card_id)
    elif pledge.state == PledgeState.ERRORED or (pledge.state == PledgeState.ACTIVE and pledge.card_id != card_id):
        await _give_card(pledge_id, card_id)


@atomic
async def _activate(pledge_id: int, card_id: int) -> None:
    await counters.lock_one((await Pledge.get(id=pledge_id)).campaign_id)
    pledge = await Pledge.get(id=pledge_id)  # as it is now that its campaign is locked
    if pledge.state != PledgeState.STARTED:
        return
    want = _want(pledge)
    standing = await standing_for(as_rows([_row(want)]), [want])
    rules.decide_new(want, standing, clock.now_us())
    if await Pledge.exists(person_id=pledge.person_id, campaign_id=pledge.campaign_id, state__in=sorted(LIVE)):
        raise rules.AlreadyPledged("You back this fund already. Raise or change your pledge instead.")
    if not await _ACTIVATE(pledge_id, card_id, standing.campaigns[pledge.campaign_id]["page_version"]):
        raise rules.NoSuchCard("That card is not saved any more. Please pick another.", field="card")
    row = {**_row(want), "id": pledge_id, "state": pledge.state}
    await move_pledges([row], PledgeState.ACTIVE, because="card saved", by_person_id=pledge.person_id)
    counted = {"amount_minor": want.amount_minor, "quantity": want.quantity, "referrer": pledge.referrer}
    await counters.count_pledges([{**row, **counted, "made_at": clock.now_us()}])


@atomic
async def _give_card(pledge_id: int, card_id: int) -> None:
    await counters.lock_one((await Pledge.get(id=pledge_id)).campaign_id)
    pledge = await Pledge.get(id=pledge_id)
    if pledge.card_id == card_id and (pledge.next_charge_at is None or pledge.attempts >= rules.TRIES_MAX):
        raise CardExhausted("This card is not asked again for this pledge. Please give another one.", field="card")
    if await _GIVE_CARD(pledge_id, card_id, clock.now_us()):
        await letting_go.mark_unused([pledge.card_id])


async def use_saved_card(pledge: Pledge, card_id: int) -> None:
    """Put a pledge on another of the fan's saved cards."""
    if not await SavedCard.exists(id=card_id, person_id=pledge.person_id, state=CardState.SAVED):
        raise rules.NoSuchCard("That card is not saved any more. Please pick another.", field="card")
    await use_card(pledge.id, card_id)


class CardNeeded(Refusal):
    pass


class CardExhausted(Refusal):
    """Its bank said never again, waits for its owner, or was asked as often as the networks allow."""


@atomic
async def forget_card(card: SavedCard) -> None:
    """Let a saved card go at its owner's wish. Raises CardNeeded while a live pledge counts on it."""
    if await Pledge.exists(person_id=card.person_id, card_id=card.id, state__in=sorted(NEEDS_CARD)):
        raise CardNeeded("A pledge of yours counts on this card. Give that pledge another card first.")
    if await _ORDER_NEEDS.value(card.id):
        raise CardNeeded("An order of yours counts on this card. Give that order another card first.")
    await SavedCard.filter(id=card.id, state=CardState.SAVED).update(state=CardState.LETTING_GO)


# --- changing and cancelling ---


@atomic
async def amend_pledge(
    pledge_id: int, *, person_id: int, agreed: Wording | None = None, shown_as: str | None = None,
    ticked: tuple[str, int | None] | None = None, **changes: int | None,
) -> None:  # fmt: skip
    """Change a pledge in place; the seat is kept while tiers are swapped. agreed: what she was shown.

    changes: any of tier_id (None: no reward), quantity and amount_minor; what is left out stays as it is, as do `shown_as` and
    `ticked`, where her money goes if a transfer falls through (and which charity).
    Raises what making a pledge raises, PledgeNotChangeable once charging has begun, and GoalWouldBreak where less would take
    the fund below its goal in its last 24 hours. Raising is always open.
    """
    await counters.lock_one((await own_pledge(pledge_id, person_id)).campaign_id)
    pledge = await own_pledge(pledge_id, person_id)
    want = _want(pledge, **changes)
    standing = await standing_for(as_rows([_row(want)]), [want])
    if pledge.state not in CHANGEABLE:
        raise PledgeNotChangeable("This pledge can't be changed any more.")
    _decide_amendment(pledge, want, standing)
    how_shown = shown_as or pledge.shown_as
    way, charity_id = ticked if ticked and pledge.fallback_id else (pledge.if_it_fails, pledge.charity_id)
    amended = await _AMEND(
        pledge_id, want.tier_id, want.quantity, want.amount_minor, how_shown, pledge.state, way, charity_id
    )
    await terms.keep([agreed])
    await record_events(
        amended, to=pledge.state, because="amended by the fan", by_person_id=person_id, kind="amended",
        terms_hash=agreed.hash if agreed else None,
    )  # fmt: skip
    if pledge.state == PledgeState.ACTIVE:
        await counters.add_to_campaigns([(pledge.campaign_id, want.amount_minor - pledge.amount_minor, 0)])
        await counters.add_to_tiers(_places(pledge, want))


def _decide_amendment(pledge: Pledge, want: Want, standing: Standing) -> None:
    now = clock.now_us()
    campaign = rules.refuse_unless_open(standing.campaigns.get(want.campaign_id), now)
    held = pledge.quantity if pledge.state == PledgeState.ACTIVE and want.tier_id == pledge.tier_id else 0
    rules.decide_terms(want, campaign, standing, now, held=held)
    for tier_id, more in _places(pledge, want).items():
        if more > 0:
            rules.refuse_sold_out(standing.tiers[tier_id], more)
    less_minor = pledge.amount_minor - want.amount_minor
    if less_minor < 0:
        if pledge.state == PledgeState.ACTIVE:
            rules.decide_cap(-less_minor, campaign)
        rules.decide_sale(pledge.person_id, -less_minor, campaign, standing)
    if pledge.state == PledgeState.ACTIVE:
        rules.refuse_breaking_the_goal(campaign, counters.needed_minor(campaign), less_minor, now)


def _places(pledge: Pledge, want: Want) -> dict[int, int]:
    """How many places more (or fewer) of each tier the amended pledge takes."""
    places: dict[int, int] = {}
    if pledge.tier_id is not None:
        places[pledge.tier_id] = -pledge.quantity
    if want.tier_id is not None:
        places[want.tier_id] = places.get(want.tier_id, 0) + want.quantity
    return places


@atomic
async def cancel_pledge(pledge_id: int, *, person_id: int) -> None:
    """Take a pledge back; out of a paused fund at any time.

    Raises PledgeNotChangeable once charging has begun, GoalWouldBreak in the last 24 hours.
    """
    found = await own_pledge(pledge_id, person_id)
    campaign = await counters.lock_one(found.campaign_id)
    pledge = await own_pledge(pledge_id, person_id)
    if pledge.state == PledgeState.CANCELLED:
        return  # the button was pressed twice
    is_paused = campaign["state"] == CampaignState.SUSPENDED  # nobody is held in a fund that staff has stopped
    has_closed = pledge.state == PledgeState.ACTIVE and clock.now_us() >= campaign["closes_at"]
    if pledge.state not in CHANGEABLE or (has_closed and not is_paused):
        raise PledgeNotChangeable("This pledge can't be cancelled any more: its fund has closed.")
    if pledge.state == PledgeState.ACTIVE and not is_paused:
        needed = counters.needed_minor(campaign)
        rules.refuse_breaking_the_goal(campaign, needed, pledge.amount_minor, clock.now_us())
    row = {"id": pledge.id, "state": pledge.state}
    await move_pledges([row], PledgeState.CANCELLED, because="cancelled by the fan", by_person_id=person_id)
    await letting_go.mark_unused([pledge.card_id])
    await letting_go.mark_saved_for([pledge.id])


def _want(pledge: Pledge, **changes: Any) -> Want:
    facts = {
        "id": pledge.id, "person_id": pledge.person_id, "campaign_id": pledge.campaign_id, "tier_id": pledge.tier_id,
        "quantity": pledge.quantity, "amount_minor": pledge.amount_minor, "currency": pledge.currency, "key": pledge.key,
    }  # fmt: skip
    return Want(**{**facts, **changes})


def _row(want: Want) -> dict[str, Any]:
    return {"person_id": want.person_id, "campaign_id": want.campaign_id, "tier_id": want.tier_id}
