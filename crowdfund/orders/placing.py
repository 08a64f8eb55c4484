"""Placing orders: a verb of the rush. What is held gets its prices.

Read, decide in memory, write set-based: hundreds of orders are one transaction. Nothing is locked and nothing waits for the processor:
a hold has one live order, as the database knows, and whether the places are still there is asked again when the money is. What costs
nothing is paid at once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, together
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.orders import rules
from crowdfund.orders.models import OrderState
from crowdfund.orders.rules import HoldFound, Placed, PriceFound, Standing, Want
from crowdfund.refusal import Refusal
from crowdfund.screenings import holding, selling
from crowdfund.screenings.plans import plans_of

# One text for each thing that is looked up, so that every look-up is one probe of an index.
_WANTS = Sql("""
    SELECT (SELECT CAST(o.id AS TEXT) || ' ' || o.state || ' ' || o.fingerprint || ' ' || o.currency || ' '
                || CAST(o.prices_minor AS TEXT) || ' ' || CAST(o.fees_minor AS TEXT)
            FROM "order" o WHERE o.person_id = CAST(value->>'person_id' AS BIGINT) AND o.key = value->>'key') AS before,
           (SELECT CAST(h.person_id AS TEXT) || ' ' || CAST(h.screening_id AS TEXT) || ' ' || CAST(h.places AS TEXT) || ' '
                || CAST(h.held_until AS TEXT)
            FROM hold h WHERE h.id = CAST(value->>'hold_id' AS BIGINT)) AS hold,
           (SELECT CAST(o.id AS TEXT) || ' ' || o.state FROM "order" o
            WHERE o.hold_id = CAST(value->>'hold_id' AS BIGINT) AND o.state IN ('placed', 'paid')) AS live
    FROM {rows}""")
_LINES_SEEN = Sql("""
    SELECT CAST(value->>'hold_id' AS BIGINT) AS hold_id, value->>'place_id' AS place_id,
           CAST(value->>'price_id' AS BIGINT) AS price_id,
           COALESCE((SELECT 1 FROM seat_claim c WHERE c.hold_id = CAST(value->>'hold_id' AS BIGINT) AND c.seat_id = value->>'place_id'),
                    (SELECT s.places FROM standing_claim s WHERE s.hold_id = CAST(value->>'hold_id' AS BIGINT)
                         AND s.area_id = value->>'place_id'), 0) AS places,
           (SELECT CAST(p.screening_id AS TEXT) || ' ' || CAST(p.price_minor AS TEXT) || ' ' || p.state || ' ' || p.category_id
            FROM price p WHERE p.id = CAST(value->>'price_id' AS BIGINT)) AS price
    FROM {rows}""")
_SCREENINGS = Sql("""
    SELECT id, state, currency, fee_minor, plan_id, refund_steps FROM screening
    WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")
_ORDERS = Sql("""
    INSERT INTO "order" (id, person_id, screening_id, hold_id, currency, prices_minor, fees_minor, state, refund_steps, key,
                         fingerprint, made_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'person_id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT),
           CAST(value->>'hold_id' AS BIGINT), value->>'currency', CAST(value->>'prices_minor' AS BIGINT),
           CAST(value->>'fees_minor' AS BIGINT), 'placed', value->>'refund_steps', value->>'key', value->>'fingerprint', $2
    FROM {rows}""")
_LINES = Sql("""
    INSERT INTO order_line (id, order_id, screening_id, seat_id, area_id, price_id, price_minor, fee_minor)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'order_id' AS BIGINT), CAST(value->>'screening_id' AS BIGINT),
           value->>'seat_id', value->>'area_id', CAST(value->>'price_id' AS BIGINT), CAST(value->>'price_minor' AS BIGINT),
           CAST(value->>'fee_minor' AS BIGINT)
    FROM {rows}""")
