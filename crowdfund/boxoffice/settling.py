"""Settling a screening that was shown: everybody has their share of it, once, to the cent, and its escrow is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.boxoffice import queries
from crowdfund.boxoffice.accounts import account_of, found_again, split_by_sign
from crowdfund.boxoffice.deals.split import Counted, Lines, Result, Showing, Taken, Ticket, added, split
from crowdfund.boxoffice.models import Deal, DoorCount, RowKind, Settlement
from crowdfund.boxoffice.rules import CASHIERS, PLATFORM, WORDS_MAX, NotShownYet, Stands, WordsMissing, standing_of
from crowdfund.boxoffice.writing_rows import Row, Who, book, make_true, terms_of, write
from crowdfund.database import atomic, new_id, outbox
from crowdfund.ledger import Account, balance_minor, chart
from crowdfund.refusal import Sentence
from crowdfund.screenings.holding import lock
from crowdfund.screenings.models import Booking, Screening, ScreeningState
from crowdfund.screenings.programme import move_screening
from crowdfund.screenings.selling import mark_no_shows
from crowdfund.titles.models import Title

WEEK_US = 7 * 86_400_000_000


class BooksDiffer(Exception):
    """The escrow of a screening is not what its tickets stand for: nobody is paid before a person has looked."""


@dataclass(frozen=True, slots=True)
class Counting:
    """What a screening comes to, by itself. processor_minor: what its charges cost; cinema: the payee that bears what fees don't.

    fee_payee: who gets what booking fees leave over.
    """

    stands: Mapping[int, Stands]
    result: Result
    shares: Lines
    processor_minor: int
    from_fees_minor: int
    short_minor: int
    cinema: str
    fee_payee: str
    week: int

    @property
    def gross_minor(self) -> int:
        return sum(one.gross_minor for one in self.stands.values())

    @property
    def fees_minor(self) -> int:
        return sum(one.fee_minor for one in self.stands.values())

    @property
    def fees_left_minor(self) -> int:
        return self.fees_minor - self.from_fees_minor


async def waits_for(screening: Screening) -> list[Sentence]:
    """Why a screening that was shown can't be settled yet, in sentences for its cinema and its producer; none where it can."""
    deal = await queries.agreed_deal(screening.booking_id, screening.currency)
    if deal is None:
        return [
            Sentence("No deal is agreed on for this booking in {currency}.", values={"currency": screening.currency})
        ]
    reasons = []
    due_at = screening.ends_at + timedelta(days=deal.settle_days)
    if clock.now() < due_at:
        at = clock.Local(clock.to_us(due_at), await queries.zone_of(screening.auditorium_id))
        reasons.append(Sentence("It is settled from {at} on.", values={"at": at}))
    counted = await queries.last_count(screening.id)
    if counted is not None and counted.counted != screening.admitted and not counted.words:
        reasons.append(
            Sentence(
                "The cinema counted {counted} and the door let {admitted} in: it has to say why.",
                values={"counted": counted.counted, "admitted": screening.admitted},
            )
        )
    if not (await queries.processor_of(screening.id))[1]:
        reasons.append(Sentence("The payment company has not told yet what each payment cost."))
    return reasons


@atomic
async def settle_screening(screening_id: int) -> bool:
    """Share out what a screening has brought, if nothing is in the way; gives whether it was settled now.

    Safe to repeat and to do twice at once. Raises BooksDiffer.
    """
    await lock([screening_id])
    screening = await Screening.get(id=screening_id)
    if screening.state != ScreeningState.SCREENED:
        return False
    await queries.lock_booking(screening.booking_id)
    deal = await queries.agreed_deal(screening.booking_id, screening.currency)
    if deal is None or deal.run_id is None or await waits_for(screening):
        return False
    await make_true(screening)
    who = await queries.bound_to(deal.id)
    found = await _count(screening, deal, who, await queries.taken_of(deal.run_id))
    await _tell(await _write(screening, deal, who, found))
    await _share_out(screening, who, found)
    await mark_no_shows(screening.id)
    await move_screening(screening, ScreeningState.SETTLED, "everybody has their share", None)
    return True


async def counting_of(screening: Screening, deal: Deal) -> Counting:
    """What it would come to by this version of the deal, as things stand now. For pages."""
    taken = await queries.taken_of(deal.run_id) if deal.run_id is not None else {}
    return await _count(screening, deal, await queries.bound_to(deal.id), taken)


async def _count(screening: Screening, deal: Deal, who: Who, before: Taken) -> Counting:
    stands = standing_of(await queries.tickets_of(screening.id), await queries.missing_of(screening.id))
    week, terms = await _week_of(screening), terms_of(deal)
    showing = Showing(str(screening.id), week)
    result = split(terms, tickets_in(showing, stands), {**before, showing: Counted(0, 0)})
    shares = added(*result.lines)
    cost_minor, _all_told = await queries.processor_of(screening.id)
    from_fees = min(cost_minor, sum(one.fee_minor for one in stands.values()))
    cinema = _cinema_in(terms.payees, who, screening.organisation_id)
    short = min(cost_minor - from_fees, max(0, shares.get(cinema, 0)))
    fee_payee = terms.booking_fee or PLATFORM
    return Counting(stands, result, shares, cost_minor, from_fees, short, cinema, fee_payee, week)


