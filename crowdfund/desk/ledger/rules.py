"""Where the money of a fund is, from what was moved because of it: pure sums that add up, whatever happened.

What a fund collected is at each moment in exactly one of these places: taken by somebody, gone to somebody, or still held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crowdfund import money
from crowdfund.ledger.chart import number_of, role_of
from crowdfund.ledger.daybook import Moved


class Line(StrEnum):
    """What became of money. All but the first take from what was collected; what none of them took is still held."""

    COLLECTED = "collected"
    PROCESSOR = "processor"  # what the processor took for charging the cards, repaid by a fund that succeeded
    PLATFORM = "platform"
    REFUNDED = "refunded"  # promised back to backers' cards; most of it is there a moment later
    BANKS = "banks"  # taken back by backers' banks
    GIVEN = "given"  # to an academy or a charity, by backers' choice
    SURPLUS = "surplus"  # to an academy, as what was collected beyond the goal
    KEPT = "kept"  # for the club's next target; below nothing where an earlier target's backers brought it
    PAID_OUT = "paid_out"  # to the makers, on its way or there


# Accounts that are nobody's claim on the money of a fund.
_OUTSIDE = {"stripe", "bank", "expense:processor", "expense:dispute", "refund:clearing", "payout:transit"}
_TAKES = {
    "expense:processor": Line.PROCESSOR, "fee:platform": Line.PLATFORM, "expense:dispute": Line.PLATFORM, "bank": Line.PLATFORM,
    "refund:clearing": Line.REFUNDED, "carried": Line.KEPT,
}  # fmt: skip


def effect(moved: Moved) -> dict[Line, int]:
    """What a movement changes: minor units by line, less than nothing where a line gives back.

    Empty where it is between accounts that hold what was counted before, or of no fund's money: what the processor takes from
    the platform, a refund that has left.
    """
    debit, credit = role_of(moved.debit), role_of(moved.credit)
    if debit in _OUTSIDE and credit in _OUTSIDE:
        return {}
    changes: Counter[Line] = Counter()
    for role, other, minor in ((credit, debit, moved.amount_minor), (debit, credit, -moved.amount_minor)):
        line = _line(role, other, moved.kind)
        if line is not None:
            changes[line] += -minor if line == Line.COLLECTED else minor
    return {line: minor for line, minor in changes.items() if minor}


def _line(role: str, other: str, kind: str) -> Line | None:
    if role == "stripe":
        return Line.COLLECTED if kind == "pledge_collected" else Line.BANKS
    if role == "payout:transit":
        return None if other == "recipient" else Line.PAID_OUT
    if role == "recipient":
        return None if other == "payout:transit" else Line.SURPLUS if kind == "surplus_given" else Line.GIVEN
    return _TAKES.get(role)


@dataclass(frozen=True, slots=True)
class Whole:
    """A fund's money, in minor units. collected + brought = what all others take + held.

    processor_cost: what the processor has taken for its cards, whoever bears it. refunded: promised back; returned: of that
    arrived. surplus_given, given: by recipient. kept: for the next target; brought: from an earlier one. paid_out: sent to the
    makers. in_fund: nobody's but the backers' yet. waiting: the makers', to be paid. kept_for_debt: the makers', for what another
    of their funds owes. owed: by the makers, as more was given back than was still here. held = in_fund + waiting +
    kept_for_debt - owed.
    """

    collected: int
    brought: int
    processor: int
    processor_cost: int
    platform: int
    refunded: int
    returned: int
    banks: int
    given: Mapping[int, int]
    surplus_given: Mapping[int, int]
    kept: int
    paid_out: int
    in_fund: int
    waiting: int
    kept_for_debt: int
    owed: int

    @property
    def returning(self) -> int:
        return self.refunded - self.returned

    @property
    def held(self) -> int:
        return self.in_fund + self.waiting + self.kept_for_debt - self.owed

    @property
    def came(self) -> int:
        return self.collected + self.brought

    @property
    def gone(self) -> int:
        """All that was taken or went somewhere."""
        gifts = sum(self.given.values()) + sum(self.surplus_given.values())
        return self.processor + self.platform + self.refunded + self.banks + gifts + self.kept + self.paid_out


def whole_of(sums: Iterable[Moved]) -> Whole:
    """All that was ever moved because of a fund, as places where its money is."""
    rows = list(sums)
    lines: Counter[Line] = Counter()
    left: Counter[str] = Counter()  # by role, what came to an account less what left it
    for row in rows:
        lines.update(effect(row))
        left[role_of(row.credit)] += row.amount_minor
        left[role_of(row.debit)] -= row.amount_minor
    payable, receivable = left["payable"], left["receivable"]
    elsewhere = {"fee:platform", "recipient", "carried", "payable", "receivable"} | _OUTSIDE
    return Whole(
        collected=lines[Line.COLLECTED], brought=max(0, -lines[Line.KEPT]), processor=lines[Line.PROCESSOR],
        processor_cost=sum(row.amount_minor for row in rows if row.kind == "processor_fee"), platform=lines[Line.PLATFORM],
        refunded=lines[Line.REFUNDED], returned=lines[Line.REFUNDED] - left["refund:clearing"], banks=lines[Line.BANKS],
        given=_gifts(rows, Line.GIVEN), surplus_given=_gifts(rows, Line.SURPLUS), kept=max(0, lines[Line.KEPT]),
        paid_out=lines[Line.PAID_OUT], in_fund=sum(minor for role, minor in left.items() if role not in elsewhere),
        waiting=max(0, payable), kept_for_debt=max(0, receivable), owed=max(0, -payable) + max(0, -receivable),
    )  # fmt: skip


def _gifts(rows: Iterable[Moved], line: Line) -> dict[int, int]:
    gifts: Counter[int] = Counter()
    for row in rows:
        recipient_id = number_of(row.credit) if line in effect(row) else None
        if recipient_id is not None:
            gifts[recipient_id] += row.amount_minor
    return dict(gifts)


@dataclass(frozen=True, slots=True)
class Day:
    """What happened to a fund's money on one day. lines: by what became of it. cards: how many were charged. held: at its end."""

    day: int
    lines: Mapping[Line, int]
    cards: int
    held: int

    @property
    def came(self) -> int:
        """What came in: collected, and brought from an earlier target."""
        return self.lines.get(Line.COLLECTED, 0) + max(0, -self.lines.get(Line.KEPT, 0))

    @property
    def went(self) -> int:
        """What was taken or went somewhere, less what came back of it."""
        out = sum(minor for line, minor in self.lines.items() if line != Line.COLLECTED)
        return out + max(0, -self.lines.get(Line.KEPT, 0))


