"""What one person can't do to the others: name who wishes to be nobody, change what was promised, or send more than a site holds."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.community.talk import moderation
from crowdfund.community.talk.rules import FOLD_AFTER
from crowdfund.database import Sql, as_rows, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Document, Member, Person, Role
from crowdfund.people.pages.papers import take_document
from crowdfund.pledges.milestones import releases
from crowdfund.refusal import Refusal
from crowdfund.web.page_cache import forget_everything
from crowdfund.web.rate_limit import TooMany
from crowdfund.web.routes import Route
from tests.bank import close_now, fans_with
from tests.http.conftest import SiteUnderTest
from tests.http.program import code_of, program_of
from tests.http.talk_world import a_talk_world, said
from tests.http.test_transfer_pages import PDF, a_clubs_desk
from tests.milestones import a_film_draft, a_film_studio, asked_for, opened
from tests.polls import unconfirm
from tests.transfers import a_charity, a_document, a_draft, a_recipient
from tests.transfers import opened as opened_transfer
from tests.world import Fan, a_fan, pledged

pytestmark = pytest.mark.pages

NOT_SO = "No scene was shot on the river this year."
_OBJECTIONS = Sql("""
    INSERT INTO release_objection (id, request_id, person_id, text, made_at)
    SELECT CAST(value->>'id' AS BIGINT), $2, CAST(value->>'person' AS BIGINT), value->>'text', 1 FROM {rows}""")


# --- backers who object ---


async def test_who_backs_without_her_name_objects_without_it(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio, owner = await a_film_studio(Fan(lin.person.id, lin.person.email))
    campaign = await opened(await a_film_draft(studio, owner), owner)
    for fan, name in zip(await fans_with(*["instant"] * 4), ("Nora Hidden", "Paula Seen", "Ann", "Kim"), strict=True):
        await Person.filter(id=fan.id).update(name=name)
        await pledged(fan, campaign, amount_minor=25_00, shown_as="nobody" if name == "Nora Hidden" else "name")
    assert (await close_now(campaign)).state == "funded"
    _milestone, request_id = await asked_for(campaign, owner)
    for name in ("Nora Hidden", "Paula Seen"):
        await releases.object_to(request_id, f"{NOT_SO} {name[-4:]}", by=(await Person.get(name=name)).id)
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "Paula Seen" in visitor.text and visitor.text.count(NOT_SO) == 2
    assert "Nora Hidden" not in visitor.text
    await lin.get(f"{studio.desk_path}/campaigns/{campaign.slug}/milestones")
    assert "Paula Seen" in lin.text and "Nora Hidden" not in lin.text


async def test_thousands_who_object_are_counted_and_not_all_on_one_page(site: SiteUnderTest) -> None:
    lin = await site.signed_up("Lin")
    studio, owner = await a_film_studio(Fan(lin.person.id, lin.person.email))
    campaign = await opened(await a_film_draft(studio, owner), owner)
    for fan in await fans_with("instant", "instant"):
        await pledged(fan, campaign, amount_minor=50_00)
    await close_now(campaign)
    _milestone, request_id = await asked_for(campaign, owner)
    rows = [{"id": new_id(), "person": (await a_fan()).id, "text": f"{NOT_SO} {n}."} for n in range(300)]
    await atomic(_OBJECTIONS.__call__)(as_rows(rows), request_id)
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "300 objections" in visitor.text and 0 < visitor.text.count(NOT_SO) <= 100
    await lin.get(f"{studio.desk_path}/campaigns/{campaign.slug}/milestones")
    assert "300 objections" in lin.text and 0 < lin.text.count(NOT_SO) <= 100
    answer = await site.browser().client.get(f"/api/v1/campaigns/{public(campaign.id)}/milestones")
    asked = [request for one in answer.json()["milestones"] for request in one["requests"]]
    assert [(one["objections"], one["open_objections"]) for one in asked] == [(300, 300)]


# --- what was promised ---


async def test_an_academy_that_was_announced_stays_what_it_was(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    owner, academy = Fan(jens.person.id, jens.person.email), await a_recipient(club.id, name="Young Hafen")
    draft = await a_draft(club, owner, fallback=academy)
    path = f"{club.desk_path}/recipients/{academy.slug}"
    await jens.get(path)
    about = "Where two hundred boys and girls of the quarter learn to play."
    await jens.submit("Save", name="Young Hafen", about=about, report_days="90")
    assert "Saved." in jens.text
    await opened_transfer(draft, owner)
    for changed in (
        {"name": "First team bonuses"}, {"about": "What the first team gets where it wins a match at home."}, {"report_days": "365"},
    ):  # fmt: skip
        await jens.get(path)
        await jens.submit("Save", **{"name": "Young Hafen", "about": about, "report_days": "90", **changed})
        assert jens.status in (409, 422), changed
    lin = await program_of(site, jens.person)
    answer = await lin.post(
        f"/recipients/{public(academy.id)}", {"name": "First team bonuses", "about": about, "report_days": 90}
    )
    assert code_of(answer)[0] in (409, 422)
    await jens.get(path)
    await jens.submit("Save", name="Young Hafen", about=about, report_days="60")
    assert "Saved." in jens.text
    now = await Recipient.get(id=academy.id)
    assert (now.name, now.about, now.report_days) == ("Young Hafen", about, 60)


async def test_a_charity_on_the_list_stays_what_staff_put_there(site: SiteUnderTest) -> None:
    charity = await a_charity("Football for All")
    rosa = await site.signed_up("Rosa")
    await atomic(Member.create)(
        id=new_id(),
        organisation_id=charity.organisation_id,
        person_id=rosa.person.id,
        role=Role.OWNER,
        made_at=clock.now(),
    )
    program = await program_of(site, rosa.person)
    body = {
        "name": "Rosa's holidays",
        "about": "Two weeks at the sea, each year, with all that is needed.",
        "report_days": 90,
    }
    assert code_of(await program.post(f"/recipients/{public(charity.id)}", body))[0] in (409, 422)
    assert (await Recipient.get(id=charity.id)).name == "Football for All"


# --- papers ---


async def test_a_paper_that_would_fill_the_memory_is_none(site: SiteUnderTest) -> None:
    owner = await a_fan()
    sent = BytesIO()
    Image.new("1", (9_000, 9_000)).save(sent, "PNG")
    assert len(sent.getvalue()) < 100_000
    with pytest.raises(Refusal):
        await take_document((sent.getvalue(), "plan.png"), by=owner.id)
    assert await Document.all().count() == 0


async def test_nobody_fills_the_disk_with_papers(site: SiteUnderTest) -> None:
    owner, other = await a_fan(), await a_fan()
    with pytest.raises(TooMany):
        for _ in range(200):
            await take_document((PDF, "paper.pdf"), by=owner.id)
    assert await Document.all().count() == 120
    await take_document((PDF, "paper.pdf"), by=other.id)


# --- talk ---


async def test_accounts_without_a_mailbox_fold_nothing(site: SiteUnderTest) -> None:
    world = await a_talk_world(site)
    comment = await said(world, world.mei, "Who paid for the boat?")
    for _ in range(FOLD_AFTER):
        sock = await a_fan("Sock")
        await unconfirm(sock)
        await moderation.report(comment.id, "spam", "", by=sock.id)
    visitor = site.browser()
    await visitor.get(world.talk)
    assert "Who paid for the boat?" in visitor.text and "have reported this" not in visitor.text
    await world.ada.get("/staff")
    assert "Who paid for the boat?" in world.ada.text, "staff look at it all the same"


# --- how often ---


def test_whatever_everybody_may_ask_of_the_api_has_a_limit() -> None:
    open_to_all = [
        one for one in ROUTES if isinstance(one, Route) and one.path.startswith("/api/v1/") and one.method == "GET"
    ]
    unlimited = [one.name for one in open_to_all if one.policy.name == "public" and one.limit is None]
    assert [name for name in unlimited if not name.endswith(("/openapi.json", "/terms"))] == [], (
        "these two are the same for all"
    )


async def test_nobody_mails_all_backers_again_and_again(site: SiteUnderTest) -> None:
    """Asking for a milestone and taking it back is a mail to every backer each time; so is a report on a gift to who gave."""
    lin = await site.signed_up("Lin")
    studio, owner = await a_film_studio(Fan(lin.person.id, lin.person.email))
    campaign = await opened(await a_film_draft(studio, owner), owner)
    await pledged((await fans_with("instant"))[0], campaign, amount_minor=100_00)
    await close_now(campaign)
    await asked_for(campaign, owner)
    program, told = await program_of(site, lin.person), 0
    path = f"/campaigns/{public(campaign.id)}/release-requests"
    milestone = await Milestone.get(campaign_id=campaign.id, state="requested")
    for number in range(20):
        await program.do(f"/milestones/{public(milestone.id)}/withdrawal", {"because": "It was the wrong paper."})
        wish = {"words": "All scenes are shot.", "documents": [public(await a_document(owner.id))]}
        answer = await program.post(path, wish, key=f"again-{number}")
        if answer.status_code == 429:
            break
        told += 1
    assert told == 6 and answer.headers["retry-after"]
    routes = {one.name: one.limit for one in ROUTES if isinstance(one, Route) and one.path.endswith("/reports")}
    assert {limit.name for name, limit in routes.items() if limit and name.startswith("POST")} == {
        "report_use",
        "report_listing",
    }


# --- what no calendar has ---


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "0001-01-01T00:00", "9998-01-01T00:00"])
async def test_a_window_at_the_end_of_time_is_refused(site: SiteUnderTest, at: str) -> None:
    jens, club = await a_clubs_desk(site)
    draft = await a_draft(club, Fan(jens.person.id, jens.person.email))
    program = await program_of(site, jens.person)
    for zone in ("America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "UTC"):
        body = {
            "sub_type": "named_target",
            "stack": {"transfer_fee_minor": 100_00},
            "window_closes": at,
            "window_zone": zone,
        }
        answer = await program.post(f"/campaigns/{public(draft.id)}/transfer", body)
        assert answer.status_code == 422, (zone, answer.text)
