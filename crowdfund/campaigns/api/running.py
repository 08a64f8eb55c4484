"""Running a campaign through the API: handing it in, answering the reviewer, opening it, writing updates, ending it."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.campaigns import actions, followers
from crowdfund.campaigns.api.bodies import DraftOut
from crowdfund.campaigns.api.own import draft_out, own_campaign
from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.api.running_bodies import (
    AnswerIn,
    CancelIn,
    DeletedOut,
    FollowingOut,
    PublishedOut,
    ScheduleIn,
    UpdateIn,
    first_moment,
)
from crowdfund.campaigns.drafts import delete_draft
from crowdfund.campaigns.forms import UPDATES
from crowdfund.campaigns.models import ReviewRemark
from crowdfund.campaigns.once import publish_update_once
from crowdfund.campaigns.schedule import schedule
from crowdfund.database.ids import public
from crowdfund.people.models import Role
from crowdfund.refusal import Invalid, NotFound
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def submit(request: Request) -> DraftOut:
    """Hand a draft in: complete, and with each of the reviewer's remarks answered."""
    campaign = await own_campaign(request)
    await actions.submit(campaign.id, by=request.state.person.id)
    return await draft_out(campaign.id)


async def take_back(request: Request) -> DraftOut:
    """Back from the reviewers, to be changed and handed in again."""
    campaign = await own_campaign(request)
    await actions.take_back(campaign.id, by=request.state.person.id)
    return await draft_out(campaign.id)


async def delete(request: Request) -> DeletedOut:
    """Throw a draft away that was never handed in."""
    campaign = await own_campaign(request)
    await delete_draft(campaign.id, by=request.state.person.id)
    return DeletedOut(id=public(campaign.id), name=campaign.name)


async def answer_remark(request: Request, body: AnswerIn) -> DraftOut:
    """Answer a remark of the reviewer; the campaign is handed in again when all are."""
    campaign, missing = await own_campaign(request), NotFound("There is no such remark.")
    remark = await api.row_in(request, "remark", ReviewRemark, missing, campaign_id=campaign.id)
    await actions.answer_remark(remark.id, body.answer, by=request.state.person.id)
    return await draft_out(campaign.id)


async def announce(request: Request, body: ScheduleIn) -> DraftOut:
    """Show an approved campaign, and set when it opens (by itself, or left out) and closes."""
    campaign = await own_campaign(request)
    await schedule(
        campaign.id, opens_at=body.opens_at, closes_at=body.closes_at, by=request.state.person.id,
        first_update_by=first_moment(body.first_update_by),
    )  # fmt: skip
    return await draft_out(campaign.id)


async def launch(request: Request) -> DraftOut:
    """Open an approved fund: pledges can be made from now until it closes."""
    campaign = await own_campaign(request)
    await actions.launch(campaign.id, by=request.state.person.id)
    return await draft_out(campaign.id)


async def publish(request: Request, body: UpdateIn) -> PublishedOut:
    """Publish an update: whom it is for gets it by mail, of followers those of an update for everyone."""
    campaign = await own_campaign(request)
    missing = Invalid("There is no such tier in this fund.", field="tier")
    number = await publish_update_once(
        campaign.id, body.title, body.body, by=request.state.person.id, key=f"api:{request.state.idempotency_key}",
        audience=body.audience, tier_id=api.known_id(body.tier, missing) if body.tier is not None else None,
        next_by=first_moment(body.next_by),
    )  # fmt: skip
    return PublishedOut(number=number, url=f"{current().base_url}{campaign.path}/updates/{number}")


async def cancel(request: Request, body: CancelIn) -> DraftOut:
    """End a fund before its deadline, for good: nobody is charged, every pledge is let go, and backers read why."""
    campaign = await own_campaign(request, Role.OWNER)
    await actions.cancel_campaign(campaign.id, body.reason, by=request.state.person.id)
    return await draft_out(campaign.id)


# --- following ---


async def following(request: Request) -> FollowingOut:
    """Whether I follow a fund."""
    campaign = await public_campaign(request)
    return FollowingOut(follows=await followers.follows(campaign.id, request.state.person.id))


async def follow(request: Request) -> FollowingOut:
    """Be told of the launch, of updates, and before it closes. Twice is once."""
    campaign = await public_campaign(request)
    await followers.follow(campaign.id, by=request.state.person.id)
    return FollowingOut(follows=True)


async def unfollow(request: Request) -> FollowingOut:
    campaign = await public_campaign(request)
    await followers.unfollow(campaign.id, by=request.state.person.id)
    return FollowingOut(follows=False)


_WRITE, _ME = bearer("campaigns:write"), bearer("account:write")
routes = [
    post(f"{ONE}/submission", submit, may=_WRITE, gives=DraftOut, summary="Hand a draft in for review"),
    post(f"{ONE}/submission/withdrawal", take_back, may=_WRITE, gives=DraftOut, summary="Take it back from the reviewers"),
    post(f"{ONE}/removal", delete, may=_WRITE, gives=DeletedOut, summary="Throw a draft away"),
    post(
        f"{ONE}/remarks/{{remark}}/answer", answer_remark, may=_WRITE, takes=AnswerIn, gives=DraftOut,
        summary="Answer a remark of the reviewer",
    ),
    post(f"{ONE}/announcement", announce, may=_WRITE, takes=ScheduleIn, gives=DraftOut, summary="Announce and schedule"),
    post(f"{ONE}/launch", launch, may=_WRITE, gives=DraftOut, summary="Open a fund"),
    post(
        f"{ONE}/updates", publish, may=_WRITE, takes=UpdateIn, gives=PublishedOut, creates=True, limit=UPDATES,
        summary="Publish an update",
    ),
    post(f"{ONE}/cancellation", cancel, may=_WRITE, takes=CancelIn, gives=DraftOut, summary="Cancel a fund"),
    get(f"{ONE}/follower", following, may=bearer("account:read"), gives=FollowingOut, summary="Whether I follow a fund"),
    post(f"{ONE}/follower", follow, may=_ME, gives=FollowingOut, summary="Follow a fund"),
    post(f"{ONE}/follower/removal", unfollow, may=_ME, gives=FollowingOut, summary="Follow it no longer"),
]  # fmt: skip
