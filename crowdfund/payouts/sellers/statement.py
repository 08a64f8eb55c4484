"""What a seller's account says, line by line: what an order brought and who had what of it, and what stands after each line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from crowdfund.ledger import chart
from crowdfund.ledger.entries import Written

_TRIES = ("payout_set_aside", "payout_back")
_SHARES = {"tax": "tax", "fee:platform": "commission", "royalty": "royalty", "expense:processor": "fee"}


@dataclass(frozen=True, slots=True)
class Line:
    """One movement. gross: what a fan paid, or has back; from it tax, commission, royalty and the payment company's fee are taken (-)
    or given back (+); change is what is left, and what of other kinds of movements came or went. balance: what stands after it.
    """

    key: str
    kind: str
    subject: str
    at: int
    gross_minor: int
    tax_minor: int
    commission_minor: int
    royalty_minor: int
    fee_minor: int
    change_minor: int
    balance_minor: int

    @property
    def is_of_sales(self) -> bool:
        return self.gross_minor != 0


def codes_of(organisation_id: int, currency: str) -> tuple[str, str]:
    """The two accounts of a seller: what it has earned, and what it owes."""
    return chart.earnings(organisation_id, currency).code, chart.receivable(organisation_id, currency).code


def lines_of(written: Iterable[Written], codes: tuple[str, str], opening_minor: int) -> Iterator[Line]:
    """Each entry that changed what stands, in order; what only moved between the two accounts changed nothing."""
    balance = opening_minor
    for entry in _without_tries(list(written)):
        change = sum(_sign(entry_end in codes, minor) for entry_end, minor in _ends(entry))
        if not change:
            continue
        balance += change
        shares = _shares(entry, codes)
        gross = change - sum(shares.values()) if _is_sale(entry) else 0
        yield Line(
            entry.key, entry.kind, entry.subject, entry.at, gross, shares["tax"], shares["commission"], shares["royalty"],
            shares["fee"], change, balance,
        )  # fmt: skip


def _without_tries(written: list[Written]) -> Iterator[Written]:
    """A payout that the payment company would not make yet moved nothing: that it was tried, and had back at once, is no line."""
    keys = {entry.key for entry in written}
    for entry in written:
        payout, _, step = entry.key.partition(":back:" if entry.kind == "payout_back" else ":set_aside:")
        other = f"{payout}:{'set_aside' if entry.kind == 'payout_back' else 'back'}:{step}"
        if entry.kind not in _TRIES or other not in keys:
            yield entry


def _ends(entry: Written) -> Iterator[tuple[str, int]]:
    """Both ends of each posting: what is credited to a seller is more (+), what is debited is less (-)."""
    for debit, credit, minor in entry.postings:
        yield debit, -minor
        yield credit, minor


def _sign(counts: bool, minor: int) -> int:
    return minor if counts else 0


def _is_sale(entry: Written) -> bool:
    """An order that is earned, or money of one that goes back to a fan or to a bank."""
    return entry.subject.startswith(("goods_order:", "purchase:"))


def _shares(entry: Written, codes: tuple[str, str]) -> dict[str, int]:
    """What others had of an order (-), or gave back of it (+). Where one entry is of several sellers nobody's part can be told."""
    found = dict.fromkeys(_SHARES.values(), 0)
    sellers = {code for code, _ in _ends(entry) if chart.role_of(code) in ("earnings", "receivable")}
    if not _is_sale(entry) or not sellers <= set(codes):
        return found
    for code, minor in _ends(entry):
        if (role := chart.role_of(code)) in _SHARES:
            found[_SHARES[role]] -= minor
    return found


@dataclass(frozen=True, slots=True)
class Month:
    year: int
    month: int

    @property
    def key(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def begins(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def before(self) -> Month:
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)

    @property
    def after(self) -> Month:
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)


def month_of(text: str, now: datetime) -> Month:
    """`2026-11`; what is none, or is far away, is the month that it is."""
    year, _, month = text.partition("-")
    this = Month(now.year, now.month)
    if not (text.isascii() and len(year) == 4 and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return this
    asked = Month(int(year), int(month))
    return asked if 2000 <= asked.year <= this.year else this
