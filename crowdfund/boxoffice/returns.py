"""After a screening is settled: a refund or a bank takes back exactly the lines of its tickets, and gives back the same.

A ticket's lines are worked out again from the row that counted it in: the same deal, the same tickets in the same order. What was
paid out by then is owed from then on. All in the caller's transaction, with the screening locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crowdfund.boxoffice import queries
from crowdfund.boxoffice.accounts import brought_to, found_again, split_by_sign
from crowdfund.boxoffice.deals.split import Counted, Lines, Result, Showing, added, refund_lines, split
from crowdfund.boxoffice.models import Deal, RowKind, Settlement
from crowdfund.boxoffice.rules import NOTHING, PLATFORM, Stands, standing_of
from crowdfund.boxoffice.settling import tickets_in
from crowdfund.boxoffice.writing_rows import Row, Who, book, terms_of, write
from crowdfund.database import new_id
from crowdfund.ledger import Account, Entry, chart, post, poured
from crowdfund.screenings.models import Screening


@dataclass(frozen=True, slots=True)
class Moved:
    """What is taken from whom, or given to whom: it comes to `minor`."""

    minor: int
    parts: list[tuple[Account, int]]


NOBODY = Moved(0, [])


async def take_back(screening: Screening, order_id: int, missing: Mapping[int, int] | None = None) -> Moved:
    """What the tickets of an order stand for less than was counted, taken from those who had it. missing: what a bank holds of it.

    Gives from which accounts the money comes; the caller books where it goes.
    """
    found = await _settled(screening, order_id, missing)
    if found is None:
        return NOBODY
    first, was, now = found
    less = {key: _less(one, now.get(key, NOTHING)) for key, one in was.items()}
    less = {key: one for key, one in less.items() if one != NOTHING and min(one) >= 0}
    if not less:
        return NOBODY
    shares = [
        await _part_of(screening, key, was[key].gross_minor, was[key].gross_minor - one.gross_minor)
        for key, one in less.items()
    ]
    lines, who = added(*shares), await _who(first)
    stands = {key: Stands(*(-part for part in one)) for key, one in less.items()}
    fee_payee, fee_minor = await _fee_payee(first), sum(one.fee_minor for one in less.values())
    deal = await Deal.get(id=first.deal_id)
    fees = {fee_payee: -fee_minor} if fee_minor else {}
    row = Row(RowKind.TAKEN_BACK, first.week, stands, lines, first.input_sha256, fees=fees)
    made = await write(row, screening, deal, who, run_id=first.run_id)
    given, taken = split_by_sign(lines, who)
    if fee_minor:
        taken.append((who.get(fee_payee), fee_minor))
    sources = await found_again(taken, screening.currency)
    return await _less_given(made, screening, sources, await brought_to(given, screening.currency))


async def take_into_escrow(screening: Screening, order_id: int) -> int:
    """Take it back into the screening's escrow, from where the caller moves it on; gives how much that is."""
    moved = await take_back(screening, order_id)
    escrow = chart.escrow(screening.id, screening.currency)
    key = f"screening:{screening.id}:taken_back:{new_id()}"
    await book(key, "box_office_taken_back", screening, moved.parts, [(escrow, moved.minor)])
    return moved.minor


async def _less_given(
    made: Settlement, screening: Screening, sources: list[tuple[Account, int]], gains: list[tuple[Account, int]]
) -> Moved:
    """A step of a scale may give somebody more when a ticket goes: that comes out of what is taken from the others."""
    gained = sum(minor for _, minor in gains)
    for_gains, left = _cut(sources, gained)
    if movements := poured(for_gains, gains):
        await post([Entry(f"settlement:{made.id}", "box_office_step", f"screening:{screening.id}", movements)])
    return Moved(sum(minor for _, minor in left), left)


def _cut(parts: list[tuple[Account, int]], minor: int) -> tuple[list[tuple[Account, int]], list[tuple[Account, int]]]:
    """The first of the parts that come to an amount, and the rest."""
    first, rest = [], []
    for account, part in parts:
        here = min(part, minor)
        minor -= here
        first += [(account, here)] if here else []
        rest += [(account, part - here)] if part - here else []
    return first, rest


async def give_back(screening: Screening, order_id: int, missing: Mapping[int, int] | None = None) -> Moved:
    """What a bank has given back of an order, to those from whom it was taken, to the cent; or, where it held it when the screening
    was settled, shared out now. Gives to which accounts it goes; the caller books where it comes from."""
    found = await _settled(screening, order_id, missing)
    if found is None:
        return NOBODY
    first, was, now = found
    who, parts = await _who(first), list[tuple[int | None, int]]()
    again, new = await _divided(was, now)
    if again:
        parts += await _again(screening, first, who, was, again)
    if new:
        parts += await _added(screening, first, new)
    wants = await brought_to([(one, minor) for one, minor in parts if minor > 0], screening.currency)
    losses = await found_again([(one, -minor) for one, minor in parts if minor < 0], screening.currency)
    if losses:
        for_losses, wants = _cut(wants, sum(minor for _, minor in losses))
        key = f"settlement:{new_id()}:step"
        await post([Entry(key, "box_office_step", f"screening:{screening.id}", poured(losses, for_losses))])
    return Moved(sum(minor for _, minor in wants), wants)


