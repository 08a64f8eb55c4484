"""Each kind of step, by hand and to the cent: what was taken, and who gets what of it."""

from __future__ import annotations

from typing import Any

import pytest

from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.split import (
    Counted,
    Lines,
    Owed,
    Run,
    Showing,
    Ticket,
    added,
    owed,
    refund_lines,
    shares,
    split,
    taken_hash,
    true_up,
    waterfall,
)
from crowdfund.boxoffice.deals.steps import Deal

FUND = {"kind": "percentage", "payee": "fund", "base": "gross", "bps": 500, "deduction": True}
TAX = {"kind": "percentage", "payee": "tax", "base": "gross", "bps": 330, "deduction": True}


def deal(*steps: dict[str, Any], rest: str = "cinema", **more: Any) -> Deal:
    """A deal whose payees are those its parts name."""
    keys = (
        {rest: None}
        | {step["payee"]: None for step in steps}
        | {step["bearer"]: None for step in steps if "bearer" in step}
    )
    keys |= {one[name]: None for one in more.get("recoupments", ()) for name in ("from", "to")}
    payees = [{"key": key} for key in keys]
    return read({"currency": "EUR", "payees": payees, "steps": list(steps), "rest": rest, **more})


def of(whole: Deal, gross_minor: int, admissions: int = 1, week: int = 1) -> Lines:
    """The shares of one screening, without zeros."""
    return added(shares(whole, {Showing("1", week): Counted(gross_minor, admissions)}))


def percentage(payee: str, bps: int, base: str = "gross", **more: Any) -> dict[str, Any]:
    return {"kind": "percentage", "payee": payee, "base": base, "bps": bps, **more}


def tiers(*bounds: tuple[int | None, int]) -> list[dict[str, Any]]:
    starts = [0, *(up_to for up_to, _ in bounds)]
    return [{"above": above, "up_to": up_to, "bps": bps} for above, (up_to, bps) in zip(starts, bounds, strict=False)]


def test_percentages_of_gross_divisible_and_remainder() -> None:
    whole = deal(FUND, TAX, percentage("circuit", 700, "divisible"), percentage("producer", 5000, "remainder"))
    # 10,000 - 500 - 330 = 9,170 divisible; 7 % of it 641.9; left 8,529, half of it 4,264.5
    assert of(whole, 100_00) == {"fund": 500, "tax": 330, "circuit": 641, "producer": 4264, "cinema": 4265}


def test_each_fraction_of_a_cent_goes_to_the_rest() -> None:
    thirds = deal(percentage("a", 3333), percentage("b", 3333), percentage("c", 3334))
    assert [of(thirds, minor) for minor in (1, 2, 3)] == [{"cinema": 1}, {"cinema": 2}, {"c": 1, "cinema": 2}]
    assert of(thirds, 100_00) == {"a": 3333, "b": 3333, "c": 3334}


def test_nothing_taken_and_free_tickets() -> None:
    whole = deal(FUND, percentage("producer", 5000, "divisible"))
    assert shares(whole, {}) == {"cinema": 0, "fund": 0, "producer": 0}
    run = Run(whole)
    assert (run.take(Ticket("1", "a", 0)), run.admissions, run.shares) == (
        {},
        1,
        {"cinema": 0, "fund": 0, "producer": 0},
    )


def test_a_fixed_amount_takes_what_is_there() -> None:
    by_screening = deal({"kind": "fixed", "payee": "producer", "amount_minor": 500, "period": "screening"})
    over_run = deal({"kind": "fixed", "payee": "producer", "amount_minor": 500})
    taken = {Showing("1"): Counted(300, 1), Showing("2"): Counted(900, 1)}
    assert shares(by_screening, taken) == {"cinema": 400, "producer": 800}, "the 200 of the first are not made up"
    assert shares(over_run, taken) == {"cinema": 700, "producer": 500}
    assert of(over_run, 300) == {"producer": 300}


def test_two_fixed_amounts_are_served_in_turn() -> None:
    whole = deal(
        {"kind": "fixed", "payee": "hall", "amount_minor": 400},
        {"kind": "fixed", "payee": "producer", "amount_minor": 500},
    )
    assert [of(whole, minor) for minor in (300, 600, 1000)] == [
        {"hall": 300}, {"hall": 400, "producer": 200}, {"hall": 400, "producer": 500, "cinema": 100},
    ]  # fmt: skip


