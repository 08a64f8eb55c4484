"""What a transfer fund has to be before anybody may pledge to it: pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import orjson

from crowdfund import clock
from crowdfund.campaigns.models import Rule
from crowdfund.campaigns.rules import Missing
from crowdfund.campaigns.transfers.models import Part, Surplus, Transfer
from crowdfund.refusal import Invalid

# Cards are charged and mended for seven days after the close, and a deal needs a few more.
CLOSES_BEFORE_WINDOW = timedelta(days=10)
# FIFA, Regulations on the Status and Transfer of Players, annexe 5: 5 % of a fee go to the clubs that trained the player.
SOLIDARITY_BPS = 500


def goal_minor(stack: Mapping[Part, int]) -> int:
    """What fans are asked for: all that the transfer costs, less what others have committed."""
    return sum(minor for part, minor in stack.items() if part != Part.COMMITTED) - stack.get(Part.COMMITTED, 0)


def refuse_stack(stack: Mapping[Part, int], cap_minor: int | None) -> None:
    """Raises Invalid for a stack that leaves nothing to ask for, and for a cap that the goal does not fit under."""
    goal = goal_minor(stack)
    if stack.get(Part.COMMITTED) and goal <= 0:
        raise Invalid("Others have committed all of it: there is nothing left to ask fans for.", field="committed")
    if cap_minor is not None and cap_minor < goal:
        raise Invalid("The cap is less than the goal.", field="cap")


def window_at(local: datetime, zone: str) -> datetime:
    """The instant of a wall-clock time in a time zone, UTC. local: naive.

    Raises Invalid for a zone that nobody knows, and for a time that its clocks skip or show twice: a deadline is one moment.
    """
    if not clock.FIRST_MOMENT <= local.replace(tzinfo=UTC) < clock.LAST_MOMENT:
        raise Invalid("That is no time that anybody here lives to see. Choose another.", field="window_closes")
    if zone not in available_timezones():
        raise Invalid("That is no time zone. Choose one like Europe/Berlin.", field="window_zone")
    try:
        there = ZoneInfo(zone)
    except ZoneInfoNotFoundError as error:
        raise Invalid("That is no time zone. Choose one like Europe/Berlin.", field="window_zone") from error
    first, second = (local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(there).replace(tzinfo=None) != local:
        raise Invalid("The clocks there skip this time on that day. Choose another.", field="window_closes")
    if first != second:
        raise Invalid("The clocks there show this time twice on that day. Choose another.", field="window_closes")
    return first


def refuse_late_close(transfer: Transfer, closes_at: datetime | None) -> None:
    """Raises Invalid for a fund that closes too late for cards to be charged before the window does."""
    if (missing := late_close(transfer, closes_at)) is not None:
        raise Invalid(missing.text, field="closes_at", **missing.values)


def late_close(transfer: Transfer, closes_at: datetime | None) -> Missing | None:
    if not transfer.is_contingent or transfer.window_closes_at is None or closes_at is None:
        return None
    if closes_at <= transfer.window_closes_at - CLOSES_BEFORE_WINDOW:
        return None
    days = {"days": CLOSES_BEFORE_WINDOW.days}
    return Missing("closes_at", "It has to close at least {days} days before the registration window does.", days)


def signed_facts(campaign: Any, transfer: Transfer, stack: Mapping[str, int]) -> str:
    """The hash of all that a club signs: what is bought, in which competition and window, for how much, and who confirms."""
    facts = {
        "fund": campaign.name, "currency": campaign.currency, "player": transfer.player, "selling_club": transfer.selling_club,
        "competition": transfer.competition, "buys": transfer.buys, "confirmed_by": transfer.confirmed_by,
        "window_closes_at": transfer.window_closes_at.isoformat() if transfer.window_closes_at else "",
        "window_zone": transfer.window_zone, "stack": dict(sorted(stack.items())), "cap_minor": campaign.cap_minor,
        "surplus": transfer.surplus, "fallback": campaign.fallback_id,
    }  # fmt: skip
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def what_is_missing(
    campaign: Any, transfer: Transfer | None, stack: Mapping[str, int], organisation_kind: str
) -> list[Missing]:
    """All that keeps a transfer fund from being handed in, besides what any fund needs."""
    if transfer is None:
        return [Missing("transfer", "Say what the transfer is, and who confirms it.")]
    missing = []
    if organisation_kind != "club":
        missing.append(Missing("organisation", "Only a club can run a transfer fund."))
    if not stack.get(Part.TRANSFER_FEE):
        missing.append(Missing("transfer_fee", "Say what the selling club gets."))
    if campaign.rule == Rule.FLEXIBLE and transfer.is_contingent:
        missing.append(Missing("rule", "Part of a fee brings no player: choose the whole goal, or a share of it."))
    if campaign.fallback_id is None and transfer.is_contingent:
        missing.append(
            Missing("fallback", "Name the academy or squad that backers may give to when the deal falls through.")
        )
    elif campaign.fallback_id is None and transfer.surplus == Surplus.FALLBACK:
        missing.append(Missing("fallback", "Name the academy or squad that gets what is collected beyond the goal."))
    if transfer.is_contingent:
        missing += _contingent(campaign, transfer, stack)
    return missing


_NEEDED: Sequence[tuple[str, str]] = (
    ("player", "Name the player."),
    ("selling_club", "Name the club that sells him."),
    ("competition", "Name the competition that he is to be registered for."),
    ("buys", "Say what the money may buy."),
    ("confirmed_by", "Say who at the club confirms a signing: name and office."),
)


def _contingent(campaign: Any, transfer: Transfer, stack: Mapping[str, int]) -> list[Missing]:
    missing = [Missing(field, sentence) for field, sentence in _NEEDED if not getattr(transfer, field)]
    if transfer.window_closes_at is None:
        missing.append(Missing("window_closes", "Say when the registration window closes, and in which time zone."))
    if (late := late_close(transfer, campaign.closes_at)) is not None:
        missing.append(late)
    if not transfer.signed_at:
        missing.append(
            Missing("acceptance", "The club has to sign first: nobody pays for a transfer that it has not accepted.")
        )
    elif transfer.signed_hash != signed_facts(campaign, transfer, stack):
        missing.append(Missing("acceptance", "This was changed after the club had signed: it has to sign again."))
    return missing


# --- what a perk may not be ---

# A share in a resale or a return is third-party ownership (FIFA RSTP 18ter), a say in transfers is influence (18bis): STVV was
# fined for the first in 2017. A person decides; these words only make sure that one looks.
_NO_PERK = {
    "return": r"dividend|profit|\breturns?\b|interest|yield|\bequity\b|invest|分红|收益|回报率|利润|股权|投资",
    "resale": r"resale|re-sale|sell[- ]?on|future (transfer )?fee|percentage of|\d+ ?% of|转卖|二次转会|转会分成",
    "say": r"(veto|\bvote\b|decide|choose|\bsay\b|approve)[^.]{0,60}(transfer|signing|sale|squad|line-?up|player)|"
    r"(transfer|signing|line-?up)[^.]{0,60}(veto|\bvote\b|decision)|(投票|决定|否决)[^。]{0,20}(转会|签约|阵容)|"
    r"(转会|签约|阵容)[^。]{0,20}(投票|决定权|否决)",
}
_PERKS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _NO_PERK.items()}
PERK_SENTENCES = {
    "return": "This reads like a financial return.",
    "resale": "This reads like a share in a later sale.",
    "say": "This reads like a say in transfers.",
}


def suspicious(text: str) -> list[str]:
    """Which of the things that no perk may be this text seems to promise: `return`, `resale`, `say`."""
    return [kind for kind, pattern in _PERKS.items() if pattern.search(text)]


def perk_warnings(tiers: Iterable[Any]) -> list[tuple[str, str]]:
    """What a reviewer should look at: (tier's name, sentence)."""
    return [
        (tier.name, PERK_SENTENCES[kind]) for tier in tiers for kind in suspicious(f"{tier.name}. {tier.description}")
    ]