_EVENTS = Sql("""
    INSERT INTO order_event (id, order_id, from_state, to_state, because, by_person_id, at)
    SELECT CAST(value->>'event_id' AS BIGINT), CAST(value->>'id' AS BIGINT), value->>'from_state', value->>'to_state',
           value->>'because', NULL, $2
    FROM {rows}""")
_GIVE_UP = Sql("""
    UPDATE "order" SET state = 'expired' WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'placed'
    RETURNING id""")


@atomic
async def _place(wants: list[Want]) -> list[Placed | Exception]:
    now = clock.now_us()
    standing, seen = await _look(wants)
    answers: list[Placed | Exception] = []
    new: list[tuple[Want, Placed]] = []
    given_up: list[int] = []
    asked: set[int] = set()
    pressed: dict[tuple[int, str], tuple[Want, Placed]] = {}
    for want, found in zip(wants, seen, strict=True):
        try:
            if (again := _pressed_twice(want, pressed)) is not None:
                answers.append(again)
                continue
            if found["before"] is not None:
                answers.append(_same_again(want, found, standing))
                continue
            prices_minor, fees_minor = rules.decide_order(want, standing, now)
            live_id, live_state = (found["live"] or "0 -").split(" ")
            if want.hold_id in asked or live_state == OrderState.PAID:
                raise rules.NotSoldNow("These places are ordered already.")
        except Refusal as refusal:
            answers.append(refusal)
            continue
        asked.add(want.hold_id)
        given_up += [int(live_id)] if found["live"] else []
        placed = _placed(want, standing, prices_minor, fees_minor)
        new.append((want, placed))
        pressed[want.person_id, want.key] = (want, placed)
        answers.append(placed)
    await _write(new, standing, given_up, now)
    return answers


_batch = Batch[Want, Placed](_place)
place_order = _batch.ask
finish = _batch.finish


async def _look(wants: list[Want]) -> tuple[Standing, list[dict[str, Any]]]:
    """What each wish finds of its fan and its hold; what is held, and what it costs."""
    seen, lines = await together(
        _WANTS.bind(as_rows({"person_id": w.person_id, "key": w.key, "hold_id": w.hold_id} for w in wants)),
        _LINES_SEEN.bind(
            as_rows(
                {"hold_id": hold_id, "place_id": place_id, "price_id": price_id}
                for hold_id, place_id, price_id in {(w.hold_id, *line) for w in wants for line in w.lines}
            )
        ),
    )
    standing = Standing({}, {}, {}, {})
    for want, row in zip(wants, seen, strict=True):
        if row["hold"] is not None:
            standing.holds[want.hold_id] = HoldFound(*map(int, row["hold"].split(" ")))
    for row in lines:
        if row["price"] is not None:
            standing.prices[row["price_id"]] = _price(row["price"])
        if row["places"]:
            standing.in_hold.setdefault(row["hold_id"], {})[row["place_id"]] = row["places"]
    screenings = await _SCREENINGS(as_rows({"id": i} for i in {hold.screening_id for hold in standing.holds.values()}))
    plans = await plans_of(row["plan_id"] for row in screenings)
    standing.screenings = {row["id"]: row for row in screenings}
    standing.plans = {row["id"]: plans[row["plan_id"]] for row in screenings}
    return standing, seen


def _pressed_twice(want: Want, pressed: dict[tuple[int, str], tuple[Want, Placed]]) -> Placed | None:
    """What the same press has placed in this very batch. Raises KeyUsedForAnother."""
    if (found := pressed.get((want.person_id, want.key))) is None:
        return None
    other, placed = found
    if other.fingerprint != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another order.")
    return replace(placed, again=True)


def _price(text: str) -> PriceFound:
    screening_id, price_minor, state, category_id = text.split(" ")
    return PriceFound(int(screening_id), int(price_minor), state, category_id)


