"""Pieces are counted: fifty buyers for the last one, baskets that cross, and nothing kept that was let go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from crowdfund.database import atomic, new_id
from crowdfund.merch.listings import stock
from crowdfund.merch.listings.models import Variant
from tests.listings import a_listing, a_variant

pytestmark = pytest.mark.anyio


async def counted(variant: Variant) -> tuple[int, int, int]:
    now = await Variant.get(id=variant.id)
    return now.on_hand, now.reserved, now.sold


async def outcome(verb: Callable[..., Awaitable[None]], rows: list[tuple[int, int]]) -> str:
    try:
        await atomic(verb)(rows)
    except stock.OutOfStock as refusal:
        return refusal.code
    return "yes"


async def test_fifty_buyers_for_the_last_piece_and_one_gets_it(database: str) -> None:
    _listing, earring = await a_listing(on_hand=1)
    answers = await asyncio.gather(*(outcome(stock.reserve, [(earring.id, 1)]) for _ in range(50)))
    assert sorted(answers) == ["out_of_stock"] * 49 + ["yes"]
    assert await counted(earring) == (1, 1, 0)


async def test_forty_want_three_of_a_hundred_and_a_third_go_home(database: str) -> None:
    _listing, earring = await a_listing(on_hand=100)
    answers = await asyncio.gather(*(outcome(stock.reserve, [(earring.id, 3)]) for _ in range(40)))
    assert answers.count("yes") == 33
    assert await counted(earring) == (100, 99, 0)


async def test_baskets_that_cross_wait_for_each_other_in_no_circle(database: str) -> None:
    _one, earring = await a_listing(on_hand=200)
    _other, jacket = await a_listing(on_hand=200)
    rows = [(earring.id, 1), (jacket.id, 2)]
    answers = await asyncio.gather(*(outcome(stock.reserve, rows[:: 1 if i % 2 else -1]) for i in range(40)))
    assert answers == ["yes"] * 40
    assert (await counted(earring), await counted(jacket)) == ((200, 40, 0), (200, 80, 0))


async def test_all_of_a_basket_or_none(database: str) -> None:
    _one, earring = await a_listing(on_hand=5)
    _other, jacket = await a_listing(on_hand=1)
    with pytest.raises(stock.OutOfStock) as refused:
        await atomic(stock.reserve)([(earring.id, 2), (jacket.id, 2)])
    assert refused.value.variant_ids == [jacket.id]
    assert (await counted(earring), await counted(jacket)) == ((5, 0, 0), (1, 0, 0))


async def test_the_same_variant_twice_in_a_basket_is_counted_twice(database: str) -> None:
    _listing, earring = await a_listing(on_hand=3)
    assert await outcome(stock.reserve, [(earring.id, 2), (earring.id, 2)]) == "out_of_stock"
    assert await outcome(stock.reserve, [(earring.id, 1), (earring.id, 2)]) == "yes"
    assert await counted(earring) == (3, 3, 0)


async def test_from_the_shelf_to_the_buyer_and_back(database: str) -> None:
    _listing, earring = await a_listing(on_hand=10)
    await atomic(stock.reserve)([(earring.id, 4)])
    await atomic(stock.release)([(earring.id, 1)])
    await atomic(stock.sell)([(earring.id, 3)])
    assert await counted(earring) == (7, 0, 3)
    await atomic(stock.put_back)([(earring.id, 2)])
    assert await counted(earring) == (9, 0, 1)
    for verb in (stock.release, stock.sell):
        with pytest.raises(stock.StockDisagrees):
            await atomic(verb)([(earring.id, 1)])
    with pytest.raises(stock.StockDisagrees):
        await atomic(stock.put_back)([(earring.id, 2)])
    assert await counted(earring) == (9, 0, 1)


async def test_what_is_withdrawn_or_not_there_is_not_sold(database: str) -> None:
    listing, _earring = await a_listing(on_hand=10)
    gone = await a_variant(listing, "In silver")
    await Variant.filter(id=gone.id).update(state="withdrawn")
    assert await outcome(stock.reserve, [(gone.id, 1)]) == "out_of_stock"
    assert await outcome(stock.reserve, [(new_id(), 1)]) == "out_of_stock"
    assert await atomic(stock.left_of)([gone.id, _earring.id]) == {gone.id: 0, _earring.id: 10}
    with pytest.raises(ValueError, match="0 pieces"):
        await atomic(stock.reserve)([(gone.id, 0)])
    with pytest.raises(RuntimeError, match="transaction"):
        await stock.reserve([(gone.id, 1)])
