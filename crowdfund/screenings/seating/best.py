"""The best seats that are free, for people who would rather not choose; and what a choice leaves behind for others.

Together means in one row with nobody between. Nearest to the best point wins: the middle, two thirds back. A seat left alone
between taken seats, a wall or an aisle is an orphan: hardly anybody buys it. In this order: together, leaving no orphan; in one
row on both sides of an aisle, leaving no orphan; together all the same; in neighbouring rows; wherever there is room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from crowdfund.screenings.seating.plan import Kind, Plan, Point, Seat
from crowdfund.screenings.seating.runs import Hall, Run, hall_of

# What a group that can't sit together would rather not have, as far from the best point, in seats, squared: one more row, somebody
# alone, an orphan left behind. So two rows in the middle are better than one less at the wall.
_ROW, _ALONE, _ORPHAN = 16.0, 12.0, 9.0

Window = tuple[float, list[Seat]]  # the cost of it, and its seats from one end to the other


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who looks for what. free: ids, and those of them that may be had; target: the point to be near to.

    depth: how much a row away counts beside a seat away: a row too near is worse than a seat to the side.
    """

    hall: Hall
    free: frozenset[str] | set[str]
    may_have: frozenset[str] | set[str]
    target: Point
    depth: float = 1.5

    def cost(self, seat: Seat) -> float:
        return self.hall.distance(seat, self.target, self.depth)


def best_seats(
    plan: Plan, free: Collection[str], quantity: int, *, category_id: str | None = None, wheelchairs: int = 0
) -> list[str]:
    """Ids of the best `quantity` of the free seats, row by row from one end to the other; none where there aren't so many.

    free: ids of seats that may be had. wheelchairs: how many of the quantity are wheelchair spaces; who comes along gets the
    companions' seats of these spaces first, then seats near by. Such places are for nobody else.
    """
    hall, known = hall_of(plan), plan.seat_ids.intersection(free)
    if not 0 <= wheelchairs <= quantity or quantity < 1:
        return []
    may_have = known if category_id is None else {id for id in known if plan.category_of(id).id == category_id}
    wish = _Wish(hall, known, may_have, hall.best_point)
    if not wheelchairs:
        return [seat.id for seat in _seats(wish, quantity)]
    return _with_wheelchairs(wish, plan, quantity, wheelchairs)


def orphans(plan: Plan, free: Collection[str], chosen: Collection[str]) -> list[str]:
    """Seats that this choice would leave alone: free before beside another free one, and alone after it.

    free: what may be had before the choice, the chosen seats among it or not.
    """
    before = plan.seat_ids.intersection(free).union(chosen)
    after = before.difference(chosen)
    found = []
    for run in hall_of(plan).runs:
        alone = {stretch[0].id for stretch in _stretches(run.seats, after) if len(stretch) == 1}
        if alone:
            were = {stretch[0].id for stretch in _stretches(run.seats, before) if len(stretch) == 1}
            found += [seat.id for seat in run.seats if seat.id in alone - were]
    return found


def _seats(wish: _Wish, quantity: int) -> list[Seat]:
    """The best ordinary seats; none where there aren't enough."""
    together = list(_together(wish, wish.hall.runs, quantity))
    if whole := _least([window for orphaned, window in together if not orphaned]):
        return whole
    if whole := _least(list(_over_an_aisle(wish, quantity))):
        return whole
    if together:
        fewest = min(orphaned for orphaned, _ in together)
        return _least([window for orphaned, window in together if orphaned == fewest])
    return _in_rows(wish, quantity) or _anywhere(wish, quantity)


def _least(windows: Sequence[Window]) -> list[Seat]:
    return min(windows, key=lambda window: round(window[0], 6))[1] if windows else []


def _stretches(seats: Sequence[Seat], free: Collection[str]) -> Iterator[Sequence[Seat]]:
    """Free seats beside each other, each time as many as there are."""
    start = None
    for i, seat in enumerate(seats):
        if seat.id in free:
            start = i if start is None else start
        elif start is not None:
            yield seats[start:i]
            start = None
    if start is not None:
        yield seats[start:]


def _together(wish: _Wish, runs: Sequence[Run], quantity: int) -> Iterator[tuple[int, Window]]:
    """Every way to sit together, with how many orphans it leaves."""
    for run in runs:
        for stretch in _stretches(run.seats, wish.free):
            if len(stretch) < quantity:
                continue
            costs = [0.0, *accumulate(wish.cost(seat) for seat in stretch)]
            wrong = [0, *accumulate(seat.id not in wish.may_have for seat in stretch)]
            for start in range(len(stretch) - quantity + 1):
                end = start + quantity
                if wrong[end] == wrong[start]:
                    orphaned = (start == 1) + (len(stretch) - end == 1)
                    yield orphaned, (costs[end] - costs[start], list(stretch[start:end]))


def _over_an_aisle(wish: _Wish, quantity: int) -> Iterator[Window]:
    """Ways to sit on both sides of an aisle, right beside it, that leave no orphan."""
    for run in wish.hall.runs:
        if run.after_aisle is None:
            continue
        left = _at_end(wish.hall.runs[run.after_aisle].seats, wish, backwards=True)
        right = _at_end(run.seats, wish, backwards=False)
        for here in range(max(1, quantity - len(right)), min(len(left), quantity - 1) + 1):
            there = quantity - here
            if len(left) - here == 1 or len(right) - there == 1:
                continue
            seats = [*left[len(left) - here :], *right[:there]]
            if wish.may_have.issuperset(seat.id for seat in seats):
                yield sum(wish.cost(seat) for seat in seats), seats