def tickets_in(showing: Showing, stands: Mapping[int, Stands]) -> list[Ticket]:
    """Tickets as the engine takes them, in order."""
    return [
        Ticket(str(key), showing.screening, one.gross_minor, showing.week, one.admissions)
        for key, one in sorted(stands.items())
    ]


def _cinema_in(payees: Any, who: Who, cinema_id: int) -> str:
    """The payee that is the cinema itself, and not what it remits for others."""
    keys = [payee.key for payee in payees if who.get(payee.key) == cinema_id and payee.key not in CASHIERS]
    return "cinema" if "cinema" in keys else next(iter(keys), "")


async def _week_of(screening: Screening) -> int:
    starts = int(screening.starts_at.timestamp() * 1_000_000)
    first = await queries.first_showing(screening.booking_id)
    return 1 + max(0, starts - (first if first is not None else starts)) // WEEK_US


async def _tell(row: Settlement) -> None:
    """The cinema and the producer hear of it, once each."""
    booking = await Booking.get(id=row.booking_id)
    for to in sorted({booking.organisation_id, (await Title.get(id=booking.title_id)).organisation_id}):
        payload = {"settlement": row.id, "to": to}
        await outbox.enqueue("screening_settled", payload, key=f"screening_settled:{row.id}:{to}")


async def _write(screening: Screening, deal: Deal, who: Who, found: Counting) -> Settlement:
    counted, tickets = await queries.last_count(screening.id), await queries.tickets_of(screening.id)
    row = Row(
        RowKind.SETTLED, found.week, found.stands, found.shares, found.result.input_hash,
        costs={found.cinema: -found.short_minor} if found.short_minor else {},
        fees={found.fee_payee: found.fees_left_minor}, owed=found.result.owed,
        more={
            "processor_minor": found.from_fees_minor + found.short_minor, "short_minor": found.short_minor,
            "sold": screening.sold, "admitted": screening.admitted, "refunded": len(tickets) - screening.sold,
            "counted": counted.counted if counted else None, "words": counted.words if counted else "",
        },
    )  # fmt: skip
    assert deal.run_id is not None
    return await write(row, screening, deal, who, run_id=deal.run_id)


async def _share_out(screening: Screening, who: Who, found: Counting) -> None:
    currency, escrow = screening.currency, chart.escrow(screening.id, screening.currency)
    whole_minor = found.gross_minor + found.fees_minor
    if (held_minor := await balance_minor(escrow)) != whole_minor:
        raise BooksDiffer(f"screening {screening.id} holds {held_minor}, its tickets stand for {whole_minor}")
    given, taken = split_by_sign(found.shares, who)
    wants = [(account_of(one, currency), minor) for one, minor in given]
    if found.short_minor:
        wants = _less(wants, account_of(screening.organisation_id, currency), found.short_minor)
    wants += [
        (chart.processor(currency), found.from_fees_minor + found.short_minor),
        (account_of(who.get(found.fee_payee), currency), found.fees_left_minor),
    ]
    sources = [(escrow, whole_minor), *await found_again(taken, currency)]
    await book(f"screening:{screening.id}:settled", "box_office_settled", screening, sources, wants)


def _less(wants: list[tuple[Account, int]], account: Account, minor: int) -> list[tuple[Account, int]]:
    """What is left for everybody when an account bears a cost out of what it gets."""
    left = []
    for one, share_minor in wants:
        part = min(minor, share_minor) if one == account else 0
        minor -= part
        left.append((one, share_minor - part))
    return left


# --- what the cinema counted ---


@atomic
async def tell_count(screening: Screening, counted: int, words: str, *, by: int) -> DoorCount:
    """The cinema's own count of who came. Raises WordsMissing where it is another than the door's and nothing says why.

    Raises NotShownYet before the end, and once it is settled.
    """
    await lock([screening.id])
    now = await Screening.get(id=screening.id)
    if now.state == ScreeningState.SETTLED:
        raise NotShownYet("It is settled: what was counted stays.")
    if now.state != ScreeningState.SCREENED:
        raise NotShownYet("It has not been shown yet: count when it is over.")
    if counted != now.admitted and not words.strip():
        raise WordsMissing(
            "The door let {admitted} in. Say why you counted {counted}.",
            field="words", admitted=now.admitted, counted=counted,
        )  # fmt: skip
    return await DoorCount.create(
        id=new_id(), screening_id=screening.id, counted=counted, words=words.strip()[:WORDS_MAX], by_person_id=by,
        made_at=clock.now(),
    )  # fmt: skip
