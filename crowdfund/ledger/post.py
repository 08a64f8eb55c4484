"""Writing to the ledger: many entries at once, in the caller's transaction, each under a key that works once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from tortoise.exceptions import IntegrityError

from crowdfund import clock
from crowdfund.database import Sql, as_rows, inside_transaction, new_id
from crowdfund.ledger import daybook
from crowdfund.ledger.chart import Account
from crowdfund.refusal import Refusal


class EntryDiffers(Refusal):
    """The key was used for other postings: something was counted twice, or a rule changed under way."""


class FloorBroken(Refusal):
    """An account that belongs to somebody would fall below what it may."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement: amount_minor leaves `credit` and arrives at `debit`, in the one currency both have."""

    debit: Account
    credit: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One business event. key: its name, unique for ever; subject: what it is about (`campaign:12`, `charge:99`).

    balance_transaction_id: the processor's own record of it, where it has one.
    """

    key: str
    kind: str
    subject: str
    postings: Sequence[Posting]
    reverses: int | None = None
    balance_transaction_id: str | None = None
    id: int = field(default_factory=new_id, compare=False)

    @property
    def fingerprint(self) -> str:
        facts = [[p.debit.code, p.credit.code, p.amount_minor, p.debit.currency] for p in self.postings]
        return hashlib.sha256(orjson.dumps([self.kind, facts])).hexdigest()[:32]


_OPEN_ACCOUNTS = Sql("""
    INSERT INTO account (id, code, sign, currency, floor_minor)
    SELECT CAST(value->>'id' AS BIGINT), value->>'code', CAST(value->>'sign' AS BIGINT), value->>'currency',
           CAST(value->>'floor_minor' AS BIGINT)
    FROM {rows} WHERE TRUE
    ON CONFLICT (code) DO NOTHING RETURNING id, sign, floor_minor""")
_OPEN_BALANCES = Sql("""
    INSERT INTO balance (account_id, sign, floor_minor)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'sign' AS BIGINT), CAST(value->>'floor_minor' AS BIGINT)
    FROM {rows} WHERE value->>'floor_minor' IS NOT NULL""")
_ACCOUNTS = Sql("""
    SELECT value->>'code' AS code, (SELECT a.id FROM account a WHERE a.code = value->>'code') AS id,
           (SELECT a.currency FROM account a WHERE a.code = value->>'code') AS currency
    FROM {rows}""")
_POSTED = Sql("""
    SELECT value->>'key' AS key, (SELECT e.id FROM journal_entry e WHERE e.key = value->>'key') AS id,
           (SELECT e.fingerprint FROM journal_entry e WHERE e.key = value->>'key') AS fingerprint
    FROM {rows}""")
_ENTRIES = Sql("""
    INSERT INTO journal_entry (id, key, kind, fingerprint, subject, reverses, at)
    SELECT CAST(value->>'id' AS BIGINT), value->>'key', value->>'kind', value->>'fingerprint', value->>'subject',
           CAST(value->>'reverses' AS BIGINT), CAST(value->>'at' AS BIGINT)
    FROM {rows}""")
_POSTINGS = Sql("""
    INSERT INTO posting (id, entry_id, debit_id, credit_id, amount_minor, currency)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'entry_id' AS BIGINT), CAST(value->>'debit_id' AS BIGINT),
           CAST(value->>'credit_id' AS BIGINT), CAST(value->>'amount_minor' AS BIGINT), value->>'currency'
    FROM {rows}""")
_PROCESSOR = Sql("""
    INSERT INTO processor_entry (balance_transaction_id, entry_id)
    SELECT value->>'balance_transaction_id', CAST(value->>'id' AS BIGINT) FROM {rows}""")
_LOCK_BALANCES = Sql("""
    SELECT account_id FROM balance
    WHERE account_id IN (SELECT CAST(value->>'account_id' AS BIGINT) FROM {rows}) ORDER BY account_id {for_update}""")
_MOVE_BALANCES = Sql("""
    UPDATE balance
    SET debits_minor = balance.debits_minor + moved.debits_minor, credits_minor = balance.credits_minor + moved.credits_minor
    FROM (SELECT CAST(value->>'account_id' AS BIGINT) AS account_id, CAST(value->>'debits_minor' AS BIGINT) AS debits_minor,
                 CAST(value->>'credits_minor' AS BIGINT) AS credits_minor FROM {rows}) AS moved
    WHERE balance.account_id = moved.account_id""")


async def post(entries: Iterable[Entry]) -> None:
    """Write entries, in the transaction of the state change that they belong to.

    An entry whose key was posted before with the same postings is passed over. Raises EntryDiffers where they are others,
    FloorBroken where an account would fall below its floor.
    """
    if not inside_transaction():
        raise RuntimeError("post belongs into the transaction of what it records")
    by_key: dict[str, Entry] = {}
    for entry in entries:
        _refuse_other_postings(entry, by_key.get(entry.key, entry).fingerprint)
        by_key.setdefault(entry.key, entry)
    new = await _not_yet_posted(by_key)
    if not new:
        return
    account_ids = await _accounts_of(new)
    at = clock.now_us()
    await _ENTRIES(as_rows(_entry_row(entry, at) for entry in new))
    await _POSTINGS(as_rows(_posting_row(entry, p, account_ids) for entry in new for p in entry.postings))
    known = [
        {"id": e.id, "balance_transaction_id": e.balance_transaction_id}
        for e in new
        if e.balance_transaction_id is not None
    ]
    if known:
        await _PROCESSOR(as_rows(known))
    await _move_balances(new, account_ids)
    await daybook.count(
        (
            (e.subject, e.kind, account_ids[p.debit.code], account_ids[p.credit.code], p.amount_minor)
            for e in new for p in e.postings
        ),
        at,
    )  # fmt: skip


async def reverse(entry_key: str, *, key: str, kind: str) -> None:
    """Take an entry back by one with its ends swapped. Once: the database refuses a second reversal."""
    rows = await _POSTINGS_OF(entry_key)
    if not rows:
        raise EntryDiffers("There is no entry {key} to reverse.", key=entry_key)
    postings = [
        Posting(debit=_account(r, "credit"), credit=_account(r, "debit"), amount_minor=r["amount_minor"]) for r in rows
    ]
    await post([Entry(key=key, kind=kind, subject=rows[0]["subject"], postings=postings, reverses=rows[0]["entry_id"])])


async def recorded_by_processor(entry_key: str, balance_transaction_id: str) -> None:
    """Tie an entry that was posted before to the processor's own record of it; once, later calls change nothing."""
    await _TIE(balance_transaction_id, entry_key)


