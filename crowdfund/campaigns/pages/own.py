"""What every page of a producer's desk asks first: which campaign, of the organisation in the path."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.models import CHANGEABLE, Campaign
from crowdfund.campaigns.queries import campaign_of
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.web.page import page

DESK = "/desk/{organisation}/campaigns/{slug}"


async def own_campaign(request: Request) -> Campaign:
    """The campaign of the path, of the organisation that the door has found. Raises NotFound."""
    return await campaign_of(request.state.organisation.id, request.path_params["slug"])


def base_of(request: Request) -> str:
    return f"/desk/{request.state.organisation.slug}/campaigns/{request.path_params['slug']}"


async def follow_name(request: Request, campaign: Campaign) -> None:
    """Its address may have changed with its name: what is answered from here on leads to the new one."""
    request.path_params["slug"] = (await Campaign.get(id=campaign.id)).slug


def may_write(request: Request) -> bool:
    return may(request.state.role, Role.MANAGER)


def is_owner(request: Request) -> bool:
    return may(request.state.role, Role.OWNER)


def desk_page(request: Request, template: str, campaign: Campaign, status: int = 200, **context: Any) -> Response:
    """A page of one campaign's desk: its head knows the organisation, the role, and where the tabs lead."""
    return page(
        request, template, status, campaign=campaign, organisation=request.state.organisation, base=base_of(request),
        may_write=may_write(request), is_owner=is_owner(request), can_edit=campaign.state in CHANGEABLE, **context,
    )  # fmt: skip
