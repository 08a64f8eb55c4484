"""The door through the API: keys for everybody, lists, scans and passes with a token. And what it answers to nonsense."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import pytest

from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.screenings.codes.token import KeyName, verify
from crowdfund.screenings.models import Screening, Ticket
from tests.cinema import a_screening
from tests.door import a_manager, code, doors_open, given_away, sold
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of
from tests.world import Fan, a_fan

pytestmark = pytest.mark.pages


@dataclass
class Evening:
    screening: Screening
    tickets: list[Ticket]
    gu: Program

    @property
    def path(self) -> str:
        return f"/screenings/{public(self.screening.id)}"


@pytest.fixture
async def evening(site: SiteUnderTest) -> Evening:
    screening = await a_screening()
    tickets = await sold(await a_fan("Mei"), screening, "A-1", "A-2", "A-3")
    person = (await site.signed_up("Gu")).person
    await a_manager(screening, Role.MANAGER, Fan(person.id, person.email))
    doors_open(screening)
    return Evening(screening, tickets, await program_of(site, person))


async def test_anybody_gets_the_keys_and_proves_a_ticket_with_them(site: SiteUnderTest, evening: Evening) -> None:
    answer = await site.browser().client.get(f"/api/v1{evening.path}/keys")
    assert answer.status_code == 200 and answer.json()["algorithm"] == "Ed25519"
    keys = {}
    for name, letters in answer.json()["keys"].items():
        screening, _, number = name.partition(".")
        keys[KeyName(screening, int(number))] = base64.urlsafe_b64decode(f"{letters}=")
    assert verify(await code(evening.tickets[0]), keys).ticket == public(evening.tickets[0].id)
    draft = await a_screening(on_sale=False)
    for number in (public(draft.id), public(7), "nonsense"):
        assert (await site.browser().client.get(f"/api/v1/screenings/{number}/keys")).status_code == 404


async def test_scans_are_judged_kept_and_listed(site: SiteUnderTest, evening: Evening) -> None:
    gu, texts = evening.gu, [await code(ticket) for ticket in evening.tickets]
    await given_away(evening.tickets[2])
    scans = [
        {"nonce": f"nonce-{n:020}", "shown": text, "device": "turnstile 2"} for n, text in enumerate([*texts, texts[0]])
    ]
    for _ in range(2):
        told = await gu.do(f"{evening.path}/scans", {"scans": scans})
        assert [(one["verdict"], one["counted"], one["place"]) for one in told["answers"]] == [
            ("admitted", True, "A-1"), ("admitted", True, "A-2"), ("given_away", False, "A-3"), ("already_used", False, "A-1"),
        ]  # fmt: skip
        assert (told["sold"], told["admitted"]) == (3, 2)
    everything = await gu.all(f"{evening.path}/scans?limit=3")
    assert [scan["verdict"] for scan in everything] == ["already_used", "given_away", "admitted", "admitted"]
    assert everything[0]["by"] == "Gu" and everything[0]["device"] == "turnstile 2" and everything[0]["first_at"]
    assert len(await gu.all(f"{evening.path}/scans?verdict=admitted")) == 2
    assert await gu.all(f"{evening.path}/scans?conflicts=yes") == []
    assert code_of(await gu.get(f"{evening.path}/scans?verdict=perhaps")) == (400, "unknown_verdict")
    late = {
        "nonce": "n" * 20,
        "shown": texts[0],
        "said": "admitted",
        "scanned_at": "2027-01-01T20:00:00Z",
        "way": "code",
    }
    [answer] = (await gu.do(f"{evening.path}/scans", {"scans": [late]}))["answers"]
    assert answer["conflict"] is True and answer["first_at"]
    [conflict] = await gu.all(f"{evening.path}/scans?conflicts=yes")
    assert (conflict["said"], conflict["verdict"]) == ("admitted", "already_used")
    report = await gu.read(f"{evening.path}/door-report")
    assert {name: report[name] for name in ("sold", "admitted", "no_shows", "scans", "refused", "conflicts", "forced")} == {
        "sold": 3, "admitted": 2, "no_shows": 0, "scans": 5, "refused": 2, "conflicts": 1, "forced": 0,
    }  # fmt: skip
    assert report["gates"] == [
        {"gate": "", "by": "Gu", "scans": 5, "admitted": 2, "refused": 2, "offline": 1, "conflicts": 1}
    ]


async def test_the_list_of_a_door(site: SiteUnderTest, evening: Evening) -> None:
    gu, (one, two, _) = evening.gu, evening.tickets
    empty = await gu.read(f"{evening.path}/door")
    assert (empty["version"], empty["admitted"], empty["off"], len(empty["keys"])) == (0, [], False, 1)
    await gu.do(f"{evening.path}/scans", {"scans": [{"nonce": "n" * 20, "shown": one.typed_code, "way": "typed"}]})
    await given_away(two)
    assert (await gu.read(f"{evening.path}/door?since=1"))["counters"] == {public(two.id): 1}
    assert (await gu.read(f"{evening.path}/door"))["admitted"] == [public(one.id)]


async def test_passes(site: SiteUnderTest, evening: Evening) -> None:
    gu = evening.gu
    made = await gu.make(f"{evening.path}/door-passes", {"gate": "North"})
    again = await gu.post(f"{evening.path}/door-passes", {"gate": "South"}, key="one")
    assert (await gu.post(f"{evening.path}/door-passes", {"gate": "South"}, key="one")).json() == again.json()
    assert code_of(await gu.post(f"{evening.path}/door-passes", {"gate": "West"}, key="one")) == (
        422,
        "key_used_for_another",
    )
    assert code_of(await gu.post(f"{evening.path}/door-passes", {"gate": "North"}, key="two")) == (409, "gate_named")
    helper = site.browser()
    await helper.get(made["url"].removeprefix("http://127.0.0.1:8000"))
    assert helper.status == 200 and "North" in helper.text
    gone = await gu.do(f"{evening.path}/door-passes/{made['id']}/withdrawal")
    assert gone["withdrawn_at"] and gone["url"] == ""
    assert [(one["gate"], bool(one["url"])) for one in await gu.all(f"{evening.path}/door-passes?limit=1")] == [
        ("South", True), ("North", False),
    ]  # fmt: skip
    assert code_of(await gu.post(f"{evening.path}/door-passes/{public(7)}/withdrawal")) == (404, "no_such_pass")


@pytest.mark.parametrize(
    "scan",
    [
        {}, {"nonce": "short", "shown": "x"}, {"nonce": "n" * 65, "shown": "x"}, {"nonce": "n" * 20, "shown": ""},
        {"nonce": "n" * 20, "shown": "x" * 501}, {"nonce": "n" * 20, "shown": "a\u0000b"},
        {"nonce": "n" * 20, "shown": "x", "way": "smelled"},
        {"nonce": "n" * 20, "shown": "x", "said": "maybe"}, {"nonce": "n" * 20, "shown": "x", "because": "x"},
        {"nonce": "n" * 20, "shown": "x", "scanned_at": "yesterday"},
        {"nonce": "n" * 20, "shown": "x", "scanned_at": "0001-01-01T00:00:00Z"},
        {"nonce": "n" * 20, "shown": "x", "surprise": 1}, {"nonce": "two words and more", "shown": "x"},
    ],
)  # fmt: skip
async def test_scans_that_cant_be(evening: Evening, scan: dict[str, object]) -> None:
    assert code_of(await evening.gu.post(f"{evening.path}/scans", {"scans": [scan]})) == (422, "invalid")


async def test_what_is_no_ticket_is_only_a_scan(evening: Evening) -> None:
    shown = [
        "PT1.",
        "PT1." + "A" * 116,
        "PT1." + "_" * 116,
        "https://example.com",
        "祝你观影愉快",
        "💥" * 100,
        "'; DROP TABLE ticket; --",
    ]
    scans = [{"nonce": f"nonce-{n:020}", "shown": text} for n, text in enumerate(shown)]
    scans += [{"nonce": f"typed-{n:020}", "shown": text, "way": "typed"} for n, text in enumerate(shown)]
    told = await evening.gu.do(f"{evening.path}/scans", {"scans": scans})
    assert {one["verdict"] for one in told["answers"]} == {"forged", "not_a_ticket"}
    assert not any(one["entered"] for one in told["answers"])