_TIE = Sql("""
    INSERT INTO processor_entry (balance_transaction_id, entry_id)
    SELECT CAST($1 AS TEXT), id FROM journal_entry WHERE key = $2
    ON CONFLICT (balance_transaction_id) DO NOTHING""")
_POSTINGS_OF = Sql("""
    SELECT p.entry_id, e.subject, p.amount_minor, d.code AS debit_code, d.sign AS debit_sign, d.floor_minor AS debit_floor,
           c.code AS credit_code, c.sign AS credit_sign, c.floor_minor AS credit_floor, p.currency
    FROM journal_entry e JOIN posting p ON p.entry_id = e.id
    JOIN account d ON d.id = p.debit_id JOIN account c ON c.id = p.credit_id WHERE e.key = $1 ORDER BY p.id""")


def _account(row: dict[str, object], end: str) -> Account:
    return Account(row[f"{end}_code"], row[f"{end}_sign"], row["currency"], row[f"{end}_floor"])  # type: ignore[arg-type]


def _refuse_other_postings(entry: Entry, fingerprint: str) -> None:
    if entry.fingerprint != fingerprint:
        raise EntryDiffers("The entry {key} was posted before with other postings.", key=entry.key)


async def _not_yet_posted(by_key: dict[str, Entry]) -> list[Entry]:
    posted = {row["key"] for row in await _POSTED(as_rows({"key": key} for key in by_key)) if _same(row, by_key)}
    return [entry for key, entry in by_key.items() if key not in posted]


def _same(row: dict[str, str], by_key: dict[str, Entry]) -> bool:
    if row["id"] is None:
        return False
    _refuse_other_postings(by_key[row["key"]], row["fingerprint"])
    return True


async def _accounts_of(entries: list[Entry]) -> dict[str, int]:
    accounts = {a.code: a for entry in entries for p in entry.postings for a in (p.debit, p.credit)}
    rows = await _ACCOUNTS(as_rows({"code": code} for code in accounts))
    missing = [accounts[row["code"]] for row in rows if row["id"] is None]
    if missing:
        opened = await _OPEN_ACCOUNTS(as_rows(_account_row(account) for account in missing))
        await _OPEN_BALANCES(as_rows(opened))
        rows = await _ACCOUNTS(as_rows({"code": code} for code in accounts))
    for row in rows:
        if row["currency"] != accounts[row["code"]].currency:
            raise EntryDiffers("The account {code} is kept in {currency}.", code=row["code"], currency=row["currency"])
    return {row["code"]: row["id"] for row in rows}


def _account_row(account: Account) -> dict[str, object]:
    return {
        "id": new_id(), "code": account.code, "sign": account.sign, "currency": account.currency,
        "floor_minor": account.floor_minor,
    }  # fmt: skip


def _entry_row(entry: Entry, at: int) -> dict[str, object]:
    return {
        "id": entry.id, "key": entry.key, "kind": entry.kind, "fingerprint": entry.fingerprint, "subject": entry.subject,
        "reverses": entry.reverses, "at": at,
    }  # fmt: skip


def _posting_row(entry: Entry, posting: Posting, account_ids: dict[str, int]) -> dict[str, object]:
    return {
        "id": new_id(), "entry_id": entry.id, "debit_id": account_ids[posting.debit.code],
        "credit_id": account_ids[posting.credit.code], "amount_minor": posting.amount_minor,
        "currency": posting.debit.currency,
    }  # fmt: skip


async def _move_balances(entries: list[Entry], account_ids: dict[str, int]) -> None:
    """Once per account and batch, in account order, so that two batches never wait for each other in a ring."""
    debits: Counter[str] = Counter()
    credits: Counter[str] = Counter()
    guarded: set[str] = set()
    for posting in (p for entry in entries for p in entry.postings):
        debits[posting.debit.code] += posting.amount_minor
        credits[posting.credit.code] += posting.amount_minor
        guarded |= {a.code for a in (posting.debit, posting.credit) if a.floor_minor is not None}
    moved = sorted(
        ({"account_id": account_ids[c], "debits_minor": debits[c], "credits_minor": credits[c]} for c in guarded),
        key=lambda row: row["account_id"],
    )
    if not moved:
        return
    rows = as_rows(moved)
    await _LOCK_BALANCES(rows)
    try:
        await _MOVE_BALANCES(rows)
    except IntegrityError as error:
        raise FloorBroken("There is not enough money in that account.") from error