def test_marginal_tiers_hold_for_their_part() -> None:
    whole = deal(
        {
            "kind": "marginal",
            "payee": "producer",
            "base": "gross",
            "tiers": tiers((1000, 4000), (3000, 5000), (None, 6000)),
        }
    )
    # 1,000 at 40 %, 2,000 at 50 %, the rest at 60 %
    assert [of(whole, minor).get("producer", 0) for minor in (1, 1000, 1001, 1002, 3000, 5000)] == [
        0,
        400,
        400,
        401,
        1400,
        2600,
    ]


def test_marginal_tiers_of_the_divisible_are_counted_in_gross() -> None:
    scale = tiers((1000, 4000), (None, 5000))
    whole = deal(
        percentage("tax", 1000, deduction=True),
        {"kind": "marginal", "payee": "producer", "base": "divisible", "tiers": scale},
    )
    # of 4,000 a quarter lies in the first tier: 3,600 divisible = 900 at 40 % and 2,700 at 50 %
    assert of(whole, 4000) == {"tax": 400, "producer": 360 + 1350, "cinema": 1890}


def test_retroactive_tiers_hold_for_all_of_it() -> None:
    scale = tiers((1000, 4000), (3000, 5000), (None, 6000))
    whole = deal({"kind": "retroactive", "payee": "distributor", "base": "gross", "tiers": scale})
    assert [of(whole, minor)["distributor"] for minor in (999, 1000, 1001, 3000, 3002)] == [399, 400, 500, 1500, 1801]
    run = Run(whole)
    assert run.take(Ticket("1", "a", 1000)) == {"distributor": 400, "cinema": 600}
    # With 100 more it is 50 % of 1,100: the ticket carries the 100 that the first 1,000 now give more.
    assert run.take(Ticket("2", "a", 100)) == {"distributor": 150, "cinema": -50}


def test_tiers_by_admissions() -> None:
    counted = {"payee": "producer", "base": "gross", "measure": "admissions", "tiers": tiers((10, 4000), (None, 5000))}
    marginal, retroactive = deal({"kind": "marginal", **counted}), deal({"kind": "retroactive", **counted})
    assert of(marginal, 20_00, admissions=20) == {"producer": 900, "cinema": 1100}, "half at 40 %, half at 50 %"
    assert of(retroactive, 20_00, admissions=20) == {"producer": 1000, "cinema": 1000}
    assert of(marginal, 20_00, admissions=0) == {"producer": 800, "cinema": 1200}, "nothing counted: the first tier"
    run = Run(retroactive)
    run.take(Ticket("1", "a", 10_00, admissions=10))
    assert run.take(Ticket("2", "a", 0)) == {"producer": 100, "cinema": -100}, "a free ticket reaches the tier"


def test_seventy_percent_or_ninety_over_the_house_allowance() -> None:
    terms = [
        {"kind": "weekly", "base": "gross", "weeks_bps": [7000, 6000]},
        {"kind": "percentage", "base": "gross", "bps": 9000, "over_minor": 5000_00},
    ]
    whole = deal({"kind": "higher_of", "payee": "distributor", "period": "week", "terms": terms})
    # 20,000: 70 % is 14,000, 90 % over 5,000 is 13,500. 30,000: 21,000 or 22,500. In week 3, 20,000: 12,000 or 13,500.
    assert [of(whole, minor)["distributor"] for minor in (20_000_00, 30_000_00)] == [14_000_00, 22_500_00]
    assert of(whole, 20_000_00, week=3)["distributor"] == 13_500_00
    weeks = {
        Showing("a", 1): Counted(10_000_00, 1),
        Showing("b", 1): Counted(20_000_00, 1),
        Showing("a", 3): Counted(4_000_00, 1),
    }
    assert shares(whole, weeks)["distributor"] == 22_500_00 + 2_400_00, (
        "screenings of a week count together, weeks apart"
    )


def test_nothing_under_the_house_allowance() -> None:
    whole = deal(percentage("distributor", 9000, over_minor=5000))
    assert [of(whole, minor).get("distributor", 0) for minor in (4999, 5000, 5002, 6000)] == [0, 0, 1, 900]


def test_a_cap_on_another_term() -> None:
    whole = deal(
        {
            "kind": "cap",
            "payee": "platform",
            "term": {"kind": "percentage", "base": "gross", "bps": 1000},
            "limit": {"kind": "fixed", "amount_minor": 250},
        }
    )
    assert [of(whole, minor)["platform"] for minor in (1000, 2500, 9000)] == [100, 250, 250]


