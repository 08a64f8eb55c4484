"""The deals to begin with: by hand, in words, and over a hundred thousand tickets against the slow count."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from babel.messages.pofile import read_po

import crowdfund
from crowdfund.boxoffice.deals import explain, templates
from crowdfund.boxoffice.deals.explain import example, names_of
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.split import Counted, Run, Showing, Ticket, added, refund_lines, shares, split, true_up
from crowdfund.boxoffice.deals.templates import templates as all_templates
from crowdfund.boxoffice.deals.writing import as_json, deal_hash
from tests.slow_split import slow_shares

DEALS = {one.key: one for one in all_templates("CNY")}
WEEKS, SCREENINGS = 8, 300


def taken(gross_minor: int, admissions: int = 100, week: int = 1) -> dict[Showing, Counted]:
    return {Showing("1", week): Counted(gross_minor, admissions)}


def of(key: str, gross_minor: int, week: int = 1) -> dict[str, int]:
    return shares(read(DEALS[key].json), taken(gross_minor, week=week))


def test_china_of_ten_thousand() -> None:
    # 9,170 divisible: circuit 641.9, cinema 4,585, distribution 275.1
    assert of("china", 10_000) == {
        "special_fund": 500, "tax": 330, "circuit": 641, "cinema": 4585, "distributor": 275, "producer": 3669,
    }  # fmt: skip


def test_china_of_a_billion_by_the_scale_of_2012() -> None:
    yuan = 100
    # divisible 917 m: circuit 64.19 m; producers 43 % of 275.1 m + 45 % of 458.5 m + 47 % of 183.4 m = 118.293 + 206.325 + 86.198
    assert of("china_tiers", 1_000_000_000 * yuan) == {
        "special_fund": 50_000_000 * yuan, "tax": 33_000_000 * yuan, "circuit": 64_190_000 * yuan,
        "producer": 410_816_000 * yuan, "cinema": 441_994_000 * yuan,
    }  # fmt: skip


def test_us_weeks_and_the_house_allowance() -> None:
    cases = [
        (10_000_00, 1, 7_000_00),
        (40_000_00, 1, 31_500_00),
        (10_000_00, 4, 5_000_00),
        (20_000_00, 9, 13_500_00),
        (4_000_00, 9, 1_400_00),
    ]
    for gross_minor, week, distributor in cases:
        assert of("us_weeks", gross_minor, week) == {"distributor": distributor, "cinema": gross_minor - distributor}


def test_us_aggregate_scale() -> None:
    million = 1_000_000_00
    assert [of("us_aggregate", gross * million)["distributor"] // million for gross in (20, 40, 100, 120)] == [
        9,
        20,
        55,
        72,
    ]
    assert of("us_aggregate", 20 * million + 1)["distributor"] == 10 * million


def test_festival_owes_what_the_tickets_do_not_bring() -> None:
    whole = read(DEALS["festival"].json)
    run = Run(whole, {Showing("1"): Counted(800_00, 80), Showing("2"): Counted(120_00, 12)})
    assert run.shares == {"producer": 620_00, "festival": 300_00}
    assert [(one.bearer, one.minor) for one in run.owed()] == [("festival", 380_00)]


def test_half_and_half() -> None:
    assert of("even", 1201) == {"platform": 60, "producer": 570, "cinema": 571}


@pytest.mark.parametrize("currency", ["EUR", "JPY", "USD"])
def test_each_can_be_had_in_any_currency(currency: str) -> None:
    for one in all_templates(currency):
        whole = read(one.json)
        assert whole.currency == currency and read(as_json(whole)) == whole
    flat = {one.key: one.json for one in all_templates("JPY")}["festival"]["steps"][0]
    assert flat["amount_minor"] == 500


def some_tickets(number: int, seed: int) -> list[Ticket]:
    """A run with its free tickets, odd prices and groups; a screening lies in one week."""
    random = Random(seed)
    prices = [0, 35_00, 39_90, 45_00, 59_99, 120_01]
    weeks = [random.randint(1, WEEKS) for _ in range(SCREENINGS)]
    found = []
    for place in range(number):
        screening, admissions = random.randrange(SCREENINGS), random.choice([1, 1, 1, 2, 5])
        price = random.choice(prices) if random.random() < 0.9 else random.randint(1, 20_000)
        found.append(Ticket(str(place), str(screening), price * admissions, weeks[screening], admissions))
    return found


def in_parts(lines: dict[str, int], price_minor: int, random: Random) -> dict[str, int]:
    """What two to nine refunds of random sizes take back of a ticket, together."""
    cuts = sorted(random.randint(0, price_minor) for _ in range(random.randint(1, 8)))
    parts = [
        refund_lines(lines, price_minor, end - begin, before_minor=begin)
        for begin, end in zip([0, *cuts], [*cuts, price_minor], strict=True)
    ]
    assert [sum(part.values()) for part in parts] == [
        begin - end for begin, end in zip([0, *cuts], [*cuts, price_minor], strict=True)
    ]
    return added(*parts)


@pytest.mark.landing
@pytest.mark.parametrize("key", DEALS)
def test_a_hundred_thousand_tickets_to_the_cent(key: str, long: bool) -> None:
    number = 1_000_000 if long else 100_000
    whole, tickets = read(DEALS[key].json), some_tickets(number, seed=len(key))
    # Between two that follow each other lie one ticket's lines.
    stops = [1, 2, 1000, 1001, number // 3, number // 3 + 1, number]
    booked: dict[str, int] = {}
    run, lines = Run(whole), []
    for begin, end in zip([0, *stops], stops, strict=False):
        lines += [run.take(ticket) for ticket in tickets[begin:end]]
        booked = added(booked, *lines[begin:end])
        slowly, lacking = slow_shares(DEALS[key].json, tickets[:end])
        assert (booked, sum(one.minor for one in run.owed())) == (added(slowly), lacking)
    assert all(sum(one.values()) == ticket.gross_minor for one, ticket in zip(lines, tickets, strict=True))
    at_once = Run(whole)
    assert added(at_once.take_all(tickets)) == booked
    back = Random(1).sample(range(number), number // 20)
    for one in back:
        price_minor = tickets[one].gross_minor
        whole_refund = refund_lines(lines[one], price_minor, price_minor)
        assert in_parts(lines[one], price_minor, Random(one)) == whole_refund, "N partial refunds equal one full"
        booked = added(booked, whole_refund)
        run.give_back(tickets[one])
    gone = set(back)
    standing = [ticket for place, ticket in enumerate(tickets) if place not in gone]
    mended = true_up(whole, run.taken, booked)
    assert sum(mended.values()) == 0 and added(booked, mended) == added(slow_shares(DEALS[key].json, standing)[0])


def test_scales_are_climbed_ticket_by_ticket() -> None:
    """Prices as large as a country's day, so that every tier of the large scales is passed."""
    random = Random(7)
    for key in ("china_tiers", "us_aggregate"):
        whole = read(DEALS[key].json)
        tickets = [
            Ticket(str(n), str(n % 9), random.randint(0, 900_000_00), 1 + n // 300, random.randint(0, 20_000))
            for n in range(2_500)
        ]
        result = split(whole, tickets)
        assert result.gross_minor > 1_000_000_000_00 and result.shares == slow_shares(DEALS[key].json, tickets)[0]
        assert added(*result.lines) == added(result.shares)


# --- in words ---


def test_a_worked_example_of_a_hundred_tickets() -> None:
    whole = read(DEALS["china"].json)
    found = example(whole, price_minor=1_00, tickets=100)
    assert str(found.says) == "100 × CN¥1.00 is a gross of CN¥100.00"
    assert [(row.number, row.payee, str(row.says), row.amount_minor, row.left_minor) for row in found.rows] == [
        (1, "special_fund", "5 % of the gross", 500, 9500),
        (2, "tax", "3.3 % of the gross", 330, 9170),
        (3, "circuit", "7 % of what is divisible", 641, 8529),
        (4, "cinema", "50 % of what is divisible", 4585, 3944),
        (5, "distributor", "3 % of what is divisible", 275, 3669),
        (None, "producer", "all that is left", 3669, 0),
    ]
    assert sum(found.shares.values()) == found.gross_minor == 100_00 and not found.owed
    assert sum(row.amount_minor for row in found.rows) == found.gross_minor


def test_a_worked_example_tells_what_is_owed() -> None:
    found = example(
        read(DEALS["festival"].json),
        price_minor=10_00,
        tickets=61,
        screenings=2,
        names={"producer": "Lanting", "festival": "us"},
    )
    assert [(row.says.text and str(row.says), row.amount_minor) for row in found.rows] == [
        ("CN¥500.00, or what there is", 610_00), ("all that is left", 0), ("at least CN¥500.00; what is lacking comes from us", 0),
    ]  # fmt: skip
    assert [str(one) for one in found.owed] == [
        "us owes Lanting CN¥390.00: the tickets don't bring what step 2 guarantees."
    ]
    assert example(read(DEALS["festival"].json), 10_00, 0).shares == {"producer": 0, "festival": 0}


def test_what_a_step_chooses_from_is_told() -> None:
    found = example(read(DEALS["us_weeks"].json), 12_00, 1000)
    assert [str(one) for one in found.rows[0].terms] == [
        "70 / 70 / 60 / 50 / 40 / 35 % of the gross, week by week, the last for all weeks after",
        "90 % of the gross over CN¥5,000.00",
    ]
    assert (found.rows[0].period, found.rows[0].amount_minor) == ("week", 8400_00)


def test_a_payee_is_called_by_its_name_else_by_its_role() -> None:
    json = DEALS["even"].json | {
        "payees": [{"key": "platform"}, {"key": "producer", "name": "兰亭影业"}, {"key": "cinema"}]
    }
    assert names_of(read(json)) == {"platform": "Platform", "producer": "兰亭影业", "cinema": "Cinema"}
    assert deal_hash(read(json)) != deal_hash(read(DEALS["even"].json))


def test_all_words_have_their_chinese() -> None:
    path = Path(crowdfund.__file__).parent / "locale" / "zh_CN" / "messages.po"
    with path.open("rb") as file:
        known = {message.id for message in read_po(file, locale="zh_CN") if message.string}
    tables = (explain.TEXT, explain.PERIOD_TEXT, explain.ROLE_TEXT, templates.TEXT)
    assert {text for table in tables for text in table.values()} - known == set()
