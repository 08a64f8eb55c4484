"""What pages read of pledges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignState, Tier
from crowdfund.campaigns.rules import SETTLE_DAYS
from crowdfund.database import Sql, as_rows
from crowdfund.payments.models import CardState, Charge, ChargeState, Refund, SavedCard
from crowdfund.pledges.deliveries import is_late, silent_from
from crowdfund.pledges.models import CHANGEABLE, LIVE, UNSENT, Delivery, DeliveryState, Pledge, PledgeEvent, PledgeState

S = PledgeState

PAGE = 25

_COUNTS = Sql("""
    SELECT p.currency, SUM(CASE WHEN p.state IN ('active', 'charging', 'errored') THEN 1 ELSE 0 END) AS promises,
           CAST(SUM(CASE WHEN p.state IN ('active', 'charging', 'errored') THEN p.amount_minor ELSE 0 END) AS BIGINT)
               AS promised_minor,
           CAST(SUM(CASE WHEN p.state IN ('collected', 'disputed', 'refunded') THEN p.amount_minor ELSE 0 END) AS BIGINT)
               AS charged_minor,
           (SELECT CAST(COALESCE(SUM(r.amount_minor), 0) AS BIGINT) FROM charge c JOIN refund r ON r.charge_id = c.id
            WHERE c.person_id = $1 AND r.currency = p.currency AND r.state <> 'failed') AS refunded_minor
    FROM pledge p WHERE p.person_id = $1 GROUP BY p.currency ORDER BY p.currency""")
_UNADDRESSED = Sql("""
    SELECT p.id FROM pledge p JOIN delivery d ON d.pledge_id = p.id
    WHERE p.person_id = $1 AND p.state = 'collected' AND d.state = 'awaiting_address' ORDER BY p.id LIMIT 50""")
_REFUNDS = Sql("""
    SELECT r.id, r.amount_minor, r.currency, r.state, r.reason, r.made_at, r.ended_at, c.subject, r.campaign_id
    FROM charge c JOIN refund r ON r.charge_id = c.id WHERE c.person_id = $1 ORDER BY r.id DESC LIMIT 50""")


_WITHOUT_MONEY = {S.CANCELLED, S.RELEASED, S.DROPPED, S.REFUNDED, S.LOST}


@dataclass(frozen=True, slots=True)
class Shown:
    """A pledge with all that its page tells."""

    pledge: Pledge
    campaign: Campaign
    tier: Tier | None
    card: SavedCard | None
    charge: Charge | None
    delivery: Delivery | None
    has_to_choose: bool = False  # a transfer fell through, and nobody has said yet where her money goes

    @property
    def path(self) -> str:
        return self.pledge.path

    @property
    def state(self) -> str:
        return self.pledge.state

    @property
    def state_shown(self) -> str:
        """Its state as a fan is told of it: the bank's wish is no refusal, and nothing is charged while its fund is paused."""
        if self.needs_bank:
            return "needs_bank"
        return "on_hold" if self.is_on_hold else self.pledge.state

    @property
    def is_on_hold(self) -> bool:
        return self.campaign.state == CampaignState.SUSPENDED and self.pledge.state in CHANGEABLE

    @property
    def each_minor(self) -> int:
        """What one of what she gets costs; 0 where she gets nothing for it."""
        return self.tier.price_minor if self.tier else self.campaign.share_price_minor or 0

    @property
    def on_top_minor(self) -> int:
        """What she gives beyond the price."""
        return max(0, self.pledge.amount_minor - self.each_minor * self.pledge.quantity)

    @property
    def is_over(self) -> bool:
        """It ended, and no money of hers is with the fund."""
        return self.pledge.state in _WITHOUT_MONEY

    @property
    def can_change(self) -> bool:
        return self.pledge.state in CHANGEABLE and self.campaign.state == CampaignState.LIVE and not self.has_closed

    @property
    def can_cancel(self) -> bool:
        """While a fund is paused she may go, however late it is, though nothing else can be done with her pledge."""
        is_paused = self.campaign.state == CampaignState.SUSPENDED
        return self.can_change or (is_paused and self.pledge.state in CHANGEABLE)

    @property
    def has_closed(self) -> bool:
        return self.campaign.closes_at is None or clock.now() >= self.campaign.closes_at

    @property
    def needs_card(self) -> bool:
        return self.pledge.state == PledgeState.STARTED and self.can_change

    @property
    def charges_until(self) -> datetime | None:
        return charges_until(self.campaign)

    @property
    def card_is_gone(self) -> bool:
        """The card that it counts on can't be charged any more."""
        waits = self.pledge.state in (PledgeState.ACTIVE, PledgeState.ERRORED)
        return waits and self.card is not None and self.card.state == CardState.GONE

    @property
    def card_ends_early(self) -> bool:
        """The card that it counts on is over before the last time that it may be charged."""
        if self.pledge.state != PledgeState.ACTIVE or self.card is None or self.charges_until is None:
            return False
        return not self.card_is_gone and self.card.ends_before(self.charges_until)

    @property
    def wants_card(self) -> bool:
        """It can't be paid before another card is given."""
        return self.needs_card or self.needs_mending or self.card_is_gone

    @property
    def needs_mending(self) -> bool:
        return self.pledge.state == PledgeState.ERRORED

    @property
    def needs_bank(self) -> bool:
        """The bank wants to see the fan: she confirms the very same charge."""
        return self.needs_mending and self.charge is not None and self.charge.state == ChargeState.NEEDS_ACTION

    @property
    def is_owed(self) -> bool:
        """Something is still to be sent to her: she may say where to."""
        return self.pledge.state == PledgeState.COLLECTED and self._is_unsent

    @property
    def is_held(self) -> bool:
        """Nothing is sent while a bank decides about her payment."""
        return self.pledge.state == PledgeState.DISPUTED and self._is_unsent

    @property
    def _is_unsent(self) -> bool:
        return self.delivery is not None and self.delivery.state in UNSENT

    @property
    def address_by(self) -> datetime | None:
        """Until when the makers wait for her address; none once she gave it."""
        if self.delivery is None or not self.is_owed or self.delivery.state != DeliveryState.AWAITING_ADDRESS:
            return None
        return silent_from(self.delivery)

    @property
    def is_late(self) -> bool:
        """The month that her reward was promised for is over, and it was not sent."""
        return self.is_owed and self.tier is not None and is_late(self.tier.delivers_on, clock.now())

    @property
    def mend_by(self) -> datetime | None:
        return self.campaign.settle_by

    @property
    def charged_on(self) -> datetime | None:
        """When the card is charged, if the fund gets there."""
        return self.campaign.closes_at if self.pledge.state in (PledgeState.ACTIVE, PledgeState.STARTED) else None

    @property
    def is_paid(self) -> bool:
        return self.charge is not None and self.charge.state == ChargeState.SUCCEEDED

    @property
    def next_try_on(self) -> datetime | None:
        return self.pledge.next_charge_at if self.needs_mending else None


