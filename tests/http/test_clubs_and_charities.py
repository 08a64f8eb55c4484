"""What a club and a charity find on their desks: how they come here, what waits for them, what everybody reads of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.models import Campaign, CampaignEvent
from crowdfund.campaigns.recipients.models import Gift, Recipient
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.community.draws import actions as draws
from crowdfund.community.draws.actions import announce_draw
from crowdfund.community.draws.models import Draw
from crowdfund.community.draws.rules import NoDrawHere
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member, Organisation, Person, Role, StaffRole
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, OutcomeKind
from crowdfund.pledges.transfers.rules import AnotherPerson
from crowdfund.web.page_cache import forget_everything
from tests.bank import books_proven, close_now, fans_with, pass_time
from tests.http.campaign_world import STORY, a_reviewer, later
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.draw_world import terms
from tests.http.test_transfer_pages import PDF, a_backer, a_clubs_desk
from tests.transfers import a_charity, a_draft, a_recipient, file, opened
from tests.world import Fan, a_fan, again, pledged

ABOUT = "Two hundred children, eleven coaches, one pitch with a light that works."


async def test_a_club_comes_here_by_itself_and_is_told_where_to_mend_what_is_missing(site: SiteUnderTest) -> None:
    jens = await site.signed_up("Jens")
    await jens.get("/start")
    for words in ("Film studio", "Football club", "Charity, or another institution"):
        assert words in jens.text, words
    await jens.submit("/start", name="SC Hafen 1904", kind="club", country="DE", about="Fourth tier.")
    club = await Organisation.get(name="SC Hafen 1904")
    assert club.kind == "club" and "Academies and squads" in jens.text
    await jens.get(f"{club.desk_path}/campaigns/new")
    await jens.submit("Make the draft", kind="transfer", name="Bring Wesley home", currency="EUR")
    base = f"{club.desk_path}/campaigns/bring-wesley-home"
    await jens.submit(f"{base}/content", tagline="One more for the second half", story=STORY, closes_at=later(days=30))
    await jens.get(base)
    assert "You have to be verified before your fund can be reviewed." in jens.text and "studio" not in jens.text
    for place in ("/transfer", "/transfer#field-transfer_fee"):
        assert f'href="{base}{place}"' in jens.page.html, place
    await jens.get(f"{base}/transfer")
    await jens.submit(f"{base}/transfer", sub_type="named_target", transfer_fee="900000", window_zone="Europe/Berlin")
    await jens.get(base)
    for place in ("#field-player", "#field-window_closes", "#field-fallback", "#acceptance"):
        assert f'href="{base}/transfer{place}"' in jens.page.html, place
    await jens.get(f"{base}/transfer")
    for name in ("player", "window_closes", "fallback"):
        assert f'id="field-{name}"' in jens.page.html


async def test_an_institution_is_made_through_the_api_too(site: SiteUnderTest) -> None:
    hana = await site.signed_up("Hana")
    bearer = await site.token(hana.person, "organisations:write")
    body = {"kind": "institution", "name": "Goals for Girls", "country": "DE", "about": "Pitches and coaches."}
    made = await site.browser().client.post(
        "/api/v1/organisations", json=body, headers={**bearer, "idempotency-key": "one"}
    )
    assert (made.status_code, made.json()["kind"]) == (201, "institution"), made.text


async def held(site: SiteUnderTest, **more: object) -> tuple[SignedIn, Organisation, Campaign]:
    """A club's fund that has collected what it needs, from one backer."""
    jens, club = await a_clubs_desk(site)
    owner = Fan(jens.person.id, jens.person.email)
    campaign = await opened(await a_draft(club, owner, goal_minor=50_00, **more), owner)  # type: ignore[arg-type]
    return jens, club, campaign


