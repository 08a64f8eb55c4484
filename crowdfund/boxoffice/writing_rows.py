"""A row of a settlement, written down with its lines, its tickets and its movements. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.boxoffice import queries
from crowdfund.boxoffice.accounts import brought_to, found_again, split_by_sign
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.split import Lines, Owed, Taken, taken_hash, true_up
from crowdfund.boxoffice.deals.steps import Deal as Terms
from crowdfund.boxoffice.models import Deal, LineOf, RowKind, Settlement
from crowdfund.boxoffice.rules import Stands
from crowdfund.database import new_id, outbox
from crowdfund.ledger import Account, Entry, post, poured
from crowdfund.screenings.models import Screening

Who = Mapping[str, int | None]


def terms_of(deal: Deal) -> Terms:
    return read(orjson.loads(deal.terms))


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says. lines, costs, fees: by payee. input_sha256: of what the engine was given. more: other columns."""

    kind: RowKind
    week: int
    stands: Mapping[int, Stands]
    shares: Lines
    input_sha256: str
    costs: Lines = field(default_factory=dict)
    fees: Lines = field(default_factory=dict)
    owed: Sequence[Owed] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


async def write(row: Row, screening: Screening, deal: Deal, who: Who, *, run_id: int) -> Settlement:
    """Write it as the next of its run. The screening and its booking are locked."""
    made = await Settlement.create(
        id=new_id(), run_id=run_id, number=await queries.next_number(run_id), kind=row.kind, screening_id=screening.id,
        booking_id=screening.booking_id, deal_id=deal.id, week=row.week, currency=screening.currency,
        gross_minor=sum(one.gross_minor for one in row.stands.values()),
        admissions=sum(one.admissions for one in row.stands.values()),
        fees_minor=sum(one.fee_minor for one in row.stands.values()), owed=_owed(row.owed), deal_sha256=deal.sha256,
        input_sha256=row.input_sha256, made_at=clock.now(), **row.more,
    )  # fmt: skip
    for what, lines in ((LineOf.SHARE, row.shares), (LineOf.COST, row.costs), (LineOf.FEE, row.fees)):
        if lines:
            await queries.write_lines(made.id, what, lines, who)
    if row.stands:
        await queries.write_tickets(made.id, row.stands)
    gainers = [who.get(key) for lines in (row.shares, row.fees) for key, minor in lines.items() if minor > 0]
    for to in await queries.waiting_for_account(gainers):
        await outbox.enqueue("share_waits", {"to": to}, key=f"share_waits:{to}")
    await queries.owe(screening.id, gainers, screening.currency)
    return made


def _owed(owed: Sequence[Owed]) -> str:
    facts = [{"step": one.step, "bearer": one.bearer, "payee": one.payee, "minor": one.minor} for one in owed]
    return orjson.dumps(facts).decode()


async def book(
    key: str, kind: str, screening: Screening, sources: list[tuple[Account, int]], wants: list[tuple[Account, int]]
) -> None:
    """The movements of a row, if there are any."""
    if movements := poured(sources, wants):
        await post([Entry(key, kind, f"screening:{screening.id}", movements)])


async def make_true(screening: Screening) -> int:
    """Where shares that stand and lines booked have parted, in any run of the screening's booking, book the difference.

    That is after refunds, and where a version counts for what is settled already. Gives how many rows were written.
    """
    return sum([await _make_true(screening, run_id) for run_id in await queries.runs_of(screening.booking_id)])


async def _make_true(screening: Screening, run_id: int) -> bool:
    last = await queries.last_row(run_id)
    current = await Deal.filter(run_id=run_id).order_by("-version").first()
    if last is None or current is None:
        return False
    (booked, were), taken = await queries.booked_in(run_id), await queries.taken_of(run_id)
    lines = true_up(terms_of(current), taken, booked)
    if not lines:
        return False
    who = {**were, **await queries.bound_to(current.id)}
    await write_true_up(screening, current, who, lines, taken, run_id=run_id)
    return True


async def write_true_up(screening: Screening, deal: Deal, who: Who, lines: Lines, taken: Taken, *, run_id: int) -> None:
    row = Row(RowKind.TRUE_UP, 1, {}, lines, taken_hash(taken))
    made = await write(row, screening, deal, who, run_id=run_id)
    for to in sorted({one for key in lines if (one := who.get(key)) is not None}):
        payload = {"settlement": made.id, "to": to}
        await outbox.enqueue("settlement_corrected", payload, key=f"settlement_corrected:{made.id}:{to}")
    given, taken_from = split_by_sign(lines, who)
    sources = await found_again(taken_from, screening.currency)
    wants = await brought_to(given, screening.currency)
    await book(f"settlement:{made.id}", "box_office_true_up", screening, sources, wants)
