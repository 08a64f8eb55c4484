"""Every page of the site, on a phone and on a desktop, by day and by night: axe finds nothing serious, nothing scrolls sideways."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.app import ROUTES
from crowdfund.boxoffice.funds import tell_fund
from crowdfund.campaigns import actions, followers, sales, versions
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.updates import publish_update
from crowdfund.community.draws import actions as draws
from crowdfund.community.draws.models import Draw
from crowdfund.community.polls import actions as polls
from crowdfund.community.polls.models import Audience, Label, Poll
from crowdfund.community.talk import actions as talk
from crowdfund.community.talk import moderation
from crowdfund.community.talk.models import Comment
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.desk.statements import rules
from crowdfund.desk.statements.keys import own_key, publish
from crowdfund.desk.statements.models import Statement
from crowdfund.disputes.models import Dispute
from crowdfund.people import accounts, organisations, verification
from crowdfund.people.models import Mail, Organisation, Role
from crowdfund.pledges.models import Delivery, Pledge, PledgeState
from crowdfund.web.routes import Route
from tests.bank import ask, fans_with
from tests.browser.box_office_stage import BoxOffice, a_box_office, box_offices_looked_at, settled
from tests.browser.cinema_stage import desks_of_cinemas
from tests.browser.conftest import Visitors
from tests.browser.door_stage import doors_looked_at
from tests.browser.goods_stage import goods_looked_at
from tests.browser.milestone_stage import Films, films_with_milestones, their_films
from tests.browser.milestone_stage import looks_at as looks_at_films
from tests.browser.stage import PASSWORD, STORY, a_draft, a_live_film, a_reviewer, a_studio, desk_of, somebody, until
from tests.browser.ticket_stage import carts_left_behind, tickets_looked_at
from tests.browser.transfer_stage import Club, a_club_with_funds, looks_at, their_funds
from tests.browser.visitor import DESKTOP, PHONE, Visitor, violations, with_axe
from tests.browser.watching_stage import films_looked_at
from tests.http.draw_world import a_drafted_draw, a_draw, with_a_number
from tests.money import attempts
from tests.polls import a_draft_poll, an_open_poll, candidate, votes
from tests.world import Fan, pledged

pytestmark = pytest.mark.landing

# What is read by programs, or only leads on to a page.
NOT_PAGES = re.compile(
    r"/api/v1/.*|/feed\.atom|.*/updates\.atom|/oembed|/art/.*|/images/.*|.*/live|/robots\.txt|/sitemap\.xml|/healthz"
    r"|/\.well-known/.*|.*\.csv|.*/draw\.json|.*/entries\.txt|.*/card-saved|.*/confirmed|.*/onboarding/(return|again)"
    r"|.*/\{period\}\.json|.*/\{expense\}/receipt|/release-requests/.*|.*/acceptance|/outcomes/.*|.*/deal/paper"
    r"|/returns/\{return\}/photos/.*|/previews/.*|/drawn/.*|.*/master/film|.*/\{preview\}/picture|/purchases/\{purchase\}/return"
    r"|/watch/\{title\}/(cues\.vtt|cues\.json|video|captions\.vtt)"
    r"|/recipients/.*/reports/.*|/campaigns/\{slug\}/election"
    r"|/door/worker\.js|/door/passes/.*|/door/\{screening\}/list|.*/plan\.json"
    r"|/screenings/\{screening\}/(seats|holds)|/orders/\{order\}/return|.*\.pdf|.*\.ics|.*/\{statement\}\.json"
)
BY_DAY_ON_DESKTOP, BY_NIGHT_ON_PHONE = (DESKTOP, "light"), (PHONE, "dark")
THE_OTHER_TWO = [(PHONE, "light"), (DESKTOP, "dark")]


@dataclass
class World:
    """A site on which every page has something to show."""

    lin: Fan
    ada: Fan
    mei: Fan
    live: Campaign
    settling: Campaign
    funded: Campaign
    draft: Campaign
    others: list[Campaign]
    club: Club
    voted: list[Poll]
    draws: dict[str, Draw]
    films: Films
    gu: Fan
    office: BoxOffice
    left_behind: list[str]


async def link_to(address: str, begins: str) -> str:
    """The link that was mailed to an address."""
    found: list[str] = []

    async def arrived() -> bool:
        for mail in await Mail.filter(to_address=address).order_by("-id"):
            found.extend(re.findall(rf"{begins}[^\s]+", mail.text_body))
        return bool(found)

    await until(arrived)
    return found[0]


async def a_world() -> World:
    lin, ada = await somebody("Lin"), await a_reviewer()
    club, films = await a_club_with_funds(), await films_with_milestones()
    live = await a_live_film("Ferry at Dawn", lin, goal_minor=200_00, days=40)
    settling = await a_live_film("Salt, Fire, Tuesday", lin, goal_minor=50_00, days=3)
    funded = await a_live_film("Five Winters", lin, goal_minor=50_00, days=3)
    failed = await a_live_film("Everything North of Lugo", lin, days=3)
    paused = await a_live_film("Cold Harbour", lin, days=40)
    others = [failed, paused, *await in_review(lin, ada)]
    await publish_update(live.id, title="Half way across", body="More than half in **twelve** days.", by=lin.id)
    await publish_update(live.id, title="For you first", body="The ferryman is cast.", by=lin.id, audience="backers")
    await versions.rewrite_page(live.id, f"{STORY}\n\nThe ferry has a name now.", "High water.", by=lin.id)
    await actions.pause(paused.id, "The rights are in doubt.", by=ada.id)

    mei, jun, ben, cora = await fans_with("ok", "ok", "authentication_always", "declines_later")
    scarf = {c.id: t.id for c in (live, funded) for t in await actions.Tier.filter(campaign_id=c.id, ships="post")}
    for fan, film in ((mei, live), (mei, funded), (jun, funded)):
        await pledged(fan, film, amount_minor=60_00, tier_id=scarf[film.id], referrer="poster")
    for fan in (mei, ben, cora):
        await pledged(fan, settling, amount_minor=50_00)
    await pledged(mei, failed, amount_minor=20_00)
    voted = [await voted_on(live, lin, [mei, jun]) for _ in range(2)]
    await they_talk(live, lin, mei, ada)
    await atomic(Campaign.filter(id=funded.id).update)(update_due_at=clock.now())  # its makers owe word, and it shows
    made = await in_each_state(live, lin, mei)
    gu = await somebody("Gu")
    office, left_behind = await a_box_office(live, lin, gu), await carts_left_behind(mei)
    clock.advance(timedelta(days=4))
    await until(lambda: Delivery.filter(campaign_id=funded.id).count())
    await until(lambda: Pledge.filter(campaign_id=settling.id, state=PledgeState.ERRORED).count())
    charge = (await attempts(await Pledge.get(campaign_id=funded.id, person_id=jun.id)))[-1]
    await ask("POST", f"charges/{charge.stripe_charge_id}/dispute")
    await until(lambda: Dispute.filter(campaign_id=funded.id).count())
    await until(lambda: Draw.filter(id=made["won"].id, state="drawn").count())
    await settled(office.shared)
    await tell_fund(live.id)  # the site does it once a minute
    low_tide = await a_draft("Low Tide", await a_studio(lin), lin)
    return World(
        lin, ada, mei, live, settling, funded, low_tide, others, club, voted, made, films, gu, office, left_behind
    )


async def voted_on(film: Campaign, lin: Fan, voters: list[Fan]) -> Poll:
    """A poll that has closed when four days have passed, its decision overdue."""
    dates = {"closes_at": clock.now() + timedelta(days=2), "decide_by": clock.now() + timedelta(days=3)}
    poll = await an_open_poll(film, by=lin.id, audience=Audience.EVERYONE, **dates)
    for voter, name in zip(voters, ("Ava Stone", "Ben Okri"), strict=True):
        await votes(poll, voter.id, name)
    return poll


async def they_talk(fund: Campaign, lin: Fan, mei: Fan, ada: Fan) -> None:
    """A question with its answer, one that waits, one that is folded, one that staff hid, and a reply."""
    makers, cast = ("makers", ""), ("cast", "")
    said = [
        await talk.say_once(fund.id, talk.Wish(text, None, asked), by=mei.id, key=text)
        for text, asked in (
            ("Is it cold?", makers),
            ("Can she swim?", cast),
            ("Buy umbrellas!", None),
            ("You fools.", None),
        )
    ]
    await talk.reply_once(said[0], "Very. See https://river.example/cold", by=lin.id, key="answer")
    await talk.reply_once(said[0], "Brr.", by=mei.id, key="reply")
    for number in range(5):
        await moderation.report(said[2], "spam", "", by=(await somebody(f"Reporter{number}")).id)
    await moderation.hide(said[3], "It calls others fools.", by=ada.id)


async def in_each_state(film: Campaign, lin: Fan, mei: Fan) -> dict[str, Draw]:
    """A draft, one that is open, one that was called off, one that waits for its number, and one that Mei has won."""
    one = {"places": 1, "entries_min": 1, "reserves": 0}
    soon = clock.now() + timedelta(days=1)
    waits = with_a_number(closes_at=soon, public_at=soon + timedelta(hours=1), **one)
    made = {
        "draft": await a_drafted_draw(film, by=lin.id, capacity=1), "open": await a_draw(film, by=lin.id),
        "off": await a_draw(film, by=lin.id), "waits": await a_draw(film, by=lin.id, content=waits),
        "won": await a_draw(film, by=lin.id, closes_at=soon, **one),
    }  # fmt: skip
    await draws.cancel_draw(made["off"].id, "The boat has sunk, sadly.", by=lin.id)
    for name in ("open", "waits", "won"):
        await draws.enter(made[name].id, person_id=mei.id)
    return made


async def in_review(lin: Fan, ada: Fan) -> list[Campaign]:
    """Three films that staff look at, asked to change, and let go ahead."""
    studio = await a_studio(lin, "Second Bench Films")
    await verification.verify(studio.id, reason="The register agrees.", by=ada.id)
    submitted, changing, coming = [
        await a_draft(name, studio, lin, days=40) for name in ("Second Violin", "Small Birds", "Static")
    ]
    for film in (submitted, changing, coming):
        await actions.submit(film.id, by=lin.id)
    await actions.remark(changing.id, "Who holds the rights?", by=ada.id)
    await actions.review(changing.id, CampaignState.CHANGES_REQUESTED, "One question, then it can go.", by=ada.id)
    await actions.review(coming.id, CampaignState.APPROVED, "Ready.", by=ada.id)
    await actions.announce(coming.id, opens_at=clock.now() + timedelta(days=30), by=lin.id)
    return [submitted, changing, coming]


Looks = dict[str, list[tuple[str, str]]]
LIN, ADA, MEI, JENS, ANN, JO, KIM, GU, NOBODY = "lin", "ada", "mei", "jens", "ann", "jo", "kim", "gu", ""


async def pages_of(world: World) -> Looks:
    """Who looks at which address, by the route that answers."""
    pages: Looks = {
        **await for_everybody(world), **await for_fans(world), **await for_producers(world), **await for_staff(world),
        **await looks_at(world.club, JENS, ANN, ADA, NOBODY),
        **await of_polls(world),
        **await looks_at_films(world.films, JO, ADA),
        **await doors_looked_at(world.lin, LIN),
        "nowhere": [(NOBODY, "/no-such-page"), (MEI, "/staff"), (NOBODY, "/confirm/used-up"), (MEI, "/desk/lanting-pictures")],
    }  # fmt: skip
    for more in (
        await tickets_looked_at(world.mei, world.lin, world.live, world.left_behind, MEI, LIN, NOBODY),
        await box_offices_looked_at(world.office, GU, LIN, NOBODY),
        await desks_of_cinemas(world.gu, world.lin, GU, LIN),
        await films_looked_at(MEI, NOBODY),
        await goods_looked_at(world.lin, world.mei, MEI, LIN, ADA, NOBODY),
    ):
        for path, looks in more.items():
            pages[path] = [*pages.get(path, []), *looks]
    return pages


async def for_everybody(world: World) -> Looks:
    await accounts.sign_up("Zoe", "zoe@every.example", PASSWORD, locale="en")
    await accounts.ask_reset(world.ada.email)
    newest = await Mail.all().order_by("-id").first()
    assert newest is not None
    unseen = {"Second Violin", "Small Birds"}  # still under review
    public_ones = [
        world.live,
        world.settling,
        world.funded,
        *[film for film in world.others if film.name not in unseen],
    ]
    live = world.live.path
    return {
        **{path: [(NOBODY, path)] for path in (
            "/", "/how-it-works", "/fees", "/contact", "/terms", "/privacy", "/api", "/outbox", "/sign-up", "/sign-up/sent",
            "/sign-in", "/reset", "/reset/sent")},
        "/funds": [(NOBODY, "/funds")], "/transfers": [(NOBODY, "/transfers")],
        "/films": [(NOBODY, "/films"), (NOBODY, "/films?q=nothing+like+it"), (NOBODY, "/films?order=promised")],
        "/studios/{organisation}": [
            (NOBODY, (await Organisation.get(id=film.organisation_id)).path) for film in (world.live, world.others[0])
        ],
        "/outbox/{mail}": [(NOBODY, f"/outbox/{public(newest.id)}")],
        "/reset/{secret}": [(NOBODY, await link_to(world.ada.email, "/reset/"))],
        "/confirm/{secret}": [(NOBODY, await link_to("zoe@every.example", "/confirm/"))],
        "/campaigns/{slug}": [*[(NOBODY, film.path) for film in public_ones], (MEI, live),
            *their_funds(world.club, NOBODY, ANN), *their_films(world.films, NOBODY, KIM)],
        "/campaigns/{slug}/backers": [(NOBODY, f"{live}/backers"), (NOBODY, f"{world.others[0].path}/backers")],
        "/campaigns/{slug}/updates/{number}": [(NOBODY, f"{live}/updates/1"), (NOBODY, f"{live}/updates/2"), (MEI, f"{live}/updates/2")],
        "/campaigns/{slug}/talk": [(NOBODY, f"{live}/talk"), (MEI, f"{live}/talk"), (LIN, f"{live}/talk"),
            (NOBODY, f"{world.settling.path}/talk")],
        "/campaigns/{slug}/talk/{comment}": [
            (who, f"{live}/talk/{public(one.id)}") for who in (NOBODY, MEI, LIN) for one in await Comment.filter(level=0)
        ],
        "/campaigns/{slug}/ledger": [*[(NOBODY, f"{film.path}/ledger") for film in public_ones], (MEI, f"{world.funded.path}/ledger")],
        "/campaigns/{slug}/expenses": [(NOBODY, f"{world.funded.path}/expenses")],
        "/campaigns/{slug}/statements": [(NOBODY, f"{film.path}/statements") for film in (world.live, world.funded)],
        "/campaigns/{slug}/statements/{period}": [(NOBODY, await a_statement(world.funded))],
        "/campaigns/{slug}/versions/{version}": [(NOBODY, f"{live}/versions/1")],
        "/embed/{slug}": [(NOBODY, f"/embed/{world.live.slug}")],
        "/draws/how-it-works": [(NOBODY, "/draws/how-it-works")],
        "/draws/{draw}": [(NOBODY, d.path) for name, d in world.draws.items() if name != "draft"],
        "/draws/{draw}/verification": [(NOBODY, f"{world.draws[name].path}/verification") for name in ("won", "open")],
        "/news/{letters}": [(NOBODY, followers.news_path(world.live.id, world.mei.id))],
    }  # fmt: skip


async def a_statement(fund: Campaign) -> str:
    """The address of a month of its books, as if it were over."""
    key = own_key()
    facts = {
        "version": 1, "fund": {"id": public(fund.id), "slug": fund.slug, "name": fund.name}, "currency": "EUR", "period": "2026-01",
        "previous": None, "made_at": clock.now_us(), "entries": {"count": 2, "sha256": "0" * 64},
        "accounts": [{"account": "fund", "grows_by": "credit", "opening": 0, "debits": 0, "credits": 120_00, "closing": 120_00}],
        "kinds": {"pledge_collected": {"amount_minor": 120_00, "entries": 2}},
    }  # fmt: skip
    text = rules.signed(facts, key)
    await atomic(publish)(key)
    await Statement.create(
        id=new_id(), campaign_id=fund.id, period="2026-01", until_day=1, entries=2, amount_minor=120_00, body=text.decode(),
        sha256=rules.hash_of(text), previous=None, key_id=json.loads(text)["key"]["id"], made_at=clock.now(),
    )  # fmt: skip
    return f"{fund.path}/statements/2026-01"


async def for_fans(world: World) -> Looks:
    await organisations.invite(world.live.organisation_id, world.mei.email, Role.VIEWER, by=world.lin.id)
    hers = {pledge.campaign_id: pledge for pledge in await Pledge.filter(person_id=world.mei.id)}
    live = world.live.path
    return {
        **{path: [(MEI, path)] for path in ("/account", "/account/sessions", "/account/tokens", "/start")},
        "/invitations/{secret}": [(MEI, await link_to(world.mei.email, "/invitations/"))],
        "/draws/{draw}/answer": [
            (MEI, f"{world.draws['won'].path}/answer"), *[(MEI, world.draws[name].path) for name in ("won", "open", "waits")]
        ],
        "/campaigns/{slug}/follower": [(MEI, f"{live}/follower")],
        "/campaigns/{slug}/talk/{comment}/wording": [
            (MEI, f"{live}/talk/{public(one.id)}/wording") for one in await Comment.filter(person_id=world.mei.id)
        ],
        "/campaigns/{slug}/talk/{comment}/report": [
            (MEI, f"{live}/talk/{public(one.id)}/report") for one in await Comment.filter(kind="answer")
        ],
        "/campaigns/{slug}/pledges/new": [(LIN, f"{live}/pledges/new"), (LIN, f"{world.funded.path}/pledges/new")],
        "/money": [(MEI, "/money"), (LIN, "/money")],
        "/pledges/{pledge}": [(MEI, pledge.path) for pledge in hers.values()],
        "/pledges/{pledge}/cancellation": [(MEI, f"{hers[world.live.id].path}/cancellation")],
        "/pledges/{pledge}/amendment": [(MEI, f"{hers[world.live.id].path}/amendment")],
        "/pledges/{pledge}/receipt": [(MEI, f"{hers[world.funded.id].path}/receipt")],
    }  # fmt: skip


async def for_producers(world: World) -> Looks:
    desk, draft, funded = [await desk_of(film) for film in (world.live, world.draft, world.funded)]
    desks = [desk, draft, funded, *[await desk_of(film) for film in (world.settling, *world.others)]]
    studio = (await Organisation.get(id=world.live.organisation_id)).desk_path
    tier = public((await actions.Tier.filter(campaign_id=world.live.id))[0].id)
    dispute = public((await Dispute.get(campaign_id=world.funded.id)).id)
    its_studio = (await Organisation.get(id=world.funded.organisation_id)).desk_path
    one = "/desk/{organisation}/campaigns/{slug}"
    return {
        "/desk": [(LIN, "/desk"), (MEI, "/desk")],
        "/desk/{organisation}": [(LIN, studio)],
        **{f"/desk/{{organisation}}/{part}": [(LIN, f"{studio}/{part}")] for part in (
            "members", "profile", "verification", "campaigns/new")},
        "/desk/{organisation}/disputes/{dispute}": [(LIN, f"{its_studio}/disputes/{dispute}")],
        one: [(LIN, address) for address in desks],
        **{f"{one}/{part}": [(LIN, f"{desk}/{part}")] for part in (
            "preview", "tiers", "updates", "updates/new", "cancellation", "versions", "talk")},
        f"{one}/tiers/{{tier}}": [(LIN, f"{desk}/tiers/{tier}")],
        f"{one}/content": [(LIN, f"{desk}/content"), (LIN, f"{draft}/content")],
        f"{one}/drawing": [(LIN, f"{draft}/drawing")],
        f"{one}/deletion": [(LIN, f"{draft}/deletion")],
        f"{one}/schedule": [(LIN, f"{desks[-1]}/schedule")],
        f"{one}/draws": [(LIN, f"{desk}/draws"), (LIN, f"{funded}/draws")],
        f"{one}/draws/new": [(LIN, f"{desk}/draws/new")],
        f"{one}/draws/{{draw}}": [(LIN, f"{desk}{drawn.path}") for drawn in world.draws.values()],
        f"{one}/draws/{{draw}}/cancellation": [(LIN, f"{desk}{world.draws['open'].path}/cancellation")],
        f"{one}/expenses": [(LIN, f"{funded}/expenses"), (LIN, f"{desk}/expenses")],
        f"{one}/deliveries": [(LIN, f"{funded}/deliveries"), (LIN, f"{funded}/deliveries?state=awaiting_address")],
    }  # fmt: skip


async def of_polls(world: World) -> Looks:
    """Each as it looks in each state, to fans and to its makers."""
    live, by, decided = world.live, world.lin.id, world.voted[1]
    ben = (await candidate(decided, "Ben Okri")).id
    await polls.decide_poll(decided.id, ben, "Ava has broken her arm, and the river waits for nobody.", by=by)
    draft = await a_draft_poll(live, by=by, opens_at=clock.now() + timedelta(days=1))
    coming = await a_draft_poll(live, by=by, opens_at=clock.now() + timedelta(days=1))
    await polls.announce_poll(coming.id, by=by)
    running = await an_open_poll(live, by=by, audience=Audience.EVERYONE)
    binding = await an_open_poll(live, by=by, audience=Audience.EVERYONE, label=Label.BINDING, hides_results=True)
    cancelled = await an_open_poll(live, by=by)
    await polls.cancel_poll(cancelled.id, "All three have signed for another film.", by=by)
    seen = [*world.voted, coming, running, binding, cancelled]
    desk, person = await desk_of(live), public((await candidate(draft, "Ava Stone")).id)
    mine, one = draft.path_in(desk), "/desk/{organisation}/campaigns/{slug}/polls"
    return {
        "/campaigns/{slug}/polls": [(NOBODY, f"{live.path}/polls"), (NOBODY, f"{world.funded.path}/polls")],
        "/campaigns/{slug}/polls/{poll}": [(who, poll.path_in(live.path)) for poll in seen for who in (NOBODY, MEI)],
        one: [(LIN, f"{desk}/polls"), (LIN, f"{await desk_of(world.funded)}/polls")],
        f"{one}/new": [(LIN, f"{desk}/polls/new")],
        f"{one}/{{poll}}": [(LIN, poll.path_in(desk)) for poll in (draft, *seen)],
        f"{one}/{{poll}}/preview": [(LIN, f"{mine}/preview")],
        f"{one}/{{poll}}/cancellation": [(LIN, f"{running.path_in(desk)}/cancellation")],
        f"{one}/{{poll}}/candidates/{{candidate}}": [(LIN, f"{mine}/candidates/{person}")],
    }  # fmt: skip


async def for_staff(world: World) -> Looks:
    hers = await Pledge.get(person_id=world.mei.id, campaign_id=world.funded.id)
    (errored, *_) = await Pledge.filter(campaign_id=world.settling.id, state=PledgeState.ERRORED)
    unverified = await Organisation.get(id=world.draft.organisation_id)
    sale = await sales.make_sale(name="First night", currency="EUR", amount_per_fan_max_minor=300_00, by=world.ada.id)
    await sales.join_sale(world.draft.id, sale.id, by=world.ada.id)
    return {
        **{path: [(ADA, path)] for path in ("/staff", "/staff/audit", "/staff/organisations", "/staff/sales")},
        "/staff/sales/{sale}": [(ADA, sale.staff_path)],
        "/staff/comments": [(ADA, "/staff/comments")],
        "/staff/comments/{comment}": [(ADA, one.staff_path) for one in await Comment.all()],
        "/staff/organisations/{organisation}": [(ADA, unverified.staff_path)],
        "/staff/campaigns": [(ADA, "/staff/campaigns"), (ADA, "/staff/campaigns?state=rejected")],
        "/staff/campaigns/{slug}": [(ADA, f"/staff{film.path}") for film in (world.live, *world.others)],
        "/staff/campaigns/{slug}/preview": [(ADA, f"/staff{world.others[2].path}/preview")],
        "/staff/pledges": [(ADA, "/staff/pledges"), (ADA, f"/staff/pledges?q={world.mei.email}"),
            (ADA, f"/staff/pledges?fund={world.funded.slug}")],
        "/staff/pledges/{pledge}": [(ADA, f"/staff{pledge.path}") for pledge in (hers, errored)],
    }  # fmt: skip


async def looked_at(visitor: Visitor, addresses: list[tuple[str, bool]], *, both: bool, long: bool) -> list[str]:
    """What is wrong with these pages. The bool: it is the first of its kind, which axe looks at in each run.

    both: axe looks at the others as well, and by day whether the first can be read. long: at all of them, in all four looks.
    """
    wrong: list[str] = []
    page = visitor.page
    await with_axe(page)
    for address, first in addresses:
        await page.goto(visitor.url + address)
        by_day = [BY_DAY_ON_DESKTOP] if long or (both and first) else []
        for (width, height), scheme in [*by_day, BY_NIGHT_ON_PHONE, *(THE_OTHER_TWO if long else [])]:
            await page.set_viewport_size({"width": width, "height": height})
            # Still, since a colour that is on its way from day to night is neither.
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            only = "" if long or ((width, height), scheme) == BY_NIGHT_ON_PHONE else "color-contrast"
            if both or first:
                wrong += [f"{width} {scheme} {found}" for found in await violations(page, only=only)]
            if (wide := await page.evaluate("document.documentElement.scrollWidth")) > width:
                wrong.append(f"{address} scrolls sideways: {wide} px in {width} px")
    return wrong


async def test_every_page_is_fit_for_everybody(visit: Visitors, both: bool, long: bool) -> None:
    world = await a_world()
    pages = await pages_of(world)
    routes = {r.path for r in ROUTES if isinstance(r, Route) and r.method == "GET" and not NOT_PAGES.fullmatch(r.path)}
    assert set(pages) - {"nowhere"} == routes, "a page that nobody looks at"
    people = {NOBODY: None, LIN: world.lin, ADA: world.ada, MEI: world.mei, JENS: world.club.jens, ANN: world.club.ann}
    people |= {JO: world.films.jo, KIM: world.films.kim, GU: world.gu}
    visitors = {who: await visit(person, DESKTOP) for who, person in people.items()}
    looks = [(by, address, n == 0) for each in pages.values() for n, (by, address) in enumerate(each)]
    found = await asyncio.gather(*(
        looked_at(visitor, [(address, first) for by, address, first in looks if by == who], both=both, long=long)
        for who, visitor in visitors.items()
    ))  # fmt: skip
    assert "\n".join(wrong for each in found for wrong in each) == ""
