"""A listing that should not be sold: stopped by staff or by the studio whose film it is, and reports of who doubts that it is real."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic, new_id, outbox
from crowdfund.database.moves import begin, move
from crowdfund.merch.listings.actions import locked
from crowdfund.merch.listings.contents import REASON_MAX, REASON_MIN
from crowdfund.merch.listings.models import (
    MOVES,
    REPORT_MOVES,
    SHOWN,
    Listing,
    ListingEvent,
    ListingState,
    RealReport,
    RealReportEvent,
    ReportState,
    StoppedBy,
)
from crowdfund.merch.listings.rules import NoSuchListing
from crowdfund.people.audit import record
from crowdfund.people.models import Member
from crowdfund.refusal import Invalid, NotAllowed, NotFound, Refusal


class NoSuchReport(NotFound):
    pass


class OwnListing(NotAllowed):
    pass


class StoppedByStaff(NotAllowed):
    """A studio lets go on what it has stopped itself."""


class NothingToDecide(Refusal):
    pass


def _refuse_reason(reason: str, field: str) -> None:
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        raise Invalid(
            "Give the reason in at least {least} characters: it is read by who it is about.",
            field=field,
            least=REASON_MIN,
        )


@atomic
async def stop_listing(listing_id: int, reason: str, *, who: StoppedBy, by: int) -> None:
    """Nothing of it is sold any more, from this moment. Its seller is told why. Open reports of it are upheld by that.

    Raises Invalid, MoveRefused where it isn't on sale or paused.
    """
    _refuse_reason(reason, "reason")
    listing = await locked(listing_id)
    await _stop(listing, reason, who=who, by=by)
    for report in await RealReport.filter(listing_id=listing_id, state=ReportState.OPEN).order_by("id"):
        await _end(report, ReportState.UPHELD, reason, by=by)


async def _stop(listing: Listing, reason: str, *, who: StoppedBy, by: int) -> None:
    before = str(listing.state)
    await move(
        listing,
        ListingState.STOPPED,
        moves=MOVES,
        because=reason,
        by=by,
        events=ListingEvent,
        stopped_by=who,
        note=reason,
    )
    await record(
        "listing_stopped",
        f"listing:{listing.id}",
        by=by,
        reason=reason,
        before={"state": before},
        after={"stopped_by": who},
    )
    await _tell(listing, "listing_stopped")


@atomic
async def let_go_on(listing_id: int, reason: str, *, who: StoppedBy, by: int) -> None:
    """Its seller may put it on sale again. Raises Invalid, MoveRefused, StoppedByStaff."""
    _refuse_reason(reason, "reason")
    listing = await locked(listing_id)
    if who == StoppedBy.STUDIO and listing.stopped_by == StoppedBy.STAFF:
        raise StoppedByStaff("Who runs this site has stopped it, and only they let it go on.")
    await move(
        listing, ListingState.PAUSED, moves=MOVES, because=reason, by=by, events=ListingEvent, stopped_by=StoppedBy.NOBODY,
        note="",
    )  # fmt: skip
    await record("listing_let_go_on", f"listing:{listing_id}", by=by, reason=reason)
    await _tell(listing, "listing_let_go_on")


async def _tell(listing: Listing, kind: str) -> None:
    await outbox.enqueue(kind, {"listing": listing.id}, key=f"{kind}:{listing.id}:{clock.now_us()}")


# --- "is it real?" ---


@atomic
async def report_listing(listing_id: int, words: str, *, by: int) -> tuple[RealReport, bool]:
    """Say what makes one doubt that a listing is what it says; gives the report, and whether it is news. One at a time from a person.

    Raises NoSuchListing, OwnListing, Invalid.
    """
    listing = await locked(listing_id)
    if listing.state not in SHOWN:
        raise NoSuchListing("There is no such listing.")
    if await Member.exists(organisation_id=listing.organisation_id, person_id=by):
        raise OwnListing("You sell this yourself: you can change it or take it off sale.")
    _refuse_reason(words, "words")
    before = await RealReport.get_or_none(listing_id=listing_id, person_id=by, state=ReportState.OPEN)
    if before is not None:
        return before, False
    report = await RealReport.create(
        id=new_id(),
        listing_id=listing_id,
        person_id=by,
        words=words.strip(),
        state=ReportState.OPEN,
        made_at=clock.now(),
    )
    await begin(report, because="reported", by=by, events=RealReportEvent)
    await outbox.enqueue("listing_doubted", {"report": report.id}, key=f"listing_doubted:{report.id}")
    return report, True


async def _report(report_id: int) -> tuple[RealReport, Listing]:
    """A report whose listing is in the caller's hands. Raises NoSuchReport, NothingToDecide."""
    found = await RealReport.get_or_none(id=report_id)
    if found is None:
        raise NoSuchReport("There is no such report.")
    listing = await locked(found.listing_id)
    report = await RealReport.get(id=report_id)
    if report.state != ReportState.OPEN:
        raise NothingToDecide("Somebody else has answered this report already.")
    return report, listing


@atomic
async def uphold_report(report_id: int, answer: str, *, who: StoppedBy, by: int) -> None:
    """It is right: the listing is stopped, all who reported it read the answer. Raises NoSuchReport, NothingToDecide, Invalid."""
    _refuse_reason(answer, "answer")
    report, listing = await _report(report_id)
    if listing.state in (ListingState.LIVE, ListingState.PAUSED):
        await _stop(listing, answer, who=who, by=by)
    for one in await RealReport.filter(listing_id=listing.id, state=ReportState.OPEN).order_by("id"):
        await _end(one, ReportState.UPHELD, answer, by=by)
    await record("report_upheld", f"listing:{listing.id}", by=by, reason=answer, after={"report": report.id})


@atomic
async def dismiss_report(report_id: int, answer: str, *, by: int) -> None:
    """It may be sold as it is; who asked reads why. Raises NoSuchReport, NothingToDecide, Invalid."""
    _refuse_reason(answer, "answer")
    report, listing = await _report(report_id)
    await _end(report, ReportState.DISMISSED, answer, by=by)
    await record("report_dismissed", f"listing:{listing.id}", by=by, reason=answer, after={"report": report.id})


async def _end(report: RealReport, to: ReportState, answer: str, *, by: int) -> None:
    await move(
        report,
        to,
        moves=REPORT_MOVES,
        because=answer,
        by=by,
        events=RealReportEvent,
        answer=answer,
        ended_at=clock.now(),
    )
    await outbox.enqueue("report_answered", {"report": report.id}, key=f"report_answered:{report.id}")
