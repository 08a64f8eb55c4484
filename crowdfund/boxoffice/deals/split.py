"""The split of a run to the cent. Its heart is `shares`, a pure function of what stands; everything that is booked is a difference.

- The lines of a ticket, or of any batch of them, are the shares after it less the shares before it. They come to its gross, and
  lines of tickets one by one come to the lines of all at once. A line may be negative: the ticket with which a retroactive tier is
  reached carries the whole step, more to one and less to another; and of a ticket of a few cents the rest may give cents back.
- A refund takes back exactly the lines of its ticket, whatever has happened since, so the shares that stand and the lines booked
  may part: where the gross falls back below a tier, or a fixed fee is no longer covered. Then a true-up books the difference, lines
  that come to zero. It is due once a run, or a screening, is closed; nothing booked is ever edited.
- Nothing taken: nobody gets anything, and a guarantee is owed in full. A free ticket counts as an admission, and its lines come to
  zero; most often there are none. A screening that was shown to nobody counts for guarantees by screening once it is among
  what was taken, with zeros. A fixed amount larger than what is left takes what is left: by screening, each stands for itself, and
  what one could not give is not made up by the next; over the run, later tickets fill it first.
- A fraction of a cent stays with the payee of the rest: each percentage is rounded down by itself, so there is no tie of remainders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import orjson

from crowdfund.boxoffice.deals.steps import Deal, Period
from crowdfund.boxoffice.deals.waterfall import Waterfall, division_of
from crowdfund.boxoffice.deals.writing import deal_hash

Lines = dict[str, int]  # {payee: minor units}, without zeros


class Showing(NamedTuple):
    """A screening, and the week of the run that it lies in, from 1."""

    screening: str
    week: int = 1


class Counted(NamedTuple):
    gross_minor: int
    admissions: int


Taken = Mapping[Showing, Counted]  # what stands in a run: sold and not refunded, without booking fees


class Ticket(NamedTuple):
    """A ticket sold, or several sold as one. gross_minor: its price without booking fee."""

    id: str
    screening: str
    gross_minor: int
    week: int = 1
    admissions: int = 1


@dataclass(frozen=True, slots=True)
class Owed:
    """What a guarantee lacks, so far: the bearer has to find it elsewhere. step: its number in the deal."""

    step: int
    bearer: str
    payee: str
    minor: int


@dataclass(frozen=True, slots=True)
class Result:
    """A run that can be repeated: the same deal and the same tickets in the same order give the same lines.

    deal_hash, input_hash: hexadecimal. lines: of each ticket, in order. shares: what each payee has at the end, zeros too.
    """

    deal_hash: str
    input_hash: str
    gross_minor: int
    admissions: int
    shares: dict[str, int]
    owed: tuple[Owed, ...]
    lines: list[Lines]


def shares(deal: Deal, taken: Taken) -> dict[str, int]:
    """What each payee gets of all that was taken; zero or more each, together the gross."""
    return Run(deal, taken).shares


def waterfall(deal: Deal, taken: Taken) -> Waterfall:
    """The same, step by step."""
    return Run(deal, taken).waterfall()


def owed(deal: Deal, taken: Taken) -> tuple[Owed, ...]:
    """What bearers of guarantees would owe if the run ended now."""
    return Run(deal, taken).owed()


def true_up(deal: Deal, taken: Taken, booked: Mapping[str, int]) -> Lines:
    """The lines that make what is booked what it should be; they come to zero.

    booked: the sum of all lines booked so far, those of an earlier version of the deal and of earlier true-ups too.
    Raises ValueError where they don't come to the gross: then a ticket or a refund is missing on one side.
    """
    should = shares(deal, taken)
    if sum(booked.values()) != sum(should.values()):
        raise ValueError(f"booked are {sum(booked.values())}, taken {sum(should.values())}")
    payees = [*should, *sorted(set(booked) - set(should))]
    return {key: minor for key in payees if (minor := should.get(key, 0) - booked.get(key, 0))}


def refund_lines(lines: Lines, price_minor: int, now_minor: int, *, before_minor: int = 0) -> Lines:
    """What a refund of a part of a ticket takes back of its lines: negated, together `-now_minor`.

    price_minor: what the lines come to. before_minor: what earlier refunds of the ticket came to. Each line is rounded on what
    was given back in all, so refunds that come to the price have taken back exactly the lines, in however many parts. A ticket
    that was free is given back at once, with now_minor 0. Raises ValueError for more than the ticket has left.
    """
    if (
        sum(lines.values()) != price_minor
        or now_minor < 0
        or before_minor < 0
        or before_minor + now_minor > price_minor
    ):
        raise ValueError(f"{before_minor} and {now_minor} of {price_minor} can't be given back")
    if now_minor == price_minor:
        return {key: -minor for key, minor in lines.items() if minor}
    before, after = (_part(lines, price_minor, minor) for minor in (before_minor, before_minor + now_minor))
    return {key: before[key] - after[key] for key in lines if before[key] != after[key]}


def _part(lines: Lines, price_minor: int, given_back_minor: int) -> dict[str, int]:
    """Each line's part of what was given back of a price: within a cent of the exact one, and together all of it."""
    parts, reached, rounded = {}, 0, 0
    for key in sorted(lines):  # not in the order that a database or a file brought them in
        reached += lines[key]
        up_to_here = reached * given_back_minor // price_minor
        parts[key] = up_to_here - rounded
        rounded = up_to_here
    return parts


