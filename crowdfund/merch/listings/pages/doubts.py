"""Who doubts a listing and who decides: the studio whose film it is on its desk, staff on theirs; the same pages, other tabs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.database.ids import private, private_or_none, public
from crowdfund.merch.listings import stopping
from crowdfund.merch.listings.forms import AnswerForm, ReasonForm
from crowdfund.merch.listings.models import Listing, ListingState, RealReport, StoppedBy
from crowdfund.merch.listings.pages.shown import match_means, match_words, pictures_shown
from crowdfund.merch.listings.reading import (
    Shelved,
    history_of,
    how_many_wait,
    listings_after,
    open_reports,
    reports_on,
    shelved,
    titles_of,
)
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import Handler, Route, get, member, post, staff

PAGE = 50


@dataclass(frozen=True, slots=True)
class Side:
    """Who decides. base: where these pages hang, as a route; who: as it is written down."""

    base: str
    who: StoppedBy

    def path(self, request: Request) -> str:
        if self.who == StoppedBy.STAFF:
            return self.base
        return self.base.replace("{organisation}", request.state.organisation.slug)

    async def titles(self, request: Request) -> list[int] | None:
        """The films that it decides about; None for all."""
        if self.who == StoppedBy.STAFF:
            return None
        return await titles_of(request.state.organisation.id)

    async def listing(self, request: Request) -> Listing:
        """The listing of the path, where it is this side's to decide. Raises NoSuchListing."""
        found = await Listing.get_or_none(id=private(request.path_params["listing"]))
        titles = await self.titles(request)
        if found is None or found.state == ListingState.DRAFT or (titles is not None and found.title_id not in titles):
            raise NoSuchListing("There is no such listing.")
        return found

    def may_decide(self, request: Request) -> bool:
        return self.who == StoppedBy.STAFF or may(request.state.role, Role.MANAGER)

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        organisation = None if self.who == StoppedBy.STAFF else request.state.organisation
        return page(
            request, f"merch/listings/{template}", status, organisation=organisation, base=self.path(request),
            may_decide=self.may_decide(request), **context,
        )  # fmt: skip


STAFF = Side("/staff/listings", StoppedBy.STAFF)
STUDIO = Side("/desk/{organisation}/doubts", StoppedBy.STUDIO)


def _overview(side: Side) -> Handler:
    async def overview(request: Request) -> Response:
        """Reports that wait, the first that came on top; for a studio also all that is sold after its films."""
        after, titles = private_or_none(request.query_params.get("after", "")), await side.titles(request)
        found = await open_reports(titles, after_id=after or 0, limit=PAGE + 1)
        on_sale = [] if titles is None else await listings_after(titles)
        known = {one.id: one for one in await Listing.filter(id__in=sorted({one.listing_id for one in found}))}
        cards = {one.listing.id: _card(one, side.path(request)) for one in await shelved([*known.values(), *on_sale])}
        return side.page(
            request, "doubts.html", reports=[(one, cards[one.listing_id]) for one in found[:PAGE]],
            on_sale=[cards[one.id] for one in on_sale], how_many=len(found) if titles is not None else await how_many_wait(),
            newer=side.path(request) if after is not None else "",
            older=f"{side.path(request)}?after={public(found[PAGE - 1].id)}" if len(found) > PAGE else "",
        )  # fmt: skip

    return overview


def _card(one: Shelved, base: str) -> dict[str, Any]:
    return {
        "name": one.listing.name, "path": f"{base}/{public(one.listing.id)}", "seller": one.seller.name, "film": one.title.name,
        "state": one.listing.state, "match": match_words(one.listing.match), "colour": one.title.colour,
        "picture": pictures_shown(one.images, one.product, one.title)[0].small,
    }  # fmt: skip


def _one(side: Side) -> Handler:
    async def show(request: Request) -> Response:
        return await _show(side, request, await side.listing(request))

    return show


async def _show(side: Side, request: Request, listing: Listing, wrong: Form | None = None, at: int = 0) -> Response:
    """One listing with what people asked and what may be decided. wrong: a form to mend; at: the report that it answers, 0 for none."""
    [one] = await shelved([listing])
    return side.page(
        request, "doubt.html", wrong.status if wrong is not None else 200, listing=listing, seller=one.seller, title=one.title,
        product=one.product, pictures=pictures_shown(one.images, one.product, one.title), match=match_words(listing.match),
        means=match_means(listing.match), reports=await reports_on(listing.id), history=await history_of(listing.id),
        path=f"{side.path(request)}/{public(listing.id)}", reason_form=wrong if isinstance(wrong, ReasonForm) else ReasonForm(),
        answer_form=wrong if isinstance(wrong, AnswerForm) else AnswerForm(), answering=at, wrong=wrong,
        can_stop=listing.state in (ListingState.LIVE, ListingState.PAUSED),
        can_let_go=listing.state == ListingState.STOPPED and (side.who == StoppedBy.STAFF or listing.stopped_by == side.who),
    )  # fmt: skip


Verb = Callable[..., Awaitable[None]]


def _deciding(side: Side, verb: Verb, said: Callable[[], str]) -> Handler:
    async def decide(request: Request) -> Response:
        listing, form = await side.listing(request), await ReasonForm.read(request)
        if not form.errors:
            with form.showing_refusals():
                await verb(listing.id, form.reason, who=side.who, by=request.state.person.id)
                return redirect(request, f"{side.path(request)}/{public(listing.id)}", ("good", said()))
        return await _show(side, request, await Listing.get(id=listing.id), form)

    return decide


def _answering(side: Side) -> Handler:
    async def answer(request: Request) -> Response:
        listing, form = await side.listing(request), await AnswerForm.read(request)
        report = await RealReport.get_or_none(id=private(request.path_params["report"]), listing_id=listing.id)
        if report is None:
            raise stopping.NoSuchReport("There is no such report.")
        if not form.errors:
            with form.showing_refusals():
                by = request.state.person.id
                if form.decision == "stop":
                    await stopping.uphold_report(report.id, form.answer, who=side.who, by=by)
                else:
                    await stopping.dismiss_report(report.id, form.answer, by=by)
                said = _("Answered. Whoever asked reads it in a letter.")
                return redirect(request, f"{side.path(request)}/{public(listing.id)}", ("good", said))
        return await _show(side, request, await Listing.get(id=listing.id), form, at=report.id)

    return answer


def _routes(side: Side) -> list[Route]:
    look, decide = (staff("reviewer"),) * 2 if side.who == StoppedBy.STAFF else (member("viewer"), member("manager"))
    one = f"{side.base}/{{listing}}"
    stopped, going = (lambda: _("Its sale is stopped.")), (lambda: _("Its seller may put it on sale again."))
    return [
        get(side.base, _overview(side), may=look),
        get(one, _one(side), may=look),
        post(f"{one}/stop", _deciding(side, stopping.stop_listing, stopped), may=decide),
        post(f"{one}/stop/removal", _deciding(side, stopping.let_go_on, going), may=decide),
        post(f"{one}/reports/{{report}}", _answering(side), may=decide),
    ]


routes = [*_routes(STAFF), *_routes(STUDIO)]
