"""Making statements: after the end of each month one for every fund whose money moved in it, in order, once.

What a month holds is read outside of any transaction, since it is over; writing it down is one short transaction by the fund's
row, which looks once more. Two workers, a crash and months of downtime end in the same chain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.desk.statements import keys, queries, rules
from crowdfund.desk.statements.models import Statement
from crowdfund.desk.statements.rules import EntriesHash
from crowdfund.ledger import daybook
from crowdfund.ledger.chart import number_of, role_of
from crowdfund.ledger.daybook import Moved, day_of
from crowdfund.ledger.entries import entries_of
from crowdfund.payments.in_turn import in_turn

# A transaction that began before midnight is on disk by then.
SETTLES_WITHIN = timedelta(minutes=10)
_GROWS_BY_DEBIT = {"stripe", "bank", "receivable", "expense:processor", "expense:dispute"}


class BooksDiffer(Exception):
    """The entries of a month are not what its days say: nothing is signed before a person has looked."""


async def make_due_statements() -> bool:
    """The next statement of each fund that lacks one; gives whether there may be more."""
    first, _next = rules.bounds_of(rules.period_of(clock.now() - SETTLES_WITHIN))
    before_day = day_of(clock.to_us(first))
    if await queries.stated_until() >= before_day:
        return False
    funds = await queries.funds_to_state(before_day)
    if not funds:
        await queries.all_is_stated(before_day)
        return False
    return await in_turn(funds, make_next_statement) > 0


async def make_next_statement(campaign_id: int) -> bool:
    """The first month of a fund that is over and stands in no statement; gives whether one was made."""
    last = await queries.last_of(campaign_id)
    day = await queries.first_day_after(campaign_id, last.until_day if last else 0)
    if day is None:
        return False
    month = await _month_of(campaign_id, day)
    if clock.now() - SETTLES_WITHIN < clock.from_us(month.before_us):
        return False
    hashed, entries = await _read_entries(month)
    return await _keep(month, last, hashed, entries)


@dataclass(frozen=True, slots=True)
class _Month:
    """A month of a fund: what was moved before it and in it, by day from the books."""

    campaign_id: int
    period: str
    from_us: int
    before_us: int
    before: list[Moved]
    moved: list[Moved]

    @property
    def subject(self) -> str:
        return f"campaign:{self.campaign_id}"

    @property
    def until_day(self) -> int:
        return day_of(self.before_us)


async def _month_of(campaign_id: int, day: int) -> _Month:
    period = rules.period_of(clock.from_us(day * daybook.DAY_US))
    from_us, before_us = map(clock.to_us, rules.bounds_of(period))
    subject, first, after = f"campaign:{campaign_id}", day_of(from_us), day_of(before_us)
    return _Month(
        campaign_id, period, from_us, before_us, await daybook.sums(subject, 0, first),
        await daybook.sums(subject, first, after),
    )  # fmt: skip


async def _read_entries(month: _Month) -> tuple[str, Counter[str]]:
    """The hash over the month's entries, and how many there are of each kind. Raises BooksDiffer."""
    hashed, number, minor = EntriesHash(), Counter[str](), Counter[str]()
    async for page in entries_of(month.subject, month.from_us, month.before_us):
        hashed.take((entry.key, entry.kind, entry.at, [list(p) for p in entry.postings]) for entry in page)
        number.update(entry.kind for entry in page)
        for entry in page:
            minor[entry.kind] += sum(amount_minor for _, _, amount_minor in entry.postings)
    if minor != _by_kind(month.moved):
        raise BooksDiffer(f"{month.subject}, {month.period}: the entries are not what the days say")
    return hashed.hex, number


def _by_kind(moved: Iterable[Moved]) -> Counter[str]:
    minor: Counter[str] = Counter()
    for one in moved:
        minor[one.kind] += one.amount_minor
    return minor


@atomic
async def _keep(month: _Month, last: Statement | None, hashed: str, entries: Mapping[str, int]) -> bool:
    """Sign and write down, where nobody was faster and nothing was moved in that month meanwhile."""
    await counters.lock_one(month.campaign_id)
    now = await queries.last_of(month.campaign_id)
    again = await daybook.sums(month.subject, day_of(month.from_us), month.until_day)
    if (now.sha256 if now else None) != (last.sha256 if last else None) or again != month.moved:
        return False
    key = keys.own_key()
    facts = await _facts(month, last.sha256 if last else None, hashed, entries)
    text = rules.signed(facts, key)
    await Statement.create(
        id=new_id(), campaign_id=month.campaign_id, period=month.period, until_day=month.until_day,
        entries=sum(entries.values()), amount_minor=sum(one.amount_minor for one in month.moved), body=text.decode("utf-8"),
        sha256=rules.hash_of(text), previous=last.sha256 if last else None, key_id=await keys.publish(key), made_at=clock.now(),
    )  # fmt: skip
    return True


async def _facts(month: _Month, previous: str | None, hashed: str, entries: Mapping[str, int]) -> dict[str, Any]:
    campaign = await Campaign.get(id=month.campaign_id)
    minor = _by_kind(month.moved)
    return {
        "version": rules.VERSION, "fund": {"id": public(campaign.id), "slug": campaign.slug, "name": campaign.name},
        "currency": campaign.currency, "period": month.period, "previous": previous, "made_at": clock.now_us(),
        "accounts": await _accounts(month),
        "kinds": {kind: {"amount_minor": minor[kind], "entries": number} for kind, number in sorted(entries.items())},
        "entries": {"count": sum(entries.values()), "sha256": hashed},
    }  # fmt: skip


async def _accounts(month: _Month) -> list[dict[str, Any]]:
    """What of each account comes from this fund: as the month opens, what moved, as it closes. By name."""
    codes = sorted({code for one in [*month.before, *month.moved] for code in (one.debit, one.credit)})
    recipients = await _slugs_of(codes)
    before, moved = _turnover(month.before), _turnover(month.moved)
    rows = []
    for code in codes:
        role, sign = role_of(code), 1 if role_of(code) in _GROWS_BY_DEBIT else -1
        opening = sign * (before[code, "debit"] - before[code, "credit"])
        debits, credits = moved[code, "debit"], moved[code, "credit"]
        rows.append(
            {
                "account": f"{role}:{recipients[code]}" if code in recipients else role,
                "grows_by": "debit" if sign > 0 else "credit", "opening": opening, "debits": debits, "credits": credits,
                "closing": opening + sign * (debits - credits),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: str(row["account"]))


def _turnover(moved: Iterable[Moved]) -> Counter[tuple[str, str]]:
    minor: Counter[tuple[str, str]] = Counter()
    for one in moved:
        minor[one.debit, "debit"] += one.amount_minor
        minor[one.credit, "credit"] += one.amount_minor
    return minor


async def _slugs_of(codes: Iterable[str]) -> dict[str, str]:
    """The addresses of recipients by the codes of their accounts; ids of ours tell a stranger nothing."""
    numbers = {
        code: number for code in codes if role_of(code) == "recipient" and (number := number_of(code)) is not None
    }
    found = {one.id: one.slug for one in await Recipient.filter(id__in=list(numbers.values()))} if numbers else {}
    return {code: found[number] for code, number in numbers.items()}
