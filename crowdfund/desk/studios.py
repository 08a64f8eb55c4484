"""A studio as everybody may see it: what it is, what it has open, and how its funds have ended."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import AWAITING, FELL_THROUGH, PUBLIC, SUCCEEDED, CampaignState
from crowdfund.campaigns.pages.shown import Card, cards_of
from crowdfund.campaigns.queries import campaigns_of
from crowdfund.desk.queries import Delivered, deliveries_of
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound
from crowdfund.screenings.pages.on_sale import films_of
from crowdfund.screenings.queries import what_is_on
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get

S = CampaignState


@dataclass(frozen=True, slots=True)
class Record:
    """What a studio or a club has kept of its word. ended: funds that were judged, or whose deal fell through.

    delivered: whose backers have all been sent theirs.
    """

    funded: int
    ended: int
    delivered: int
    on_time: int


def record_of(cards: list[Card], delivered: list[Delivered]) -> Record:
    funded = sum(card.state in SUCCEEDED for card in cards)
    failed = sum(card.state == S.FAILED or card.state in FELL_THROUGH for card in cards)
    return Record(funded, funded + failed, len(delivered), sum(one.on_time for one in delivered))


async def studio(request: Request) -> Response:
    """Raises NotFound for one that has shown nothing yet, in the same words as for none."""
    organisation = await Organisation.get_or_none(slug=request.path_params["organisation"])
    rows = await campaigns_of(organisation.id) if organisation else []
    cards = cards_of(row for row in rows if row["state"] in PUBLIC)
    on_sale = await films_of(await what_is_on(studio_id=organisation.id)) if organisation else []
    if organisation is None or not (cards or on_sale):
        raise NotFound("There is no such studio.")
    delivered = await deliveries_of(organisation.id)
    late = {one.campaign_id for one in delivered if not one.on_time}
    return page(
        request, "desk/studio_public.html", organisation=organisation, record=record_of(cards, delivered), late=late,
        colour=(cards or on_sale)[0].colour, since=organisation.made_at, on_sale=on_sale,
        open_now=[card for state in (S.LIVE, S.SETTLING, S.SUSPENDED) for card in cards if card.state == state],
        coming=[card for card in cards if card.state == S.PRELAUNCH],
        made_it=[card for card in cards if card.state in SUCCEEDED], over=[card for card in cards if card.is_over],
        awaiting=[card for card in cards if card.state in AWAITING], fell_through=[card for card in cards if card.state in FELL_THROUGH],
    )  # fmt: skip


routes = [get("/studios/{organisation}", studio, may=anyone)]
