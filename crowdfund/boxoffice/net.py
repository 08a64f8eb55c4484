"""The producer's share of what a title has sold, locked, recognised and settled, by the deals of its bookings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crowdfund.boxoffice import queries
from crowdfund.boxoffice.deals.split import Counted, Showing, shares
from crowdfund.boxoffice.figures import Figure, figures_of
from crowdfund.boxoffice.models import Deal, DealState
from crowdfund.boxoffice.reading import queries as reading
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.titles.models import Title

WEEK_US = 7 * 86_400_000_000


@dataclass(slots=True)
class Net:
    """Shares in minor units. without_deal_minor: what is sold where no deal is agreed on, and nobody can say whose it is."""

    sold_minor: int = 0
    locked_minor: int = 0
    recognised_minor: int = 0
    settled_minor: int = 0
    without_deal_minor: int = 0


async def net_of(title: Title, currency: str) -> Net:
    """What of a title's box office is its own organisation's, in one currency."""
    found = Net()
    figures = [one for one in await figures_of(title_id=title.id) if one.row["currency"] == currency]
    for booking_id in sorted({one.row["booking_id"] for one in figures}):
        await _add_booking(
            found, title, booking_id, [one for one in figures if one.row["booking_id"] == booking_id], currency
        )
    return found


async def _add_booking(found: Net, title: Title, booking_id: int, figures: Sequence[Figure], currency: str) -> None:
    deal = await Deal.get_or_none(booking_id=booking_id, currency=currency, state=DealState.AGREED)
    run_id = deal.run_id if deal is not None else None
    older = await reading.shared_to(booking_id, currency, title.organisation_id, but_run=run_id)
    found.settled_minor += await reading.shared_to(booking_id, currency, title.organisation_id)
    if deal is None or run_id is None:
        found.sold_minor += older
        found.locked_minor += max(0, older)
        found.recognised_minor += max(0, older)
        found.without_deal_minor += sum(one.sold_minor for one in figures if not one.settled_minor)
        return
    in_run = await reading.screenings_in(run_id)
    counted = [one for one in figures if one.row["id"] in in_run or one.row["settled_minor"] is None]
    mine = [payee for payee, one in (await queries.bound_to(deal.id)).items() if one == title.organisation_id]
    first = await queries.first_showing(booking_id) or 0

    def net(minor_of: Callable[[Figure], int]) -> int:
        return max(0, older + _share(deal, counted, minor_of, mine, first))

    found.sold_minor += net(lambda one: one.settled_minor or one.sold_minor)
    found.locked_minor += net(lambda one: one.locked_minor)
    found.recognised_minor += net(lambda one: one.recognised_minor)


def _share(
    deal: Deal, figures: Sequence[Figure], minor_of: Callable[[Figure], int], mine: Sequence[str], first: int
) -> int:
    taken = {}
    for one in figures:
        minor, sold_minor = minor_of(one), max(1, one.sold_minor)
        week = 1 + max(0, one.row["starts_at"] - first) // WEEK_US
        taken[Showing(str(one.row["id"]), week)] = Counted(
            minor, min(one.row["sold"], one.row["sold"] * minor // sold_minor)
        )
    divided = shares(terms_of(deal), taken)
    return sum(divided[payee] for payee in mine)
