"""Doubts through the API: anybody's question whether a listing is real, and what the studio decides about what is sold after its films."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.merch.listings import stopping
from crowdfund.merch.listings.api.bodies import DoubtAnswerIn, DoubtIn, DoubtOut, ListingOut, StopIn
from crowdfund.merch.listings.api.showing import ONE, ORGANISATION, doubt_out, listing_out, no_such_listing
from crowdfund.merch.listings.forms import REPORTS
from crowdfund.merch.listings.models import Listing, ListingState, RealReport, StoppedBy
from crowdfund.merch.listings.reading import open_reports, titles_of
from crowdfund.people.api.own import own_organisation, role_in
from crowdfund.people.models import Role
from crowdfund.titles.models import Title
from crowdfund.web import api
from crowdfund.web.routes import bearer, get, post


async def doubt_listing(request: Request, body: DoubtIn) -> DoubtOut:
    """Say what makes one doubt that a listing is what it says. One question at a time from a person."""
    listing = await api.row_in(request, "listing", Listing, no_such_listing())
    report, _is_news = await stopping.report_listing(listing.id, body.words, by=request.state.person.id)
    return doubt_out(report)


async def list_doubts(request: Request) -> Response:
    """Questions that wait about what is sold after a studio's films, the first that came on top."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    asked = api.cursor(request)
    found = await open_reports(await titles_of(organisation.id), after_id=asked.after_id or 0, limit=asked.limit + 1)
    return api.paged(request, found, asked, doubt_out, lambda one: one.id)


async def _of_my_film(request: Request, listing: Listing) -> None:
    """Raises NoSuchListing for what is sold after others' films, NotAllowed."""
    title = await Title.get(id=listing.title_id)
    await role_in(request, title.organisation_id, Role.MANAGER, no_such_listing())


async def _listing(request: Request) -> Listing:
    listing = await api.row_in(request, "listing", Listing, no_such_listing())
    if listing.state == ListingState.DRAFT:
        raise no_such_listing()
    await _of_my_film(request, listing)
    return listing


async def stop_listing(request: Request, body: StopIn) -> ListingOut:
    """As the studio whose film it is: nothing of it is sold any more. Its seller reads the reason."""
    listing = await _listing(request)
    await stopping.stop_listing(listing.id, body.reason, who=StoppedBy.STUDIO, by=request.state.person.id)
    return await listing_out(listing.id)


async def let_listing_go_on(request: Request, body: StopIn) -> ListingOut:
    """As the studio that has stopped it: its seller may put it on sale again."""
    listing = await _listing(request)
    await stopping.let_go_on(listing.id, body.reason, who=StoppedBy.STUDIO, by=request.state.person.id)
    return await listing_out(listing.id)


async def answer_doubt(request: Request, body: DoubtAnswerIn) -> DoubtOut:
    """As the studio: stop the sale, or leave it; whoever asked reads the answer."""
    missing = stopping.NoSuchReport("There is no such report.")
    report = await api.row_in(request, "report", RealReport, missing)
    title = await Title.get(id=(await Listing.get(id=report.listing_id)).title_id)
    await role_in(request, title.organisation_id, Role.MANAGER, missing)
    by = request.state.person.id
    if body.decision == "stop":
        await stopping.uphold_report(report.id, body.answer, who=StoppedBy.STUDIO, by=by)
    else:
        await stopping.dismiss_report(report.id, body.answer, by=by)
    return doubt_out(await RealReport.get(id=report.id))


_SEE, _WRITE = bearer("listings:read"), bearer("listings:write")
routes = [
    post(
        f"{ONE}/reports", doubt_listing, may=bearer("comments:write"), limit=REPORTS, takes=DoubtIn, gives=DoubtOut, creates=True,
        summary="Ask whether a listing is real",
    ),
    get(
        f"{ORGANISATION}/listing-reports", list_doubts, may=_SEE, gives=DoubtOut, lists=True,
        summary="Questions about what is sold after films of mine",
    ),
    post(f"{ONE}/stop", stop_listing, may=_WRITE, takes=StopIn, gives=ListingOut, summary="Stop the sale of what is after a film of mine"),
    post(f"{ONE}/stop/removal", let_listing_go_on, may=_WRITE, takes=StopIn, gives=ListingOut, summary="Let it be sold again"),
    post(
        "/api/v1/listing-reports/{report}/answer", answer_doubt, may=_WRITE, takes=DoubtAnswerIn, gives=DoubtOut,
        summary="Answer a question about a listing",
    ),
]  # fmt: skip
