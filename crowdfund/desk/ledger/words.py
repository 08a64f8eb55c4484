"""The money of a fund in words: what each line of it means, and what happened on each day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from babel import dates

from crowdfund.campaigns.models import SUCCEEDED, CampaignState, Kind
from crowdfund.desk.ledger.queries import Mine, Money
from crowdfund.desk.ledger.rules import Day, Line, Part
from crowdfund.payouts.expenses.pages import line_name
from crowdfund.web import formats, i18n
from crowdfund.web.i18n import _, lazy, ngettext

DAY_LINES = {
    Line.COLLECTED: lazy("Collected from cards"), Line.PROCESSOR: lazy("The payment company's fees, repaid by the fund"),
    Line.PLATFORM: lazy("crowdfund's fee"), Line.REFUNDED: lazy("Given back to backers"),
    Line.BANKS: lazy("Taken back by backers' banks"), Line.GIVEN: lazy("Given on, by backers' choice"),
    Line.SURPLUS: lazy("Given on, as more was collected than needed"), Line.KEPT: lazy("Kept for the club's next target"),
    Line.PAID_OUT: lazy("Paid out to the makers"),
}  # fmt: skip
# What a line is called on a day on which it gave back more than it took.
_BACK = {
    Line.PLATFORM: lazy("crowdfund's fee, given back"), Line.BANKS: lazy("Given back by banks after disputes"),
    Line.KEPT: lazy("Brought by backers of an earlier target"), Line.PAID_OUT: lazy("A payout that came back"),
}  # fmt: skip


def moment_of(day: int) -> datetime:
    """The first moment of a day of the daybook."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)


def short_day(day: int) -> str:
    """`3 Nov`, as it stands under a bar."""
    locale = "en_GB" if i18n.locale() == "en" else i18n.locale()
    return str(dates.format_skeleton("MMMd", moment_of(day), locale=locale))


def day_rows(day: Day, kind: str = Kind.FILM) -> list[tuple[str, int, str]]:
    """What happened on a day: words, the amount as it changes what is held, and how many cards were charged. kind: of the fund."""
    rows = []
    for line, minor in day.lines.items():
        change = minor if line == Line.COLLECTED else -minor
        words = _BACK.get(line, DAY_LINES[line]) if minor < 0 else DAY_LINES[line]
        if line == Line.PAID_OUT and minor > 0 and kind == Kind.TRANSFER:
            words = lazy("Paid out to the club")
        cards = ngettext("%(num)s card", "%(num)s cards", day.cards) % {"num": formats.number(day.cards)}
        rows.append((str(words), change, cards if line == Line.COLLECTED else ""))
    return rows


def chart_says(days: list[Day], currency: str) -> str:
    """What the chart shows, in a sentence: its text alternative."""
    if not days:
        return ""
    most_in, most_out = max(days, key=lambda day: day.came), max(days, key=lambda day: day.went)
    sentence = ngettext(
        "Money moved on %(num)s day. Up is what came in, most on %(best)s: %(came)s; down is what went out, most on %(worst)s: %(went)s.",
        "Money moved on %(num)s days. Up is what came in, most on %(best)s: %(came)s; down is what went out, most on %(worst)s: %(went)s.",
        len(days),
    )
    return sentence % {
        "num": formats.number(len(days)), "best": short_day(most_in.day), "came": formats.money_short(most_in.came, currency),
        "worst": short_day(most_out.day), "went": formats.money_short(max(0, most_out.went), currency),
    }  # fmt: skip


def points_of(days: list[Day], currency: str) -> list[tuple[str, int, int, str]]:
    """The bars of the chart, the oldest first: the day, what came, what went, and both as people read them."""
    said = _("%(came)s in, %(went)s out")
    return [
        (
            short_day(day.day), max(0, day.came), max(0, day.went),
            said % {"came": formats.money(max(0, day.came), currency), "went": formats.money(max(0, day.went), currency)},
        )
        for day in reversed(days)
    ]  # fmt: skip


def planned_rows(money: Money) -> list[tuple[str, int, int]]:
    """Each line of the budget that the makers pay for: its name, what was planned, what of it is told of."""
    rows = [
        (line_name(line), line.amount_minor, money.told.get(line.id, 0))
        for line in money.budget if line.part not in ("platform_fee", "committed")
    ]  # fmt: skip
    return [*rows, (_("Not in the budget"), 0, money.told[None])] if money.told.get(None) else rows


def who_is_paid(money: Money) -> str:
    return _("the club") if money.campaign.kind == Kind.TRANSFER else _("the makers")


def why_held(money: Money) -> str:
    """What the money that is still held waits for."""
    state = CampaignState(money.campaign.state)
    if state in (CampaignState.FUNDED_HELD, CampaignState.DEAL_AGREED, CampaignState.REGISTERED):
        return _("It waits until the player is registered and two of us have seen it.")
    if state in (CampaignState.OUTCOME_FAILED, CampaignState.ELECTING):
        return _("The deal fell through: each backer decides where her part goes.")
    if state == CampaignState.SETTLING:
        return _("Cards are still being charged. Then it is judged by what was collected.")
    if money.waits_for and state in SUCCEEDED:
        return _("It waits for milestones. The next is “%(title)s”: backers see the proof before it is released.") % {
            "title": money.waits_for.title
        }
    return ""


# --- hers ---


def mine_rows(mine: Mine, money: Money) -> list[tuple[str, int]]:
    """Where a backer's money went: words and amounts that sum to it."""
    names = {line.id: line_name(line) for line in money.budget}
    return [(_part_said(part, mine, money, names), minor) for part, minor in mine.parts.items()]


def _part_said(part: Part, mine: Mine, money: Money, names: dict[int, str]) -> str:
    kind, number = part
    paid = who_is_paid(money)
    if kind == "line":
        line = names.get(number) or _("something that was not in the budget")
        return _("Spent by %(who)s: %(line)s") % {"who": paid, "line": line}
    if kind == "given":
        return _("Given to %(name)s") % {
            "name": mine.recipients[number].name if number in mine.recipients else _("somebody")
        }
    if kind == "used" and mine.next_target is not None:
        return _("Used for the club's next target, %(name)s") % {"name": mine.next_target.name}
    words: dict[str, Any] = {
        "processor": _("The payment company, for charging the cards"), "platform": _("crowdfund's fee"),
        "untold": _("Paid out to %(who)s, who have not told yet what for") % {"who": paid},
        "waiting": _("On its way to %(who)s") % {"who": paid}, "held": _("Still held for you and all who gave"),
        "refunded": _("Given back to your card"), "kept": _("Kept for the club's next target"),
        "used": _("Used for the club's next target"), "disputed": _("With your bank, which has not decided yet"),
        "lost": _("Given back to you by your bank"),
    }  # fmt: skip
    return str(words[kind])