def test_a_guarantee_is_met_by_its_bearer_and_the_rest_is_owed() -> None:
    whole = deal(
        percentage("distributor", 1000), percentage("producer", 4000),
        {"kind": "guarantee", "payee": "producer", "amount_minor": 1000, "bearer": "distributor"},
    )  # fmt: skip
    taken = {Showing("1"): Counted(1000, 10)}
    # 400 of its own and the distributor's 100; the cinema bears nothing, and 500 are owed
    assert shares(whole, taken) == {"producer": 500, "distributor": 0, "cinema": 500}
    assert owed(whole, taken) == (Owed(3, "distributor", "producer", 500),)
    assert of(whole, 2200) == {"producer": 1000, "distributor": 100, "cinema": 1100}
    assert of(whole, 3000) == {"producer": 1200, "distributor": 300, "cinema": 1500}
    assert owed(whole, {})[0].minor == 1000


def test_a_guarantee_for_each_screening() -> None:
    whole = deal(
        percentage("producer", 5000),
        {"kind": "guarantee", "payee": "producer", "amount_minor": 51, "bearer": "cinema", "period": "screening"},
    )
    taken = {Showing("1"): Counted(101, 1), Showing("2"): Counted(101, 1), Showing("3"): Counted(30, 1)}
    assert shares(whole, taken) == {"producer": 51 + 51 + 30, "cinema": 50 + 50}
    assert owed(whole, taken)[0].minor == 21
    run = Run(whole, taken)
    run.open(Showing("4"))
    assert run.owed()[0].minor == 21 + 51, "shown to nobody, guaranteed all the same"


def test_an_advance_comes_back_first() -> None:
    back = [{"advance_minor": 1000, "from": "producer", "to": "distributor"}]
    whole = deal(percentage("distributor", 1000), percentage("producer", 4000), recoupments=back)
    assert of(whole, 1000) == {"distributor": 500, "cinema": 500}
    assert of(whole, 5000) == {"distributor": 500 + 1000, "producer": 1000, "cinema": 2500}
    half = deal(percentage("producer", 4000), recoupments=[back[0] | {"bps": 5000}])
    assert of(half, 1000) == {"distributor": 200, "producer": 200, "cinema": 600}


def test_guarantees_come_before_recoupment() -> None:
    whole = deal(
        percentage("producer", 4000), {"kind": "guarantee", "payee": "producer", "amount_minor": 500, "bearer": "cinema"},
        recoupments=[{"advance_minor": 300, "from": "producer", "to": "cinema"}],
    )  # fmt: skip
    fall = waterfall(whole, {Showing("1"): Counted(1000, 1)})
    assert (fall.steps, fall.left, fall.rest_minor, fall.guaranteed, fall.owed, fall.recouped) == (
        [400],
        [600],
        600,
        [100],
        [0],
        [300],
    )
    assert of(whole, 1000) == {"producer": 200, "cinema": 800}


def test_what_counts_by_screening_comes_first_then_the_run() -> None:
    whole = deal(
        {"kind": "fixed", "payee": "print_fee", "amount_minor": 100, "period": "screening"},
        {"kind": "retroactive", "payee": "producer", "base": "remainder", "tiers": tiers((1500, 4000), (None, 5000))},
    )  # fmt: skip
    taken = {Showing("1"): Counted(1000, 1), Showing("2"): Counted(1050, 1), Showing("3"): Counted(50, 1)}
    assert shares(whole, taken) == {"print_fee": 250, "producer": 925, "cinema": 925}


# --- refunds and true-ups ---


def test_a_refund_takes_back_its_lines_and_a_true_up_mends_the_tier() -> None:
    whole = deal(
        {"kind": "retroactive", "payee": "distributor", "base": "gross", "tiers": tiers((1000, 4000), (None, 5000))}
    )
    first, second, third = Ticket("1", "a", 600), Ticket("2", "a", 600), Ticket("3", "a", 100)
    run = Run(whole)
    booked = [run.take(ticket) for ticket in (first, second, third)]
    assert booked == [
        {"distributor": 240, "cinema": 360},
        {"distributor": 360, "cinema": 240},
        {"distributor": 50, "cinema": 50},
    ]
    booked.append(refund_lines(booked[0], 600, 600))
    run.give_back(first)
    assert booked[-1] == {"distributor": -240, "cinema": -360}
    # 700 stand: 40 % are 280, and 410 are booked.
    mended = true_up(whole, run.taken, added(*booked))
    assert mended == {"distributor": -130, "cinema": 130} and added(*booked, mended) == added(run.shares)
    assert true_up(whole, run.taken, added(*booked, mended)) == {}


