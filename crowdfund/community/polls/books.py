"""What has to agree between votes and what pages tell of them: rules for `crowdfund check`."""

from __future__ import annotations

from crowdfund.database import Sql
from crowdfund.ledger.books import Rule

RULES = (
    Rule(
        "what a candidate is told to have is what was voted",
        Sql("SELECT COUNT(*) FROM poll_candidate"),
        Sql("""SELECT 'candidate ' || CAST(c.id AS TEXT) AS what FROM poll_candidate c
               LEFT JOIN (SELECT candidate_id, COUNT(*) AS n FROM vote GROUP BY candidate_id) AS v ON v.candidate_id = c.id
               WHERE c.votes <> COALESCE(v.n, 0) LIMIT 20"""),
    ),
    Rule(
        "a poll has as many voters as votes",
        Sql("SELECT COUNT(*) FROM poll"),
        Sql("""SELECT 'poll ' || CAST(p.id AS TEXT) AS what FROM poll p
               LEFT JOIN (SELECT poll_id, COUNT(*) AS n FROM vote GROUP BY poll_id) AS v ON v.poll_id = p.id
               WHERE p.voters <> COALESCE(v.n, 0) LIMIT 20"""),
    ),
    Rule(
        "a vote stands as it was cast or changed last",
        Sql("SELECT COUNT(*) FROM vote"),
        Sql("""SELECT 'vote ' || CAST(v.id AS TEXT) AS what FROM vote v
               WHERE v.candidate_id <> COALESCE((SELECT e.candidate_id FROM vote_event e
                     WHERE e.poll_id = v.poll_id AND e.person_id = v.person_id ORDER BY e.at DESC, e.id DESC LIMIT 1), 0) LIMIT 20"""),
    ),
    Rule(
        "a vote was cast while its poll was open",
        Sql("SELECT COUNT(*) FROM vote_event"),
        Sql("""SELECT 'poll ' || CAST(MIN(p.id) AS TEXT) AS what FROM vote_event e JOIN poll p ON p.id = e.poll_id
               WHERE e.at < p.opens_at OR e.at >= p.closes_at GROUP BY p.id LIMIT 20"""),
    ),
    Rule(
        "a vote that binds was cast with a card",
        Sql("SELECT COUNT(*) FROM vote v JOIN poll p ON p.id = v.poll_id WHERE p.label = 'binding'"),
        Sql("""SELECT 'vote ' || CAST(v.id AS TEXT) AS what FROM vote v JOIN poll p ON p.id = v.poll_id
               WHERE p.label = 'binding' AND v.fingerprint = '' LIMIT 20"""),
    ),
    Rule(
        "a poll that was decided has its decision, and no other",
        Sql("SELECT COUNT(*) FROM poll WHERE state = 'decided'"),
        Sql("""SELECT 'poll ' || CAST(p.id AS TEXT) AS what FROM poll p LEFT JOIN poll_decision d ON d.poll_id = p.id
               WHERE (p.state = 'decided') <> (d.poll_id IS NOT NULL) LIMIT 20"""),
    ),
)
