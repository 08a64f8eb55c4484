"""Draws on their pages, in the hands of makers, backers and strangers; and what no page tells before its time."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import queries
from crowdfund.community.draws.actions import announce_draw, enter
from crowdfund.community.draws.models import Draw, DrawEntry, DrawSeed, DrawWinner
from crowdfund.community.draws.winners import confirm
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member, Person, StaffRole
from crowdfund.web.routes import Route
from crowdfund.worker import work_until_idle
from tests.http.browser import Browser
from tests.http.campaign_world import Producer, a_producer
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.draw_world import (
    YES,
    a_backer,
    a_drafted_draw,
    a_draw,
    again,
    entrants,
    pass_to,
    ranked,
    with_a_number,
    worked,
)
from tests.http.program import program_of
from tests.world import Fan, a_campaign, a_card, a_tier, pledged

pytestmark = pytest.mark.pages


@pytest.fixture
async def lin(site: SiteUnderTest) -> Producer:
    return await a_producer(site)


async def a_fund(lin: Producer, **more: Any) -> Campaign:
    return await a_campaign(studio_id=lin.organisation.id, **more)


async def a_fan_of(site: SiteUnderTest, campaign: Campaign, name: str = "Mei") -> SignedIn:
    """A backer in a browser of her own."""
    browser = await site.signed_up(name)
    fan = Fan(browser.person.id, browser.person.email)
    await a_card(fan)
    await pledged(fan, campaign)
    return browser


async def signed_in(site: SiteUnderTest, person_id: int) -> SignedIn:
    return await site.signed_in(await Person.get(id=person_id))


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def typed(**more: Any) -> dict[str, Any]:
    now = clock.now()
    fields = {
        "title": "A day on the boat", "about": "You come aboard while we shoot.", "place": "The left bank", "travel": "By bus.",
        "included": "Lunch.\nBoots.", "not_included": "", "happens_at": moment(now + timedelta(days=30)), "places": "2",
        "persons_each": "1", "reserves": "2", "entries_min": "3", "capacity": "4", "capacity_by": "Wei, who runs the boat",
        "closes_at": moment(now + timedelta(days=7)), "public_what": "the closing DAX", "answer_by": moment(now + timedelta(days=14)),
        "public_at": moment(now + timedelta(days=8)),
    }  # fmt: skip
    return {**fields, **more}


# --- the makers ---


async def test_a_draw_is_written_announced_and_drawn_at_the_desk(site: SiteUnderTest, lin: Producer) -> None:
    campaign, desk = await a_fund(lin), lin.browser
    base = f"{lin.base(campaign)}/draws"
    await desk.get(base)
    assert "No draw yet" in desk.text
    await desk.get(f"{base}/new")
    await desk.submit(base, **typed(capacity="", entries_min="1"))
    assert desk.status == 422 and "with fewer than 2 it can't be held" in desk.text
    assert desk.form(base).fields["place"] == ["The left bank"], "what was typed stays"
    await desk.submit(base, **typed(capacity=""))
    assert "The draft is there" in desk.text and "Say how many people the place holds." in desk.text
    draw = await Draw.all().first()
    assert draw is not None
    one = f"{base}/{public(draw.id)}"
    await desk.submit(f"{one}/content", **typed(capacity="1"))
    assert "The place holds 1, and the winners would be 2." in desk.text
    assert not any(form.action.endswith("/announcement") for form in desk.page.forms)
    await desk.submit(f"{one}/content", **typed())
    await desk.submit(f"{one}/announcement")
    assert desk.status == 422 and "Tick the box" in desk.text and (await again(draw)).state == "draft"
    await desk.submit(f"{one}/announcement", sure="yes")
    draw = await again(draw)
    assert "Announced: backers can take part" in desk.text and draw.state == "announced"

    await entrants(draw, campaign, 5)
    await desk.get(one)
    assert "Draw the winners" not in desk.text, "it is not known yet"
    pass_to(draw.public_at)
    await worked()
    await desk.get(lin.base(campaign))
    assert "“A day on the boat” waits to be drawn" in desk.text and desk.page.links["Draw it"] == one
    await desk.get(one)
    await desk.submit(f"{one}/result", public_value="16843", public_value_again="16834", public_source="the exchange")
    assert desk.status == 422 and "These two are not the same" in desk.text
    await desk.submit(f"{one}/result", public_value="16843", public_value_again="16843", public_source="the exchange")
    assert "Drawn. Winners hear of it by mail." in desk.text and desk.text.count("Asked") == 2
    first, second, *_ = await ranked(draw)
    await confirm(draw.id, person_id=first, contact_name="Mei Tanaka", contact="+81 3 1234", note="No nuts.")
    await desk.get(one)
    assert all(words in desk.text for words in ("Mei Tanaka", "+81 3 1234", "No nuts."))
    assert (await Person.get(id=second)).email not in desk.response.text, (
        "who has not said that she comes stays unknown"
    )


async def test_a_form_sent_twice_makes_one_draw(lin: Producer) -> None:
    campaign, desk = await a_fund(lin), lin.browser
    base = f"{lin.base(campaign)}/draws"
    await desk.get(f"{base}/new")
    sent = {"csrf": desk.form(base).fields["csrf"], "key": desk.form(base).fields["key"], **typed()}
    for _ in range(2):
        await desk.post(base, sent)
        assert "The draft is there" in desk.text
    assert await Draw.all().count() == 1
    await desk.post(base, sent | {"title": "Another day"})
    assert desk.status == 422 and "You sent this form before with other words" in desk.text


async def test_it_is_drawn_by_the_button_where_no_number_is_awaited_and_again_it_is_only_told(lin: Producer) -> None:
    campaign, desk = await a_fund(lin), lin.browser
    draw = await a_draw(campaign, by=lin.id)
    await entrants(draw, campaign, 3)
    pass_to(draw.closes_at)
    one = f"{lin.base(campaign)}/draws/{public(draw.id)}"
    await desk.get(one)
    csrf = desk.form(f"{one}/result").fields["csrf"]
    await desk.submit(f"{one}/result")
    assert "Drawn. Winners hear of it by mail." in desk.text
    seed = (await again(draw)).seed
    await desk.post(f"{one}/result", {"csrf": csrf})
    assert "It was drawn already, once and for all." in desk.text and (await again(draw)).seed == seed


async def test_pressing_too_early_or_too_late_is_a_sentence(lin: Producer) -> None:
    campaign, desk = await a_fund(lin), lin.browser
    draw = await a_draw(campaign, by=lin.id)
    one = f"{lin.base(campaign)}/draws/{public(draw.id)}"
    await desk.get(f"{one}/cancellation")
    csrf = desk.form(f"{one}/cancellation").fields["csrf"]
    await desk.post(f"{one}/result", {"csrf": csrf})
    assert desk.path == one and "It can't be drawn yet" in desk.text
    pass_to(draw.closes_at)
    await desk.post(f"{one}/result", {"csrf": csrf})
    assert desk.path == one and "This draw has ended without a result." in desk.text, "nobody entered"
    await desk.post(f"{one}/announcement", {"csrf": csrf, "sure": "yes"})
    assert "It is announced already." in desk.text
    await desk.get(f"{one}/cancellation")
    assert "It can't be called off now." in desk.text
    await desk.post(f"{one}/deletion", {"csrf": csrf})
    assert "what it says is promised and stays" in desk.text


async def test_it_is_called_off_and_everybody_reads_why(site: SiteUnderTest, lin: Producer) -> None:
    campaign, desk = await a_fund(lin), lin.browser
    draw = await a_draw(campaign, by=lin.id)
    one = f"{lin.base(campaign)}/draws/{public(draw.id)}"
    await desk.get(f"{one}/cancellation")
    await desk.submit(f"{one}/cancellation", reason="too short", sure="yes")
    assert desk.status == 422
    await desk.submit(f"{one}/cancellation", reason="The boat has sunk, sadly", sure="yes")
    assert "Called off. Everybody who took part hears why." in desk.text
    visitor = site.browser()
    await visitor.get(draw.path)
    assert "The boat has sunk, sadly." in visitor.text and "Take part" not in visitor.text
    assert "It stays secret: nothing was drawn." in visitor.text


async def test_who_only_looks_reads_no_contact_and_changes_nothing(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id)
    await entrants(draw, campaign, 3)
    pass_to(draw.closes_at)
    await worked()
    first, *_ = await ranked(draw)
    await confirm(draw.id, person_id=first, **YES)
    vera = await site.signed_up("Vera")
    await atomic(Member.create)(
        id=new_id(), organisation_id=lin.organisation.id, person_id=vera.person.id, role="viewer", made_at=clock.now()
    )
    one = f"{lin.base(campaign)}/draws/{public(draw.id)}"
    await vera.get(one)
    assert vera.status == 200 and "Comes" in vera.text and YES["contact"] not in vera.response.text
    assert [form.action for form in vera.page.forms if "/draws/" in form.action] == []


async def test_a_draw_of_another_fund_or_a_draft_is_none(site: SiteUnderTest, lin: Producer) -> None:
    campaign, other = await a_fund(lin), await a_fund(lin)
    draft = await a_drafted_draw(campaign, by=lin.id)
    await lin.browser.get(f"{lin.base(other)}/draws/{public(draft.id)}")
    assert lin.browser.status == 404
    visitor = site.browser()
    for path in ("", "/entries.txt", "/draw.json", "/verification"):
        await visitor.get(f"{draft.path}{path}")
        assert visitor.status == 404 and "There is no such draw." in visitor.text
    await visitor.get(campaign.path)
    assert "Draws among backers" not in visitor.text


async def test_a_draw_among_the_takers_of_a_tier(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    tier = await a_tier(campaign)
    base = f"{lin.base(campaign)}/draws"
    await lin.browser.get(f"{base}/new")
    await lin.browser.submit(base, **typed(tiers=[public(tier)]))
    draw = await Draw.all().first()
    assert draw is not None and [one.id for one in await queries.tiers_of(draw)] == [tier]
    await lin.browser.submit(f"{base}/{public(draw.id)}/content", **typed(title="Two days", tiers=[public(tier)]))
    assert lin.browser.form(f"{base}/{public(draw.id)}/content").fields["tiers"] == [public(tier)]
    await announce_draw(draw.id, by=lin.id)
    mei = await a_fan_of(site, campaign)
    await mei.get(draw.path)
    assert "For backers who took Two seats." in mei.text
    assert [form for form in mei.page.forms if form.action.startswith("/draws/")] == []
    await lin.browser.get(f"{base}/new")
    await lin.browser.submit(base, **typed(tiers=["no-such"]))
    assert lin.browser.status == 422 and "Please choose one of these." in lin.browser.text


# --- backers ---


async def test_a_backer_takes_part_wins_and_says_that_she_comes(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id, places=1, entries_min=1, reserves=0)
    mei = await a_fan_of(site, campaign)
    await mei.get(campaign.path)
    await mei.get(mei.page.links["A day on the boat"])
    assert "Taking part is free, and you need not." in mei.text
    await mei.submit(f"{draw.path}/entry")
    entry = (await DrawEntry.get(draw_id=draw.id)).entry
    assert "You take part. Good luck." in mei.text and entry in mei.text
    await mei.submit(f"{draw.path}/entry/removal")
    assert "You don't take part any more." in mei.text and entry not in mei.text
    await mei.submit(f"{draw.path}/entry")
    await mei.get(campaign.path)
    assert "You take part" in mei.text
    pass_to(draw.closes_at)
    await mei.get(draw.path)
    assert "The draw has closed" in mei.text and "Take part" not in mei.text.replace("You take part", "")
    await work_until_idle()
    await mei.get(draw.path)
    assert "You won a place" in mei.text and "yours" in mei.text
    mail = (await site.mails_to(mei.person.email))[0]
    assert mail.subject == "You won: A day on the boat" and f"{draw.path}/answer" in mail.text_body
    await mei.get(f"{draw.path}/answer")
    assert mei.form(f"{draw.path}/acceptance").fields["contact"] == [""], "she says how, not we"
    await mei.submit(f"{draw.path}/acceptance", contact="", note="No nuts.")
    assert mei.status == 422 and mei.form(f"{draw.path}/acceptance").fields["note"] == ["No nuts."]
    await mei.submit(f"{draw.path}/acceptance", contact="+81 3 1234", show_name="yes")
    assert "They look forward to you." in mei.text and "You come" in mei.text
    visitor = site.browser()
    await visitor.get(draw.path)
    assert "Comes Mei" in visitor.text and "+81 3 1234" not in visitor.response.text
    await mei.get(f"{draw.path}/answer")
    await mei.submit(f"{draw.path}/refusal")
    assert "the next in line is asked" in mei.text and "You can't come" in mei.text
    await visitor.get(draw.path)
    assert "Mei" not in visitor.text.replace("River Moon", ""), "her name goes with her"


async def test_nobody_is_named_without_her_word(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id)
    fans = [await a_backer(campaign, name) for name in ("Anneliese", "Bartholomew", "Cunegonde")]
    for fan in fans:
        await enter(draw.id, person_id=fan.id)
    pass_to(draw.closes_at)
    await worked()
    first, *_ = await ranked(draw)
    await confirm(draw.id, person_id=first, **YES)
    visitor = site.browser()
    for path in ("", "/draw.json", "/entries.txt", "/verification"):
        await visitor.get(f"{draw.path}{path}")
        assert visitor.status == 200
        for name in ("Anneliese", "Bartholomew", "Cunegonde", "mei@example.com"):
            assert name not in visitor.response.text
        assert all(
            str(fan.id) not in visitor.response.text and public(fan.id) not in visitor.response.text for fan in fans
        )


async def test_who_may_not_is_told_where_to_go(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id)
    visitor, jun = site.browser(), await site.signed_up("Jun")
    await visitor.get(draw.path)
    assert visitor.page.links["Sign in to take part"] == f"/sign-in?next={draw.path}"
    await jun.get(draw.path)
    assert jun.page.links["Back the fund first"] == f"{campaign.path}/pledges/new"
    await lin.browser.get(draw.path)
    assert "Who makes the fund or runs this site can't win here." in lin.browser.text
    for browser, words in ((jun, "pledge first"), (lin.browser, "can't win here")):
        await browser.get("/account")
        csrf = next(form.fields["csrf"] for form in browser.page.forms if "csrf" in form.fields)
        await browser.post(f"{draw.path}/entry", {"csrf": csrf})
        assert browser.status == 200 and words in browser.text and browser.path == draw.path
    assert await DrawEntry.all().count() == 0


async def test_the_wrong_things_in_the_wrong_order(site: SiteUnderTest, lin: Producer) -> None:
    """Answers before anything is drawn, by who won nothing, twice, after the day: a sentence each, and nothing changes."""
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id, places=1, entries_min=1, reserves=1)
    mei = await a_fan_of(site, campaign)
    await mei.get(draw.path)
    csrf = mei.form(f"{draw.path}/entry").fields["csrf"]
    for path in ("/acceptance", "/refusal"):
        await mei.post(f"{draw.path}{path}", {"csrf": csrf, "contact_name": "Mei", "contact": "x"})
        assert mei.status == 404 and "You have won no place in this draw." in mei.text
    await mei.get(f"{draw.path}/answer")
    assert mei.status == 404
    await mei.submit(f"{draw.path}/entry") if mei.status == 200 else await mei.post(
        f"{draw.path}/entry", {"csrf": csrf}
    )
    pass_to(draw.closes_at)
    await worked()
    for path in ("/entry", "/entry/removal"):
        await mei.post(f"{draw.path}{path}", {"csrf": csrf})
        assert "This draw is closed: its list of entries stays as it is." in mei.text
    await mei.post(f"{draw.path}/refusal", {"csrf": csrf})
    await mei.post(f"{draw.path}/acceptance", {"csrf": csrf, "contact_name": "Mei", "contact": "x"})
    assert "The time to answer is over" in mei.text
    assert (await DrawWinner.get(draw_id=draw.id)).state == "declined"
    pass_to(draw.happens_at)
    await worked()
    await mei.post(f"{draw.path}/refusal", {"csrf": csrf})
    assert mei.status == 200
    await mei.get(f"{draw.path}/answer")
    assert mei.status == 200 and "You said that you can't come." in mei.text


# --- strangers ---


async def test_a_stranger_draws_it_again(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id)
    await entrants(draw, campaign, 6)
    pass_to(draw.closes_at)
    await worked()
    draw, visitor = await again(draw), site.browser()
    await visitor.get(f"{draw.path}/entries.txt")
    assert hashlib.sha256(visitor.response.content).hexdigest() == draw.list_hash
    await visitor.get(f"{draw.path}/draw.json")
    file = visitor.response.content
    assert visitor.response.headers["content-disposition"] == f'attachment; filename="draw-{public(draw.id)}.json"'
    await visitor.get(f"{draw.path}/verification")
    path = f"{draw.path}/verification"
    assert visitor.form(path).fields["pasted"][0].strip() == file.decode(), (
        "it is there to be pressed, or to be changed"
    )
    await visitor.submit(path)
    assert "It was drawn as it should be" in visitor.text and "It is what this site has published" in visitor.text
    await visitor.submit(path, pasted="", files={"file": ("draw.json", file, "application/json")})
    assert "It was drawn as it should be" in visitor.text
    winner, loser = (row["entry"] for row in [*await queries.winners_of(draw.id)][::2])
    changed = file.decode().replace(f'"winners":["{winner}"', f'"winners":["{loser}"')
    await visitor.submit(path, pasted=changed)
    assert "Something is wrong" in visitor.text and "Other winners come out." in visitor.text
    assert "It is not what this site has published of this draw." in visitor.text and winner in visitor.text


async def test_a_file_that_is_right_in_itself_but_was_never_published_is_found_out(
    site: SiteUnderTest, lin: Producer
) -> None:
    campaign = await a_fund(lin)
    one, other = await a_draw(campaign, by=lin.id), await a_draw(campaign, by=lin.id)
    for draw in (one, other):
        await entrants(draw, campaign, 3)
    pass_to(other.closes_at)
    await worked()
    visitor = site.browser()
    await visitor.get(f"{other.path}/draw.json")
    file = visitor.response.text
    await visitor.get(f"{one.path}/verification")
    await visitor.submit(f"{one.path}/verification", pasted=file)
    assert "The winners are those who come out." in visitor.text
    assert (
        "Something is wrong" in visitor.text and "It is not what this site has published of this draw." in visitor.text
    )


LONG = json.dumps(
    {
        "version": 1, "draw": "x", "title": "x", "announced_at": "", "closes_at": "", "drawn_at": "", "commitment": "0" * 64,
        "seed": "0" * 64, "list_hash": "0" * 64, "entries": ["x"] * 200_001, "places": 1, "reserves": 0, "public_what": "",
        "public_value": "", "public_source": "", "winners": [], "runners_up": [], "algorithm": "",
    }
)  # fmt: skip


@pytest.mark.landing
@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "Choose a draw file, or paste what stands in one."), ("hello", "This is no draw file"), ("[]", "This is no draw file"),
        ('{"version": 1}', "The file lacks draw."), ("[" * 100_000, "This is no draw file"), ('{"version": 2}', "of version 1"),
        ("\x00", "invisible control characters"), (LONG, "too long for a page"),
    ],
)  # fmt: skip
async def test_what_is_no_file_is_a_sentence_beside_its_field(
    site: SiteUnderTest, lin: Producer, pasted: str, words: str
) -> None:
    draw = await a_draw(await a_fund(lin), by=lin.id)
    visitor = site.browser()
    await visitor.get(f"{draw.path}/verification")
    await visitor.submit(f"{draw.path}/verification", pasted=pasted)
    assert visitor.status == 422 and words in visitor.text
    assert 'aria-invalid="true"' in visitor.response.text
    await visitor.submit(f"{draw.path}/verification", files={"file": ("draw.json", b"\xff\xfe", "application/json")})
    assert visitor.status == 422 and "This is no draw file" in visitor.text


async def test_how_draws_work_says_what_they_prove_and_what_not(site: SiteUnderTest, lin: Producer) -> None:
    visitor = site.browser()
    await visitor.get("/draws/how-it-works")
    for words in (
        "nobody can buy a ticket", "this site knew its seed while entries came in", "HMAC-SHA256, with the 32 bytes of seed",
        "crowdfund draw verify FILE", "It does not prove that a person of her own stands behind each entry.",
    ):  # fmt: skip
        assert words in visitor.text
    campaign = await a_fund(lin)
    plain, mixed = await a_draw(campaign, by=lin.id), await a_draw(campaign, by=lin.id, content=with_a_number())
    await visitor.get(plain.path)
    assert "you have to take on trust" in visitor.text
    await visitor.get(mixed.path)
    assert "So nobody could pick who wins" in visitor.text and "take on trust" not in visitor.text


# --- what is nobody's to know before its time ---


async def addresses(draw: Draw, lin: Producer, campaign: Campaign) -> list[str]:
    """Every address that tells of a draw, or could."""
    known = {
        "draw": public(draw.id), "campaign": public(campaign.id), "organisation": lin.organisation.slug, "slug": campaign.slug,
    }  # fmt: skip
    found = []
    for route in ROUTES:
        if isinstance(route, Route) and route.method == "GET" and set(route.param_convertors) <= set(known):
            ours = {"draw": known["draw"], "campaign": known["campaign"]} if route.path.startswith("/api/") else known
            if set(route.param_convertors) <= set(ours) or "organisation" in route.param_convertors:
                found.append(route.path_format.format(**known))
    return sorted(set(found))


@pytest.mark.landing
async def test_the_seed_is_in_no_page_and_no_answer_before_it_is_drawn(site: SiteUnderTest, lin: Producer) -> None:
    """Every address of the site that takes a draw, its fund or nothing, for everybody who could ask, in each state before."""
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id, content=with_a_number())
    mei = await a_fan_of(site, campaign)
    await enter(draw.id, person_id=mei.person.id)
    await entrants(draw, campaign, 3)
    admin = await site.signed_up("Ada", staff=StaffRole.ADMIN)
    tokens = [(await program_of(site, browser.person)).token for browser in (lin.browser, mei, admin)]
    seed = (await DrawSeed.get(draw_id=draw.id)).seed
    secrets = [seed, seed.upper(), bytes.fromhex(seed).decode("latin-1"), str(int(seed, 16))]
    paths = [path for path in await addresses(draw, lin, campaign) if not re.search(r"/live$|/oembed|sign-out", path)]
    assert len([path for path in paths if "/draws" in path]) >= 14

    async def looked_for() -> int:
        looked = 0
        for browser in (site.browser(), mei, lin.browser, admin):
            for path in paths:
                answer = await browser.get(path, follow=False)
                assert not any(secret in answer.text for secret in secrets), path
                looked += answer.status_code == 200
        visitor = site.browser()
        for token in tokens:
            for path in paths:
                if path.startswith("/api/v1/"):
                    answer = await visitor.client.get(path, headers=token)
                    assert not any(secret in answer.text for secret in secrets), path
        return looked

    assert await looked_for() > 40
    pass_to(draw.closes_at)
    await work_until_idle()
    assert (await again(draw)).state == "closed"
    assert await looked_for() > 40
    mails = [mail.text_body + mail.html_body for mail in await site.mails_to(mei.person.email)]
    assert mails and not any(secret in mail for secret in secrets for mail in mails)


@pytest.mark.landing
async def test_only_the_drawing_and_the_announcing_ask_for_seeds() -> None:
    """The one table that holds them is read in one file, and that file is used by two verbs."""
    from tests.house.test_imports import HOUSE, files, imports_of

    readers = {
        str(path.relative_to(HOUSE))
        for path in files()
        if re.search(r"\bDrawSeed\b|\bdraw_seed\b", path.read_text("utf-8"))
    }
    # `crowdfund check` compares the two seeds inside the database, and reads neither.
    assert readers == {f"community/draws/{name}.py" for name in ("books", "models", "seeds")}
    users = {
        str(path.relative_to(HOUSE))
        for path in files()
        if "seeds" in re.findall(r"from crowdfund\.community\.draws import ([^\n]+)", path.read_text("utf-8")).__str__()
        or any(name.endswith("draws.seeds") for name, _ in imports_of(path))
    }  # fmt: skip
    assert users == {"community/draws/actions.py", "community/draws/drawing.py"}


async def test_in_chinese(site: SiteUnderTest, lin: Producer) -> None:
    campaign = await a_fund(lin)
    draw = await a_draw(campaign, by=lin.id, content=with_a_number())
    visitor = Browser(site.app, headers={"accept-language": "zh-CN"})
    site.browsers.append(visitor)
    for path in (draw.path, f"{draw.path}/verification", "/draws/how-it-works"):
        await visitor.get(path)
        assert visitor.status == 200 and "抽" in visitor.text
    wang = await site.signed_up("Wang", locale="zh_CN")
    await wang.get(draw.path)
    csrf = next(form.fields["csrf"] for form in wang.page.forms if "csrf" in form.fields)
    await wang.post(f"{draw.path}/entry", {"csrf": csrf})
    assert "这次抽选面向项目的支持者" in wang.text
