"""Placing orders: a verb of the rush. What is held gets its prices; going to pay gives the hold its one extension.

Lock the screenings, read, decide in memory, write set-based: hundreds of orders are one transaction. Nothing here waits for the
processor: an order is paid afterwards, on the processor's page. What costs nothing is paid at once.
"""

from __future__ import annotations

from collections import defaultdict
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
from crowdfund.screenings.rules import PAY_SECONDS

_BEFORE = Sql("""
    SELECT (SELECT CAST(o.id AS TEXT) || ' ' || o.state || ' ' || o.fingerprint || ' ' || o.currency || ' '
                || CAST(o.prices_minor AS TEXT) || ' ' || CAST(o.fees_minor AS TEXT)
            FROM "order" o WHERE o.person_id = CAST(value->>'person_id' AS BIGINT) AND o.key = value->>'key') AS before,
           (SELECT CAST(h.person_id AS TEXT) || ' ' || CAST(h.screening_id AS TEXT)
            FROM hold h WHERE h.id = CAST(value->>'hold_id' AS BIGINT)) AS hold
    FROM {rows}""")
_HOLDS = Sql("""
    SELECT CAST(value->>'hold_id' AS BIGINT) AS hold_id,
           (SELECT CAST(h.places AS TEXT) || ' ' || CAST(h.held_until AS TEXT) || ' ' || COALESCE(CAST(h.extended_at AS TEXT), '-')
            FROM hold h WHERE h.id = CAST(value->>'hold_id' AS BIGINT)) AS hold,
           (SELECT o.id FROM "order" o WHERE o.hold_id = CAST(value->>'hold_id' AS BIGINT)
               AND o.state IN ('placed', 'paid')) AS live_id,
           (SELECT o.state FROM "order" o WHERE o.hold_id = CAST(value->>'hold_id' AS BIGINT)
               AND o.state IN ('placed', 'paid')) AS live_state
    FROM {rows}""")
_IN_HOLD = Sql("""
    SELECT CAST(value->>'hold_id' AS BIGINT) AS hold_id, value->>'place_id' AS place_id,
           COALESCE((SELECT 1 FROM seat_claim c WHERE c.screening_id = CAST(value->>'screening_id' AS BIGINT)
                         AND c.seat_id = value->>'place_id' AND c.hold_id = CAST(value->>'hold_id' AS BIGINT)),
                    (SELECT s.places FROM standing_claim s WHERE s.hold_id = CAST(value->>'hold_id' AS BIGINT)
                         AND s.area_id = value->>'place_id'), 0) AS places
    FROM {rows}""")
