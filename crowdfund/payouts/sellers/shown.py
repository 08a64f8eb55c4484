"""What a seller sees of its money: what is held, earned, on its way and paid in each currency, and the lines that explain it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime

from crowdfund import clock, settings
from crowdfund.database import as_rows
from crowdfund.ledger import balance_minor, chart
from crowdfund.ledger.entries import debited_before, entries_of_accounts
from crowdfund.payouts.actions import EARNINGS_EVERY
from crowdfund.payouts.banks.models import BankPayout
from crowdfund.payouts.models import Payout, PayoutState
from crowdfund.payouts.sellers import queries
from crowdfund.payouts.sellers.models import Reversal
from crowdfund.payouts.sellers.statement import Line, Month, codes_of, lines_of
from crowdfund.people.models import Organisation

LINES_AT_MOST = 500  # on a page; the file has all
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Purse:
    """A seller's money in one currency. held: paid by fans and not shipped; earned: to be paid out next; owed: what it owes us."""

    currency: str
    held_minor: int
    held_orders: int
    earned_minor: int
    on_its_way_minor: int
    paid_minor: int
    reversed_minor: int
    owed_minor: int

    @property
    def is_empty(self) -> bool:
        return not any(
            (
                self.held_minor,
                self.earned_minor,
                self.on_its_way_minor,
                self.paid_minor,
                self.reversed_minor,
                self.owed_minor,
            )
        )

    @property
    def whole_minor(self) -> int:
        return self.held_minor + self.earned_minor + self.on_its_way_minor + self.paid_minor


async def purses_of(organisation_id: int) -> list[Purse]:
    """One for each currency in which something ever moved, in the order of the settings."""
    held = {row["currency"]: row for row in await queries.HELD(organisation_id)}
    sums = {
        (row["currency"], row["state"]): row for row in await queries.PAYOUTS(organisation_id, str(organisation_id))
    }
    currencies = dict.fromkeys([*settings.current().currencies, *held, *(currency for currency, _ in sums)])
    purses = [await _purse(organisation_id, currency, held, sums) for currency in currencies]
    return [purse for purse in purses if not purse.is_empty]


async def _purse(
    organisation_id: int,
    currency: str,
    held: dict[str, dict[str, int]],
    sums: dict[tuple[str, str], dict[str, int]],
) -> Purse:
    none = {"minor": 0, "orders": 0, "reversed_minor": 0}
    paid, sending = sums.get((currency, PayoutState.PAID), none), sums.get((currency, PayoutState.SENDING), none)
    mine = held.get(currency, none)
    return Purse(
        currency, mine["minor"], mine["orders"], await balance_minor(chart.earnings(organisation_id, currency)), sending["minor"],
        paid["minor"] - paid["reversed_minor"], paid["reversed_minor"],
        await balance_minor(chart.receivable(organisation_id, currency)),
    )  # fmt: skip


async def lines_in(organisation_id: int, currency: str, month: Month) -> AsyncIterator[list[Line]]:
    """All lines of a month, in order of time, some at once; the first page is there even where there is no line."""
    codes, from_us = codes_of(organisation_id, currency), clock.to_us(month.begins)
    balance = await opening_minor(organisation_id, currency, month)
    async for written in entries_of_accounts(codes, from_us, clock.to_us(month.after.begins)):
        lines = list(lines_of(written, codes, balance))
        balance = lines[-1].balance_minor if lines else balance
        yield lines


async def opening_minor(organisation_id: int, currency: str, month: Month) -> int:
    """What stood when a month began: what was earned and not paid out, less what was owed."""
    return -await debited_before(codes_of(organisation_id, currency), clock.to_us(month.begins))


async def orders_of(organisation_id: int, lines: Iterable[Line]) -> dict[str, int]:
    """The order of this seller that each line is about, by the line's subject."""
    found, purchases = dict[str, int](), set[int]()
    for line in lines:
        kind, _, number = line.subject.partition(":")
        if kind == "goods_order":
            found[line.subject] = int(number)
        elif kind == "purchase":
            purchases.add(int(number))
    if purchases:
        rows = await queries.ORDERS_OF_PURCHASES(as_rows({"id": one} for one in purchases), organisation_id)
        found |= {f"purchase:{row['purchase_id']}": row["id"] for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Next:
    """The next payout. payout: one that is under way or waits; at: when one is made, none where nothing is earned."""

    payout: Payout | None
    at: datetime | None


async def next_of(organisation: Organisation, purse: Purse) -> Next:
    account = chart.earnings(organisation.id, purse.currency)
    payout = await Payout.filter(
        held_for=account.code, organisation_id=organisation.id, state__in=(PayoutState.DUE, PayoutState.SENDING)
    ).first()
    if payout is not None or purse.earned_minor <= purse.owed_minor:
        return Next(payout, None)
    last_at = await queries.LAST_PAID.value(account.code, organisation.id)
    now = clock.now()
    return Next(None, max(now, clock.from_us(last_at) + EARNINGS_EVERY) if last_at else now)


async def payouts_of(organisation_id: int, currency: str) -> list[Payout]:
    account = chart.earnings(organisation_id, currency)
    return await Payout.filter(held_for=account.code, organisation_id=organisation_id).order_by("-id").limit(SHOWN)


async def reversals_of(organisation_id: int, currency: str) -> list[Reversal]:
    return await Reversal.filter(organisation_id=organisation_id, currency=currency).order_by("-id").limit(SHOWN)


async def sent_back_by_banks(organisation_id: int, currency: str) -> list[BankPayout]:
    """What its bank did not take, the newest first."""
    return await BankPayout.filter(organisation_id=organisation_id, currency=currency).order_by("-id").limit(SHOWN)
