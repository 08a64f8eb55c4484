"""The candidates of a draft through the API. A picture is the body itself, or `image` of a form: PNG, JPEG or WebP, at most 5 MB."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from crowdfund.campaigns.api.pictures import ALT, keep_sent
from crowdfund.community.polls.api.bodies import CandidateIn, PollDraftOut
from crowdfund.community.polls.api.own import draft_out, own_candidate, own_poll
from crowdfund.community.polls.api.reading import POLL
from crowdfund.community.polls.candidates import (
    Named,
    add_candidate_once,
    change_candidate,
    picture_candidate,
    remove_candidate,
    unpicture_candidate,
)
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.routes import bearer, post


async def add_poll_candidate(request: Request, body: CandidateIn) -> PollDraftOut:
    """Name somebody to choose from. The same Idempotency-Key answers the same one."""
    poll, _campaign = await own_poll(request)
    key = f"api:{request.state.idempotency_key}"
    await add_candidate_once(poll.id, Named(body.name, body.text), by=request.state.person.id, key=key)
    return await draft_out(poll.id)


async def change_poll_candidate(request: Request, body: CandidateIn) -> PollDraftOut:
    """Change what is said of a candidate of a draft."""
    found = await own_candidate(request)
    await change_candidate(found.id, Named(body.name, body.text), by=request.state.person.id)
    return await draft_out(found.poll_id)


async def remove_poll_candidate(request: Request) -> PollDraftOut:
    """Take a candidate of a draft away."""
    found = await own_candidate(request)
    await remove_candidate(found.id, by=request.state.person.id)
    return await draft_out(found.poll_id)


async def picture_poll_candidate(request: Request) -> PollDraftOut:
    """Show a picture with a candidate of a draft."""
    found, alt, by = await own_candidate(request), ALT.of(request), request.state.person.id
    await keep_sent(
        request, ["candidate", found.id, alt], lambda image_id: picture_candidate(found.id, image_id, alt=alt, by=by)
    )
    return await draft_out(found.poll_id)


async def unpicture_poll_candidate(request: Request) -> PollDraftOut:
    """Take the picture of a candidate away."""
    found = await own_candidate(request)
    await unpicture_candidate(found.id, by=request.state.person.id)
    return await draft_out(found.poll_id)


_WRITE = bearer("campaigns:write")
_ONE = f"{POLL}/candidates/{{candidate}}"
_SENT: dict[str, Any] = {"creates": True, "picture": True, "body_max": UPLOAD_MAX}
routes = [
    post(
        f"{POLL}/candidates", add_poll_candidate, may=_WRITE, takes=CandidateIn, gives=PollDraftOut, creates=True,
        summary="Name a candidate",
    ),
    post(_ONE, change_poll_candidate, may=_WRITE, takes=CandidateIn, gives=PollDraftOut, summary="Change a candidate"),
    post(f"{_ONE}/removal", remove_poll_candidate, may=_WRITE, gives=PollDraftOut, summary="Take a candidate away"),
    post(
        f"{_ONE}/picture", picture_poll_candidate, may=_WRITE, gives=PollDraftOut, filters=[ALT],
        summary="Show a picture with a candidate", **_SENT,
    ),
    post(f"{_ONE}/picture/removal", unpicture_poll_candidate, may=_WRITE, gives=PollDraftOut, summary="Take a candidate's picture away"),
]  # fmt: skip