def days_of(rows: Iterable[Moved], held_minor: int) -> list[Day]:
    """Movements by day, the newest first, as days. held_minor: what was held at the end of the newest. Quiet days are left out."""
    lines: dict[int, Counter[Line]] = {}
    cards: Counter[int] = Counter()
    for row in rows:
        if row.day is not None:
            lines.setdefault(row.day, Counter()).update(effect(row))
            cards[row.day] += row.postings if row.kind == "pledge_collected" else 0
    found = []
    for day in sorted(lines, reverse=True):
        moved = {line: lines[day][line] for line in Line if lines[day][line]}
        if moved:
            found.append(Day(day, moved, cards[day], held_minor))
            held_minor -= found[-1].came - found[-1].went
    return found


# --- where a backer's own money went ---

Part = tuple[str, int]  # what a part is, and whose: ("line", 12) is a line of the budget, ("given", 7) a recipient


def weights_of(whole: Whole, told: Mapping[int | None, int]) -> dict[Part, int]:
    """What of a fund's money was nobody's own choice, by where it is: each backer's share of it is the same.

    told: what its makers say that they paid out of it, by budget line (none: for something else).
    """
    spent = {("line", line or 0): minor for line, minor in told.items()}
    gifts = {("given", recipient): minor for recipient, minor in whole.surplus_given.items()}
    places = {
        ("processor", 0): whole.processor, ("platform", 0): whole.platform, **spent,
        ("untold", 0): whole.paid_out - sum(told.values()), ("waiting", 0): whole.waiting + whole.kept_for_debt, **gifts,
        ("held", 0): whole.in_fund,
    }  # fmt: skip
    return {part: minor for part, minor in places.items() if minor > 0}


def split_mine(amount_minor: int, own: Mapping[Part, int], weights: Mapping[Part, int]) -> dict[Part, int]:
    """Where one backer's amount went, to the last cent: what was her own first, the rest by the fund's whole.

    own: what went back to her, or where she chose. weights: as `weights_of` has them; without any the rest is still held. The
    parts sum to the amount; those of nothing are left out. Largest remainder, ties to what is named first.
    """
    parts = {part: minor for part, minor in own.items() if minor > 0}
    rest_minor = amount_minor - sum(parts.values())
    if rest_minor < 0:
        raise ValueError("more of it is accounted for than there was")
    by_weight = dict(weights) or {("held", 0): 1}
    shares = zip(by_weight, money.split_minor(rest_minor, list(by_weight.values())), strict=True)
    for part, minor in shares:
        if minor:
            parts[part] = parts.get(part, 0) + minor
    return parts
