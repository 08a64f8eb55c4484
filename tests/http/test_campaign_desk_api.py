"""A campaign by program, as its producer and its reviewer use their desks: reviewed, mended, pictured, opened, paused, ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns.models import Campaign, CampaignPage, Follower, ReviewRemark, Tier
from crowdfund.database import new_id
from crowdfund.database.ids import private, public
from crowdfund.people.models import AuditEntry, Image, Member, Role, StaffRole
from crowdfund.titles.models import Title
from crowdfund.web import images
from crowdfund.web.body import UPLOAD_MAX
from tests.http.campaign_world import STORY, Producer, a_draft, a_picture, a_producer, launched, submitted
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, fields_of, program_of
from tests.world import a_pledge, again

pytestmark = pytest.mark.pages

WHY = {"reason": "The rights have to be looked at first."}


async def a_desk(site: SiteUnderTest) -> tuple[Producer, Program]:
    lin = await a_producer(site)
    return lin, await program_of(site, lin.browser.person)


async def staff(site: SiteUnderTest, role: StaffRole = StaffRole.REVIEWER, name: str = "Ada") -> Program:
    return await program_of(site, (await site.signed_up(name, staff=role)).person)


async def test_remarks_are_made_answered_and_decided(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    ada = await staff(site)
    draft = await a_draft(lin)
    path, desk = f"/campaigns/{public(draft.id)}", f"/staff/campaigns/{public(draft.id)}"
    assert code_of(await ada.post(f"{desk}/remarks", {"text": "Who owns the boat?"}, key="early")) == (409, "refusal")
    await program.do(f"{path}/submission")
    assert [one["id"] for one in await ada.all("/staff/campaigns?state=submitted")] == [public(draft.id)]
    wish = {"text": "Who owns the boat?"}
    answers = await asyncio.gather(*(ada.post(f"{desk}/remarks", wish, key="boat") for _ in range(5)))
    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(201, answers[0].json()["id"])}
    assert await ReviewRemark.all().count() == 1, "five at once with one key made one"
    assert code_of(await ada.post(f"{desk}/remarks", {"text": "Who rows it?"}, key="boat")) == (
        422,
        "key_used_for_another",
    )
    second = await ada.make(f"{desk}/remarks", {"text": "Who plays the engineer?"})
    refused = await ada.post(f"{desk}/verdict", {"verdict": "changes_requested"})
    assert (code_of(refused), fields_of(refused)) == ((422, "invalid"), ["because"])
    await ada.do(f"{desk}/verdict", {"verdict": "changes_requested", "because": "Two questions are open."})

    seen = await program.read(f"{path}/draft")
    assert seen["state"] == "changes_requested"
    assert [(r["text"], r["answer"], r["answered_at"]) for r in seen["remarks"]] == [
        ("Who owns the boat?", "", None), ("Who plays the engineer?", "", None),
    ]  # fmt: skip
    assert code_of(await program.post(f"{path}/submission")) == (409, "remarks_open")
    for one in seen["remarks"]:
        mended = await program.do(
            f"{path}/remarks/{one['id']}/answer", {"answer": f"About “{one['text']}”: her uncle."}
        )
    assert all(one["answered_at"] for one in mended["remarks"])
    assert (await program.do(f"{path}/submission"))["state"] == "submitted"
    decided = await ada.do(f"{desk}/verdict", {"verdict": "approved"})
    assert (decided["state"], len(decided["remarks"])) == ("approved", 2)
    late = await program.post(f"{path}/remarks/{second['id']}/answer", {"answer": "Somebody else."})
    assert code_of(late) == (409, "refusal"), "the review is over"
    other = await submitted(lin, name="Another")
    for remark in (second["id"], public(new_id()), "x"):
        answer = await program.post(f"/campaigns/{public(other.id)}/remarks/{remark}/answer", {"answer": "Her uncle."})
        assert code_of(answer) == (404, "not_found"), "a remark of another campaign is none of this one's"
    said = [(e.action, e.subject) for e in await AuditEntry.filter(action__startswith="campaign_").order_by("id")]
    assert ("campaign_approved", f"campaign:{draft.id}") in said


async def test_what_is_missing_is_told_all_at_once(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    draft = await a_draft(lin, written=False)
    answer = await program.post(f"/campaigns/{public(draft.id)}/submission")
    assert (code_of(answer), fields_of(answer)) == ((422, "not_ready"), ["tagline", "story", "budget", "closes_at"])


async def test_a_picture_is_shown_once_under_its_key(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    draft = await a_draft(lin)
    path = f"/campaigns/{public(draft.id)}/art"
    png = {"content-type": "image/png"}
    shown = [await program.post(path, key="art", content=a_picture(), headers=png) for _ in range(3)]
    assert {answer.status_code for answer in shown} == {201}
    [url] = {answer.json()["art_url"] for answer in shown}
    assert await Image.all().count() == 1 and images.path_of(url.rsplit("/", 1)[1].removesuffix(".webp")).is_file()
    assert (await site.browser().client.get(url)).headers["content-type"] == "image/webp"
    another = await program.post(path, key="art", content=a_picture(64, 64), headers=png)
    assert code_of(another) == (422, "key_used_for_another")
    form = await program.post(path, key="form", files={"image": ("art.png", a_picture(100, 50), "image/png")})
    assert form.status_code == 201 and form.json()["art_url"] != url
    assert (await Title.get(id=draft.title_id)).image_id is not None
    removed = await program.do(f"{path}/removal")
    assert "/art/" in removed["art_url"], "the site draws one again"

    for content, headers, status, code in (
        (b"no picture", png, 422, "not_a_picture"), (b"", png, 422, "not_a_picture"),
        (b"{}", {"content-type": "text/html"}, 415, "picture_expected"),
        (b"x" * (UPLOAD_MAX + 1), png, 413, "too_large"), (b"x" * (5 * 1024 * 1024 + 1), png, 422, "picture_too_large"),
        (b"--z\r\nwhat", {"content-type": "multipart/form-data; boundary=x"}, 400, "bad_request"),
        (b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"}, 422, "invalid"),
    ):  # fmt: skip
        answer = await program.post(path, key="bad", content=content, headers=headers)
        assert code_of(answer) == (status, code), (content[:20], answer.text)
    live = await launched(lin, name="Live")
    late = await program.post(f"/campaigns/{public(live.id)}/art", key="late", content=a_picture(), headers=png)
    assert code_of(late) == (409, "not_editable") and await Image.all().count() == 2


async def test_a_tiers_key_stands_for_all_ten_fields(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    draft = await a_draft(lin, written=False)
    path = f"/campaigns/{public(draft.id)}/tiers"
    opens = clock.now() + timedelta(days=1)
    tier = {
        "name": "Two seats", "description": "In any cinema.", "price_minor": 25_00, "size": 40, "per_fan_max": 2, "ships": "post",
        "delivers_on": "2031-09", "opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    made = [(await program.post(path, tier, key="seats")).json()["id"] for _ in range(2)]
    assert made[0] == made[1] and await Tier.all().count() == 1
    for change in (
        {"name": "Three seats"}, {"description": "In one cinema."}, {"price_minor": 26_00}, {"size": 41}, {"per_fan_max": 3},
        {"ships": "nothing"}, {"delivers_on": "2031-10"}, {"opens_at": (opens + timedelta(hours=1)).isoformat()},
        {"closes_at": (opens + timedelta(days=4)).isoformat()}, {"size": None},
    ):  # fmt: skip
        answer = await program.post(path, tier | change, key="seats")
        assert code_of(answer) == (422, "key_used_for_another"), change
    campaign = await launched(lin, name="Live")
    taken = await Tier.get(campaign_id=campaign.id)
    await a_pledge(campaign, amount_minor=25_00, tier_id=taken.id)
    body = {"name": "One seat", "description": "In any cinema.", "price_minor": 20_00, "size": 30}
    broken = await program.post(f"/campaigns/{public(campaign.id)}/tiers/{public(taken.id)}", body)
    assert code_of(broken) == (409, "promise_broken") and {"name", "price_minor", "size"} <= set(fields_of(broken))


async def test_a_page_grows_version_by_version(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    campaign = await launched(lin)
    path = f"/campaigns/{public(campaign.id)}"
    for number in (2, 3):
        seen = await program.do(f"{path}/page", {"story": f"{STORY} Chapter {number}.", "risks": "High water."})
        assert (seen["page_version"], seen["story"]) == (number, f"{STORY} Chapter {number}.")
    assert [v["version"] for v in await program.all(f"{path}/versions?limit=2")] == [3, 2, 1]
    assert await CampaignPage.filter(campaign_id=campaign.id).count() == 3
    assert code_of(await program.post(f"{path}/page", {"story": "Too short."})) == (422, "invalid")
    assert code_of(await program.post(f"{path}/content", {"name": "Another"})) == (409, "not_editable")


async def test_only_an_owner_ends_a_fund_and_says_why(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    campaign = await launched(lin)
    await a_pledge(campaign, amount_minor=25_00)
    path = f"/campaigns/{public(campaign.id)}/cancellation"
    wei = (await site.signed_up("Wei")).person
    await Member.create(
        id=new_id(), organisation_id=lin.organisation.id, person_id=wei.id, role=Role.MANAGER, made_at=clock.now()
    )
    manager = await program_of(site, wei)
    why = {"reason": "Our boat sank with the camera in it."}
    assert code_of(await manager.post(path, why)) == (403, "not_allowed")
    assert code_of(await program.post(path, {"reason": "no"})) == (422, "invalid")
    ended = await program.do(path, why)
    assert (ended["state"], ended["collected_minor"]) == ("cancelled", 0)
    assert code_of(await program.post(path, why)) == (409, "move_refused")


async def test_a_fan_follows_a_fund_and_no_draft(site: SiteUnderTest) -> None:
    lin, _program = await a_desk(site)
    campaign, draft = await launched(lin), await a_draft(lin, name="Hidden")
    mei = await program_of(site, (await site.signed_up("Mei")).person)
    path = f"/campaigns/{public(campaign.id)}/follower"
    assert await mei.read(path) == {"follows": False}
    assert [await mei.do(path) for _ in range(2)] == [{"follows": True}] * 2 and await Follower.all().count() == 1
    assert await mei.do(f"{path}/removal") == await mei.do(f"{path}/removal") == {"follows": False}
    for hidden in (public(draft.id), public(new_id()), "0" * 13):
        assert code_of(await mei.post(f"/campaigns/{hidden}/follower")) == (404, "not_found")
    await Campaign.filter(id=campaign.id).update(state="failed")
    assert code_of(await mei.post(path)) == (409, "not_followable")


async def test_staff_pauses_resumes_and_ends_a_fund(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    campaign = await launched(lin)
    reviewer, admin = await staff(site), await staff(site, StaffRole.ADMIN, "Root")
    desk = f"/staff/campaigns/{public(campaign.id)}"
    assert code_of(await reviewer.post(f"{desk}/suspension", {"reason": "short"})) == (422, "invalid")
    assert (await reviewer.do(f"{desk}/suspension", WHY))["state"] == "suspended"
    assert code_of(await reviewer.post(f"{desk}/resumption", WHY)) == (403, "not_allowed")
    assert (await admin.do(f"{desk}/resumption", WHY))["state"] == "live"
    assert code_of(await admin.post(f"{desk}/resumption", WHY)) == (409, "move_refused")
    assert (await admin.do(f"{desk}/cancellation", WHY))["state"] == "cancelled"
    assert (await again(campaign)).state == "cancelled"
    lines = await admin.all(f"/staff/audit?subject=campaign:{public(campaign.id)}&limit=2")
    assert [(line["action"], line["by_name"], line["reason"]) for line in lines][:3] == [
        ("campaign_cancelled", "Root", WHY["reason"]), ("campaign_live", "Root", WHY["reason"]),
        ("campaign_suspended", "Ada", WHY["reason"]),
    ]  # fmt: skip
    assert lines[0]["before"] == {"state": "live"} and lines[0]["after"] == {"state": "cancelled"}
    assert code_of(await program.get("/staff/audit")) == (403, "scope_missing")


async def test_the_audit_is_narrowed_and_goes_on(site: SiteUnderTest) -> None:
    lin, _program = await a_desk(site)
    for number in range(5):
        await a_draft(lin, name=f"Film {number}", written=False)
    ada = await staff(site)
    made = await ada.all("/staff/audit?action=campaign_made&limit=2")
    assert [line["after"]["name"] for line in made] == [f"Film {number}" for number in (4, 3, 2, 1, 0)]
    assert {line["by"] for line in made} == {public(lin.id)}
    assert await ada.all("/staff/audit?by=Lin@example.com&action=campaign_made") == made
    assert await ada.all("/staff/audit?by=nobody@example.com") == []
    today = f"{clock.now():%Y-%m-%d}"
    assert len(await ada.all(f"/staff/audit?action=campaign_made&from={today}&to={today}")) == 5
    assert await ada.all("/staff/audit?from=2040-01-01") == []
    for query, code in (
        ("from=yesterday", "bad_from"), ("from=2040-13-01", "bad_from"), ("to=9999-12-31", "bad_to"), ("action=a%00b", "bad_action"),
        ("subject=campaign", "bad_subject"), ("by=%00", "bad_by"), ("limit=0", "bad_limit"), ("cursor=x", "bad_cursor"),
    ):  # fmt: skip
        assert code_of(await ada.get(f"/staff/audit?{query}")) == (400, code), query


async def test_the_inbox_counts_what_waits(site: SiteUnderTest) -> None:
    lin, _program = await a_desk(site)
    await submitted(lin)
    ada = await staff(site)
    counts = (await ada.read("/staff/inbox"))["counts"]
    assert (counts["campaigns"], counts["organisations"], counts["disputes"], counts["refunds"]) == (1, 0, 0, 0)


@pytest.mark.parametrize("state", ["draft", "submitted", "live"])
async def test_staff_sees_campaigns_in_every_state(site: SiteUnderTest, state: str) -> None:
    lin, _program = await a_desk(site)
    make = {"draft": a_draft, "submitted": submitted, "live": launched}[state]
    campaign = await make(lin)  # type: ignore[operator]
    ada = await staff(site)
    [found] = await ada.all(f"/staff/campaigns?state={state}")
    assert private(found["id"]) == campaign.id
    assert (await ada.read(f"/staff/campaigns/{found['id']}"))["story"] == STORY
    assert code_of(await ada.get("/staff/campaigns?state=nonsense")) == (400, "unknown_state")


async def test_pictures_of_a_story_and_of_a_tier(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    campaign = await a_draft(lin)
    path, png = f"/campaigns/{public(campaign.id)}", {"content-type": "image/png"}
    boat = [
        await program.post(f"{path}/pictures?alt=A+boat", key="boat", content=a_picture(), headers=png)
        for _ in range(3)
    ]
    assert {answer.status_code for answer in boat} == {201} and await Image.all().count() == 1
    picture = boat[0].json()
    assert (picture["alt"], picture["is_used"], picture["markdown"][:9]) == ("A boat", False, "![A boat]")
    another = await program.post(f"{path}/pictures?alt=Another", key="boat", content=a_picture(), headers=png)
    assert code_of(another) == (422, "key_used_for_another"), "its words are part of the wish"
    for alt in ("", "?alt=", "?alt=%20", f"?alt={'x' * 201}", "?alt=a%00b"):
        assert code_of(await program.post(f"{path}/pictures{alt}", key="k", content=a_picture(), headers=png)) == (
            400,
            "bad_alt",
        )
    await program.do(f"{path}/content", {"name": "River Moon", "story": f"{STORY}\n\n{picture['markdown']}"})
    assert [one["is_used"] for one in await program.all(f"{path}/pictures?limit=1")] == [True]
    removal = f"{path}/pictures/{picture['id']}/removal"
    assert code_of(await program.post(removal)) == (409, "picture_in_use")
    await program.do(f"{path}/content", {"name": "River Moon", "story": STORY})
    assert (await program.do(removal))["id"] == picture["id"] and await program.all(f"{path}/pictures") == []
    assert not images.path_of(picture["id"]).exists()

    tier = await Tier.get(campaign_id=campaign.id)
    shown = await program.make(
        f"{path}/tiers/{public(tier.id)}/picture?alt=Two+seats", content=a_picture(), headers=png
    )
    assert shown["picture_alt"] == "Two seats" and shown["picture_url"].endswith(".webp")
    bare = await program.do(f"{path}/tiers/{public(tier.id)}/picture/removal")
    assert (bare["picture_url"], bare["picture_alt"]) == (None, "")


async def test_a_refused_picture_leaves_no_file(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    campaign = await launched(lin)
    await Campaign.filter(id=campaign.id).update(state="failed")
    path, png = f"/campaigns/{public(campaign.id)}", {"content-type": "image/png"}
    answer = await program.post(f"{path}/pictures?alt=A+boat", key="boat", content=a_picture(), headers=png)
    assert code_of(answer) == (409, "not_editable")
    assert await Image.all().count() == 0 and not list(site.settings.uploads.rglob("*.webp"))


async def test_a_draft_is_taken_back_and_thrown_away(site: SiteUnderTest) -> None:
    lin, program = await a_desk(site)
    path = f"/campaigns/{public((await submitted(lin)).id)}"
    assert (await program.do(f"{path}/submission/withdrawal"))["state"] == "draft"
    assert code_of(await program.post(f"{path}/submission/withdrawal")) == (409, "move_refused")
    assert code_of(await program.post(f"{path}/removal")) == (409, "not_editable"), "it was handed in once"
    body = {"organisation": public(lin.organisation.id), "name": "Nothing", "currency": "EUR"}
    made = (await program.post("/campaigns", body, key="nothing")).json()
    assert await program.do(f"/campaigns/{made['id']}/removal") == {"id": made["id"], "name": "Nothing"}
    assert code_of(await program.get(f"/campaigns/{made['id']}/draft")) == (404, "not_found")
    assert code_of(await program.post("/campaigns", body, key="nothing")) == (404, "not_found"), (
        "its key made what is gone"
    )


async def test_staff_puts_funds_into_a_sale(site: SiteUnderTest) -> None:
    lin, _program = await a_desk(site)
    draft, live = await a_draft(lin), await launched(lin, name="Live")
    admin, reviewer = await staff(site, StaffRole.ADMIN, "Root"), await staff(site)
    wish = {"name": "Summer", "currency": "EUR", "amount_per_fan_max_minor": 100_00}
    made = [(await admin.post("/staff/sales", wish, key="summer")).json()["id"] for _ in range(2)]
    assert made[0] == made[1]
    path = f"/staff/sales/{made[0]}"
    assert code_of(await admin.post("/staff/sales", wish | {"amount_per_fan_max_minor": 1}, key="least")) == (
        422,
        "invalid",
    )
    assert code_of(await reviewer.post("/staff/sales", wish, key="r")) == (403, "not_allowed")
    joined = await admin.do(f"{path}/funds", {"campaign": public(draft.id)})
    assert joined["funds"] == [public(draft.id)] and await reviewer.all("/staff/sales") == [joined]
    assert code_of(await admin.post(f"{path}/funds", {"campaign": public(live.id)})) == (409, "fund_has_opened")
    assert code_of(await admin.post(f"{path}/funds/{public(live.id)}/removal")) == (404, "not_found")
    assert (await admin.do(f"{path}/funds/{public(draft.id)}/removal"))["funds"] == []