def added(*many: Mapping[str, int]) -> Lines:
    """Lines together."""
    total: dict[str, int] = {}
    for lines in many:
        for key, minor in lines.items():
            total[key] = total.get(key, 0) + minor
    return {key: minor for key, minor in total.items() if minor}


def split(deal: Deal, tickets: Iterable[Ticket], taken: Taken | None = None) -> Result:
    """Every ticket's lines, in order. taken: what stood before the first of them."""
    run, digest = Run(deal, taken or {}), sha256(_written(taken or {}))
    lines = []
    for ticket in tickets:
        digest.update(orjson.dumps([*ticket]) + b"\n")
        lines.append(run.take(ticket))
    return Result(deal_hash(deal), digest.hexdigest(), run.gross_minor, run.admissions, run.shares, run.owed(), lines)


def taken_hash(taken: Taken) -> str:
    """What a true-up or a statement was computed from: SHA-256 of the counts by screening, hexadecimal."""
    return sha256(_written(taken)).hexdigest()


def _written(taken: Taken) -> bytes:
    return b"".join(orjson.dumps([*showing, *counted]) + b"\n" for showing, counted in sorted(taken.items()))


class Run:
    """What stands in a run, kept so that one more ticket costs as much as the deal has steps, whatever was sold before."""

    def __init__(self, deal: Deal, taken: Taken | None = None) -> None:
        self.deal = deal
        self.gross_minor = self.admissions = 0
        self._payees = [payee.key for payee in deal.payees]
        self._division = division_of(deal)
        self._unit = deal.unit
        self._taken: dict[Showing, Counted] = {}
        self._units: dict[Showing | int, list[int]] = {}
        self._sums = list(self._division.zero_unit)
        for showing, counted in (taken or {}).items():
            self._count(Showing(*showing), *counted)
        self._shares = self._computed()

    @property
    def taken(self) -> Taken:
        return dict(self._taken)

    @property
    def shares(self) -> dict[str, int]:
        return dict(zip(self._payees, self._shares, strict=True))

    def take(self, ticket: Ticket) -> Lines:
        """Count a ticket in; its lines, which come to its gross."""
        self._count(Showing(ticket.screening, ticket.week), ticket.gross_minor, ticket.admissions)
        return self._difference()

    def take_all(self, tickets: Iterable[Ticket]) -> Lines:
        """Count many in at once: the lines of all together, as if each had been taken by itself."""
        counts: dict[Showing, list[int]] = {}
        for ticket in tickets:
            count = counts.setdefault(Showing(ticket.screening, ticket.week), [0, 0])
            count[0] += ticket.gross_minor
            count[1] += ticket.admissions
        for showing, (gross_minor, admissions) in counts.items():
            self._count(showing, gross_minor, admissions)
        return self._difference()

    def open(self, showing: Showing) -> None:
        """A screening takes place, whether or not anybody buys: guarantees by screening count it from here."""
        self._count(showing, 0, 0)
        self._shares = self._computed()

    def give_back(self, ticket: Ticket, minor: int | None = None, *, admissions: int | None = None) -> None:
        """Count a refund out: all of the ticket, or a part of its price and, with its last part, its admissions.

        What is booked for it is `refund_lines`, not a difference of shares. Raises ValueError for more than was taken.
        """
        out_minor = ticket.gross_minor if minor is None else minor
        out_admissions = ticket.admissions if admissions is None and minor is None else admissions or 0
        self._count(Showing(ticket.screening, ticket.week), -out_minor, -out_admissions)
        self._shares = self._computed()

    def waterfall(self) -> Waterfall:
        return self._division.waterfall(self.gross_minor, self.admissions, self._sums)

    def owed(self) -> tuple[Owed, ...]:
        """What bearers of guarantees would owe if the run ended now."""
        numbered = enumerate(self.deal.guarantees, len(self.deal.steps) + 1)
        whole = zip(numbered, self.waterfall().owed, strict=True)
        return tuple(Owed(number, one.bearer, one.payee, minor) for (number, one), minor in whole if minor)

    def _computed(self) -> list[int]:
        return self._division.shares(self.gross_minor, self.admissions, self._sums)

    def _difference(self) -> Lines:
        before, self._shares = self._shares, self._computed()
        return {key: b - a for key, a, b in zip(self._payees, before, self._shares, strict=True) if a != b}

    def _count(self, showing: Showing, gross_minor: int, admissions: int) -> None:
        stood = self._taken.get(showing, (0, 0))
        counted = Counted(stood[0] + gross_minor, stood[1] + admissions)
        if counted.gross_minor < 0 or counted.admissions < 0 or showing.week < 1:
            raise ValueError(f"{showing} can't stand at {counted}")
        self._taken[showing] = counted
        self.gross_minor += gross_minor
        self.admissions += admissions
        if self._unit is not None:
            self._count_unit(
                showing if self._unit == Period.SCREENING else showing.week, showing.week, gross_minor, admissions
            )

    def _count_unit(self, key: Showing | int, week: int, gross_minor: int, admissions: int) -> None:
        gross_before, admissions_before, *before = self._units.get(key) or [0, 0, *self._division.zero_unit]
        gross_minor, admissions = gross_before + gross_minor, admissions_before + admissions
        after = self._division.unit(gross_minor, admissions, week)
        self._units[key] = [gross_minor, admissions, *after]
        self._sums = [total - old + new for total, old, new in zip(self._sums, before, after, strict=True)]
