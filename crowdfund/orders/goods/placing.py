"""Placing purchases: a verb of the rush.

Lock what is wanted in the order of its variants, decide in memory, write set-based: hundreds of purchases are one transaction. All
pieces of a purchase are reserved, of all its sellers, or none; of those who want the last piece in the same moment one has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from crowdfund import clock
from crowdfund.database import Batch, Sql, as_rows, atomic, new_id, together
from crowdfund.database.once import KeyUsedForAnother
from crowdfund.merch.listings import stock
from crowdfund.orders.goods import rules, tax
from crowdfund.orders.goods.models import PurchaseState
from crowdfund.orders.goods.queries import found_of
from crowdfund.orders.goods.rules import Found, OrderQuote, Placed, Quote, Want
from crowdfund.payments.checkouts import LEAST_SECONDS
from crowdfund.refusal import Refusal
from crowdfund.settings import current

RESERVED_SECONDS = LEAST_SECONDS + 60

_BEFORE = Sql("""
    SELECT (SELECT CAST(p.id AS TEXT) || ' ' || p.state || ' ' || p.fingerprint || ' ' || p.currency || ' '
                || CAST(p.total_minor AS TEXT) || ' ' || CAST(p.reserved_until AS TEXT)
            FROM purchase p WHERE p.person_id = CAST(value->>'person_id' AS BIGINT) AND p.key = value->>'key') AS before
    FROM {rows}""")
_PURCHASES = Sql("""
    INSERT INTO purchase (id, person_id, currency, total_minor, country, name, address, phone, state, reserved_until, key, fingerprint,
                          made_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'person_id' AS BIGINT), value->>'currency',
           CAST(value->>'total_minor' AS BIGINT), value->>'country', value->>'name', value->>'address', value->>'phone', 'placed',
           CAST(value->>'reserved_until' AS BIGINT), value->>'key', value->>'fingerprint', $2
    FROM {rows}""")
_ORDERS = Sql("""
    INSERT INTO goods_order (id, purchase_id, organisation_id, person_id, currency, items_minor, shipping_minor, tax_minor, total_minor,
                             commission_minor, royalty_minor, state, ship_by, days_min, days_max, country, made_at)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'purchase_id' AS BIGINT), CAST(value->>'organisation_id' AS BIGINT),
           CAST(value->>'person_id' AS BIGINT), value->>'currency', CAST(value->>'items_minor' AS BIGINT),
           CAST(value->>'shipping_minor' AS BIGINT), CAST(value->>'tax_minor' AS BIGINT), CAST(value->>'total_minor' AS BIGINT),
           CAST(value->>'commission_minor' AS BIGINT), CAST(value->>'royalty_minor' AS BIGINT), 'placed',
           CAST(value->>'ship_by' AS BIGINT), CAST(value->>'days_min' AS BIGINT), CAST(value->>'days_max' AS BIGINT),
           value->>'country', $2
    FROM {rows}""")
_LINES = Sql("""
    INSERT INTO goods_line (id, order_id, variant_id, listing_id, product_id, title_id, licence_id, appearance_id, moment_ms, name,
                            variant_name, match, quantity, price_minor, discount_minor, net_minor, tax_minor, tax_bps,
                            commission_minor, commission_bps, royalty_minor, royalty_bps)
    SELECT CAST(value->>'id' AS BIGINT), CAST(value->>'order_id' AS BIGINT), CAST(value->>'variant_id' AS BIGINT),
           CAST(value->>'listing_id' AS BIGINT), CAST(value->>'product_id' AS BIGINT), CAST(value->>'title_id' AS BIGINT),
           CAST(value->>'licence_id' AS BIGINT), CAST(value->>'appearance_id' AS BIGINT), CAST(value->>'moment_ms' AS BIGINT),
           value->>'name', value->>'variant_name', value->>'match', CAST(value->>'quantity' AS BIGINT),
           CAST(value->>'price_minor' AS BIGINT), CAST(value->>'discount_minor' AS BIGINT), CAST(value->>'net_minor' AS BIGINT),
           CAST(value->>'tax_minor' AS BIGINT), CAST(value->>'tax_bps' AS BIGINT), CAST(value->>'commission_minor' AS BIGINT),
           CAST(value->>'commission_bps' AS BIGINT), CAST(value->>'royalty_minor' AS BIGINT), CAST(value->>'royalty_bps' AS BIGINT)
    FROM {rows}""")


@atomic
async def _place(wants: list[Want]) -> list[Placed | Exception]:
    wanted = sorted({wish.variant_id for want in wants for wish in want.wishes})
    left = await stock.left_of(wanted)
    found, now = await found_of(wanted), clock.now_us()
    seen = await _BEFORE(as_rows({"person_id": w.person_id, "key": w.key} for w in wants))
    answers: list[Placed | Exception] = []
    new: list[tuple[Want, Quote, Placed]] = []
    pressed: dict[tuple[int, str], tuple[Want, Placed]] = {}
    for want, row in zip(wants, seen, strict=True):
        try:
            again = _pressed_twice(want, pressed) or _made_before(want, row["before"])
            if again is not None:
                answers.append(again)
                continue
            asked = {v: replace(found[v], left=left.get(v, 0)) for v in _variants(want) if v in found}
            quoted = _decide(want, asked)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        for wish in want.wishes:
            left[wish.variant_id] -= wish.quantity
        placed = Placed(want.id, PurchaseState.PLACED, want.currency, quoted.total_minor, until(now))
        new.append((want, quoted, placed))
        pressed[want.person_id, want.key] = (want, placed)
        answers.append(placed)
    await _write(new, now)
    return answers


_batch = Batch[Want, Placed](_place)
place_purchase = _batch.ask
finish = _batch.finish


def _variants(want: Want) -> list[int]:
    return [wish.variant_id for wish in want.wishes]


def _decide(want: Want, found: dict[int, Found]) -> Quote:
    quoted = rules.quote(
        want.wishes, found, currency=want.currency, country=want.country, rates=tax.rates(),
        commission_bps=current().commission_bps, now=clock.now(),
    )  # fmt: skip
    rules.refuse_other_sum(quoted.total_minor, want.total_minor, want.currency)
    return quoted


def _pressed_twice(want: Want, pressed: dict[tuple[int, str], tuple[Want, Placed]]) -> Placed | None:
    """The same key in the same batch: two presses of one button."""
    before = pressed.get((want.person_id, want.key))
    if before is None:
        return None
    if before[0].fingerprint != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another purchase.")
    return replace(before[1], again=True)


def _made_before(want: Want, before: str | None) -> Placed | None:
    if before is None:
        return None
    purchase_id, state, fingerprint, currency, total_minor, reserved_until = before.split(" ")
    if fingerprint != want.fingerprint:
        raise KeyUsedForAnother("This idempotency key was used for another purchase.")
    return Placed(int(purchase_id), state, currency, int(total_minor), int(reserved_until), again=True)


async def _write(new: list[tuple[Want, Quote, Placed]], now: int) -> None:
    if not new:
        return
    await stock.reserve([(wish.variant_id, wish.quantity) for want, _, _ in new for wish in want.wishes])
    orders = [(want, order, new_id()) for want, quoted, _ in new for order in quoted.orders]
    await together(
        _PURCHASES.bind(as_rows(_purchase_row(want, placed) for want, _, placed in new), now),
        _ORDERS.bind(as_rows(_order_row(want, order, order_id) for want, order, order_id in orders), now),
        _LINES.bind(as_rows(row for _, order, order_id in orders for row in _line_rows(order, order_id))),
    )


def _purchase_row(want: Want, placed: Placed) -> dict[str, Any]:
    return {
        "id": want.id, "person_id": want.person_id, "currency": want.currency, "total_minor": placed.total_minor,
        "country": want.country, "name": want.name, "address": orjson.dumps(want.address).decode(), "phone": want.phone,
        "reserved_until": placed.reserved_until, "key": want.key, "fingerprint": want.fingerprint,
    }  # fmt: skip


def _order_row(want: Want, order: OrderQuote, order_id: int) -> dict[str, Any]:
    totals = order.totals
    return {
        "id": order_id, "purchase_id": want.id, "organisation_id": order.organisation_id, "person_id": want.person_id,
        "currency": want.currency, "items_minor": totals.items_minor, "shipping_minor": totals.shipping_minor,
        "tax_minor": totals.tax_minor, "total_minor": totals.total_minor, "commission_minor": totals.commission_minor,
        "royalty_minor": totals.royalty_minor, "ship_by": clock.to_us(order.ship_by), "days_min": order.zone.days_min,
        "days_max": order.zone.days_max, "country": want.country,
    }  # fmt: skip


def _line_rows(order: OrderQuote, order_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(), "order_id": order_id, "variant_id": line.wish.variant_id, "listing_id": line.found.facts.listing_id,
            "product_id": line.found.facts.product_id, "title_id": line.found.facts.title_id,
            "licence_id": line.found.facts.licence_id, "appearance_id": line.wish.appearance_id, "moment_ms": line.wish.moment_ms,
            "name": line.found.facts.name, "variant_name": line.found.piece.name, "match": line.found.facts.match,
            **{name: getattr(line.frozen, name) for name in _FROZEN},
        }
        for line in order.lines
    ]  # fmt: skip


_FROZEN = (
    "quantity", "price_minor", "discount_minor", "net_minor", "tax_minor", "tax_bps", "commission_minor", "commission_bps",
    "royalty_minor", "royalty_bps",
)  # fmt: skip


def until(now_us: int) -> int:
    """Until when pieces stay reserved for who goes to pay now."""
    return now_us + RESERVED_SECONDS * 1_000_000
