"""A seller's statement adds up line by line; a debt is asked of the latest transfers; periods have no gap. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from crowdfund.ledger.entries import Written
from crowdfund.payouts.royalties.rules import add_months, missing_minor, payable_minor, periods
from crowdfund.payouts.sellers.rules import Left, asked_of
from crowdfund.payouts.sellers.statement import Line, Month, codes_of, lines_of, month_of

MINE = codes_of(7, "EUR")
EARNED, OWED = MINE


def entry(kind: str, subject: str, *postings: tuple[str, str, int]) -> Written:
    return Written(f"{kind}:1", kind, 1_800_000_000_000_000, list(postings), subject=subject)


def lines(*entries: Written, opening: int = 0) -> list[Line]:
    return list(lines_of(entries, MINE, opening))


EARRINGS = entry(
    "goods_earned", "goods_order:1", ("sale:1", EARNED, 69_62), ("sale:1", "fee:platform:EUR", 8_10),
    ("sale:1", "royalty:3:EUR", 6_48), ("sale:1", "tax:EUR", 5_67), ("sale:1", "expense:processor:EUR", 2_80),
)  # fmt: skip
ONE_BACK = entry(
    "refund_promised", "purchase:9", (EARNED, "refund:clearing:EUR", 30_00), (OWED, "refund:clearing:EUR", 3_21),
    ("fee:platform:EUR", "refund:clearing:EUR", 4_05), ("royalty:3:EUR", "refund:clearing:EUR", 3_24),
    ("tax:EUR", "refund:clearing:EUR", 2_84),
)  # fmt: skip


def test_an_order_is_told_from_the_gross_to_the_net() -> None:
    [line] = lines(EARRINGS, opening=10_00)
    told = (line.gross_minor, line.tax_minor, line.commission_minor, line.royalty_minor, line.fee_minor)
    assert told == (92_67, -5_67, -8_10, -6_48, -2_80)
    assert (line.change_minor, line.balance_minor) == (69_62, 79_62)


def test_what_goes_back_is_told_with_who_gave_of_it() -> None:
    [_, line] = lines(EARRINGS, ONE_BACK)
    assert (line.gross_minor, line.tax_minor, line.commission_minor, line.royalty_minor) == (-43_34, 2_84, 4_05, 3_24)
    assert (line.change_minor, line.balance_minor) == (-33_21, 36_41)


def a_step_of_a_payout(step: str, kind: str, debit: str, credit: str) -> Written:
    return Written(f"payout:8:{step}", kind, 1_800_000_000_000_000, [(debit, credit, 69_62)], subject=EARNED)


def test_a_payout_that_was_not_possible_yet_is_no_line() -> None:
    transit = "payout:transit:EUR"
    tried = a_step_of_a_payout("set_aside:1", "payout_set_aside", EARNED, transit)
    back = a_step_of_a_payout("back:1", "payout_back", transit, EARNED)
    gone = a_step_of_a_payout("set_aside:2", "payout_set_aside", EARNED, transit)
    told = lines(EARRINGS, tried, back, gone)
    assert [(line.kind, line.balance_minor) for line in told] == [("goods_earned", 69_62), ("payout_set_aside", 0)]
    of_the_next_month = lines(back, gone)  # the try was told in the month before: so is its end
    assert [(line.kind, line.change_minor) for line in of_the_next_month] == [
        ("payout_back", 69_62), ("payout_set_aside", -69_62),
    ]  # fmt: skip


def test_what_only_moves_between_earned_and_owed_is_no_line() -> None:
    repaid = entry("receivable_repaid", EARNED, (EARNED, OWED, 3_21))
    paid = entry("payout_set_aside", EARNED, (EARNED, "payout:transit:EUR", 36_41))
    assert [line.kind for line in lines(EARRINGS, ONE_BACK, repaid, paid)] == [
        "goods_earned", "refund_promised", "payout_set_aside",
    ]  # fmt: skip
    assert lines(EARRINGS, ONE_BACK, repaid, paid)[-1].balance_minor == 0


def test_of_an_entry_of_several_sellers_nobodys_shares_are_told() -> None:
    both = entry(
        "dispute", "purchase:9", (EARNED, "stripe:EUR", 50_00), ("earnings:8:EUR", "stripe:EUR", 20_00),
        ("tax:EUR", "stripe:EUR", 7_00),
    )  # fmt: skip
    [line] = lines(both)
    assert (line.gross_minor, line.tax_minor, line.change_minor) == (-50_00, 0, -50_00)


def test_a_debt_is_asked_of_the_latest_transfers_first() -> None:
    transfers = [Left(3, 10_00), Left(2, 20_00), Left(1, 99_00)]
    assert [(one.payout_id, minor) for one, minor in asked_of(33_21, transfers)] == [(3, 10_00), (2, 20_00), (1, 3_21)]
    assert asked_of(0, transfers) == []
    assert [minor for _, minor in asked_of(5_00, transfers)] == [5_00]


def test_after_one_that_was_refused_lately_nothing_older_is_asked() -> None:
    assert asked_of(33_21, [Left(3, 10_00, 77, waits=True), Left(2, 20_00)]) == []
    assert [one.reversal_id for one, _ in asked_of(5_00, [Left(3, 10_00, 77)])] == [77]


@given(st.integers(0, 10**9), st.lists(st.integers(1, 10**8), max_size=20))
def test_never_more_is_asked_than_is_owed_or_was_paid(owes: int, left: list[int]) -> None:
    asked = asked_of(owes, [Left(number, minor) for number, minor in enumerate(left)])
    assert sum(minor for _, minor in asked) == min(owes, sum(left))
    assert all(0 < minor <= one.left_minor for one, minor in asked)


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


def test_months_end_where_they_end() -> None:
    assert add_months(day(2027, 1, 31), 1) == day(2027, 2, 28)
    assert add_months(day(2027, 1, 31), 2) == day(2027, 3, 31)
    assert add_months(day(2027, 11, 30), 3) == day(2028, 2, 29)


def test_a_quarter_is_cut_where_the_licence_ends_and_goes_on_after_it() -> None:
    found = list(islice(periods(day(2027, 1, 31), 3, day(2027, 6, 15)), 4))
    assert found == [
        (day(2027, 1, 31), day(2027, 4, 30)), (day(2027, 4, 30), day(2027, 6, 15)),
        (day(2027, 6, 15), day(2027, 7, 31)), (day(2027, 7, 31), day(2027, 10, 31)),
    ]  # fmt: skip


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from([1, 3, 6, 12]), st.integers(1, 900))
def test_periods_follow_each_other_without_a_gap(starts: datetime, months: int, days: int) -> None:
    begin = starts.replace(tzinfo=UTC)
    end = add_months(begin, days // 30 + 1)
    found = list(islice(periods(begin, months, end), 12))
    assert found[0][0] == begin and all(one[0] < one[1] for one in found)
    assert all(one[1] == after[0] for one, after in pairwise(found))
    if found[-1][1] > end:
        assert end in {one[1] for one in found}


def test_a_minimum_and_what_may_be_paid() -> None:
    assert (missing_minor(50_00, 6_48), missing_minor(50_00, 60_00)) == (43_52, 0)
    assert (payable_minor(12_96, 6_48), payable_minor(3_00, 6_48)) == (6_48, 0)


def test_a_month_that_can_be_read_and_those_that_can_not() -> None:
    now = day(2027, 3, 3)
    assert month_of("2026-12", now) == Month(2026, 12) and Month(2026, 12).after == Month(2027, 1)
    assert Month(2027, 1).before.key == "2026-12"
    for odd in ("", "2026", "2026-13", "2026-00", "1999-01", "2028-01", "２０２６-01", "2026-1x", "-", "2026-12-01"):
        assert month_of(odd, now) == Month(2027, 3)