async def _divided(was: Mapping[int, Stands], now: Mapping[int, Stands]) -> tuple[dict[int, Stands], dict[int, Stands]]:
    """What comes back of what was counted once, and what was never counted, by ticket."""
    again, new = dict[int, Stands](), dict[int, Stands]()
    for key, one in now.items():
        stood = was.get(key, NOTHING)
        more = _less(one, stood)
        if more == NOTHING or min(more) < 0:
            continue
        rows = await queries.counting_rows(key)
        counted = sum([(await queries.counted_in(row.id))[key].gross_minor for row in rows])
        back = min(more.gross_minor, counted - stood.gross_minor)
        if not rows:
            new[key] = more
        elif back == more.gross_minor:
            again[key] = more
        else:
            again |= {key: Stands(back, 0, 0)} if back else {}
            new[key] = Stands(more.gross_minor - back, more.fee_minor, more.admissions)
    return again, new


async def _again(
    screening: Screening, first: Settlement, who: Who, was: Mapping[int, Stands], more: Mapping[int, Stands]
) -> list[tuple[int | None, int]]:
    shares = []
    for key, one in more.items():
        stood = was.get(key, NOTHING).gross_minor
        taken = await _part_of(screening, key, stood + one.gross_minor, stood)
        shares.append({payee: -minor for payee, minor in taken.items()})
    lines, fee_payee = added(*shares), await _fee_payee(first)
    fee_minor = sum(one.fee_minor for one in more.values())
    fees = {fee_payee: fee_minor} if fee_minor else {}
    row = Row(RowKind.GIVEN_BACK, first.week, more, lines, first.input_sha256, fees=fees)
    await write(row, screening, await Deal.get(id=first.deal_id), who, run_id=first.run_id)
    return [*((who.get(payee), minor) for payee, minor in lines.items()), (who.get(fee_payee), fee_minor)]


async def _added(screening: Screening, first: Settlement, new: Mapping[int, Stands]) -> list[tuple[int | None, int]]:
    """Tickets that were in a bank's hands when the screening was settled: shared out by the deal that its run has now."""
    deal = await Deal.filter(run_id=first.run_id).order_by("-version").first() or await Deal.get(id=first.deal_id)
    who, showing = await queries.bound_to(deal.id), Showing(str(screening.id), first.week)
    result = split(terms_of(deal), tickets_in(showing, new), await queries.taken_of(first.run_id))
    lines, fee_payee = added(*result.lines), await _fee_payee(first)
    fee_minor = sum(one.fee_minor for one in new.values())
    fees = {fee_payee: fee_minor} if fee_minor else {}
    row = Row(RowKind.ADDED, first.week, new, lines, result.input_hash, owed=result.owed, fees=fees)
    await write(row, screening, deal, {**await _who(first), **who}, run_id=first.run_id)
    return [
        *((who.get(payee), minor) for payee, minor in lines.items()),
        ((await _who(first)).get(fee_payee), fee_minor),
    ]


async def _settled(
    screening: Screening, order_id: int, missing: Mapping[int, int] | None
) -> tuple[Settlement, dict[int, Stands], dict[int, Stands]] | None:
    """The row of a screening's settlement, what the tickets of an order stand for by the rows, and what they should."""
    first = await queries.settled_row(screening.id)
    if first is None:
        return None
    await queries.lock_booking(screening.booking_id)
    held = await queries.missing_of(screening.id) if missing is None else missing
    now = standing_of(await queries.tickets_of(screening.id, order_id), held)
    return first, await queries.stood_for(screening.id, order_id), now


def _less(one: Stands, other: Stands) -> Stands:
    return Stands(*(a - b for a, b in zip(one, other, strict=True)))


async def _who(first: Settlement) -> dict[str, int | None]:
    """Who the payees of a row were, by its lines and its deal."""
    lines = {row["payee"]: row["organisation_id"] for row in await queries.lines_of(first.id)}
    return {**await queries.bound_to(first.deal_id), **lines}


async def _fee_payee(first: Settlement) -> str:
    terms = terms_of(await Deal.get(id=first.deal_id))
    return terms.booking_fee or PLATFORM


# --- the lines of one ticket ---


async def _part_of(screening: Screening, ticket_id: int, from_minor: int, to_minor: int) -> Lines:
    """What is taken back of a ticket's lines when it stands for less of its price than before; negative lines, most often."""
    lines, price_minor = await _lines_of(screening, ticket_id)
    if from_minor == to_minor:
        return {}
    return refund_lines(lines, price_minor, from_minor - to_minor, before_minor=price_minor - from_minor)


async def _lines_of(screening: Screening, ticket_id: int) -> tuple[Lines, int]:
    """All lines that were booked for a ticket, and the price that they come to."""
    lines, price_minor = list[Lines](), 0
    for row in await queries.counting_rows(ticket_id):
        counted = await queries.counted_in(row.id)
        again = await worked_out_again(row, counted)
        place = sorted(counted).index(ticket_id)
        lines.append(again.lines[place])
        price_minor += counted[ticket_id].gross_minor
    return added(*lines), price_minor


async def worked_out_again(row: Settlement, counted: Mapping[int, Stands]) -> Result:
    """The engine's answer of that time, from what stood before the row."""
    showing = Showing(str(row.screening_id), row.week)
    before = dict(await queries.taken_of(row.run_id, row.number))
    if row.kind == RowKind.SETTLED:
        before[showing] = Counted(0, 0)
    return split(terms_of(await Deal.get(id=row.deal_id)), tickets_in(showing, counted), before)
