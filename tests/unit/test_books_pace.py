"""No rule of the books looks through a table again for each of its rows: a fund of half a million backers is proven in seconds."""

from __future__ import annotations

import re

import pytest

from crowdfund.books import RULES, TIMELY
from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

# These stay small, however many fans there are.
SMALL = {"dispute", "d", "account", "a", "payout", "o", "sale", "s", "tier", "t"}
# Asked once a currency, or once a club: not once a row.
OF_A_FEW = {
    "refunds promised and not sent are what lies in clearing",
    "what is kept for a club's next target is what its backers chose to keep, less what banks hold of it",
}


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("rule", [r for r in (*RULES, *TIMELY) if r.name not in OF_A_FEW], ids=lambda rule: rule.name)
async def test_a_rule_looks_up_what_belongs_to_a_row(database: str, rule: Rule) -> None:
    rows = await Sql(f"EXPLAIN QUERY PLAN {rule.broken.text}")(*([0] if rule.after_days else []))
    above = {row["id"]: (row["parent"], row["detail"]) for row in rows}
    again = []
    for row in rows:
        parent = row["parent"]
        while parent in above:
            parent, detail = above[parent]
            if detail.startswith("CORRELATED") and goes_through_many(row["detail"], rule):
                again.append(row["detail"].split()[1])
    assert set(again) - SMALL == set()


def goes_through_many(step: str, rule: Rule) -> bool:
    """A whole table, or all of a fund where that is asked for each of a fund's many rows."""
    rows_of = re.search(r"AS what\s+FROM (\w+)", rule.broken.text)
    of_many = rows_of is not None and rows_of[1] in (
        "pledge",
        "charge",
        "refund",
        "journal_entry",
        "posting",
        "election",
    )
    return step.startswith("SCAN ") or (of_many and re.search(r"\(campaign_id=\?( AND state=\?)?\)$", step) is not None)