async def shown(pledge: Pledge) -> Shown:
    return (await shown_many([pledge]))[0]


async def shown_many(pledges: list[Pledge]) -> list[Shown]:
    """Pledges with what belongs to them, in seven queries however many they are."""
    campaigns = {c.id: c for c in await Campaign.filter(id__in={p.campaign_id for p in pledges})}
    tiers = {t.id: t for t in await Tier.filter(id__in={p.tier_id for p in pledges if p.tier_id})}
    cards = {c.id: c for c in await SavedCard.filter(id__in={p.card_id for p in pledges if p.card_id})}
    deliveries = {d.pledge_id: d for d in await Delivery.filter(pledge_id__in=[p.id for p in pledges])}
    asked = {row["pledge_id"] for row in await _ASKED(as_rows({"id": p.id} for p in pledges if p.fallback_id))}
    charges: dict[str, Charge] = {}
    for charge in await Charge.filter(subject__in=[f"pledge:{p.id}" for p in pledges]).order_by("attempt"):
        charges[charge.subject] = charge
    return [
        Shown(
            pledge=p,
            campaign=campaigns[p.campaign_id],
            tier=tiers.get(p.tier_id) if p.tier_id else None,
            card=cards.get(p.card_id) if p.card_id else None,
            charge=charges.get(f"pledge:{p.id}"),
            delivery=deliveries.get(p.id),
            has_to_choose=p.id in asked,
        )
        for p in pledges
    ]


