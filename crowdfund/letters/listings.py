"""About listings: to a seller whose listing was stopped or may go on, to who decides over a doubt, to who had it."""

from __future__ import annotations

from typing import Any

from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter, send
from crowdfund.letters.teams import tell_organisation
from crowdfund.merch.listings.models import Listing, ListingState, RealReport, ReportState, StoppedBy
from crowdfund.people.models import Organisation, Person
from crowdfund.titles.models import Title
from crowdfund.web.i18n import _


async def _stopped(payload: dict[str, Any]) -> None:
    """Nobody is told of what goes on again meanwhile."""
    listing = await Listing.get(id=payload["listing"])
    if listing.state != ListingState.STOPPED:
        return
    seller, title = await Organisation.get(id=listing.organisation_id), await Title.get(id=listing.title_id)
    studio = await Organisation.get(id=title.organisation_id)

    def write() -> Letter:
        who = studio.name if listing.stopped_by == StoppedBy.STUDIO else _("who runs this site")
        said = _("The sale of %(listing)s was stopped by %(who)s. Nothing of it is sold until it may go on.")
        return Letter(
            _("%(listing)s was stopped") % {"listing": listing.name},
            [
                said % {"listing": listing.name, "who": who},
                listing.note,
                _("Orders that are paid are still yours to send. If you think this is wrong, answer this letter."),
            ],
            _("Look at the listing"),
            listing.path_in(seller.desk_path),
        )

    await tell_organisation(payload, listing.organisation_id, write)


async def _goes_on(payload: dict[str, Any]) -> None:
    listing = await Listing.get(id=payload["listing"])
    if listing.state != ListingState.PAUSED:
        return
    seller = await Organisation.get(id=listing.organisation_id)

    def write() -> Letter:
        return Letter(
            _("%(listing)s may be sold again") % {"listing": listing.name},
            [_("It is paused. Put it on sale again when you like.")],
            _("Look at the listing"),
            listing.path_in(seller.desk_path),
        )

    await tell_organisation(payload, listing.organisation_id, write)


async def _doubted(payload: dict[str, Any]) -> None:
    """To the studio whose film it is; staff have it on their desk."""
    report = await RealReport.get(id=payload["report"])
    if report.state != ReportState.OPEN:
        return
    listing = await Listing.get(id=report.listing_id)
    title = await Title.get(id=listing.title_id)
    studio = await Organisation.get(id=title.organisation_id)

    def write() -> Letter:
        facts = {"listing": listing.name, "film": title.name}
        return Letter(
            _("Somebody asks whether %(listing)s is real") % facts,
            [
                _("It is sold after something in %(film)s. This is what they wrote:") % facts,
                report.words,
                _("Stop the sale if they are right, or answer why it is fine."),
            ],
            _("Decide"),
            f"{studio.desk_path}/doubts",
        )

    await tell_organisation(payload, studio.id, write)


async def _answered(payload: dict[str, Any]) -> None:
    report = await RealReport.get(id=payload["report"])
    listing = await Listing.get(id=report.listing_id)

    def write() -> Letter:
        facts = {"listing": listing.name}
        said = (
            _("You were right about %(listing)s: its sale was stopped. Thank you.")
            if report.state == ReportState.UPHELD
            else _("We looked at %(listing)s, and it may be sold as it is.")
        )
        return Letter(
            _("Your question about %(listing)s") % facts, [said % facts, report.answer], _("Look at it"), listing.path
        )

    await send(payload, await Person.get(id=report.person_id), write)


JOBS: dict[str, Job] = {
    "listing_stopped": _stopped,
    "listing_let_go_on": _goes_on,
    "listing_doubted": _doubted,
    "report_answered": _answered,
}
