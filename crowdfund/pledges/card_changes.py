"""What becomes of cards while pledges wait for their close: renewed by a bank, taken away, or over before the last try."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.rules import SETTLE_DAYS
from crowdfund.database import Sql, atomic, outbox
from crowdfund.database.read_up_to import ALL, begin, have_read
from crowdfund.payments import cards, stripe
from crowdfund.payments.found import CardFound
from crowdfund.payments.in_turn import in_turn
from crowdfund.payments.models import CardState, SavedCard
from crowdfund.pledges.models import Pledge, PledgeState

REMIND_DAYS = (14, 3)  # before the close
PAGE = 500


# --- what the processor tells of a card ---


async def follow_card(payment_method_id: str) -> bool:
    """A saved card changed or was taken away; gives whether ours did. Its fan is asked for another where a pledge needs it."""
    card = await SavedCard.get_or_none(stripe_payment_method_id=payment_method_id)
    if card is None or card.state == CardState.GONE:
        return False
    return await _follow(card.id, await stripe.card_now(payment_method_id))


@atomic
async def _follow(card_id: int, found: CardFound) -> bool:
    was = await SavedCard.get(id=card_id)
    if found.state == "complete":
        return await cards.renew(was, found)
    if not await cards.lose(card_id):
        return False
    counting_on_it = [PledgeState.ACTIVE.value, PledgeState.ERRORED.value]
    waiting = await Pledge.filter(person_id=was.person_id, card_id=card_id, state__in=counting_on_it)
    await outbox.enqueue_many([("card_gone", {"pledge": p.id, "card": card_id}, f"card_gone:{p.id}") for p in waiting])
    return True


# --- cards that end before their fund has made its last try ---

_FUNDS = Sql("""
    SELECT c.id FROM campaign c WHERE c.state = 'live' AND c.closes_at > $1 AND c.closes_at <= $2
      AND NOT EXISTS (SELECT 1 FROM read_up_to r WHERE r.what = CAST($3 AS TEXT) || CAST(c.id AS TEXT) AND r.id = $4)
    ORDER BY c.closes_at, c.id LIMIT 50""")
_PLEDGES = Sql("""
    SELECT p.id, p.card_id, CASE WHEN s.expires_year * 12 + s.expires_month < $3 THEN 1 ELSE 0 END AS ends
    FROM pledge p JOIN saved_card s ON s.id = p.card_id
    WHERE p.campaign_id = $1 AND p.state = 'active' AND p.id > $2 ORDER BY p.id LIMIT $4""")


async def remind_of_cards() -> bool:
    """Ask for letters to fans whose cards end too early, 14 and 3 days before a fund closes; gives whether there is more."""
    more = 0
    for days, nearer in zip(REMIND_DAYS, (*REMIND_DAYS[1:], 0), strict=True):
        now = clock.now()
        begins, ends = clock.to_us(now + timedelta(days=nearer)), clock.to_us(now + timedelta(days=days))
        due = [row["id"] for row in await _FUNDS(begins, ends, _what(days), ALL)]
        more += await in_turn([(campaign_id, days) for campaign_id in due], _remind)
    return more > 0


def _what(days: int) -> str:
    return f"cards that end, {days} days before the close of "


@atomic
async def _remind(which: tuple[int, int]) -> bool:
    """A page of a fund's pledges; gives whether there is another, or somebody to write to."""
    campaign_id, days = which
    what = f"{_what(days)}{campaign_id}"
    campaign = await Campaign.get(id=campaign_id)
    assert campaign.closes_at is not None
    last_try = campaign.closes_at + timedelta(days=SETTLE_DAYS)
    page = await _PLEDGES(campaign_id, await begin(what), last_try.year * 12 + last_try.month, PAGE)
    ending = [row for row in page if row["ends"]]
    await outbox.enqueue_many(
        [("card_ends", {"pledge": p["id"], "card": p["card_id"]}, f"card_ends:{p['id']}:{days}") for p in ending]
    )
    await have_read(what, page[-1]["id"] if len(page) == PAGE else ALL)
    return len(page) == PAGE or bool(ending)


async def still_ends_too_early(pledge_id: int, card_id: int) -> bool:
    """Whether this pledge still counts on this card, and the card is still over too early; Stripe is asked, as events get lost."""
    card = await SavedCard.get(id=card_id)
    with suppress(stripe.Unknown, stripe.Refused):
        await follow_card(card.stripe_payment_method_id)
    card, pledge = await SavedCard.get(id=card_id), await Pledge.get(id=pledge_id)
    campaign = await Campaign.get(id=pledge.campaign_id)
    counts_on_it = pledge.state == PledgeState.ACTIVE and pledge.card_id == card_id and card.state == CardState.SAVED
    if not counts_on_it or campaign.closes_at is None or clock.now() >= campaign.closes_at:
        return False
    return card.ends_before(campaign.closes_at + timedelta(days=SETTLE_DAYS))
