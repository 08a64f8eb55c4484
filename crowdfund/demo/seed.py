"""Making the demo's world: from three months ago until today, by the verbs that people use, against the sandbox."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from crowdfund import clock, settings
from crowdfund.campaigns import actions
from crowdfund.campaigns.actions import Content
from crowdfund.campaigns.followers import follow
from crowdfund.campaigns.models import Campaign, CampaignState, Rule, Tier
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.campaigns.updates import publish_update
from crowdfund.database import new_id
from crowdfund.demo import programme
from crowdfund.demo.catching_up import catch_up
from crowdfund.demo.cinemas import CINEMA, plan_cinemas
from crowdfund.demo.crowd import Crowd, give, make_crowd, reward_for, sign_ups
from crowdfund.demo.draws import plan_draws
from crowdfund.demo.film import Film, Reward
from crowdfund.demo.films import FILMS, STUDIOS
from crowdfund.demo.goods import plan_goods
from crowdfund.demo.goods_sold import plan_sales
from crowdfund.demo.hat_run import plan_run
from crowdfund.demo.milestones import FILM, plan_milestones
from crowdfund.demo.plan import Plan
from crowdfund.demo.polls import plan_polls
from crowdfund.demo.talk import plan_talk
from crowdfund.demo.transfers import CHARITY, CLUB, plan_transfers
from crowdfund.money import digits_of, split_minor
from crowdfund.people import organisations, verification
from crowdfund.people.models import Member, Organisation, OrganisationKind, Person
from crowdfund.pledges import deliveries
from crowdfund.pledges.forms import terms_shown
from crowdfund.pledges.models import Delivery, Pledge
from crowdfund.pledges.rules import Want
from crowdfund.sandbox.remote import control
from crowdfund.titles.models import Title
from crowdfund.worker import work_until_idle

DAYS_BACK = 75
_WITH_MEI = ("live", "delivering", "settling", "suspended", "cancelled", "milestones")
Progress = Callable[[str], None]


async def seed(say: Progress, *, seed_number: int = 7) -> list[tuple[str, str, str]]:
    """Make the world; gives the sign-ins as (name, e-mail, what for). The clock ends at the present."""
    dice = random.Random(seed_number)
    clock.set_offset(-timedelta(days=DAYS_BACK))
    say("people, studios, cards")
    named = await sign_ups()
    crowd = await make_crowd(dice, named["mei"])
    studios = await _make_studios(named)
    plan = Plan(clock.now() + timedelta(days=DAYS_BACK))
    for film in (*FILMS, FILM):
        await _plan_film(film, studios[film.studio], named, crowd, plan, dice)
    club = await _verified(OrganisationKind.CLUB, *CLUB, named["jens"], named["ada"])
    charity = await _verified(OrganisationKind.INSTITUTION, *CHARITY, named["frauke"], named["ada"])
    await plan_transfers(club, charity, named["jens"], (named["ada"], named["grace"]), crowd, plan, dice)
    await plan_polls(plan.now, plan.at, mei=named["mei"].id)
    plan_draws(plan.at, plan.now, named, dice)
    cinema = await _verified(OrganisationKind.CINEMA, *CINEMA, named["emil"], named["ada"])
    await plan_cinemas(cinema, named["emil"], named["arthur"], crowd, plan, dice)
    pumpwerk = await _verified(OrganisationKind.CINEMA, *programme.CINEMA, named["emil"], named["ada"])
    programme.plan_programme(pumpwerk, named["emil"], named["arthur"], plan)
    river_moon = await Title.get(name="River Moon", organisation_id=studios["Lanting Pictures"].id)
    backers = [named["mei"].id, *crowd.good]
    market = await plan_goods(river_moon, named, backers, partial(_verified, staff=named["ada"]), plan)
    plan_sales(market, named["mei"], named["tom"], crowd.good[:14], plan)
    plan_run(market, crowd.good[20:35], plan)
    await _play(plan, say)
    clock.set_offset(timedelta(0))
    await catch_up()
    await work_until_idle()
    return [(person.name, person.email, what) for person, what in _introduced(named)]


def _introduced(named: dict[str, Person]) -> list[tuple[Person, str]]:
    return [
        (named["mei"], "a fan with pledges and a saved card"),
        (named["lin"], "runs Lanting Pictures"),
        (named["arthur"], "runs Kiln & Harbour"),
        (named["jens"], "chairs the club SC Hafen 1904"),
        (named["emil"], "runs the cinema Kanal Lichtspiele"),
        (named["xiu"], "sells what River Moon shows: Xiu Workshop"),
        (named["wen"], "sells the ferryman's coat: Old Dock Tailors"),
        (named["paula"], "waits for a studio's answer: Reed & Lantern"),
        (named["tom"], "a fan who buys what he sees"),
        (named["ada"], "staff: reviews, verifies, refunds"),
        (named["grace"], "staff, for what takes two people"),
    ]


async def _make_studios(named: dict[str, Person]) -> dict[str, Organisation]:
    owners = {
        "Lanting Pictures": "lin",
        "Kiln & Harbour": "arthur",
        "Nordlicht Film": "frauke",
        "Casa Papalote": "arthur",
    }
    return {
        name: await _verified(OrganisationKind.STUDIO, name, country, about, named[owners[name]], named["ada"])
        for name, (country, about) in STUDIOS.items()
    }


async def _verified(
    kind: OrganisationKind, name: str, country: str, about: str, owner: Person, staff: Person
) -> Organisation:
    """An organisation that staff has verified and that can be paid."""
    made = await organisations.make_organisation(kind, name, country, about, by=owner.id)
    base = settings.current().base_url
    await verification.onboarding_page(made, email=owner.email, return_url=base, refresh_url=base)
    made = await Organisation.get(id=made.id)
    await control(f"accounts/{made.stripe_account_id}/onboarding", {"outcome": "complete"})
    await verification.follow_account(str(made.stripe_account_id))
    await verification.submit(made.id, by=owner.id)
    await verification.verify(made.id, reason="The register and the account agree.", by=staff.id)
    return await Organisation.get(id=made.id)


# --- one film ---


async def _plan_film(
    film: Film, studio: Organisation, named: dict[str, Person], crowd: Crowd, plan: Plan, dice: random.Random
) -> None:
    owner, staff = await _owner_of(studio), named["ada"]
    launched_at = plan.now - timedelta(days=film.launched_days_ago, hours=dice.randrange(2, 9))
    closes_at = launched_at + timedelta(days=film.days)
    campaign = await _write(film, studio, owner, closes_at)
    await plan_milestones(film, campaign, owner, plan)
    if film.ends == "draft":
        return
    written_at = min(launched_at, plan.now) - timedelta(days=6)
    plan.at(written_at, lambda: actions.submit(campaign.id, by=owner.id))
    if film.ends == "submitted":
        return
    if film.ends == "changes_requested":
        plan.at(written_at + timedelta(days=1), lambda: _ask_for_changes(campaign.id, staff))
        return
    plan.at(
        written_at + timedelta(days=1),
        lambda: actions.review(campaign.id, CampaignState.APPROVED, "Clear, honest, ready.", by=staff.id),
    )
    if film.ends == "prelaunch":
        opens_at = plan.now + timedelta(days=6)
        plan.at(written_at + timedelta(days=2), lambda: actions.announce(campaign.id, opens_at=opens_at, by=owner.id))
        plan.at(written_at + timedelta(days=3), lambda: _follow(campaign.id, [named["mei"].id, *crowd.good[:37]]))
        return
    plan.at(launched_at, lambda: actions.launch(campaign.id, by=owner.id))
    stops_at = plan.now - timedelta(days={"suspended": 2, "cancelled": 5}.get(film.ends, 0))
    _plan_pledges(film, campaign, crowd, plan, dice, launched_at, min(closes_at, stops_at))
    for days, title, text in film.updates:
        plan.at(
            launched_at + timedelta(days=days, hours=3),
            lambda title=title, text=text: publish_update(campaign.id, title=title, body=text, by=owner.id),  # type: ignore[misc]
        )
    plan_talk(campaign, owner, staff, plan.now, plan.at)
    if film.ends == "suspended":
        plan.at(
            plan.now - timedelta(days=2),
            lambda: actions.pause(campaign.id, "The rights to film on site are in doubt.", by=staff.id),
        )
    if film.ends == "cancelled":
        plan.at(
            plan.now - timedelta(days=5),
            lambda: actions.cancel_campaign(campaign.id, "The bay did not freeze.", by=owner.id),
        )
    if closes_at < plan.now:
        for day in (0, 1, 3, 5, 7, 8, 10):
            plan.at(closes_at + timedelta(days=day, minutes=1), catch_up)
    if film.ends == "delivering":
        plan.at(closes_at + timedelta(days=12), lambda: _deliver(campaign.id, owner, dice))


async def _follow(campaign_id: int, people: list[int]) -> None:
    for person_id in people:
        await follow(campaign_id, by=person_id)


async def _owner_of(studio: Organisation) -> Person:
    member = await Member.get(organisation_id=studio.id, role="owner")
    return await Person.get(id=member.person_id)


async def _write(film: Film, studio: Organisation, owner: Person, closes_at: datetime) -> Campaign:
    unit = 10 ** digits_of(film.currency)
    campaign = await actions.make_campaign(studio, name=film.name, currency=film.currency, by=owner.id)
    content = Content(
        name=film.name, tagline=film.tagline, story=film.story, risks=film.risks,
        budget=[(name, amount * unit) for name, amount in film.budget], closes_at=closes_at, opens_at=None,
        rule=Rule(film.rule), threshold_bps=film.threshold_bps,
    )  # fmt: skip
    await actions.write(campaign.id, content, by=owner.id)
    for reward in film.rewards:
        await add_tier(campaign.id, _tier(reward, unit), by=owner.id)
    return campaign


def _tier(reward: Reward, unit: int) -> TierContent:
    return TierContent(
        name=reward.name, description=reward.description, price_minor=reward.price * unit, size=reward.size,
        per_fan_max=reward.per_fan_max, ships="post" if reward.ships else "nothing", delivers_on=reward.month,
        seats=reward.seats, seat_worth_minor=reward.seat_worth * unit,
    )  # fmt: skip


async def _ask_for_changes(campaign_id: int, staff: Person) -> None:
    await actions.remark(campaign_id, "Please say who holds the rights to the ringing books.", by=staff.id)
    await actions.remark(campaign_id, "The goal has no line for music. Is there none?", by=staff.id)
    await actions.review(campaign_id, CampaignState.CHANGES_REQUESTED, "Two questions, then it can go.", by=staff.id)


async def _deliver(campaign_id: int, owner: Person, dice: random.Random) -> None:
    """Rewards go out: most backers gave an address, some parcels are sent, some have arrived."""
    await actions.begin_delivery(campaign_id, by=owner.id)
    for delivery in await Delivery.filter(campaign_id=campaign_id):
        how_far = dice.random()
        pledge = await Pledge.get(id=delivery.pledge_id)
        if how_far < 0.2:
            continue
        person = await Person.get(id=pledge.person_id)
        street = (
            f"{dice.randrange(1, 180)} {dice.choice(('Orchard Lane', 'Hafenstraße', 'Calle del Viento', 'Mill Road'))}"
        )
        await deliveries.give_address(
            pledge.id, recipient=person.name, address=f"{street}\n{dice.randrange(10000, 99999)}", country="DE"
        )
        if how_far > 0.45:
            tracking = f"KH{dice.randrange(10**8)}"
            await deliveries.mark_sent(pledge.id, campaign_id=campaign_id, tracking=tracking, by=owner.id)
        if how_far > 0.7:
            await deliveries.mark_received(pledge.id)


# --- pledges over the days ---


def _plan_pledges(
    film: Film, campaign: Campaign, crowd: Crowd, plan: Plan, dice: random.Random, begins: datetime, ends: datetime
) -> None:
    """Many on the first day, fewer in the middle, some more at the end; a batch a day, so that it is quick."""
    days = max(1, (ends - begins).days)
    weights = [3.0 * 0.55**day + 0.25 + (0.5 if day >= days - 3 else 0) for day in range(days)]
    fans = crowd.pick(dice, film.fans, film.failing_cards, with_mei=film.ends in _WITH_MEI)
    unit = 10 ** digits_of(film.currency)
    shares = split_minor(film.goal * film.promised // 100, [dice.choice((3, 5, 7, 10, 10, 12, 16, 17)) for _ in fans])
    on_day = sorted(dice.choices(range(days), weights, k=len(fans)))
    for day in sorted(set(on_day)):
        todays = [
            (fan, max(5, share) * unit) for fan, share, its in zip(fans, shares, on_day, strict=True) if its == day
        ]
        at = min(begins + timedelta(days=day, hours=dice.uniform(1, 20)), ends - timedelta(minutes=5))
        plan.at(at, lambda todays=todays: _pledge_all(campaign.id, todays, dice))  # type: ignore[misc]


async def _pledge_all(campaign_id: int, fans: list[tuple[int, int]], dice: random.Random) -> None:
    campaign = await Campaign.get(id=campaign_id)
    tiers = await Tier.filter(campaign_id=campaign_id)
    await asyncio.gather(*(_pledge(campaign, tiers, person_id, amount_minor, dice) for person_id, amount_minor in fans))


async def _pledge(
    campaign: Campaign, tiers: list[Tier], person_id: int, amount_minor: int, dice: random.Random
) -> None:
    """What the film needs of this fan, with a reward that fits, and the rest as a gift."""
    want = Want(
        id=new_id(), person_id=person_id, campaign_id=campaign.id, tier_id=reward_for(amount_minor, tiers, dice), quantity=1,
        amount_minor=amount_minor, currency=campaign.currency, key=f"demo:{campaign.id}",
        shown_as="nobody" if dice.random() < 0.12 else "name", made_at=clock.now_us(),
        referrer=dice.choice(("", "", "", "newsletter", "newsletter", "lin", "poster-qr", "friends")), terms=terms_shown(),
    )  # fmt: skip
    await give(want)


async def _play(plan: Plan, say: Progress) -> None:
    """Let it happen in order, the clock going along."""
    said = ""
    for when, _, what in sorted(plan.events, key=lambda event: (event[0], event[1])):
        if when > plan.now:
            break
        clock.set_offset(timedelta(microseconds=clock.to_us(when) - clock.wall_now_us()))
        result = what()
        if hasattr(result, "__await__"):
            await result
        if (week := f"{when:%d %b}") != said and when.weekday() == 0:
            said = week
            say(week)
