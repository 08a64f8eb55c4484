"""Who is let in: each ticket once, whoever scans it where, online or not. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.demo.door import people_come
from crowdfund.screenings.codes import token
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import admitting, passes
from crowdfund.screenings.door.admitting import admit, admit_all
from crowdfund.screenings.door.models import Admission, Way
from crowdfund.screenings.door.queries import report_of
from crowdfund.screenings.door.rules import Answer, Keeper, NonceUsed, NoSuchDoor
from crowdfund.screenings.models import TICKET_MOVES, Screening, Ticket, TicketEvent, TicketState
from crowdfund.screenings.selling import lock_tickets, take_back
from crowdfund.worker import work_until_idle
from tests.bank import books_proven
from tests.cinema import a_hall_plan, a_screening
from tests.door import a_manager, a_pass, a_scan, code, doors_open, given_away, keeper_at, sold, with_pass
from tests.walks import walk_every_pair
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await books_proven()


@atomic
async def cancelled(ticket: Ticket, state: TicketState = TicketState.REFUNDED) -> None:
    """What a refund does to a ticket, without its money."""
    rows = await lock_tickets(ticket.order_id, [ticket.id])
    await take_back([{**row, "refunded_minor": 0} for row in rows], state, because="a test", by=None)


async def again(screening: Screening) -> Screening:
    return await Screening.get(id=screening.id)


async def test_a_ticket_lets_in_once_and_is_counted(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    one, two = await sold(mei, screening, "A-1", "A-2")
    doors_open(screening)
    gate = await keeper_at(screening)
    first = await admit(a_scan(await code(one)), gate)
    assert (first.verdict, first.entered, first.counted, first.place_id) == (Verdict.ADMITTED, True, True, "A-1")
    second = await admit(a_scan(await code(one)), gate)
    assert (second.verdict, second.entered, second.may_be_forced) == (Verdict.ALREADY_USED, False, True)
    assert second.first_at is not None and abs(second.first_at - clock.now_us()) < 5_000_000
    assert ((await again(screening)).admitted, (await Ticket.get(id=one.id)).state) == (1, "admitted")
    assert (await Ticket.get(id=two.id)).state == "sold"
    assert await Admission.filter(screening_id=screening.id).count() == 2, "what failed is kept too"


async def test_every_reason_to_say_no(database: str) -> None:
    screening, other, mei = await a_screening(), await a_screening(), await a_fan("Mei")
    good, gave, gone, lost = await sold(mei, screening, "A-1", "A-2", "A-3", "A-4")
    (elsewhere,) = await sold(mei, other, "A-1")
    gate, text = await keeper_at(screening), await code(good)
    assert (await admit(a_scan(text), gate)).verdict is Verdict.TOO_EARLY
    doors_open(screening)
    old = await code(gave)
    await given_away(gave)
    await cancelled(gone)
    await cancelled(lost, TicketState.LOST)
    altered = text[:30] + ("A" if text[30] != "A" else "B") + text[31:]
    said = token.read(text)
    stranger = Ed25519PrivateKey.generate().private_bytes_raw()
    foreign = token.sign(
        stranger, ticket=said.ticket, screening=said.screening, seat="A-1", not_before=said.not_before,
        not_after=said.not_after,
    )  # fmt: skip
    unknown = foreign[:4] + "HwAA" + foreign[8:]
    cases = {
        "https://example.com": "not_a_ticket", text[:100]: "forged", altered: "forged", foreign: "forged",
        unknown: "unknown_key", await code(elsewhere): "wrong_screening", await code(gone): "cancelled",
        await code(lost): "cancelled", old: "given_away", await code(gave): "admitted", text: "admitted",
    }  # fmt: skip
    found = {shown: (await admit(a_scan(shown), gate)).verdict for shown in cases}
    assert found == cases
    clock.advance(timedelta(hours=3))
    (late,) = await Ticket.filter(id=good.id)
    assert (await admit(a_scan(await code(late)), gate)).verdict is Verdict.ALREADY_USED


async def test_the_letters_below_the_code_do_as_well(database: str) -> None:
    screening, other, mei = await a_screening(), await a_screening(), await a_fan("Mei")
    (one,), (elsewhere,) = await sold(mei, screening, "A-1"), await sold(mei, other, "A-1")
    doors_open(screening)
    gate = await keeper_at(screening)
    typed = one.typed_code.lower()
    cases = [
        ("nonsense", "not_a_ticket"), ("0000000000", "not_a_ticket"), (elsewhere.typed_code, "wrong_screening"),
        (f" {typed[:5]}-{typed[5:]} ", "admitted"), (one.typed_code, "already_used"),
    ]  # fmt: skip
    found = [(text, (await admit(a_scan(text, way=Way.TYPED), gate)).verdict) for text, _ in cases]
    assert found == cases
    await given_away(one)
    assert (await admit(a_scan(one.typed_code, way=Way.TYPED), gate)).verdict is Verdict.NOT_A_TICKET


async def test_a_scan_that_is_sent_again_is_no_other(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    one, two = await sold(mei, screening, "A-1", "A-2")
    doors_open(screening)
    gate = await keeper_at(screening)
    scan = a_scan(await code(one))
    first, same = await admit(scan, gate), await admit(scan, gate)
    assert (same.verdict, same.entered, same.counted) == (first.verdict, True, True)
    other = a_scan(await code(two))
    twice = await asyncio.gather(*(admit(other, gate) for _ in range(5)))
    assert {answer.verdict for answer in twice} == {Verdict.ADMITTED}
    assert await Admission.filter(screening_id=screening.id).count() == 2
    with pytest.raises(NonceUsed):
        await admit(replace(scan, text=await code(two)), gate)
    with pytest.raises(NoSuchDoor):
        await admit(a_scan(await code(one)), Keeper(1, person_id=mei.id))


async def test_somebody_is_let_in_all_the_same_with_a_reason(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    early, gone = await sold(mei, screening, "A-1", "A-2")
    await cancelled(gone)
    gate = await keeper_at(screening)
    why = {"because": "It rains, and she has a child with her."}
    answer = await admit(a_scan(await code(early), **why), gate)
    assert (answer.verdict, answer.entered, answer.counted) == (Verdict.TOO_EARLY, True, True)
    again_in = await admit(a_scan(await code(early), because="She only went to the car."), gate)
    assert (again_in.verdict, again_in.entered, again_in.counted) == (Verdict.ALREADY_USED, True, False)
    no = await admit(a_scan(await code(gone), **why), gate)
    assert (no.verdict, no.entered, no.may_be_forced) == (Verdict.CANCELLED, False, False)
    assert (await again(screening)).admitted == 1
    assert await Admission.filter(conflict=1).count() == 0


async def test_two_gates_at_the_same_moment(database: str) -> None:
    """Forty tickets, each shown at two gates at once: each lets in one."""
    screening = await a_screening(plan=a_hall_plan(4, 10), per_fan_max=50)
    tickets = await sold(await a_fan("Mei"), screening, *(seat.id for seat in a_hall_plan(4, 10).seats))
    doors_open(screening)
    manager = await a_manager(screening)
    gates = [with_pass(await a_pass(screening, name, by=manager)) for name in ("North", "South")]
    scans = [(a_scan(await code(ticket)), gate) for ticket in tickets for gate in gates]
    answers = await asyncio.gather(*(admit(scan, gate) for scan, gate in scans))
    assert sum(answer.counted for answer in answers) == 40
    assert sum(answer.verdict is Verdict.ALREADY_USED for answer in answers) == 40
    assert (await again(screening)).admitted == 40


async def test_one_ticket_at_two_processes_at_the_same_moment(database: str) -> None:
    """What two servers would do: each works off a batch of its own, in a transaction of its own, at once."""
    screening = await a_screening()
    tickets = await sold(await a_fan("Mei"), screening, "A-1", "A-2", "A-3", "A-4", "A-5")
    doors_open(screening)
    gate = await keeper_at(screening)
    for ticket in tickets:
        scans = [a_scan(await code(ticket)) for _ in range(4)]
        wants = [await admitting._want(scan, gate) for scan in [*scans, scans[0]]]
        answers = [answer for (answer,) in await asyncio.gather(*(admitting._admit([want]) for want in wants))]
        entered = {answer.nonce for answer in answers if isinstance(answer, Answer) and answer.counted}
        assert len(entered) == 1 and len(answers) == 5, "and the one that was sent twice is one scan"
        assert await Admission.filter(ticket_id=ticket.id).count() == 4
    assert (await again(screening)).admitted == 5


async def test_the_database_refuses_a_second_admission(database: str) -> None:
    """Whatever a program decides."""
    screening, mei = await a_screening(), await a_fan("Mei")
    (one,) = await sold(mei, screening, "A-1")
    doors_open(screening)
    await admit(a_scan(await code(one)), await keeper_at(screening))
    columns = (
        "screening_id, ticket_id, pass_id, by_person_id, gate, device, fingerprint, way, verdict, said, because, entered, counted,"
        " conflict, scanned_at, received_at"
    )
    for statement in (
        f"INSERT INTO admission (id, nonce, {columns}) SELECT 1, 'another', {columns} FROM admission",
        "UPDATE admission SET counted = 0",
        "DELETE FROM admission",
    ):
        with pytest.raises(Exception, match=r"(?i)unique|append-only"):
            await atomic(Sql(statement).__call__)()


async def test_a_door_that_was_offline_brings_its_scans_home(database: str) -> None:
    """Both let Mei in; nothing is lost, one admission counts, and the other is told as a conflict."""
    screening, mei = await a_screening(), await a_fan("Mei")
    one, two, gone = await sold(mei, screening, "A-1", "A-2", "A-3")
    doors_open(screening)
    manager = await a_manager(screening)
    north, south = [with_pass(await a_pass(screening, name, by=manager)) for name in ("North", "South")]
    texts = [await code(ticket) for ticket in (one, two, gone)]
    at = clock.now_us()
    offline = [a_scan(text, scanned_at=at, said=Verdict.ADMITTED) for text in texts]
    offline.append(a_scan(texts[1], scanned_at=at, said=Verdict.ALREADY_USED))
    offline.append(a_scan("nonsense", scanned_at=at, said=Verdict.NOT_A_TICKET))
    clock.advance(timedelta(minutes=5))
    await admit(a_scan(texts[0]), north)
    await cancelled(gone)
    clock.advance(timedelta(minutes=5))
    for _ in range(2):  # sent again, nothing changes
        answers = [answer for answer in await admit_all(offline, south) if isinstance(answer, Answer)]
        assert [(a.verdict, a.entered, a.counted, a.conflict) for a in answers] == [
            ("already_used", True, False, True), ("admitted", True, True, False), ("cancelled", True, False, True),
            ("already_used", False, False, False), ("not_a_ticket", False, False, False),
        ]  # fmt: skip
    assert (await again(screening)).admitted == 2
    assert await Admission.filter(screening_id=screening.id).count() == 6
    assert (await Admission.get(counted=1, ticket_id=two.id)).scanned_at == clock.from_us(at)


async def test_an_answer_that_was_lost_makes_nobody_a_conflict(database: str) -> None:
    """The site let her in, the device never heard of it, let her in by itself, and tells of it later: she came in once."""
    screening, mei = await a_screening(), await a_fan("Mei")
    one, two = await sold(mei, screening, "A-1", "A-2")
    doors_open(screening)
    gate = await keeper_at(screening)
    asked = a_scan(await code(one))
    await admit(asked, gate)
    alone = replace(asked, nonce="a" * 20, asked=asked.nonce, said=Verdict.ADMITTED, scanned_at=clock.now_us())
    for _ in range(2):
        answer = await admit(alone, gate)
        assert (answer.verdict, answer.counted, answer.conflict) == (Verdict.ADMITTED, True, False)
    assert await Admission.filter(screening_id=screening.id).count() == 1
    # The site had said no, and the device knew no better: that is told.
    again_asked = a_scan(await code(one))
    assert (await admit(again_asked, gate)).verdict is Verdict.ALREADY_USED
    let_in = await admit(replace(alone, nonce="b" * 20, asked=again_asked.nonce), gate)
    assert (let_in.entered, let_in.conflict) == (True, True)
    # The site never heard of it at all.
    unheard = await admit(replace(alone, text=await code(two), nonce="c" * 20, asked="d" * 20), gate)
    assert (unheard.counted, unheard.conflict) == (True, False)
    # Another ticket's number is no excuse.
    other = await admit(replace(alone, text=await code(two), nonce="e" * 20), gate)
    assert other.conflict


async def test_who_did_not_come_is_known_after_the_end_and_a_late_door_still_counts(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    came, late, never = await sold(mei, screening, "A-1", "A-2", "A-3")
    doors_open(screening)
    gate, at = await keeper_at(screening), clock.now_us()
    await admit(a_scan(await code(came)), gate)
    clock.advance(timedelta(hours=4))
    await work_until_idle()
    states = {t.seat_id: t.state for t in await Ticket.filter(screening_id=screening.id)}
    assert states == {"A-1": "admitted", "A-2": "no_show", "A-3": "no_show"}
    (answer,) = await admit_all([a_scan(await code(late), scanned_at=at, said=Verdict.ADMITTED)], gate)
    assert isinstance(answer, Answer) and (answer.verdict, answer.counted) == (Verdict.ADMITTED, True)
    assert (await admit(a_scan(await code(never)), gate)).verdict is Verdict.TOO_LATE
    assert ((await Ticket.get(id=late.id)).state, (await again(screening)).admitted) == ("admitted", 2)
    assert await TicketEvent.filter(ticket_id=late.id).order_by("id").values_list("to_state", flat=True) == [
        "sold", "no_show", "admitted",
    ]  # fmt: skip


async def test_money_that_a_bank_takes_back_uncounts_who_was_in(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    (one,) = await sold(mei, screening, "A-1")
    doors_open(screening)
    await admit(a_scan(await code(one)), await keeper_at(screening))
    await cancelled(one, TicketState.LOST)
    now = await again(screening)
    assert (now.sold, now.admitted) == (0, 0)


async def test_a_pass_opens_one_door_until_it_is_withdrawn_or_over(database: str) -> None:
    screening, other = await a_screening(), await a_screening()
    manager = await a_manager(screening)
    one = await a_pass(screening, "North", by=manager)
    assert await passes.keeper_of(passes.door_path(screening.id)[6:], None, one.hash) == with_pass(one)
    assert await passes.keeper_of(passes.door_path(other.id)[6:], None, one.hash) is None
    assert await passes.keeper_of(passes.door_path(screening.id)[6:], None, "") is None
    with pytest.raises(passes.GateNamed):
        await a_pass(screening, "North", by=manager)
    with pytest.raises(passes.GateUnnamed):
        await a_pass(screening, "x" * 41, by=manager)
    await passes.withdraw_pass(screening.id, one.id, by=manager.id)
    with pytest.raises(passes.PassOver):
        await passes.live_pass(one.hash)
    with pytest.raises(passes.NoSuchPass):
        await passes.withdraw_pass(other.id, one.id, by=manager.id)
    anew = await a_pass(screening, "North", by=manager)
    clock.advance(screening.ends_at + timedelta(hours=6) - clock.now())
    with pytest.raises(passes.PassOver):
        await passes.live_pass(anew.hash)
    with pytest.raises(passes.PassOver):
        await a_pass(screening, "West", by=manager)


async def test_the_evening_of_the_demo(database: str) -> None:
    screening = await a_screening(plan=a_hall_plan(4, 6), per_fan_max=50)
    await sold(await a_fan("Mei"), screening, *(seat.id for seat in a_hall_plan(4, 6).seats))
    doors_open(screening)
    await people_come(screening, by=(await a_manager(screening)).id)
    report = await report_of(screening.id)
    assert (report.sold, report.admitted, len(report.conflicts), len(report.forced)) == (24, 22, 1, 1)
    assert (report.scans, report.refused, [gate["gate"] for gate in report.gates]) == (26, 2, ["Foyer", "Balcony"])


async def test_every_pair_of_states_of_a_ticket(database: str) -> None:
    screening, mei = await a_screening(), await a_fan("Mei")
    (one,) = await sold(mei, screening, "A-1")
    await walk_every_pair(one, TICKET_MOVES, TicketEvent)
    await atomic(Ticket.filter(id=one.id).update)(state=TicketState.SOLD)
    # A way back that no verb knows: what its day counted is taken back with it.
    nothing = "sold = 1, gross_minor = 1000, refunded = 0, refunded_minor = 0, admitted = 0, admitted_minor = 0"
    await atomic(Sql(f"UPDATE ticket_day SET {nothing} WHERE screening_id = $1").__call__)(screening.id)


async def test_five_hundred_scans_of_every_kind_at_two_gates_one_of_them_offline(database: str) -> None:
    """400 good tickets of 500, all shown twice at two gates; the rest forged, altered, refunded, given away or of another hall."""
    plan = a_hall_plan(20, 25)
    screening, other = await a_screening(plan=plan, per_fan_max=50), await a_screening(per_fan_max=50)
    seats, mei = [seat.id for seat in plan.seats], await a_fan("Mei")
    tickets: list[Ticket] = []
    for start in range(0, 500, 50):
        tickets += await sold(await a_fan("Mei"), screening, *seats[start : start + 50])
    elsewhere = await sold(mei, other, *(seat.id for seat in a_hall_plan().seats))
    doors_open(screening)
    manager = await a_manager(screening)
    north, south = [with_pass(await a_pass(screening, name, by=manager)) for name in ("North", "South")]
    texts = [await code(ticket) for ticket in tickets]
    for ticket in tickets[440:470]:
        await cancelled(ticket)
    for ticket in tickets[470:]:
        await given_away(ticket)
    forged = [text[:-6] + "AAAAAA" for text in texts[400:420]]
    altered = [text[:12] + ("b" if text[12] == "a" else "a") + text[13:] for text in texts[420:440]]
    shown = [*texts[:400], *forged, *altered, *texts[440:], *[await code(ticket) for ticket in elsewhere]]
    at = clock.now_us()
    # South has no connection: it lets in what its own list takes for good, as half of those were in at North by then.
    knew = {"forged": forged + altered, "wrong_screening": shown[500:]}
    offline = [
        a_scan(text, scanned_at=at, said=next((Verdict(k) for k, v in knew.items() if text in v), Verdict.ADMITTED))
        for text in shown[200:]
    ]
    asked = [*shown[:300], *texts[:20], *shown[400:]]
    online = await asyncio.gather(*(admit(a_scan(text), north) for text in asked))
    assert len(asked) == 440 and sum(answer.counted for answer in online) == 300
    home: list[Answer] = []
    for start in range(0, len(offline), 200):
        home += [one for one in await admit_all(offline[start : start + 200], south) if isinstance(one, Answer)]
    assert len(home) == 320 and sum(answer.counted for answer in home) == 100
    told: dict[str, int] = {}
    for answer in [*online, *home]:
        told[answer.verdict] = told.get(answer.verdict, 0) + 1
    assert told == {
        "admitted": 400, "already_used": 20 + 100, "forged": 80, "cancelled": 60, "given_away": 60, "wrong_screening": 40,
    }  # fmt: skip
    assert sum(answer.conflict for answer in home) == 100 + 30 + 30, "in at North, refunded, given away"
    assert (await again(screening)).admitted == 400
    assert await Ticket.filter(screening_id=screening.id, state="admitted").count() == 400
    assert await Admission.filter(screening_id=screening.id, counted=1).count() == 400
    assert await Admission.filter(screening_id=screening.id).count() == 760
