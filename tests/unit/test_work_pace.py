"""Work that comes round every second looks up where it left off: it does not go through all backers of a fund again."""

from __future__ import annotations

import pytest

from crowdfund.database import Sql
from crowdfund.pledges.transfers import asking, elections, keeping


@pytest.mark.landing
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("query", "gives", "steps"),
    [
        (asking._ASK, 3, {"p USING INDEX pledge_campaign_state (campaign_id=? AND state=? AND id>?)"}),
        (asking._RUNNING, 1, {"p USING INDEX pledge_campaign_state (campaign_id=? AND state=? AND id>?)"}),
        (elections._SILENT, 2, {"e USING INDEX election_campaign (campaign_id=? AND state=?)"}),
        (keeping._WITH_SOMETHING_TO_USE, 0, {"e USING INDEX election_kept (kept_for_id=?)"}),
        (
            keeping._WITH_SOMETHING_TO_RETURN, 1,
            {
                "e USING INDEX election_kept_of (campaign_id=? AND kept_for_id=?)",
                "e USING INDEX election_kept_of (campaign_id=? AND kept_for_id=? AND kept_until<?)",
            },
        ),
    ],
    ids=["asking", "whom to ask", "deciding for the silent", "using what was kept", "returning what was kept"],
)  # fmt: skip
async def test_it_is_found_by_an_index(database: str, query: Sql, gives: int, steps: set[str]) -> None:
    found = {row["detail"] for row in await Sql(f"EXPLAIN QUERY PLAN {query.text}")(*([1] * gives))}
    assert {f"SEARCH {step}" for step in steps} <= {detail.replace("COVERING ", "") for detail in found}, found
    assert not [
        detail
        for detail in found
        if detail.startswith("SCAN") and detail.split()[1] in ("e", "p", "election", "pledge")
    ]
