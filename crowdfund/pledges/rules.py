"""What a fan may pledge: pure, so that a whole batch can be decided at once, and tested without a database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from crowdfund import money
from crowdfund.campaigns.models import CampaignState, Rule
from crowdfund.campaigns.rules import LAST_HOURS, SETTLE_DAYS
from crowdfund.refusal import Invalid, NotFound, Refusal

if TYPE_CHECKING:
    from crowdfund.pledges.terms import Wording

DAY_US = 86_400_000_000
TRIES_MAX = 10  # of one pledge, whoever asks for them: networks fine a shop from the sixteenth in 30 days on
RETRY_DAYS = (1, 3, 5, SETTLE_DAYS)  # of settling: 4 tries stay clear of what card networks allow in 30 days


class NoSuchCampaign(NotFound):
    pass


class CampaignNotOpen(Refusal):
    pass


class CurrencyDiffers(Invalid):
    pass


class NoSuchTier(NotFound):
    pass


class TierNotOpen(Refusal):
    pass


class TierSoldOut(Refusal):
    pass


class TooManyForOneFan(Refusal):
    pass


class AmountTooSmall(Invalid):
    pass


class AmountTooLarge(Invalid):
    pass


class ShareAmountWrong(Invalid):
    pass


class SaleCapReached(Refusal):
    pass


class FundIsFull(Refusal):
    """It takes no more than its makers said it would."""


class AlreadyPledged(Refusal):
    pass


class NoSuchCard(NotFound):
    pass


class GoalWouldBreak(Refusal):
    """In the last 24 hours, less would take the fund below its goal."""


class NoSuchCharity(NotFound):
    pass


NEW = 0  # as the card of a want: none of those that are saved, she saves another for it


@dataclass(slots=True)
class Want:
    """What a fan asks for. tier_id None: no tier, any amount. card_id None: the newest saved card that is good, if there is one."""

    id: int
    person_id: int
    campaign_id: int
    tier_id: int | None
    quantity: int
    amount_minor: int
    currency: str
    key: str
    card_id: int | None = None
    shown_as: str = "name"
    referrer: str = ""
    made_at: int = 0
    if_it_fails: str = (
        ""  # where her money goes if the transfer falls through and she says nothing then; empty: back to her
    )
    charity_id: int | None = None
    terms: Wording | None = None  # what she was shown, and agrees to by asking
    request: str = ""  # what the keys of all pledges of one request begin with; the rest is one digit
    wish: str = ""  # all of that request in a few letters; empty: this pledge is all that is wished

    @property
    def fingerprint(self) -> str:
        """What the key stands for: with another one it is refused."""
        if self.wish:
            return self.wish
        facts = [
            self.campaign_id, self.tier_id, self.quantity, self.amount_minor, self.currency, self.card_id, self.shown_as,
            self.referrer,
        ]  # fmt: skip
        if self.if_it_fails:
            facts += [self.if_it_fails, self.charity_id]
        return hashlib.blake2b(orjson.dumps(facts), digest_size=16).hexdigest()


@dataclass(slots=True)
class Made:
    """A pledge as the maker answers it: id, state (`active`, or `started` where a card is missing) and what it is."""

    id: int
    state: str
    campaign_id: int
    tier_id: int | None
    quantity: int
    amount_minor: int
    currency: str
    again: bool = False


@dataclass(slots=True)
class Standing:
    """What the database knew when the batch was decided; `left` shrinks as places are given away inside the batch."""

    campaigns: dict[int, dict[str, Any]]
    tiers: dict[int, dict[str, Any]]
    sale_caps: dict[int, int] = field(default_factory=dict)
    in_sale: dict[tuple[int, int], int] = field(default_factory=dict)  # (person, sale): promised so far


def refuse_unless_open(campaign: dict[str, Any] | None, now_us: int) -> dict[str, Any]:
    """The campaign, where pledges can be made on it now."""
    if campaign is None or campaign["state"] in ("draft", "submitted", "changes_requested", "approved", "rejected"):
        raise NoSuchCampaign("There is no such fund.")  # somebody's draft looks like nothing at all
    if campaign["state"] == CampaignState.PRELAUNCH:
        raise CampaignNotOpen("This fund has not opened yet.")
    if campaign["state"] == CampaignState.SUSPENDED:
        raise CampaignNotOpen(
            "This fund is paused while we look into it. Your money is safe; nothing can be pledged now."
        )
    if campaign["state"] != CampaignState.LIVE or now_us >= campaign["closes_at"]:
        raise CampaignNotOpen("This fund has closed.")
    return campaign


def refuse_amount(amount_minor: int, currency: str) -> None:
    """One pledge is one charge: within what the processor can take, told now and not at the charge."""
    if amount_minor < (least := money.charge_min_minor(currency)):
        raise AmountTooSmall(
            "The least that can be charged is {least}.", field="amount", least=money.Amount(least, currency)
        )
    if amount_minor > money.CHARGE_MAX_MINOR:
        most = money.Amount(money.CHARGE_MAX_MINOR, currency)
        raise AmountTooLarge("The most that one pledge can be is {most}.", field="amount", most=most)


def refuse_tier(
    tier: dict[str, Any] | None, campaign_id: int, quantity: int, now_us: int, *, held: int = 0
) -> dict[str, Any]:
    """The tier, where it is this campaign's, open, and this many are allowed to one fan.

    held: how many of it she has already. What she has stays hers, whatever became of the tier since: increases always may.
    """
    if tier is None or tier["campaign_id"] != campaign_id:
        raise NoSuchTier("There is no such tier in this fund.", field="tier")
    if not held and tier["opens_at"] is not None and now_us < tier["opens_at"]:
        raise TierNotOpen("This tier has not opened yet.", field="tier")
    if not held and tier["closes_at"] is not None and now_us >= tier["closes_at"]:
        raise TierNotOpen("This tier has closed.", field="tier")
    if quantity > max(tier["per_fan_max"], held):
        sentence = "One fan can take at most {most} of this tier."
        raise TooManyForOneFan(sentence, field="quantity", most=tier["per_fan_max"])
    return tier


def refuse_sold_out(tier: dict[str, Any], more: int) -> None:
    """tier: with the places taken so far. more: how many places beyond those this fan already has."""
    if tier["size"] is None or tier["taken"] + more <= tier["size"]:
        return
    left = tier["size"] - tier["taken"]
    if left <= 0:
        raise TierSoldOut("This tier has just been taken. Please pick another.", field="tier")
    raise TierSoldOut(
        "Only {num} of this tier are left.", one="Only {num} of this tier is left.", num=left, field="tier"
    )


def decide_new(want: Want, standing: Standing, now_us: int) -> None:
    """Whether this pledge can be made, given what stands. Raises a Refusal; changes nothing."""
    campaign = refuse_unless_open(standing.campaigns.get(want.campaign_id), now_us)
    decide_terms(want, campaign, standing, now_us)
    if want.tier_id is not None:
        refuse_sold_out(standing.tiers[want.tier_id], want.quantity)
    if want.if_it_fails == "charity" and want.charity_id is None:
        raise NoSuchCharity("Say which charity.", field="charity")
    decide_cap(want.amount_minor, campaign)
    decide_sale(want.person_id, want.amount_minor, campaign, standing)


def decide_terms(want: Want, campaign: dict[str, Any], standing: Standing, now_us: int, *, held: int = 0) -> None:
    """Currency, amount, tier and shares: what does not depend on how many are left. held: of the tier, in her pledge so far."""
    if want.currency != campaign["currency"]:
        raise CurrencyDiffers("This fund is kept in {currency}.", field="currency", currency=campaign["currency"])
    if want.quantity < 1:
        raise Invalid("How many? At least one.", field="quantity")
    refuse_amount(want.amount_minor, want.currency)
    if campaign["share_price_minor"] is not None:
        _decide_shares(want, campaign)
    if want.tier_id is None:
        return
    tier = refuse_tier(standing.tiers.get(want.tier_id), want.campaign_id, want.quantity, now_us, held=held)
    price_minor = tier["price_minor"] * want.quantity
    if want.amount_minor < price_minor:
        price = money.Amount(price_minor, want.currency)
        raise AmountTooSmall("This tier costs {price}. You may give more, not less.", field="amount", price=price)


def _decide_shares(want: Want, campaign: dict[str, Any]) -> None:
    if want.quantity > campaign["shares_per_fan_max"]:
        raise TooManyForOneFan(
            "One fan can take at most {num} shares of this fund.", one="One fan can take at most {num} share of this fund.",
            num=campaign["shares_per_fan_max"], field="quantity",
        )  # fmt: skip
    if want.amount_minor != want.quantity * campaign["share_price_minor"]:
        price = money.Amount(campaign["share_price_minor"], want.currency)
        raise ShareAmountWrong("A share of this fund costs exactly {price}.", field="amount", price=price)


def decide_cap(more_minor: int, campaign: dict[str, Any]) -> None:
    """The most that this fund takes. campaign: with what is promised so far."""
    if campaign["cap_minor"] is None or campaign["promised_minor"] + more_minor <= campaign["cap_minor"]:
        return
    left = campaign["cap_minor"] - campaign["promised_minor"]
    if left <= 0:
        raise FundIsFull("This fund has all it takes.", field="amount")
    left_text = money.Amount(left, campaign["currency"])
    raise FundIsFull("This fund takes only {left} more.", field="amount", left=left_text)


def decide_sale(person_id: int, more_minor: int, campaign: dict[str, Any], standing: Standing) -> None:
    """The cap that funds of one sale share."""
    sale_id = campaign["sale_id"]
    if sale_id is None:
        return
    cap_minor = standing.sale_caps[sale_id]
    if standing.in_sale.get((person_id, sale_id), 0) + more_minor > cap_minor:
        most = money.Amount(cap_minor, campaign["currency"])
        raise SaleCapReached("One fan can give at most {most} to all funds of this sale.", field="amount", most=most)


def take(want: Want, standing: Standing) -> None:
    """Count a pledge that was decided, for those decided after it in the same batch."""
    if want.tier_id is not None:
        standing.tiers[want.tier_id]["taken"] += want.quantity
    standing.campaigns[want.campaign_id]["promised_minor"] += want.amount_minor
    sale_id = standing.campaigns[want.campaign_id]["sale_id"]
    if sale_id is not None:
        spent = (want.person_id, sale_id)
        standing.in_sale[spent] = standing.in_sale.get(spent, 0) + want.amount_minor


def refuse_breaking_the_goal(campaign: dict[str, Any], needed_minor: int, less_minor: int, now_us: int) -> None:
    """In the last 24 hours a decrease or a cancellation may not take a fund that has its goal below it."""
    if campaign["rule"] == Rule.FLEXIBLE:  # it keeps what it collects, however little
        return
    if less_minor <= 0 or now_us < campaign["closes_at"] - LAST_HOURS // timedelta(microseconds=1):
        return
    promised_minor = campaign["promised_minor"]
    if promised_minor >= needed_minor > promised_minor - less_minor:
        raise GoalWouldBreak(
            "In the last 24 hours a pledge that the goal depends on can be raised, but not lowered or cancelled."
        )


def next_try_us(settle_by_us: int, now_us: int, advice: str) -> int | None:
    """When to charge a declined card again: days 1, 3, 5 and 7 of settling; never where the network says never."""
    if advice == "do_not_try_again":
        return None
    first_us = settle_by_us - SETTLE_DAYS * DAY_US
    return next((at for day in RETRY_DAYS if (at := first_us + day * DAY_US) > now_us), None)
