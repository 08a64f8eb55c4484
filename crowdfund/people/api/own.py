"""What every call about an organisation asks first: which one, and whether the token's person may do that there."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.people.models import Member, Organisation, Role
from crowdfund.people.rules import may
from crowdfund.refusal import NotAllowed, NotFound, Refusal
from crowdfund.web import api


def no_such_organisation() -> NotFound:
    return NotFound("There is no such organisation.")


async def role_in(request: Request, organisation_id: int, needed: Role, otherwise: Refusal) -> Role:
    """The role of the token's person. Raises `otherwise` for who doesn't belong to it, as if it weren't there; NotAllowed."""
    member = await Member.get_or_none(organisation_id=organisation_id, person_id=request.state.person.id)
    if member is None:
        raise otherwise
    if not may(member.role, needed):
        raise NotAllowed("Your role in this organisation does not allow that.")
    return Role(member.role)


async def own_organisation(request: Request, needed: Role) -> tuple[Organisation, Role]:
    """The organisation in the path, and the person's role there. Raises NotFound, NotAllowed."""
    found = await api.row_in(request, "organisation", Organisation, no_such_organisation())
    return found, await role_in(request, found.id, needed, no_such_organisation())