async def test_what_was_agreed_is_read_by_everybody_with_its_paper(site: SiteUnderTest) -> None:
    jens, club, campaign = await held(site)
    _mei, mei_fan = await a_backer(site, "Mei")
    await pledged(mei_fan, campaign, amount_minor=50_00)
    await close_now(campaign)
    base = f"{club.desk_path}/campaigns/{campaign.slug}"
    await jens.get(base)
    assert "The money waits for the deal. Say how it ended by" in jens.text and "Collected €50" in jens.text
    await jens.get(club.desk_path)
    assert "Bring Wesley home: the money waits for the deal." in jens.text
    visitor = site.browser()
    assert (await visitor.get(f"{campaign.path}/deal/paper")).status_code == 404, "there is none yet"
    await jens.get(f"{base}/outcome")
    words = "Both boards have signed: 50 euro, in two rates."
    await jens.submit("Tell my backers", words=words, files={"document": ("boards.pdf", PDF, "application/pdf")})
    assert words in jens.text
    await pass_time(minutes=1)
    [told] = [mail for mail in await site.mails_to(mei_fan.email) if "The clubs agree" in mail.subject]
    assert words in told.text_body
    forget_everything()
    await visitor.get(campaign.path)
    assert words in visitor.text and "boards.pdf" in visitor.text
    paper = await visitor.get(f"{campaign.path}/deal/paper")
    assert (paper.content, "attachment" in paper.headers["content-disposition"]) == (PDF, True)
    told_by_api = (await site.browser().client.get(f"/api/v1/campaigns/{public(campaign.id)}/outcome")).json()["deal"]
    assert told_by_api["words"] == words and told_by_api["paper_url"].endswith("/deal/paper")
    await visitor.get(f"/studios/{club.slug}")
    assert "Waiting for the deal" in visitor.text and "Bring Wesley home" in visitor.text
    assert "Studio" not in visitor.text.split("Rot-Weiss Hafen")[0]
    await books_proven()


@pytest.mark.landing
async def test_who_was_given_money_is_asked_what_became_of_it(site: SiteUnderTest) -> None:
    jens, club, campaign = await held(site)
    academy_of = await Recipient.get(organisation_id=club.id)
    charity = await a_charity("Goals for Girls")
    await Organisation.filter(id=charity.organisation_id).update(kind="institution")
    institution = await Organisation.get(id=charity.organisation_id)
    hana = await site.signed_up("Hana")
    await _joins(institution, hana.person)
    fans = await fans_with("instant", "instant", "instant")  # the third one's money bears what the cards cost
    made = [await pledged(fan, campaign, amount_minor=25_00) for fan in fans]
    await close_now(campaign)
    await file(campaign, OutcomeKind.COLLAPSED, by=Fan(jens.person.id, jens.person.email))
    await pass_time(hours=72)
    await choose(made[0].id, Choice.FALLBACK, person_id=fans[0].id)
    await choose(made[2].id, Choice.NEXT, person_id=fans[2].id)
    await choose(made[1].id, Choice.CHARITY, charity_id=charity.id, person_id=fans[1].id)
    await pass_time(days=14)
    await pass_time(days=2)
    assert (await again(campaign)).state == "closed"
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "To whom it was given Young Hafen Tells what became of it by" in visitor.text
    assert "Goals for Girls" in visitor.text
    await visitor.get(f"/studios/{club.slug}")
    assert "The deal fell through" in visitor.text and "0 of 1" in visitor.text, (
        "a fund that ended, and did not make it"
    )
    await hana.get(institution.desk_path)
    assert "Goals for Girls was given money: tell its backers by" in hana.text
    await hana.get(f"{institution.desk_path}/recipients")
    assert "What you are given" in hana.text and "Tell what became of a gift by" in hana.text
    assert "Another one" not in hana.text, "an institution has no academy"
    due = (await Gift.get(recipient_id=academy_of.id)).report_by
    assert due is not None
    assert not [mail for mail in await site.mails_to(jens.person.email) if "what became of a gift" in mail.subject]
    await pass_time(seconds=(due - timedelta(days=7) - clock.now()).total_seconds() + 60)
    [asked] = [mail for mail in await site.mails_to(jens.person.email) if "what became of a gift" in mail.subject]
    assert f"{club.desk_path}/recipients/{academy_of.slug}" in asked.text_body
    await hana.get(f"{institution.desk_path}/recipients/{charity.slug}")
    await hana.submit("Publish", body="Two goals and a box of balls; nothing is left of it.")
    assert "Published." in hana.text
    await pass_time(seconds=(due - clock.now()).total_seconds() + 60)
    late = [m.subject for m in await site.mails_to(jens.person.email) if "owes word of a gift" in m.subject]
    assert late == ["Young Hafen owes word of a gift, and all can see that"]
    assert not [m for m in await site.mails_to(hana.person.email) if "owes word" in m.subject], "she has told"
    forget_everything()
    await visitor.get(campaign.path)
    assert "Young Hafen Owes word of it since" in visitor.text
    assert "Goals for Girls Told what became of it" in visitor.text
    ada = await a_reviewer(site, StaffRole.ADMIN)
    await ada.get("/staff")
    assert "Young Hafen owes word of what Bring Wesley home gave since" in ada.text
    assert "Goals for Girls owes word" not in ada.text
    await jens.get(club.desk_path)
    assert "Young Hafen owes word of what it was given since" in jens.text
    await books_proven()


