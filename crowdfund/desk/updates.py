"""The page of one update. Whose pledge counts is known above the campaigns room, so who may read it is found out here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns import queries
from crowdfund.campaigns.models import Campaign, CampaignState
from crowdfund.campaigns.pages.public import number_in
from crowdfund.campaigns.pages.shown import art_of, audience_said, locked_said, next_update, opens_large, story_html
from crowdfund.campaigns.updates import ANYBODY, MAKER, NoSuchUpdate, Reader, update_of
from crowdfund.people.models import Member, Person
from crowdfund.pledges.queries import counting_pledge
from crowdfund.settings import current
from crowdfund.titles.models import Title
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get
from crowdfund.web.visitor import Person as Visitor


async def reader_of(person: Visitor | None, campaign: Campaign) -> Reader:
    """As whom a visitor reads the updates of a fund."""
    if person is None:
        return ANYBODY
    if person.staff_role is not None or await Member.exists(
        organisation_id=campaign.organisation_id, person_id=person.id
    ):
        return MAKER
    pledge = await counting_pledge(person.id, campaign.id)
    return Reader(is_backer=pledge is not None, tier_id=pledge.tier_id if pledge else None)


async def show(request: Request) -> Response:
    """Its title for everybody, its text for those whom it is for."""
    campaign = await queries.public_campaign(request.path_params["slug"])
    number = number_in(request.path_params["number"])
    if number is None:
        raise NoSuchUpdate("There is no such update.")
    update = await update_of(campaign.id, number)
    title, writer = await Title.get(id=campaign.title_id), await Person.get(id=update.by_person_id)
    tiers = {tier.id: tier.name for tier in await queries.tiers_of(campaign.id)} if update.tier_id else {}
    locked = locked_said(update, await reader_of(request.state.person, campaign))
    return page(
        request, "campaigns/update.html", campaign=campaign, title=title, art_url=art_of(title), update=update, writer=writer.name,
        audience=audience_said(update, tiers), locked=locked, body_html=None if locked else story_html(update.body),
        opens_large=not locked and opens_large(update.body), can_pledge=campaign.state == CampaignState.LIVE,
        next_update=next_update(campaign, clock.now()),
        url=f"{current().base_url}{campaign.path}/updates/{number}",
    )  # fmt: skip


routes = [get("/campaigns/{slug}/updates/{number}", show, may=anyone)]
