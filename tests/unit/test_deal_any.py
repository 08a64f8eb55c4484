"""Any deal and any tickets: what is always so, and the same to the cent as counted the slow way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crowdfund.boxoffice.deals.checking import DealRefused
from crowdfund.boxoffice.deals.reading import read
from crowdfund.boxoffice.deals.split import Run, Showing, Ticket, added, owed, refund_lines, shares, split, true_up
from crowdfund.boxoffice.deals.writing import as_json, canonical, deal_hash
from tests.deals import any_deal, any_tickets
from tests.slow_split import slow_shares

Tickets = list[Ticket]
Property = Callable[..., None]
ALWAYS: list[Property] = []


def always(*strategies: st.SearchStrategy[Any]) -> Callable[[Property], Property]:
    def kept(holds: Property) -> Property:
        ALWAYS.append(given(*strategies)(holds))
        return holds

    return kept


@always(any_deal, any_tickets)
def shares_come_to_the_gross_after_each_ticket_and_are_those_counted_slowly(
    deal: dict[str, Any], tickets: Tickets
) -> None:
    run = Run(read(deal))
    for number, ticket in enumerate(tickets, 1):
        lines = run.take(ticket)
        slowly, lacking = slow_shares(deal, tickets[:number])
        assert (run.shares, sum(one.minor for one in run.owed())) == (slowly, lacking)
        assert sum(run.shares.values()) == run.gross_minor and min(run.shares.values()) >= 0
        assert sum(lines.values()) == ticket.gross_minor


@always(any_deal, any_tickets, st.integers(0, 25))
def all_at_once_is_the_sum_of_one_by_one(deal: dict[str, Any], tickets: Tickets, cut: int) -> None:
    whole = read(deal)
    one_by_one, at_once = split(whole, tickets), Run(whole)
    first, second = at_once.take_all(tickets[:cut]), at_once.take_all(tickets[cut:])
    assert added(*one_by_one.lines) == added(first, second) == added(at_once.shares)
    later = split(whole, tickets[cut:], split_taken(tickets[:cut], whole))
    assert later.lines == one_by_one.lines[cut:], "who goes on from the counts gets the same lines"
    assert shares(whole, at_once.taken) == at_once.shares and owed(whole, at_once.taken) == at_once.owed()


def split_taken(tickets: Tickets, deal: Any) -> Any:
    run = Run(deal)
    run.take_all(tickets)
    return run.taken


@always(any_deal, any_tickets, st.data())
def refunds_take_back_their_lines_and_a_true_up_mends_what_is_left(
    deal: dict[str, Any], tickets: Tickets, data: st.DataObject
) -> None:
    whole = read(deal)
    run, booked, lines = Run(whole), [], split(whole, tickets).lines
    run.take_all(tickets)
    back = data.draw(st.sets(st.sampled_from(range(len(tickets)))) if tickets else st.just(set()))
    for number in back:
        booked.append(refund_lines(lines[number], tickets[number].gross_minor, tickets[number].gross_minor))
        assert added(lines[number], booked[-1]) == {}
        run.give_back(tickets[number])
    mended = true_up(whole, run.taken, added(*lines, *booked))
    assert sum(mended.values()) == 0 and added(*lines, *booked, mended) == added(run.shares)
    standing = [ticket for number, ticket in enumerate(tickets) if number not in back]
    opened = [
        Ticket("", ticket.screening, 0, ticket.week, 0) for ticket in tickets
    ]  # a screening stays, with nobody in it
    assert run.shares == slow_shares(deal, standing + opened)[0]


@always(any_deal, any_tickets)
def everything_given_back_leaves_nothing(deal: dict[str, Any], tickets: Tickets) -> None:
    whole = read(deal)
    run, lines = Run(whole), split(whole, tickets).lines
    run.take_all(tickets)
    for ticket in tickets:
        run.give_back(ticket)
    backs = [
        refund_lines(one, ticket.gross_minor, ticket.gross_minor) for one, ticket in zip(lines, tickets, strict=True)
    ]
    assert added(*lines, *backs) == added(run.shares) == true_up(whole, run.taken, {}) == {}


@always(st.dictionaries(st.sampled_from("abcdef"), st.integers(-5000, 5000)), st.lists(st.integers(0, 900), max_size=8))
def any_number_of_refunds_are_one(lines: dict[str, int], parts: list[int]) -> None:
    price = sum(lines.values())
    if price <= 0:
        return
    before, backs = 0, []
    for part in [*parts, price]:
        now = min(part, price - before)
        backs.append(refund_lines(lines, price, now, before_minor=before))
        before += now
        assert sum(backs[-1].values()) == -now
        together = added(*backs)
        assert all(abs(-together.get(key, 0) * price - minor * before) < price for key, minor in lines.items()), (
            "off by a cent"
        )
    assert added(lines, *backs) == {}


@always(any_deal)
def a_deal_is_read_as_it_is_written(deal: dict[str, Any]) -> None:
    whole = read(deal)
    again = read(json.loads(canonical(whole)))
    assert again == whole and deal_hash(again) == deal_hash(whole)
    assert deal_hash(read(dict(reversed(as_json(whole).items())))) == deal_hash(whole)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["gross", "fixed", "cinema", "run"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "base", "bps", "tiers", "payee"]), inside)
    ),
    max_leaves=6,
)


@always(any_deal, st.data())
def whatever_is_sent_is_read_or_refused(deal: dict[str, Any], data: st.DataObject) -> None:
    """One value anywhere in a deal is something else: it is still a deal, or it is refused, and nothing else happens."""
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            places.append((node, key))
            walk(node[key])

    walk(deal)
    node, key = data.draw(st.sampled_from(places))
    node[key] = data.draw(JUNK)
    try:
        whole = read(deal)
    except DealRefused as refusal:
        assert refusal.sentence and refusal.field
        return
    taken = {Showing("a"): (1234, 3), Showing("b", 2): (0, 1)}
    assert sum(shares(whole, taken).values()) == 1234  # type: ignore[arg-type]


@pytest.mark.landing
@pytest.mark.parametrize("holds", ALWAYS, ids=[one.__name__ for one in ALWAYS])
def test_always(holds: Property, long: bool) -> None:
    examples = settings(
        max_examples=20_000 if long else 600, deadline=None, database=None, derandomize=not long,
    )  # fmt: skip
    examples(holds)()