def _same_again(want: Want, found: dict[str, Any], standing: Standing) -> Placed:
    order_id, state, fingerprint, currency, prices_minor, fees_minor = found["before"].split(" ")
    if fingerprint != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another order.")
    hold = standing.holds[want.hold_id]
    return Placed(
        int(order_id),
        state,
        hold.screening_id,
        currency,
        int(prices_minor),
        int(fees_minor),
        hold.held_until,
        again=True,
    )


def _placed(want: Want, standing: Standing, prices_minor: int, fees_minor: int) -> Placed:
    hold = standing.holds[want.hold_id]
    currency = standing.screenings[hold.screening_id]["currency"]
    state = OrderState.PLACED if prices_minor + fees_minor else OrderState.PAID
    return Placed(want.id, state, hold.screening_id, currency, prices_minor, fees_minor, hold.held_until)


async def _write(new: list[tuple[Want, Placed]], standing: Standing, given_up: list[int], now: int) -> None:
    if not new:
        return
    ended = await _GIVE_UP(as_rows({"id": order_id} for order_id in given_up)) if given_up else []
    if ended:
        events = (_event(row["id"], OrderState.PLACED, OrderState.EXPIRED, "she began again") for row in ended)
        await _EVENTS(as_rows(events), now)
    lines = [line for want, placed in new for line in _lines(want, placed, standing)]
    await together(
        _ORDERS.bind(as_rows(_order_row(want, placed, standing) for want, placed in new), now),
        _LINES.bind(as_rows(lines)),
    )
    free = [want for want, placed in new if placed.state == OrderState.PAID]
    if free:
        await _sell_for_nothing(free, lines, standing, now)


async def _sell_for_nothing(free: list[Want], lines: list[dict[str, Any]], standing: Standing, now: int) -> None:
    """What costs nothing has nobody to wait for. Raises HoldEnded for all of the batch where one has lost its places just now."""
    await holding.lock({standing.holds[want.hold_id].screening_id for want in free})
    of_order: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        of_order[line["order_id"]].append(line)
    for want in free:
        screening_id = standing.holds[want.hold_id].screening_id
        if not await selling.can_be_sold(screening_id, want.hold_id, of_order[want.id]):
            raise rules.HoldEnded("The time in which these places were kept for you is over. Please choose again.")
        currency = standing.screenings[screening_id]["currency"]
        await selling.sell(want.id, want.hold_id, want.person_id, of_order[want.id], currency)
    await _PAID(as_rows({"id": want.id} for want in free), now)
    await _EVENTS(as_rows(_event(w.id, OrderState.PLACED, OrderState.PAID, "nothing to pay") for w in free), now)


_PAID = Sql("""
    UPDATE "order" SET state = 'paid', paid_at = $2 WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")


def _event(order_id: int, from_state: str, to_state: str, because: str) -> dict[str, Any]:
    return {
        "event_id": new_id(), "id": order_id, "from_state": from_state, "to_state": to_state, "because": because
    }  # fmt: skip


def _order_row(want: Want, placed: Placed, standing: Standing) -> dict[str, Any]:
    return {
        "id": want.id, "person_id": want.person_id, "screening_id": placed.screening_id, "hold_id": want.hold_id,
        "currency": placed.currency, "prices_minor": placed.prices_minor, "fees_minor": placed.fees_minor,
        "refund_steps": standing.screenings[placed.screening_id]["refund_steps"], "key": want.key,
        "fingerprint": want.fingerprint,
    }  # fmt: skip


def _lines(want: Want, placed: Placed, standing: Standing) -> list[dict[str, Any]]:
    plan, fee_minor = standing.plans[placed.screening_id], standing.screenings[placed.screening_id]["fee_minor"]
    return [
        {
            "id": new_id(), "order_id": want.id, "screening_id": placed.screening_id,
            "seat_id": place_id if plan.seat(place_id) else None, "area_id": None if plan.seat(place_id) else place_id,
            "price_id": price_id, "price_minor": standing.prices[price_id].price_minor, "fee_minor": fee_minor,
        }
        for place_id, price_id in want.lines
    ]  # fmt: skip
