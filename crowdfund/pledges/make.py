"""Making pledges: the verb of the rush. Hundreds of fans' wants become one transaction of a few statements.

Lock and read, decide in memory, write set-based. A batch travels as one JSON parameter, so the statements never change. Look-ups
by fan are correlated, one index probe a want: as joins, PostgreSQL would plan them on the empty table and scan ever after.
Every verb that changes pledges locks its campaigns first, in id order, so verbs wait for each other and never in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crowdfund import clock
from crowdfund.campaigns import counters
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, together
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.pledges import rules, terms
from crowdfund.pledges.models import PledgeState
from crowdfund.pledges.rules import Made, Standing, Want
from crowdfund.refusal import Refusal

# other_id: of the same request another wish. The range makes it one probe (digits sort alike whatever the collation), and the
# equality after it makes it exact.
_SEEN = Sql("""
    SELECT (SELECT p.id FROM pledge p
               WHERE p.person_id = CAST(value->>'person_id' AS BIGINT) AND p.key = value->>'key') AS before_id,
           (SELECT p.id FROM pledge p WHERE p.person_id = CAST(value->>'person_id' AS BIGINT)
               AND p.key BETWEEN (value->>'request') || '0' AND (value->>'request') || '9'
               AND p.key = (value->>'request') || substr(p.key, length(p.key))
               AND p.fingerprint <> value->>'wish' LIMIT 1) AS other_id,
           (SELECT p.id FROM pledge p WHERE p.person_id = CAST(value->>'person_id' AS BIGINT)
               AND p.campaign_id = CAST(value->>'campaign_id' AS BIGINT)
               AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')) AS live_id,
           (SELECT c.id FROM saved_card c WHERE c.person_id = CAST(value->>'person_id' AS BIGINT) AND c.state = 'saved'
               AND CASE WHEN value->>'card_id' IS NULL THEN c.expires_year * 12 + c.expires_month >= $2
                        ELSE c.id = CAST(value->>'card_id' AS BIGINT) END
               ORDER BY c.id DESC LIMIT 1) AS card_id
    FROM {rows}""")
_BEFORE = Sql("""
    SELECT id, state, campaign_id, tier_id, quantity, amount_minor, currency, fingerprint
    FROM pledge WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_IN_SALE = Sql("""
    SELECT CAST(value->>'person_id' AS BIGINT) AS person_id, CAST(value->>'sale_id' AS BIGINT) AS sale_id,
           (SELECT CAST(COALESCE(SUM(p.amount_minor), 0) AS BIGINT) FROM pledge p
            WHERE p.person_id = CAST(value->>'person_id' AS BIGINT)
              AND p.state IN ('active', 'charging', 'errored', 'collected', 'disputed')
              AND (SELECT c.sale_id FROM campaign c WHERE c.id = p.campaign_id) = CAST(value->>'sale_id' AS BIGINT)) AS minor
    FROM {rows}""")
_INSERT = Sql("""
    INSERT INTO pledge (id, person_id, campaign_id, currency, tier_id, quantity, amount_minor, state, card_id, key, fingerprint,
                        shown_as, referrer, page_version, attempts, made_at, fallback_id, if_it_fails, charity_id)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'person_id' AS BIGINT), CAST(value->>'campaign_id' AS BIGINT),
           value->>'currency', CAST(value->>'tier_id' AS BIGINT), CAST(value->>'quantity' AS BIGINT),
           CAST(value->>'amount_minor' AS BIGINT), value->>'state', CAST(value->>'card_id' AS BIGINT), value->>'key',
           value->>'fingerprint', value->>'shown_as', value->>'referrer', CAST(value->>'page_version' AS BIGINT), 0,
           CAST(value->>'made_at' AS BIGINT), CAST(value->>'fallback_id' AS BIGINT), COALESCE(value->>'if_it_fails', ''),
           CAST(value->>'charity_id' AS BIGINT)
    FROM {rows}""")
_EVENTS = Sql("""
    INSERT INTO pledge_event (id, pledge_id, kind, from_state, to_state, amount_minor, tier_id, quantity, because, by_person_id, at,
                              terms)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), 'moved', '', value->>'state',
           CAST(value->>'amount_minor' AS BIGINT), CAST(value->>'tier_id' AS BIGINT), CAST(value->>'quantity' AS BIGINT),
           'made', CAST(value->>'person_id' AS BIGINT), CAST(value->>'made_at' AS BIGINT), value->>'terms'
    FROM {rows}""")


@atomic
async def _make(wants: list[Want]) -> list[Made | Exception]:
    rows = as_rows(_want_row(want) for want in wants)
    standing, seen = await _look(rows, wants)
    before = await _made_before(seen)
    answers: list[Made | Exception] = []
    new: list[dict[str, Any]] = []
    now = clock.now_us()
    known: dict[tuple[int, str], tuple[Made, str]] = {}
    funds_of_fan: set[tuple[int, int]] = set()
    wishes: dict[tuple[int, str], str] = {}
    for want, found in zip(wants, seen, strict=True):
        try:
            _refuse_another_wish(want, found, wishes)
            earlier = known.get((want.person_id, want.key)) or before.get(found["before_id"])
            if earlier is not None:
                answers.append(_same_again(want, *earlier))
                continue
            made = _decide(want, found, standing, now, funds_of_fan)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        known[want.person_id, want.key] = (made, fingerprint := want.fingerprint)
        new.append(_pledge_row(want, made, fingerprint, found["card_id"], standing))
        answers.append(made)
    await terms.keep({want.terms for want in wants})
    await _write(new)
    return answers


_batch = Batch[Want, Made](_make)
make_pledge = _batch.ask
make_several = _batch.ask_all
finish = _batch.finish


def _decide(
    want: Want, found: dict[str, Any], standing: Standing, now: int, funds_of_fan: set[tuple[int, int]]
) -> Made:
    one = (want.person_id, want.campaign_id)
    rules.decide_new(want, standing, now)
    if found["live_id"] is not None or one in funds_of_fan:
        raise rules.AlreadyPledged("You back this fund already. Raise or change your pledge instead.")
    if want.card_id not in (None, rules.NEW) and found["card_id"] is None:
        raise rules.NoSuchCard("That card is not saved any more. Please pick another.", field="card")
    state = PledgeState.STARTED if found["card_id"] is None else PledgeState.ACTIVE
    if state == PledgeState.ACTIVE:
        rules.take(want, standing)
        funds_of_fan.add(one)
    return Made(want.id, state, want.campaign_id, want.tier_id, want.quantity, want.amount_minor, want.currency)


def _refuse_another_wish(want: Want, found: dict[str, Any], wishes: dict[tuple[int, str], str]) -> None:
    """A request is one wish: under its key no pledge of another body is made, not even one at a place that is still free."""
    if want.wish and (
        found["other_id"] is not None or wishes.setdefault((want.person_id, want.request), want.wish) != want.wish
    ):
        raise KeyUsedForAnother("This idempotency key was used for another pledge.")


def _same_again(want: Want, made: Made, fingerprint: str) -> Made:
    if fingerprint != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another pledge.")
    return Made(
        made.id, made.state, made.campaign_id, made.tier_id, made.quantity, made.amount_minor, made.currency, again=True
    )


async def _made_before(seen: Sequence[dict[str, Any]]) -> dict[int | None, tuple[Made, str]]:
    ids = [{"id": row["before_id"]} for row in seen if row["before_id"] is not None]
    if not ids:
        return {}
    found = await _BEFORE(as_rows(ids))
    return {
        row["id"]: (
            Made(
                row["id"],
                row["state"],
                row["campaign_id"],
                row["tier_id"],
                row["quantity"],
                row["amount_minor"],
                row["currency"],
            ),
            row["fingerprint"],
        )
        for row in found
    }


async def standing_for(rows: str, wants: Iterable[Want]) -> Standing:
    """Lock the campaigns of these wants, then read what their rules look at."""
    campaigns, tiers = await together(counters.locking(rows), counters.reading_tiers(rows))
    return await _standing(campaigns, tiers, wants)


async def _look(rows: str, wants: list[Want]) -> tuple[Standing, list[dict[str, Any]]]:
    """What stands, and what each want finds of its fan; the campaigns are locked first."""
    campaigns, tiers, seen = await together(
        counters.locking(rows), counters.reading_tiers(rows), _SEEN.bind(rows, _month())
    )
    return await _standing(campaigns, tiers, wants), seen


async def _standing(campaigns: list[dict[str, Any]], tiers: list[dict[str, Any]], wants: Iterable[Want]) -> Standing:
    standing = Standing({row["id"]: row for row in campaigns}, {row["id"]: row for row in tiers})
    sales = {row["id"]: row["sale_id"] for row in campaigns if row["sale_id"] is not None}
    spent = {(want.person_id, sales[want.campaign_id]) for want in wants if want.campaign_id in sales}
    if spent:
        asked = as_rows({"person_id": person_id, "sale_id": sale_id} for person_id, sale_id in spent)
        caps, in_sale = await together(counters.locking_sales(asked), _IN_SALE.bind(asked))
        standing.sale_caps = {row["id"]: row["amount_per_fan_max_minor"] for row in caps}
        standing.in_sale = {(row["person_id"], row["sale_id"]): row["minor"] for row in in_sale}
    return standing


def _month() -> int:
    """This month, counted as cards' last months are."""
    now = clock.now()
    return now.year * 12 + now.month


def _want_row(want: Want) -> dict[str, Any]:
    return {
        "person_id": want.person_id, "campaign_id": want.campaign_id, "tier_id": want.tier_id, "key": want.key,
        "card_id": want.card_id, "request": want.request or None, "wish": want.wish,
    }  # fmt: skip


def _pledge_row(want: Want, made: Made, fingerprint: str, card_id: int | None, standing: Standing) -> dict[str, Any]:
    row = {
        "id": want.id, "event_id": new_id(), "person_id": want.person_id, "campaign_id": want.campaign_id,
        "currency": want.currency, "tier_id": want.tier_id, "quantity": want.quantity, "amount_minor": want.amount_minor,
        "state": made.state, "card_id": card_id, "key": want.key, "fingerprint": fingerprint, "shown_as": want.shown_as,
        "referrer": want.referrer, "page_version": standing.campaigns[want.campaign_id]["page_version"],
        "made_at": want.made_at, "terms": want.terms.hash if want.terms else None,
    }  # fmt: skip
    fallback_id = standing.campaigns[want.campaign_id]["fallback_id"]
    if fallback_id is None:
        return row
    return {**row, "fallback_id": fallback_id, "if_it_fails": want.if_it_fails, "charity_id": want.charity_id}


async def _write(new: list[dict[str, Any]]) -> None:
    if not new:
        return
    rows = as_rows(new)
    counts = counters.counting(row for row in new if row["state"] == PledgeState.ACTIVE)
    await together(_INSERT.bind(rows), _EVENTS.bind(rows), *counts)
