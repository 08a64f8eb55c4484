"""Where the money of a fund is: what was moved, as places that add up; and a backer's own part of it, to the cent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crowdfund.desk.ledger.rules import Day, Line, Whole, days_of, split_mine, weights_of, whole_of
from crowdfund.ledger.daybook import Moved

FUND, PAYABLE, OWED, CARRIED, ACADEMY = (
    "fund:1",
    "payable:9:EUR",
    "receivable:9:EUR",
    "carried:9:EUR",
    "recipient:5:EUR",
)
STRIPE, CLEARING, TRANSIT, FEE = "stripe:EUR", "refund:clearing:EUR", "payout:transit:EUR", "fee:platform:EUR"
PROCESSOR, DISPUTE = "expense:processor:EUR", "expense:dispute:EUR"


def moved(kind: str, debit: str, credit: str, minor: int, *, n: int = 1, day: int | None = None) -> Moved:
    return Moved(kind, debit, credit, minor, n, day)


COLLECTED = [moved("pledge_collected", STRIPE, FUND, 100_00, n=4), moved("processor_fee", PROCESSOR, STRIPE, 2_50, n=4)]
SUCCEEDED = [
    moved("fund_succeeded", FUND, PROCESSOR, 2_50), moved("fund_succeeded", FUND, FEE, 5_00),
    moved("fund_succeeded", FUND, PAYABLE, 92_50),
]  # fmt: skip
PAID = [moved("payout_set_aside", PAYABLE, TRANSIT, 92_50), moved("payout_paid", TRANSIT, STRIPE, 92_50)]


def adds_up(whole: Whole) -> bool:
    return whole.came == whole.gone + whole.held


def test_collected_then_paid_out_after_fees() -> None:
    held = whole_of(COLLECTED)
    assert (held.collected, held.processor, held.processor_cost, held.in_fund) == (100_00, 0, 2_50, 100_00)
    waits = whole_of([*COLLECTED, *SUCCEEDED])
    assert (waits.processor, waits.platform, waits.waiting, waits.in_fund) == (2_50, 5_00, 92_50, 0)
    paid = whole_of([*COLLECTED, *SUCCEEDED, *PAID])
    assert (paid.paid_out, paid.held, paid.waiting) == (92_50, 0, 0)
    assert adds_up(held) and adds_up(waits) and adds_up(paid)


def test_a_payout_that_came_back_is_held_again() -> None:
    back = whole_of([*COLLECTED, *SUCCEEDED, PAID[0], moved("payout_back", TRANSIT, PAYABLE, 92_50)])
    assert (back.paid_out, back.waiting) == (0, 92_50) and adds_up(back)


def test_a_refund_after_the_payout_is_owed_by_the_makers_and_our_fee_goes_back() -> None:
    refund = [
        moved("refund_promised", FEE, CLEARING, 60), moved("refund_promised", OWED, CLEARING, 11_40),
        moved("refund_sent", CLEARING, STRIPE, 10_00),
    ]  # fmt: skip
    whole = whole_of([*COLLECTED, *SUCCEEDED, *PAID, *refund])
    assert (whole.refunded, whole.returned, whole.returning) == (12_00, 10_00, 2_00)
    assert (whole.platform, whole.owed, whole.held) == (4_40, 11_40, -11_40)
    assert adds_up(whole)


def test_what_is_kept_for_the_debt_of_another_fund_is_still_held() -> None:
    whole = whole_of([*COLLECTED, *SUCCEEDED, moved("receivable_repaid", PAYABLE, OWED, 11_40)])
    assert (whole.waiting, whole.kept_for_debt, whole.held) == (81_10, 11_40, 92_50) and adds_up(whole)


def test_a_deal_that_fell_through() -> None:
    choices = [
        moved("refund_promised", FUND, CLEARING, 50_00, n=2), moved("refund_sent", CLEARING, STRIPE, 50_00, n=2),
        moved("redirected", FUND, ACADEMY, 30_00), moved("carried", FUND, CARRIED, 20_00),
        moved("payout_set_aside", ACADEMY, TRANSIT, 30_00), moved("payout_paid", TRANSIT, STRIPE, 30_00),
    ]  # fmt: skip
    whole = whole_of([*COLLECTED, *choices])
    assert (whole.refunded, whole.given, whole.kept, whole.paid_out, whole.held) == (50_00, {5: 30_00}, 20_00, 0, 0)
    assert whole.processor == 0, "the platform bears what the processor took"
    returned = whole_of([*COLLECTED, *choices, moved("refund_promised", CARRIED, CLEARING, 20_00)])
    assert (returned.kept, returned.refunded, returned.returning) == (0, 70_00, 20_00)
    assert adds_up(whole) and adds_up(returned)


def test_what_an_earlier_target_brought_comes_on_top() -> None:
    whole = whole_of([*COLLECTED, *SUCCEEDED, moved("kept_used", CARRIED, PAYABLE, 20_00)])
    assert (whole.collected, whole.brought, whole.came, whole.waiting) == (100_00, 20_00, 120_00, 112_50)
    assert adds_up(whole)


def test_banks_take_and_give_back() -> None:
    taken = [moved("dispute", FUND, STRIPE, 25_00), moved("dispute", DISPUTE, STRIPE, 15_00)]
    whole = whole_of([*COLLECTED, *taken])
    assert (whole.banks, whole.in_fund) == (25_00, 75_00), "the bank's own fee is the platform's"
    won = whole_of([*COLLECTED, *taken, moved("dispute", STRIPE, FEE, 1_25), moved("dispute", STRIPE, PAYABLE, 23_75)])
    assert (won.banks, won.platform, won.waiting) == (0, 1_25, 23_75)
    assert adds_up(whole) and adds_up(won)


ACCOUNTS = [FUND, PAYABLE, OWED, CARRIED, ACADEMY, STRIPE, CLEARING, TRANSIT, FEE, PROCESSOR, DISPUTE, "tranche:3"]
KINDS = ["dispute", "refund_promised", "redirected", "surplus_given", "a kind of next year"]


def in_life(debit: str, credit: str) -> bool:
    """A recipient is only given to, and paid out to; all else may be."""
    return (
        debit != credit
        and not (debit == ACADEMY and credit != TRANSIT)
        and not (debit == TRANSIT and credit == ACADEMY)
    )


MOVEMENTS = st.lists(
    st.builds(
        moved, st.sampled_from(KINDS), st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(1, 10**9),
        day=st.integers(1, 4),
    )
    .filter(lambda m: in_life(m.debit, m.credit)) | st.builds(
        moved, st.just("pledge_collected"), st.just(STRIPE), st.just(FUND), st.integers(1, 10**9), day=st.integers(1, 4)
    ),
    max_size=12,
)  # fmt: skip


@given(MOVEMENTS)
def test_it_adds_up_whatever_happened_and_each_day_leads_to_the_next(rows: list[Moved]) -> None:
    whole = whole_of(rows)
    assert adds_up(whole)
    days = days_of(rows, whole.held)
    for later, earlier in pairwise(days):
        assert later.held == earlier.held + later.came - later.went
    if days:
        assert days[0].held == whole.held and days[-1].held == days[-1].came - days[-1].went


def test_days_tell_what_came_and_what_went() -> None:
    rows = [
        moved("refund_promised", FUND, CLEARING, 10_00, day=3), moved("refund_sent", CLEARING, STRIPE, 10_00, day=4),
        moved("pledge_collected", STRIPE, FUND, 75_00, n=3, day=2), moved("pledge_collected", STRIPE, FUND, 25_00, day=3),
    ]  # fmt: skip
    assert days_of(rows, 90_00) == [
        Day(3, {Line.COLLECTED: 25_00, Line.REFUNDED: 10_00}, 1, 90_00),
        Day(2, {Line.COLLECTED: 75_00}, 3, 75_00),
    ]


# --- hers ---


def test_fifty_euros_of_a_film_by_what_is_told_so_far() -> None:
    whole = whole_of([*COLLECTED, *SUCCEEDED, *PAID])
    weights = weights_of(whole, {12: 40_00, None: 2_50})
    assert split_mine(50_00, {}, weights) == {
        ("processor", 0): 1_25, ("platform", 0): 2_50, ("line", 12): 20_00, ("line", 0): 1_25, ("untold", 0): 25_00,
    }  # fmt: skip


def test_an_odd_cent_goes_to_the_largest_remainder() -> None:
    parts = split_mine(10, {}, {("processor", 0): 1, ("platform", 0): 1, ("untold", 0): 1})
    assert list(parts.values()) == [4, 3, 3]


def test_what_is_her_own_comes_first() -> None:
    weights = {("held", 0): 999}
    assert split_mine(50_00, {("given", 5): 50_00}, weights) == {("given", 5): 50_00}
    assert split_mine(50_00, {("refunded", 0): 20_00}, weights) == {("refunded", 0): 20_00, ("held", 0): 30_00}
    assert split_mine(50_00, {}, {}) == {("held", 0): 50_00}
    with pytest.raises(ValueError, match="more of it"):
        split_mine(50_00, {("refunded", 0): 50_01}, weights)


@given(
    st.integers(0, 10**8), st.integers(0, 10**8),
    st.dictionaries(st.tuples(st.sampled_from(["line", "given", "held"]), st.integers(0, 4)), st.integers(1, 10**12), max_size=9),
)  # fmt: skip
def test_her_parts_sum_to_her_amount(amount_minor: int, own_minor: int, weights: dict[tuple[str, int], int]) -> None:
    own = {("refunded", 0): min(own_minor, amount_minor)}
    parts = split_mine(amount_minor, own, weights)
    assert sum(parts.values()) == amount_minor and all(minor > 0 for minor in parts.values())
