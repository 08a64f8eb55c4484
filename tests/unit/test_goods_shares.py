"""Who gets what of a sale, in cents that can be added up by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.orders.goods import tax
from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.goods.shares import Frozen, fee_shares, freeze, freeze_order, kept_of, part_of, sum_of

# 10 % commission, 8 % royalty, 7 % tax; the seller of the earrings gives 10 %.
EARRINGS = freeze(price_minor=4500, discount_minor=450, quantity=2, tax_bps=700, commission_bps=1000, royalty_bps=800)
JACKET = freeze(price_minor=12900, discount_minor=0, quantity=1, tax_bps=700, commission_bps=1000, royalty_bps=800)


def test_two_sellers_and_one_payment() -> None:
    a, b = freeze_order([EARRINGS], 600), freeze_order([JACKET], 900)
    assert (a.items_minor, a.tax_minor, a.total_minor, a.commission_minor, a.royalty_minor) == (
        8100,
        567,
        9267,
        810,
        648,
    )
    assert (b.items_minor, b.tax_minor, b.total_minor, b.commission_minor, b.royalty_minor) == (
        12900, 903, 14703, 1290, 1032,
    )  # fmt: skip
    assert a.total_minor + b.total_minor == 23970
    assert fee_shares(725, [a.total_minor, b.total_minor]) == [280, 445]
    sellers = [
        order.items_minor + order.shipping_minor - order.commission_minor - order.royalty_minor - fee
        for order, fee in ((a, 280), (b, 445))
    ]
    assert sellers == [6962, 11033]
    assert (sum(sellers), 648 + 1032, 810 + 1290, 567 + 903, 280 + 445) == (17995, 1680, 2100, 1470, 725)


def test_one_of_two_earrings_comes_back() -> None:
    one, other = part_of(EARRINGS, 0, 1), part_of(EARRINGS, 1, 1)
    assert (one.net_minor, one.tax_minor, one.commission_minor, one.royalty_minor) == (4050, 284, 405, 324)
    assert (one.total_minor, one.seller_minor) == (4334, 3321)
    assert other.tax_minor == 283
    kept = kept_of(EARRINGS, 1)
    assert 6962 - one.seller_minor == 3641
    assert 3641 + kept.commission_minor + kept.royalty_minor + kept.tax_minor + 280 == 4933 == 9267 - 4334


@given(
    price=st.integers(1, 99_999_999), discount=st.integers(0, 9000), quantity=st.integers(1, 99),
    rates=st.tuples(*[st.integers(0, 3000)] * 3), data=st.data(),
)  # fmt: skip
def test_piece_by_piece_is_as_much_as_all_at_once(
    price: int, discount: int, quantity: int, rates: tuple[int, int, int], data: st.DataObject
) -> None:
    line = freeze(
        price_minor=price, discount_minor=price * discount // 10_000, quantity=quantity, tax_bps=rates[0],
        commission_bps=rates[1], royalty_bps=rates[2],
    )  # fmt: skip
    back, parts = 0, []
    while back < quantity:
        n = data.draw(st.integers(1, quantity - back))
        parts.append(part_of(line, back, n))
        back += n
    assert sum_of(parts) == part_of(line, 0, quantity)
    assert sum_of(parts).total_minor == line.net_minor + line.tax_minor
    assert all(min(p.net_minor, p.tax_minor, p.commission_minor, p.royalty_minor) >= 0 for p in parts)
    assert line.commission_minor + line.royalty_minor <= line.net_minor


@given(fee=st.integers(0, 10**6), totals=st.lists(st.integers(1, 10**8), min_size=1, max_size=8))
def test_a_fee_is_shared_to_the_cent(fee: int, totals: list[int]) -> None:
    assert sum(fee_shares(fee, totals)) == fee


def test_more_can_not_come_back_than_was_bought() -> None:
    for before, n in ((1, 2), (3, 0), (-1, 1)):
        with pytest.raises(ValueError, match="pieces after"):
            part_of(EARRINGS, before, n)


def test_tax_by_country_and_somebody_else_who_knows_better() -> None:
    assert [tax.rates().bps(country, "earrings") for country in ("US", "DE", "CN", "ZZ")] == [700, 1900, 1300, 0]

    class ByStreet:
        def bps(self, country: str, category: str) -> int:
            return 825 if country == "US" else 0

    before = tax.rates()
    try:
        tax.use(ByStreet())
        assert tax.rates().bps("US", "jackets") == 825
    finally:
        tax.use(before)


def test_a_line_can_be_a_row_or_what_will_be_one() -> None:
    row = GoodsLine(**{name: getattr(EARRINGS, name) for name in Frozen.__dataclass_fields__})
    assert (part_of(row, 0, 1), kept_of(row, 1)) == (part_of(EARRINGS, 0, 1), kept_of(EARRINGS, 1))
