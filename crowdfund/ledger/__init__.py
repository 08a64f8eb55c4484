"""Every cent, twice: accounts, journal entries, and postings with one debit, one credit and one amount.

Balanced by construction, append-only by trigger; a correction is a reversing entry. Only this room writes postings.
"""

from crowdfund.ledger import chart, daybook
from crowdfund.ledger.balances import (
    balance_minor,
    held_minor,
    moved_by_kind,
    part_minor,
    parts_of,
    parts_of_kind,
    taken_from,
    turnover,
)
from crowdfund.ledger.chart import Account
from crowdfund.ledger.post import Entry, EntryDiffers, FloorBroken, Posting, post, recorded_by_processor, reverse
from crowdfund.ledger.pouring import poured

__all__ = [
    "Account",
    "Entry",
    "EntryDiffers",
    "FloorBroken",
    "Posting",
    "balance_minor",
    "chart",
    "daybook",
    "held_minor",
    "moved_by_kind",
    "part_minor",
    "parts_of",
    "parts_of_kind",
    "post",
    "poured",
    "recorded_by_processor",
    "reverse",
    "taken_from",
    "turnover",
]