@atomic
async def _joins(organisation: Organisation, person: Person) -> None:
    facts = {"organisation_id": organisation.id, "person_id": person.id, "role": Role.OWNER, "made_at": clock.now()}
    await Member.create(id=new_id(), **facts)


async def test_taking_a_charity_off_the_list_needs_a_reason_and_keeps_what_was_typed(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    first, second = await a_charity("Goals for Girls"), await a_charity("Boots for Boys")
    await ada.get("/staff/charities")
    await ada.submit(f"/staff/charities/{first.slug}/offer", because="Gone.")
    assert ada.status == 422 and "Please write at least 10 characters." in ada.text
    assert ada.page.html.count(">\nGone.</textarea>") == 1
    assert f'id="because-{first.slug}"' in ada.page.html.split(">\nGone.</textarea>")[0].rsplit("<textarea", 1)[1]
    await ada.submit(f"/staff/charities/{first.slug}/offer", because="It was dissolved in spring.")
    assert "It is off the list." in ada.text
    assert [(await Recipient.get(id=one.id)).state for one in (first, second)] == ["withdrawn", "offered"]
    await ada.submit(f"/staff/charities/{first.slug}/offer", because="That was another one.")
    assert "It is on the list again." in ada.text


# --- meetings with the player ---


async def test_backers_of_a_transfer_meet_the_player_once_he_has_come(site: SiteUnderTest) -> None:
    jens, _club, campaign = await held(site)
    for fan in await fans_with("instant", "instant"):
        await pledged(fan, campaign, amount_minor=25_00)
    await close_now(campaign)
    draw = await draws.make_draw(campaign.id, terms(title="Train with Wesley"), by=jens.person.id)
    await announce_draw(draw.id, by=jens.person.id)
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=Fan(jens.person.id, jens.person.email))
    await outcomes.check_evidence(outcome_id, "seen in the register", by=(await a_fan("Ada")).id)
    await pass_time(hours=72)
    await outcomes.release(outcome_id, "seen in the register, too", by=(await a_fan("Grace")).id)
    assert (await again(campaign)).state == "released"
    another = await draws.make_draw(campaign.id, terms(title="Lunch with Wesley"), by=jens.person.id)
    await announce_draw(another.id, by=jens.person.id)
    assert (await Draw.get(id=another.id)).state == "announced"
    await books_proven()


@pytest.mark.parametrize("closes", [1, 60])
async def test_where_the_deal_fell_through_nobody_meets_him(site: SiteUnderTest, closes: int) -> None:
    jens, _club, campaign = await held(site)
    fans = await fans_with("instant", "instant")
    for fan in fans:
        await pledged(fan, campaign, amount_minor=25_00)
    await close_now(campaign)
    moments = {
        name: clock.now() + timedelta(days=closes + days) for name, days in (("closes_at", 0), ("answer_by", 30))
    }
    known = {"public_what": "the closing DAX", "public_at": moments["closes_at"] + timedelta(days=20)}
    happens = {"happens_at": moments["answer_by"] + timedelta(days=9)}
    draw = await draws.make_draw(campaign.id, terms(**moments, **known, **happens), by=jens.person.id)
    await announce_draw(draw.id, by=jens.person.id)
    for fan in fans:
        await draws.enter(draw.id, person_id=fan.id)
    await file(campaign, OutcomeKind.COLLAPSED, by=Fan(jens.person.id, jens.person.email))
    await pass_time(hours=71)
    assert (await Draw.get(id=draw.id)).state == ("closed" if closes == 1 else "announced"), "it may still be otherwise"
    await pass_time(hours=2)
    assert ((await again(campaign)).state, (await Draw.get(id=draw.id)).state) == ("electing", "cancelled")
    with pytest.raises(NoDrawHere):
        await draws.make_draw(campaign.id, terms(), by=jens.person.id)
    assert await CampaignEvent.filter(campaign_id=campaign.id, to_state="electing").count() == 1
    await books_proven()


