"""Milestones by program: planned, asked for once a key, objected to, answered, decided by staff, given back."""

from __future__ import annotations

from crowdfund.database.ids import public
from crowdfund.people.models import Person, StaffRole
from crowdfund.pledges.milestones.models import ReleaseRequest
from tests.bank import books_proven, close_now, pass_time
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, program_of
from tests.http.test_milestone_pages import BECAUSE, NOT_SO, a_backer, a_film_desk
from tests.milestones import BUDGET, WORDS, a_film_draft, opened
from tests.transfers import a_document
from tests.world import a_fan, again

PLAN = [
    {
        "title": f"Part {number}", "lines": [name], "share_bps": share, "evidence": "The call sheets, all of them.",
        "expected_on": f"2027-0{number}", "at_once": number == 1,
    }
    for number, (share, (name, _minor)) in enumerate(zip((3_000, 5_000, 2_000), BUDGET, strict=True), 1)
]  # fmt: skip


async def test_a_film_is_paid_piece_by_piece_by_program(site: SiteUnderTest) -> None:
    lin_browser, studio, owner = await a_film_desk(site)
    lin = await program_of(site, lin_browser.person)
    campaign = await a_film_draft(studio, owner, plan=[])
    path = f"/campaigns/{public(campaign.id)}"
    short = [{**one, "share_bps": 1_000} for one in PLAN]
    assert code_of(await lin.post(f"{path}/milestones", {"milestones": short})) == (422, "invalid")
    planned = await lin.do(f"{path}/milestones", {"milestones": PLAN})
    assert [(one["number"], one["lines"], one["state"], one["amount_minor"]) for one in planned["milestones"]] == [
        (number, [name], "planned", None) for number, (name, _minor) in enumerate(BUDGET, 1)
    ]
    assert (await lin.get(f"{path}/milestones")).status_code == 404, "a draft is for its makers"
    campaign = await opened(await again(campaign), owner)
    assert code_of(await lin.post(f"{path}/milestones", {"milestones": []})) == (409, "not_editable")
    paper = public(await a_document(owner.id))
    wish = {"words": WORDS, "documents": [paper]}
    assert code_of(await lin.post(f"{path}/release-requests", wish, key="early")) == (409, "not_yet")
    backers = [await a_backer(site, campaign, name) for name in ("Mei", "Bo", "Ann")]
    await close_now(campaign)
    stranger = await a_document((await a_fan("Nobody")).id)
    foreign = {"words": WORDS, "documents": [public(stranger)]}
    assert (await lin.post(f"{path}/release-requests", foreign, key="foreign")).status_code == 404
    first = await lin.post(f"{path}/release-requests", wish, key="one")
    assert (first.status_code, first.json()["milestones"][1]["state"]) == (201, "requested")
    again_ = await lin.post(f"{path}/release-requests", wish, key="one")
    assert (again_.status_code, await ReleaseRequest.all().count()) == (201, 1)
    other = {"words": f"{WORDS} And more.", "documents": [paper]}
    assert code_of(await lin.post(f"{path}/release-requests", other, key="one")) == (422, "key_used_for_another")
    asked = first.json()["milestones"][1]["requests"][0]
    assert (asked["pauses_at"], asked["objections"], len(asked["papers"])) == (3, 0, 1)
    objections = f"/release-requests/{asked['id']}/objections"
    fans = [await program_of(site, await Person.get(id=pledge.person_id)) for _browser, pledge in backers]
    made = await fans[0].do(objections, {"text": NOT_SO})
    assert code_of(await fans[0].post(objections, {"text": NOT_SO})) == (409, "objected_already")
    nobody = await program_of(site, (await site.signed_up("Nobody")).person)
    assert code_of(await nobody.post(objections, {"text": NOT_SO})) == (403, "not_a_backer")
    answer = {"answer": "We shot at night: here are the call sheets."}
    assert (await nobody.post(f"{objections}/{made['id']}/answer", answer)).status_code == 404
    assert (await lin.do(f"{objections}/{made['id']}/answer", answer))["answer"] == answer["answer"]
    for fan in fans[1:]:
        await fan.do(objections, {"text": NOT_SO})
    assert [one["answer"] for one in await nobody.all(objections)] == [answer["answer"], "", ""]
    paused = await nobody.read(f"{path}/milestones")
    assert (paused["milestones"][1]["state"], paused["waiting_minor"], paused["released_minor"]) == (
        "paused",
        52_50,
        22_50,
    )
    milestone = f"/milestones/{paused['milestones'][1]['id']}"
    because = {"because": BECAUSE}
    assert code_of(await lin.post(f"{milestone}/withdrawal", because)) == (409, "move_refused")
    ada = await program_of(site, (await site.signed_up("Ada", staff=StaffRole.REVIEWER)).person)
    assert code_of(await ada.post(f"{milestone}/release", because)) == (403, "not_allowed")
    sent_back = await ada.do(f"{milestone}/further-evidence", because)
    assert sent_back["milestones"][1]["requests"][0]["ended_as"] == "sent_back"
    await lin.make(f"{path}/release-requests", wish)
    await ada.do(f"{milestone}/pause", because)
    root = await program_of(site, (await site.signed_up("Root", staff=StaffRole.ADMIN)).person)
    assert (await root.do(f"{milestone}/release", because))["milestones"][1]["state"] == "released"
    assert code_of(await root.post(f"{milestone}/release", because)) == (409, "move_refused")
    back = await lin.do(f"{path}/milestones/refund", because)
    assert (back["refunded_minor"], back["waiting_minor"], back["released_minor"]) == (15_00, 0, 60_00)
    refused = await root.post(f"/staff/campaigns/{public(campaign.id)}/milestones/refund", because)
    assert code_of(refused) == (409, "nothing_waits")
    await pass_time(minutes=1)
    await books_proven()