async def pledges_of(person_id: int, *, before_id: int | None = None, limit: int = PAGE) -> list[Pledge]:
    """A person's pledges, newest first."""
    query = Pledge.filter(person_id=person_id)
    if before_id is not None:
        query = query.filter(id__lt=before_id)
    return await query.order_by("-id").limit(limit)


async def pledges_in(campaign_id: int, state: str, *, before_id: int | None = None, limit: int = PAGE) -> list[Pledge]:
    """A fund's pledges in one state, newest first."""
    query = Pledge.filter(campaign_id=campaign_id, state=state)
    if before_id is not None:
        query = query.filter(id__lt=before_id)
    return await query.order_by("-id").limit(limit)


async def live_pledge(person_id: int, campaign_id: int) -> Pledge | None:
    """The fan's pledge in a fund, if she has one: the live one before one that was only started."""
    states = ("active", "charging", "errored", "collected", "disputed", "started")
    found = await Pledge.filter(person_id=person_id, campaign_id=campaign_id, state__in=states).order_by("-id")
    return next((p for p in found if p.state != PledgeState.STARTED), found[0] if found else None)


async def counting_pledge(person_id: int, campaign_id: int) -> Pledge | None:
    """The fan's pledge in a fund that counts, also once it was paid: what makes her a backer of it."""
    return await Pledge.filter(person_id=person_id, campaign_id=campaign_id, state__in=sorted(LIVE)).first()


# What still moves: it may be charged, or waits for its fan. A fan has one such pledge in a fund, so these are few.
_WAITING = (PledgeState.STARTED, PledgeState.ACTIVE, PledgeState.CHARGING, PledgeState.ERRORED)
WAITING_MAX = 100


_ASKED = Sql("""
    SELECT pledge_id FROM election WHERE pledge_id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'asked'""")
_TO_CHOOSE = Sql("SELECT pledge_id FROM election WHERE person_id = $1 AND state = 'asked' ORDER BY pledge_id LIMIT 100")


async def waiting_of(person_id: int) -> list[Pledge]:
    """A person's pledges that may still be charged, and those that wait for her word: where to send it, where its money goes."""
    owed = [row["id"] for row in await _UNADDRESSED(person_id)]
    owed += [row["pledge_id"] for row in await _TO_CHOOSE(person_id)]
    waiting = await Pledge.filter(person_id=person_id, state__in=_WAITING).order_by("-id").limit(WAITING_MAX)
    return [*waiting, *(await Pledge.filter(id__in=owed).order_by("-id") if owed else [])]


async def done_of(person_id: int, *, before_id: int | None = None, limit: int = PAGE) -> list[Pledge]:
    """A person's pledges that were paid, or ended without, newest first."""
    query = Pledge.filter(person_id=person_id, state__not_in=_WAITING)
    if before_id is not None:
        query = query.filter(id__lt=before_id)
    return await query.order_by("-id").limit(limit)


async def sums_of(person_id: int) -> list[dict[str, Any]]:
    """By currency: how much is promised and may be charged, in how many pledges; what was charged, and what of it given back."""
    return await _COUNTS(person_id)


async def refunds_of(person_id: int) -> list[dict[str, Any]]:
    """All that went back to a person, of pledges and of tickets, the newest first."""
    return await _REFUNDS(person_id)


async def history_of(pledge: Pledge) -> list[PledgeEvent]:
    return await PledgeEvent.filter(pledge_id=pledge.id).order_by("id")


async def refunds_on(pledge: Pledge) -> list[Refund]:
    return await Refund.filter(subject=f"pledge:{pledge.id}").order_by("id")


def charges_until(campaign: Campaign) -> datetime | None:
    """When cards are charged for the last time, if it comes to that: they have to be good until then."""
    closes_at = campaign.closed_at or campaign.closes_at
    return closes_at + timedelta(days=SETTLE_DAYS) if closes_at else None