async def test_an_academy_that_is_not_of_the_club_is_not_its_to_report(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    foreign = await a_recipient((await a_charity()).organisation_id, name="Somebody else's")
    await jens.get(f"{club.desk_path}/recipients/{foreign.slug}")
    assert jens.status == 404


async def test_the_reviewer_is_warned_of_a_perk_that_reads_like_a_share(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    campaign = await a_draft(club, Fan(jens.person.id, jens.person.email))
    for name, words in (("A scarf", "Knitted by the women's team."), ("Gold", "You get 5 % of his resale.")):
        await add_tier(
            campaign.id, TierContent(name=name, description=words, price_minor=40_00, size=None), by=jens.person.id
        )
    await campaigns.submit(campaign.id, by=jens.person.id)
    ada = await a_reviewer(site)
    await ada.get(f"/staff{campaign.path}")
    assert "no perk may be a return, a resale share or a say in transfers" in ada.text
    assert "Gold : This reads like a share in a later sale." in ada.text and "A scarf :" not in ada.text


async def test_who_belongs_to_the_club_confirms_nothing_for_the_platform(site: SiteUnderTest) -> None:
    jens, club, campaign = await held(site)
    [fan] = await fans_with("instant")
    await pledged(fan, campaign, amount_minor=50_00)
    await close_now(campaign)
    outcome_id = await file(campaign, OutcomeKind.SIGNED, by=Fan(jens.person.id, jens.person.email))
    ada, grace = await a_reviewer(site, StaffRole.ADMIN), await a_reviewer(site, StaffRole.ADMIN, "Grace")
    await _joins(club, ada.person)
    with pytest.raises(AnotherPerson, match="You belong to this club"):
        await outcomes.check_evidence(outcome_id, "seen in the register", by=ada.person.id)
    await outcomes.check_evidence(outcome_id, "seen in the register", by=grace.person.id)
    await pass_time(hours=72)
    with pytest.raises(AnotherPerson, match="You belong to this club"):
        await outcomes.release(outcome_id, "seen in the register", by=ada.person.id)
    assert (await again(campaign)).state == "registered"
    await books_proven()


async def test_backers_read_why_an_outcome_was_withdrawn(site: SiteUnderTest) -> None:
    jens, _club, campaign = await held(site)
    [fan] = await fans_with("instant")
    await pledged(fan, campaign, amount_minor=50_00)
    await close_now(campaign)
    await file(campaign, OutcomeKind.COLLAPSED, by=Fan(jens.person.id, jens.person.email))
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert "How it is said to have ended" in visitor.text, "three days in which backers may object"
    ada = await a_reviewer(site, StaffRole.ADMIN)
    await ada.get(f"/staff/transfers/{campaign.slug}")
    await ada.submit("It was not so: withdraw it", because="The league has told us that he passed his medical.")
    assert "Withdrawn: the money waits for a deal again." in ada.text
    await pass_time(minutes=1)
    [told] = [mail for mail in await site.mails_to(fan.email) if "it was not so" in mail.subject]
    assert "The league has told us that he passed his medical." in told.text_body
    await books_proven()


async def test_a_pledge_is_raised_up_to_the_cap_and_a_full_fund_says_so(site: SiteUnderTest) -> None:
    jens, club = await a_clubs_desk(site)
    owner = Fan(jens.person.id, jens.person.email)
    campaign = await opened(await a_draft(club, owner, goal_minor=100_00, cap_minor=120_00), owner)
    [other] = await fans_with("ok")
    await pledged(other, campaign, amount_minor=80_00)
    mei, mei_fan = await a_backer(site, "Mei")
    made = await pledged(mei_fan, campaign, amount_minor=30_00)
    path = f"/pledges/{public(made.id)}/amendment"
    await mei.get(path)
    await mei.submit(path, amount="45.00")
    assert mei.status == 409 and "This fund takes only €10.00 more." in mei.text and 'value="45.00"' in mei.page.html
    forget_everything()
    visitor = site.browser()
    await visitor.get(campaign.path)
    assert f"{campaign.path}/pledges/new" in visitor.page.html and "It has all it takes." not in visitor.text
    await mei.submit(path, amount="40.00")
    assert (await again(campaign)).promised_minor == 120_00
    forget_everything()
    await visitor.get(campaign.path)
    assert f"{campaign.path}/pledges/new" not in visitor.page.html and "It has all it takes." in visitor.text
