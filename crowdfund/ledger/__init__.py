"""Every cent, twice: accounts, journal entries, and postings with one debit, one credit and one amount.

Balanced by construction, append-only by trigger; a correction is a reversing entry. Only this room writes postings.
"""

from crowdfund.ledger import chart
from crowdfund.ledger.balances import balance_minor, part_minor
from crowdfund.ledger.chart import Account
from crowdfund.ledger.post import Entry, EntryDiffers, FloorBroken, Posting, post, recorded_by_processor, reverse

__all__ = [
    "Account",
    "Entry",
    "EntryDiffers",
    "FloorBroken",
    "Posting",
    "balance_minor",
    "chart",
    "part_minor",
    "post",
    "recorded_by_processor",
    "reverse",
]
