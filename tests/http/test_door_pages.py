"""The door's pages: scanning with a browser that runs no script, passes, what devices ask for, and the report afterwards."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
import segno

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation, Role
from crowdfund.screenings.codes.judging import Verdict
from crowdfund.screenings.door import passes
from crowdfund.screenings.door.admitting import admit, admit_all
from crowdfund.screenings.door.models import Admission, DoorPass
from crowdfund.screenings.models import Screening, Ticket
from crowdfund.worker import work_until_idle
from tests.cinema import a_screening
from tests.door import a_manager, a_pass, a_scan, code, desk_of, doors_open, given_away, keeper_at, sold, with_pass
from tests.http.browser import ORIGIN, Browser
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan, a_fan

pytestmark = pytest.mark.pages


@dataclass
class Evening:
    screening: Screening
    tickets: list[Ticket]
    gu: SignedIn

    @property
    def door(self) -> str:
        return passes.door_path(self.screening.id)

    @property
    def by(self) -> Fan:
        return the(self.gu)


def the(browser: SignedIn) -> Fan:
    return Fan(browser.person.id, browser.person.email)


@pytest.fixture
async def evening(site: SiteUnderTest) -> Evening:
    """Three seats are sold, and the doors are open; Gu runs the cinema."""
    screening = await a_screening()
    tickets = await sold(await a_fan("Mei"), screening, "A-1", "A-2", "A-3")
    gu = await site.signed_up("Gu")
    await a_manager(screening, Role.MANAGER, the(gu))
    doors_open(screening)
    return Evening(screening, tickets, gu)


def a_picture_of(text: str) -> bytes:
    written = BytesIO()
    segno.make(text, error="m").save(written, kind="png", scale=6, border=4)
    return written.getvalue()


async def helper_at(site: SiteUnderTest, one: DoorPass) -> Browser:
    """Somebody without an account opens the link of a pass."""
    browser = site.browser()
    await browser.get(passes.link_of(one.id))
    assert browser.status == 200
    return browser


async def test_a_manager_scans_by_letters_a_picture_or_the_whole_code(site: SiteUnderTest, evening: Evening) -> None:
    gu, (one, two, three) = evening.gu, evening.tickets
    await gu.get(evening.door)
    assert "Ready" in gu.text and gu.response.headers["cache-control"] == "no-store"
    assert "camera=(self)" in gu.response.headers["permissions-policy"]
    await gu.submit("Look it up", letters=f"{one.typed_code[:5]}-{one.typed_code[5:]}".lower())
    assert gu.status == 200 and "✓ Let in" in gu.text and "row A, seat 1" in gu.text
    await gu.submit("Look it up", letters=one.typed_code)
    assert "Used already" in gu.text and "In since" in gu.text
    await gu.submit("Read the picture", files={"image": ("code.png", a_picture_of(await code(two)), "image/png")})
    assert gu.status == 200 and "✓ Let in" in gu.text
    await gu.submit("Look it up", letters=await code(three))
    assert "✓ Let in" in gu.text
    assert (await Screening.get(id=evening.screening.id)).admitted == 3
    assert await Admission.filter(way="code").count() == 2


async def test_what_cannot_be_read_is_said_and_keeps_what_was_typed(site: SiteUnderTest, evening: Evening) -> None:
    gu = evening.gu
    await gu.get(evening.door)
    await gu.submit("Look it up")
    assert gu.status == 422 and "Type the code below the ticket" in gu.text
    await gu.submit("Read the picture", files={"image": ("x.png", a_picture_of("hello")[:60], "image/png")})
    assert gu.status == 422 and "Please send a picture as PNG, JPEG or WebP." in gu.text
    await gu.submit("Look it up", letters="Q" * 501)
    assert gu.status == 422 and gu.form(evening.door).fields["letters"] == ["Q" * 501]
    assert await Admission.all().count() == 0
    await gu.submit("Look it up", letters="https://example.com/menu")
    assert gu.status == 200 and "No ticket" in gu.text
    assert await Admission.all().count() == 1


async def test_the_same_form_sent_twice_is_one_scan(site: SiteUnderTest, evening: Evening) -> None:
    gu = evening.gu
    await gu.get(evening.door)
    form = gu.form(evening.door)
    for _ in range(2):
        await gu.post(evening.door, {**form.fields, "letters": evening.tickets[0].typed_code})
        assert "✓ Let in" in gu.text
    assert await Admission.all().count() == 1
    await gu.post(evening.door, {**form.fields, "letters": evening.tickets[1].typed_code})
    assert gu.status == 422 and "This scan was sent for another ticket before. Please scan again." in gu.text


async def test_somebody_is_let_in_with_a_reason(site: SiteUnderTest, evening: Evening) -> None:
    gu, one = evening.gu, evening.tickets[0]
    clock.advance(evening.screening.ends_at + timedelta(minutes=5) - clock.now())
    await gu.get(evening.door)
    await gu.submit("Look it up", letters=one.typed_code)
    assert "Too late" in gu.text
    await gu.submit("Let in all the same", because="x")
    assert gu.status == 422 and "Too late" in gu.text and "at least 3 characters" in gu.text
    await gu.submit("Let in all the same", because="The train was late.")
    assert gu.status == 200 and "You let her in all the same." in gu.text
    kept = await Admission.get(because="The train was late.")
    assert (kept.verdict, kept.counted, kept.by_person_id) == ("too_late", 1, gu.person.id)
    await given_away(evening.tickets[1])
    form = {
        "csrf": gu.form(evening.door).fields["csrf"],
        "shown": await code(one),
        "way": "code",
        "verdict": "too_late",
    }
    await gu.post(f"{evening.door}/admissions", {**form, "verdict": "forged", "because": "She is nice."})
    assert gu.status == 422


async def test_a_helper_with_a_pass_scans_and_sees_nothing_else(site: SiteUnderTest, evening: Evening) -> None:
    made = await a_pass(evening.screening, "North", by=evening.by)
    helper = await helper_at(site, made)
    assert "North" in helper.text and helper.path.endswith(evening.door)
    await helper.submit("Look it up", letters=evening.tickets[0].typed_code)
    assert "✓ Let in" in helper.text
    kept = await Admission.get(counted=1)
    assert (kept.gate, kept.pass_id, kept.by_person_id) == ("North", made.id, None)
    other = await a_screening()
    await helper.get(passes.door_path(other.id), follow=False)
    assert helper.status == 303 and helper.response.headers["location"].startswith("/sign-in")
    await helper.get(await desk_of(evening.screening), follow=False)
    assert helper.status == 303
    await passes.withdraw_pass(evening.screening.id, made.id, by=evening.by.id)
    await helper.get(evening.door)
    assert helper.status == 410 and "Ask the cinema for a new one" in helper.text
    await helper.get(f"{evening.door}/list")
    assert helper.status == 410
    for wrong in (f"/door/passes/{'x' * 43}", passes.link_of(made.id)):
        await helper.get(wrong)
        assert helper.status == 410


async def test_who_does_not_stand_at_this_door(site: SiteUnderTest, evening: Evening) -> None:
    mei, vera = await site.signed_up("Mei"), await site.signed_up("Vera")
    await a_manager(evening.screening, Role.VIEWER, the(vera))
    for browser in (mei, vera):
        for path in (evening.door, f"{evening.door}/list", passes.door_path(7), "/door/nonsense"):
            await browser.get(path)
            assert browser.status == 404, path
    draft = await a_screening(on_sale=False)
    await a_manager(draft, Role.OWNER, the(evening.gu))
    await evening.gu.get(passes.door_path(draft.id))
    assert evening.gu.status == 404


async def test_a_device_gets_the_list_and_then_only_what_is_new(site: SiteUnderTest, evening: Evening) -> None:
    helper = await helper_at(site, await a_pass(evening.screening, by=evening.by))
    one, two, _ = evening.tickets

    async def told(since: int) -> dict[str, object]:
        found = (await helper.client.get(f"{evening.door}/list?since={since}")).json()
        return {name: found[name] for name in ("version", "counters", "admitted", "cancelled", "admitted_count")}

    first = (await helper.client.get(f"{evening.door}/list")).json()
    assert (first["version"], first["admitted"], first["sold"]) == (0, [], 3) and len(first["places"]) == 20
    assert abs(first["now"] - clock.now_us() / 1e6) < 5 and first["csrf"]
    await admit(a_scan(await code(one)), await keeper_at(evening.screening))
    assert await told(0) == {
        "version": 1, "counters": {}, "admitted": [public(one.id)], "cancelled": [], "admitted_count": 1,
    }  # fmt: skip
    await given_away(two)
    assert await told(1) == {
        "version": 2, "counters": {public(two.id): 1}, "admitted": [], "cancelled": [], "admitted_count": 1,
    }  # fmt: skip
    assert (await told(2))["version"] == 2 and (await told(2))["counters"] == {}
    assert "places" not in (await helper.client.get(f"{evening.door}/list?since=2")).json()
    assert (await helper.client.get(f"{evening.door}/list?since=x")).json()["since"] == 0


async def test_a_device_asks_brings_and_shows_frames(site: SiteUnderTest, evening: Evening) -> None:
    helper = await helper_at(site, await a_pass(evening.screening, by=evening.by))
    told = (await helper.client.get(f"{evening.door}/list")).json()
    headers = {"x-csrf-token": told["csrf"], "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    one, two, _ = [await code(ticket) for ticket in evening.tickets]
    scans = [
        {"nonce": "a" * 20, "shown": one}, {"nonce": "b" * 20, "shown": one},
        {"nonce": "c" * 20, "shown": two, "said": "admitted", "scanned_at": "2026-01-01T00:00:00Z", "device": "x"},
        {"nonce": "a" * 20, "shown": two},
    ]  # fmt: skip
    answer = (await helper.client.post(f"{evening.door}/scans", json={"scans": scans}, headers=headers)).json()
    assert [(one["verdict"], one["entered"], one["refused"]) for one in answer["answers"]] == [
        ("admitted", True, None), ("already_used", False, None), ("too_early", True, None), (None, False, "nonce_used"),
    ]  # fmt: skip
    assert (answer["admitted"], answer["sold"]) == (2, 3)
    assert answer["answers"][0]["place"].endswith("row A, seat 1")
    for picture, text in ((a_picture_of(one), one), (b"nothing", "")):
        read = await helper.client.post(f"{evening.door}/frames", files={"image": picture}, headers=headers)
        assert read.json() == {"code": text, "able": True}
    for path, body in (("scans", {"scans": scans}), ("frames", None)):
        for wrong in ({}, {"x-csrf-token": "x" * 43}):
            sent = await helper.client.post(
                f"{evening.door}/{path}", json=body, headers={**headers, "x-csrf-token": "", **wrong}
            )
            assert sent.status_code == 403
    for body in ({"scans": []}, {"scans": scans * 60}, {"scans": [{"nonce": "short", "shown": one}]}, {}):
        sent = await helper.client.post(f"{evening.door}/scans", json=body, headers=headers)
        assert sent.status_code == 422
    worker = await helper.client.get("/door/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript") and "caches.open" in worker.text


async def test_passes_are_made_shown_and_withdrawn_on_the_desk(site: SiteUnderTest, evening: Evening) -> None:
    gu, desk = evening.gu, await desk_of(evening.screening)
    await gu.get(desk)
    assert gu.status == 200 and "Nothing scanned yet" in gu.text
    await gu.submit("Make a pass", gate="North")
    made = await DoorPass.get(gate="North")
    assert gu.status == 200 and passes.link_of(made.id) in gu.response.text
    assert made.hash not in gu.response.text and passes.secret_of(made.id) not in made.hash
    await gu.submit("Make a pass", gate="North")
    assert gu.status == 409 and "There is a pass of this name already" in gu.text
    await gu.submit("Make a pass", gate="")
    assert gu.status == 422
    await gu.submit("Withdraw")
    assert gu.status == 200 and passes.link_of(made.id) not in gu.response.text
    await gu.post(f"{desk}/passes/nonsense/withdrawal", {"csrf": gu.form("/sign-out").fields["csrf"]})
    assert gu.status == 404


async def test_a_viewer_reads_the_report_and_gets_no_pass(site: SiteUnderTest, evening: Evening) -> None:
    made = await a_pass(evening.screening, by=evening.by)
    vera = await site.signed_up("Vera")
    await a_manager(evening.screening, Role.VIEWER, the(vera))
    await vera.get(await desk_of(evening.screening))
    assert vera.status == 200 and passes.link_of(made.id) not in vera.response.text and "Make a pass" not in vera.text
    await vera.get(f"{await desk_of(evening.screening)}.csv")
    assert vera.status == 403


async def test_the_report_tells_gates_conflicts_reasons_and_who_did_not_come(
    site: SiteUnderTest, evening: Evening
) -> None:
    gu, (one, two, _) = evening.gu, evening.tickets
    north, south = [with_pass(await a_pass(evening.screening, name, by=evening.by)) for name in ("North", "South")]
    at = clock.now_us()
    await admit(a_scan(await code(one)), north)
    await admit(a_scan("nonsense"), north)
    await admit(a_scan(await code(one), because="=She only went out."), north)
    await admit_all([a_scan(await code(one), said=Verdict.ADMITTED, scanned_at=at)], south)
    await admit(a_scan(await code(two)), south)
    await gu.get(await desk_of(evening.screening))
    for words in ("Came in 2", "Did not come –", "Turned away 1", "Conflicts 1", "offline", "=She only went out."):
        assert words in gu.text, words
    conflict = gu.text.partition("Each ticket is counted once.")[2].partition("Let in all the same")[0]
    assert "South," in conflict and "North," in conflict and "Used already" in conflict
    answer = await gu.get(f"{await desk_of(evening.screening)}.csv")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["gate"], row["verdict"], row["entered"], row["counted"], row["conflict"]) for row in rows] == [
        ("North", "admitted", "yes", "yes", "no"), ("North", "not_a_ticket", "no", "no", "no"),
        ("North", "already_used", "yes", "no", "no"), ("South", "already_used", "yes", "no", "yes"),
        ("South", "admitted", "yes", "yes", "no"),
    ]  # fmt: skip
    assert rows[2]["because"] == "'=She only went out.", "a spreadsheet runs nothing"
    assert rows[3]["first_gate"] == "North" and rows[3]["said_offline"] == "admitted"
    clock.advance(timedelta(hours=3))
    await work_until_idle()
    await gu.get(await desk_of(evening.screening))
    assert "Did not come 1" in gu.text


async def test_other_cinemas_doors_are_as_none(site: SiteUnderTest, evening: Evening) -> None:
    other = await a_screening()
    cinema = await Organisation.get(id=evening.screening.organisation_id)
    for number in (public(other.id), public(7), "nonsense"):
        await evening.gu.get(f"{cinema.desk_path}/screenings/{number}/door")
        assert evening.gu.status == 404
