"""If a fund ended now: what would likely be collected, what it would cost, what would be paid out, and the verdict. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from crowdfund import money
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.verdict import likely_verdict
from crowdfund.desk.queries import Rate

# Stripe's price for European cards (stripe.com/pricing, read 2026-11). A guess beforehand: afterwards the books hold what it was.
PROCESSOR_BPS = 150
PROCESSOR_EACH_MINOR = 25


def processor_minor(collected_minor: int, charges: int) -> int:
    """What the processor is likely to take for so many charges, rounded up."""
    return -(-collected_minor * PROCESSOR_BPS // 10_000) + charges * PROCESSOR_EACH_MINOR


def _rounded_up(amount_minor: int, currency: str) -> int:
    """To whole units: nobody asks fans for 64,858.30."""
    unit = 10 ** money.digits_of(currency)
    return -(-amount_minor // unit) * unit


@dataclass(frozen=True, slots=True)
class Forecast:
    """likely_minor: collected, at the rate. missing_minor: promises still needed for that to be enough, 0 where it is."""

    rate: Rate
    likely_minor: int
    needed_minor: int
    missing_minor: int
    processor_minor: int
    fee_minor: int
    payout_minor: int
    verdict: CampaignState


def forecast(campaign: Campaign, rate: Rate, counted_minor: int = 0) -> Forecast:
    """What would become of a live fund if its deadline were now. counted_minor: what of the box office counts towards its goal."""
    likely_minor = money.share_minor(campaign.promised_minor, rate.bps)
    charges = campaign.pledges_live * rate.bps // 10_000
    fee_minor = money.share_minor(likely_minor, campaign.fee_bps)
    cost_minor = min(processor_minor(likely_minor, charges), likely_minor - fee_minor)
    short_minor = max(0, campaign.needed_minor - likely_minor - counted_minor)
    return Forecast(
        rate=rate, likely_minor=likely_minor, needed_minor=campaign.needed_minor,
        missing_minor=_rounded_up(-(-short_minor * 10_000 // max(1, rate.bps)), campaign.currency),
        processor_minor=cost_minor, fee_minor=fee_minor,
        payout_minor=likely_minor - fee_minor - cost_minor, verdict=likely_verdict(campaign, likely_minor, counted_minor),
    )  # fmt: skip