_PRICES = Sql("""
    SELECT CAST(value->>'price_id' AS BIGINT) AS price_id,
           (SELECT CAST(p.screening_id AS TEXT) || ' ' || CAST(p.price_minor AS TEXT) || ' ' || p.state || ' ' || p.category_id
            FROM price p WHERE p.id = CAST(value->>'price_id' AS BIGINT)) AS price
    FROM {rows}""")
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
           value->>'because', CAST(value->>'person_id' AS BIGINT), $2
    FROM {rows}""")
_GIVE_UP = Sql("""
    UPDATE "order" SET state = 'expired' WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows}) AND state = 'placed'""")


@atomic
async def _place(wants: list[Want]) -> list[Placed | Exception]:
    now = clock.now_us()
    before = await _BEFORE(as_rows({"person_id": w.person_id, "key": w.key, "hold_id": w.hold_id} for w in wants))
    standing, live = await _look(wants, [row["hold"] for row in before])
    answers: list[Placed | Exception] = []
    new: list[tuple[Want, Placed]] = []
    asked: set[int] = set()
    for want, found in zip(wants, before, strict=True):
        try:
            if found["before"] is not None:
                answers.append(_same_again(want, found, standing))
                continue
            prices_minor, fees_minor = rules.decide_order(want, standing, now)
            if want.hold_id in asked or live.get(want.hold_id, (None, ""))[1] == OrderState.PAID:
                raise rules.NotSoldNow("These places are ordered already.")
        except Refusal as refusal:
            answers.append(refusal)
            continue
        asked.add(want.hold_id)
        placed = _placed(want, standing, prices_minor, fees_minor, now)
        new.append((want, placed))
        answers.append(placed)
    await _write(new, standing, [live[w.hold_id][0] for w, _ in new if w.hold_id in live], now)
    return answers


_batch = Batch[Want, Placed](_place)
place_order = _batch.ask
finish = _batch.finish


async def _look(wants: list[Want], holds: list[str | None]) -> tuple[Standing, dict[int, tuple[int, str]]]:
    """Lock the screenings of the holds, then read what is held and what it costs; and which orders stand on these holds."""
    of_hold = {want.hold_id: _numbers(text) for want, text in zip(wants, holds, strict=True) if text is not None}
    screenings = await holding.lock(screening_id for _, screening_id in of_hold.values())
    plans = await plans_of(row["plan_id"] for row in screenings.values())
    places = as_rows(
        {"hold_id": w.hold_id, "screening_id": of_hold[w.hold_id][1], "place_id": place_id}
        for w in wants if w.hold_id in of_hold for place_id in dict.fromkeys(place for place, _ in w.lines)
    )  # fmt: skip
    held, in_hold, prices = await together(
        _HOLDS.bind(as_rows({"hold_id": hold_id} for hold_id in of_hold)),
        _IN_HOLD.bind(places),
        _PRICES.bind(as_rows({"price_id": price_id} for price_id in {p for w in wants for _, p in w.lines})),
    )
    standing = Standing(screenings, {i: plans[row["plan_id"]] for i, row in screenings.items()}, {}, {})
    for row in held:
        number, until, extended = row["hold"].split(" ")
        person_id, screening_id = of_hold[row["hold_id"]]
        standing.holds[row["hold_id"]] = HoldFound(person_id, screening_id, int(number), int(until), extended != "-")
    standing.prices = {row["price_id"]: _price(row["price"]) for row in prices if row["price"] is not None}
    for row in in_hold:
        if row["places"]:
            standing.in_hold.setdefault(row["hold_id"], {})[row["place_id"]] = row["places"]
    return standing, {row["hold_id"]: (row["live_id"], row["live_state"]) for row in held if row["live_id"] is not None}


def _numbers(text: str) -> tuple[int, int]:
    first, second = text.split(" ")
    return int(first), int(second)


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


def _placed(want: Want, standing: Standing, prices_minor: int, fees_minor: int, now: int) -> Placed:
    hold = standing.holds[want.hold_id]
    until = hold.held_until if hold.extended else max(hold.held_until, now + PAY_SECONDS * 1_000_000)
    currency = standing.screenings[hold.screening_id]["currency"]
    state = OrderState.PLACED if prices_minor + fees_minor else OrderState.PAID
    return Placed(want.id, state, hold.screening_id, currency, prices_minor, fees_minor, until)


async def _write(new: list[tuple[Want, Placed]], standing: Standing, given_up: list[int], now: int) -> None:
    if not new:
        return
    events = [_event(order_id, OrderState.PLACED, OrderState.EXPIRED, "she began again") for order_id in given_up]
    if given_up:
        await _GIVE_UP(as_rows({"id": order_id} for order_id in given_up))
    events += [_event(w.id, "", OrderState.PLACED, "placed", w.person_id) for w, _ in new]
    lines = [line for want, placed in new for line in _lines(want, placed, standing)]
    await together(
        _ORDERS.bind(as_rows(_order_row(want, placed, standing) for want, placed in new), now),
        _LINES.bind(as_rows(lines)),
        _EVENTS.bind(as_rows(events), now),
        *holding.extending(
            [(w.hold_id, p.held_until) for w, p in new if p.held_until > standing.holds[w.hold_id].held_until], now
        ),
    )
    free = [want for want, placed in new if placed.state == OrderState.PAID]
    if free:
        await _sell_for_nothing(free, lines, standing, now)


async def _sell_for_nothing(free: list[Want], lines: list[dict[str, Any]], standing: Standing, now: int) -> None:
    """What costs nothing has nobody to wait for."""
    of_order: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        of_order[line["order_id"]].append(line)
    for want in free:
        currency = standing.screenings[standing.holds[want.hold_id].screening_id]["currency"]
        await selling.sell(want.id, want.hold_id, want.person_id, of_order[want.id], currency)
    await _PAID(as_rows({"id": want.id} for want in free), now)
    await _EVENTS(as_rows(_event(w.id, OrderState.PLACED, OrderState.PAID, "nothing to pay") for w in free), now)


_PAID = Sql("""
    UPDATE "order" SET state = 'paid', paid_at = $2 WHERE id IN (SELECT CAST(value->>'id' AS BIGINT) FROM {rows})""")


def _event(order_id: int, from_state: str, to_state: str, because: str, person_id: int | None = None) -> dict[str, Any]:
    return {
        "event_id": new_id(), "id": order_id, "from_state": from_state, "to_state": to_state, "because": because,
        "person_id": person_id,
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