def test_a_fixed_fee_that_is_no_longer_covered() -> None:
    whole = deal({"kind": "fixed", "payee": "producer", "amount_minor": 500, "period": "screening"})
    tickets = [Ticket("1", "a", 400), Ticket("2", "a", 400)]
    run = Run(whole)
    lines = [run.take(ticket) for ticket in tickets]
    assert lines == [{"producer": 400}, {"producer": 100, "cinema": 300}]
    run.give_back(tickets[0])
    booked = added(*lines, refund_lines(lines[0], 400, 400))
    assert (booked, true_up(whole, run.taken, booked)) == (
        {"producer": 100, "cinema": 300},
        {"producer": 300, "cinema": -300},
    )


def test_three_refunds_of_a_third_are_one_refund() -> None:
    lines = {"fund": 60, "tax": 39, "circuit": 77, "cinema": 551, "distributor": 33, "producer": 440}
    parts = [refund_lines(lines, 1200, 400, before_minor=before) for before in (0, 400, 800)]
    assert [sum(part.values()) for part in parts] == [-400, -400, -400]
    assert added(*parts) == refund_lines(lines, 1200, 1200) == {key: -minor for key, minor in lines.items()}
    assert all(abs(part[key] * 3 + minor) <= 3 for part in parts for key, minor in lines.items()), (
        "each a third, but for a cent"
    )


def test_parts_don_t_depend_on_the_order_of_the_lines() -> None:
    lines = {"a": 1, "b": 1, "c": 1}
    assert refund_lines(lines, 3, 2) == refund_lines(dict(reversed(lines.items())), 3, 2) == {"b": -1, "c": -1}


def test_no_more_is_given_back_than_was_paid() -> None:
    with pytest.raises(ValueError, match="can't be given back"):
        refund_lines({"cinema": 1200}, 1200, 401, before_minor=800)
    with pytest.raises(ValueError, match="can't be given back"):
        refund_lines({"cinema": 1199}, 1200, 400)
    with pytest.raises(ValueError, match="can't be given back"):
        refund_lines({"cinema": 1200}, 1200, -1)
    run = Run(deal())
    run.take(Ticket("1", "a", 500))
    with pytest.raises(ValueError, match="can't stand"):
        run.give_back(Ticket("1", "b", 500))


def test_a_part_of_a_ticket_goes_out_and_its_admission_with_the_last() -> None:
    run, ticket = Run(deal(percentage("producer", 5000))), Ticket("1", "a", 1001)
    run.take(ticket)
    run.give_back(ticket, 500)
    assert (run.gross_minor, run.admissions, run.shares) == (501, 1, {"producer": 250, "cinema": 251})
    run.give_back(ticket, 501, admissions=1)
    assert (run.gross_minor, run.admissions) == (0, 0)


def test_a_new_version_of_the_deal_is_a_true_up() -> None:
    old, new = deal(percentage("producer", 4000), percentage("agent", 1000)), deal(percentage("producer", 4500))
    taken = {Showing("1"): Counted(1000, 2)}
    assert true_up(new, taken, shares(old, taken)) == {"producer": 50, "agent": -100, "cinema": 50}


def test_books_that_lack_a_ticket_are_no_matter_of_truing_up() -> None:
    with pytest.raises(ValueError, match="booked are 999, taken 1000"):
        true_up(deal(), {Showing("1"): Counted(1000, 2)}, {"cinema": 999})


# --- the same again ---


def test_a_result_can_be_repeated_and_tells_what_it_is_of() -> None:
    whole, tickets = deal(percentage("producer", 5000)), [Ticket("a", "1", 501), Ticket("b", "1", 501)]
    result = split(whole, tickets)
    assert (result.lines, result.shares) == (
        [{"producer": 250, "cinema": 251}, {"producer": 251, "cinema": 250}],
        {"producer": 501, "cinema": 501},
    )
    assert split(whole, iter(tickets)) == result
    others = [
        split(whole, tickets[::-1]), split(whole, [tickets[0], Ticket("c", "1", 501)]), split(whole, [tickets[0], Ticket("b", "1", 502)]),
        split(whole, tickets, {Showing("0"): Counted(100, 1)}),
    ]  # fmt: skip
    assert len({one.input_hash for one in (result, *others)}) == 5
    assert {one.deal_hash for one in others} == {result.deal_hash} != {split(deal(), tickets).deal_hash}


def test_the_hash_of_what_stands_does_not_depend_on_the_order() -> None:
    a, b = (Showing("a"), Counted(500, 1)), (Showing("b", 2), Counted(700, 2))
    assert taken_hash(dict([a, b])) == taken_hash(dict([b, a])) != taken_hash(dict([a]))
