"""What has to agree between statements and the ledger: for `crowdfund check`, and each night.

They tell of what was signed, not of what anybody is owed: nobody's payout waits for them.
"""

from __future__ import annotations

from crowdfund import clock
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.desk.statements import keys, rules
from crowdfund.desk.statements.models import Statement
from crowdfund.desk.statements.rules import EntriesHash, NotAStatement
from crowdfund.ledger.books import Finding, Rule
from crowdfund.ledger.entries import entries_of

RULES = (
    Rule(
        "nothing was written into a month of a fund after its statement was signed",
        Sql("SELECT COUNT(*) FROM statement"),
        Sql("""SELECT s.period || ' of campaign ' || CAST(s.campaign_id AS TEXT) AS what FROM statement s
               WHERE s.amount_minor <> (
                   SELECT COALESCE(SUM(d.amount_minor), 0) FROM daybook d
                   WHERE d.subject = 'campaign:' || CAST(s.campaign_id AS TEXT) AND d.day < s.until_day
                     AND d.day >= COALESCE((SELECT MAX(b.until_day) FROM statement b
                                            WHERE b.campaign_id = s.campaign_id AND b.until_day < s.until_day), 0)) LIMIT 20"""),
    ),
    Rule(
        "each statement names the one before it",
        Sql("SELECT COUNT(*) FROM statement WHERE previous IS NOT NULL"),
        Sql("""SELECT s.period || ' of campaign ' || CAST(s.campaign_id AS TEXT) AS what FROM statement s
               WHERE COALESCE(s.previous, '') <> COALESCE((
                   SELECT b.sha256 FROM statement b WHERE b.campaign_id = s.campaign_id AND b.period < s.period
                   ORDER BY b.period DESC LIMIT 1), '') LIMIT 20"""),
    ),
)
SIGNED_AS_IT_WAS = "every statement is as it was signed, and so are its entries"
PAGE = 100


async def proof() -> Finding:
    """Each statement checked as a stranger would, and the hash over its month's entries made once more."""
    trusted = {key.id: key.public_key for key in await keys.published()}
    looked_at, wrong, after_id = 0, list[str](), 0
    while page := await Statement.filter(id__gt=after_id).order_by("id").limit(PAGE):
        for one in page:
            if len(wrong) < 20 and not await _is_good(one, trusted):
                wrong.append(f"{one.period} of campaign {one.campaign_id}")
        looked_at, after_id = looked_at + len(page), page[-1].id
    return Finding(SIGNED_AS_IT_WAS, looked_at, wrong)


async def _is_good(one: Statement, trusted: dict[str, str]) -> bool:
    text = one.body.encode("utf-8")
    try:
        found, checks = rules.read(text), rules.verify(text, keys=trusted)
    except NotAStatement:
        return False
    if not all(check.holds for check in checks) or rules.hash_of(text) != one.sha256 or found["period"] != one.period:
        return False
    from_us, before_us = map(clock.to_us, rules.bounds_of(one.period))
    hashed = EntriesHash()
    async for page in entries_of(f"campaign:{one.campaign_id}", from_us, before_us):
        hashed.take((entry.key, entry.kind, entry.at, [list(p) for p in entry.postings]) for entry in page)
    currency = (await Campaign.get(id=one.campaign_id)).currency
    return (hashed.hex, hashed.count, currency) == (found["entries"]["sha256"], one.entries, found["currency"])
