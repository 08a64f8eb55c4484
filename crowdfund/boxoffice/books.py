"""What has to be so between settlements, tickets, deals and money: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.boxoffice import queries
from crowdfund.boxoffice.deals.split import added, taken_hash
from crowdfund.boxoffice.models import RowKind, Settlement
from crowdfund.boxoffice.returns import worked_out_again
from crowdfund.database import Sql
from crowdfund.ledger.books import Finding, Rule

PAGE = 200

RULES = (
    Rule(
        "a screening that is settled was settled once, and its escrow is empty",
        Sql("SELECT COUNT(*) FROM screening WHERE state = 'settled'"),
        Sql("""SELECT 'screening ' || CAST(s.id AS TEXT) AS what FROM screening s
               WHERE (s.state = 'settled') <> EXISTS (SELECT 1 FROM settlement r WHERE r.screening_id = s.id AND r.kind = 'settled')
                  OR (s.state = 'settled' AND EXISTS (
                          SELECT 1 FROM account a JOIN balance b ON b.account_id = a.id
                          WHERE a.code = 'escrow:' || CAST(s.id AS TEXT) AND b.credits_minor <> b.debits_minor)) LIMIT 20"""),
    ),
    Rule(
        "the lines of a settlement come to its gross, and so do its tickets",
        Sql("SELECT COUNT(*) FROM settlement"),
        Sql("""SELECT 'settlement ' || CAST(s.id AS TEXT) AS what FROM settlement s
               WHERE s.gross_minor <> (SELECT COALESCE(SUM(l.amount_minor), 0) FROM settlement_line l
                                       WHERE l.settlement_id = s.id AND l.what = 'share')
                  OR s.gross_minor <> (SELECT COALESCE(SUM(t.gross_minor), 0) FROM settled_ticket t WHERE t.settlement_id = s.id)
                  OR s.fees_minor <> (SELECT COALESCE(SUM(t.fee_minor), 0) FROM settled_ticket t WHERE t.settlement_id = s.id)
                  OR s.admissions <> (SELECT COALESCE(SUM(t.admissions), 0) FROM settled_ticket t WHERE t.settlement_id = s.id)
                  OR s.fees_minor - s.processor_minor + s.short_minor <> (
                      SELECT COALESCE(SUM(l.amount_minor), 0) FROM settlement_line l WHERE l.settlement_id = s.id AND l.what = 'fee')
                  OR s.short_minor <> (SELECT COALESCE(-SUM(l.amount_minor), 0) FROM settlement_line l
                                       WHERE l.settlement_id = s.id AND l.what = 'cost') LIMIT 20"""),
    ),
    Rule(
        "every settlement has the deal that it was shared out by",
        Sql("SELECT COUNT(*) FROM settlement"),
        Sql("""SELECT 'settlement ' || CAST(s.id AS TEXT) AS what FROM settlement s
               WHERE LENGTH(s.input_sha256) <> 64 OR NOT EXISTS (
                   SELECT 1 FROM deal d WHERE d.id = s.deal_id AND d.sha256 = s.deal_sha256 AND d.booking_id = s.booking_id
                     AND d.run_id = s.run_id AND d.state IN ('agreed', 'superseded')) LIMIT 20"""),
    ),
    Rule(
        "what a settled screening gave each organisation in the books is what its lines say",
        Sql("SELECT COUNT(*) FROM settlement"),
        Sql("""SELECT 'screening ' || CAST(w.screening_id AS TEXT) || ' and organisation ' || CAST(w.organisation_id AS TEXT) AS what
               FROM (SELECT s.screening_id, s.currency, l.organisation_id, SUM(l.amount_minor) AS minor
                     FROM settlement s JOIN settlement_line l ON l.settlement_id = s.id
                     WHERE l.organisation_id IS NOT NULL GROUP BY s.screening_id, s.currency, l.organisation_id) AS w
               WHERE w.minor <> (
                   SELECT COALESCE(SUM(CASE WHEN p.credit_id = a.id THEN p.amount_minor ELSE 0 END), 0)
                        - COALESCE(SUM(CASE WHEN p.debit_id = a.id THEN p.amount_minor ELSE 0 END), 0)
                   FROM account a JOIN journal_entry e ON e.subject = 'screening:' || CAST(w.screening_id AS TEXT)
                     AND e.kind NOT IN ('payout_set_aside', 'payout_back', 'payout_paid', 'receivable_repaid',
                                    'seats_taken', 'seats_returned')
                   JOIN posting p ON p.entry_id = e.id AND (p.credit_id = a.id OR p.debit_id = a.id)
                   WHERE a.code IN ('payable:' || CAST(w.organisation_id AS TEXT) || ':' || w.currency,
                                    'receivable:' || CAST(w.organisation_id AS TEXT) || ':' || w.currency)) LIMIT 20"""),
    ),
    Rule(
        "tickets by the day on which they were sold are all tickets",
        Sql("SELECT COUNT(*) FROM ticket_day"),
        Sql("""SELECT 'screening ' || CAST(s.id AS TEXT) AS what FROM screening s
               WHERE s.sold <> (SELECT COALESCE(SUM(d.sold - d.refunded), 0) FROM ticket_day d WHERE d.screening_id = s.id)
                  OR s.gross_minor <> (SELECT COALESCE(SUM(d.gross_minor - d.refunded_minor), 0) FROM ticket_day d
                                       WHERE d.screening_id = s.id)
                  OR EXISTS (SELECT 1 FROM ticket_day d WHERE d.screening_id = s.id AND (d.refunded > d.sold OR d.admitted < 0))
               LIMIT 20"""),
    ),
    Rule(
        "the tickets of a settled screening stand for what their fans have not got back",
        Sql("SELECT COUNT(*) FROM settled_ticket"),
        Sql("""SELECT 'ticket ' || CAST(t.id AS TEXT) AS what FROM ticket t JOIN screening s ON s.id = t.screening_id
               WHERE s.state = 'settled' AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.order_id = t.order_id)
                 AND t.price_minor + t.fee_minor - t.refunded_minor
                   <> (SELECT COALESCE(SUM(k.gross_minor + k.fee_minor), 0) FROM settled_ticket k WHERE k.ticket_id = t.id) LIMIT 20"""),
    ),
)


async def proof() -> Finding:
    """Each settlement worked out again by the engine, from the same deal and the same tickets: the same lines, the same hash."""
    looked_at, wrong, after_id = 0, list[str](), 0
    while page := await Settlement.filter(id__gt=after_id).order_by("id").limit(PAGE):
        for one in page:
            if len(wrong) < 20 and not await _is_so(one):
                wrong.append(f"settlement {one.id}")
        looked_at, after_id = looked_at + len(page), page[-1].id
    return Finding("every settlement is what its deal gives for its tickets", looked_at, wrong)


async def _is_so(row: Settlement) -> bool:
    booked = {line["payee"]: line["amount_minor"] for line in await queries.lines_of(row.id) if line["what"] == "share"}
    if row.kind == RowKind.TRUE_UP:
        return row.input_sha256 == taken_hash(await queries.taken_of(row.run_id, row.number))
    if row.kind not in (RowKind.SETTLED, RowKind.ADDED):
        return True
    again = await worked_out_again(row, await queries.counted_in(row.id))
    return (again.deal_hash, again.input_hash, added(*again.lines)) == (row.deal_sha256, row.input_sha256, booked)