def _at_end(seats: Sequence[Seat], wish: _Wish, *, backwards: bool) -> Sequence[Seat]:
    """The free seats at one end of a run."""
    stretches = list(_stretches(seats, wish.free))
    if not stretches:
        return []
    stretch = stretches[-1 if backwards else 0]
    at_end = stretch[-1] is seats[-1] if backwards else stretch[0] is seats[0]
    return stretch if at_end else []


def _in_rows(wish: _Wish, quantity: int) -> list[Seat]:
    """One group in each of some neighbouring rows, as few as there have to be from where they begin."""
    longest = {row: _longest(wish, runs) for row, runs in wish.hall.rows.items()}
    found: list[Window] = []
    for rows in wish.hall.neighbours:
        for first in range(len(rows)):
            sizes: list[int] = []
            for row in rows[first:]:
                sizes.append(longest[row])
                if not sizes[-1] or sum(sizes) >= quantity:
                    break
            if sum(sizes) < quantity or not all(sizes):
                continue
            if (option := _shared_out(wish, rows[first : first + len(sizes)], sizes, quantity)) is not None:
                found.append(option)
    return _least(found)


def _longest(wish: _Wish, runs: Sequence[Run]) -> int:
    """How many can sit together in a row."""
    return max((len(part) for run in runs for part in _stretches(run.seats, wish.may_have)), default=0)


def _shared_out(wish: _Wish, rows: Sequence[int], sizes: Sequence[int], quantity: int) -> Window | None:
    """Groups for these rows: the first near the best point, each other near the one before it. The cost is for one person."""
    groups = _groups(sizes, quantity)
    seats: list[Seat] = []
    orphaned, cost = 0, 0.0
    for row, size in zip(rows, groups, strict=True):
        near = replace(wish, target=_middle(seats)) if seats else wish
        options = list(_together(near, wish.hall.rows[row], size))
        if not options:
            return None
        orphans_here, (cost_here, seats_here) = min(options, key=lambda one: (one[0], round(one[1][0], 6)))
        orphaned, cost = orphaned + orphans_here, cost + cost_here
        seats += seats_here
    return cost / quantity + _ROW * len(groups) + _ALONE * groups.count(1) + _ORPHAN * orphaned, seats


def _middle(seats: Sequence[Seat]) -> Point:
    return sum(seat.x for seat in seats) / len(seats), sum(seat.y for seat in seats) / len(seats)


def _groups(sizes: Sequence[int], quantity: int) -> list[int]:
    """How many sit in each row: as evenly as there is room, so that nobody sits alone who needn't."""
    groups, left = [0] * len(sizes), quantity
    while left:
        fewest = min((i for i in range(len(sizes)) if groups[i] < sizes[i]), key=lambda i: groups[i])
        groups[fewest] += 1
        left -= 1
    return groups


def _anywhere(wish: _Wish, quantity: int) -> list[Seat]:
    """The largest group that can sit together, then the largest of who is left; nobody, where there aren't enough seats."""
    free = set(wish.free)
    left = quantity
    found: list[Seat] = []
    while left:
        rest = replace(wish, free=free, may_have=wish.may_have & free)
        size = min(left, max((_longest(rest, runs) for runs in rest.hall.rows.values()), default=0))
        if not size:
            return []
        options = list(_together(rest, rest.hall.runs, size))
        fewest = min(orphaned for orphaned, _ in options)
        seats = _least([window for orphaned, window in options if orphaned == fewest])
        free.difference_update(seat.id for seat in seats)
        found, left = found + seats, left - size
    return found


def _with_wheelchairs(wish: _Wish, plan: Plan, quantity: int, wheelchairs: int) -> list[str]:
    """Spaces beside each other, then their companions' seats, then seats near by for who else comes."""
    special = [seat for seat in plan.seats if seat.kind is not Kind.SEAT and seat.id in wish.may_have]
    spaces = [seat for seat in special if seat.kind is Kind.WHEELCHAIR]
    beside: dict[str, list[Seat]] = {space.id: [] for space in spaces}
    for seat in special:
        if seat.companion_of in beside:
            beside[seat.companion_of].append(seat)
    if len(spaces) < wheelchairs:
        return []
    along = quantity - wheelchairs
    groups = []
    for first in spaces:
        group = sorted(spaces, key=lambda space: wish.hall.distance(space, (first.x, first.y)))[:wheelchairs]
        spread = sum(wish.hall.distance(space, (first.x, first.y)) for space in group)
        without = max(0, along - sum(len(beside[space.id]) for space in group))
        groups.append(((without, round(spread, 6), round(sum(map(wish.cost, group)), 6)), group))
    group = min(groups, key=lambda one: one[0])[1]
    companions = [seat for space in group for seat in beside[space.id]][:along]
    rest = along - len(companions)
    near = replace(wish, target=_middle([*group, *companions]), depth=8.0)
    others = _seats(near, rest) if rest else []
    if len(others) < rest:
        return []
    return [seat.id for seat in (*group, *companions, *others)]
