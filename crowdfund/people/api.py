"""The API of the people room."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request

from crowdfund.database import ids
from crowdfund.web.routes import bearer, get


class MeOut(BaseModel):
    """Whose token this is."""

    id: str
    name: str
    email: str
    email_confirmed: bool
    scopes: list[str]


async def me(request: Request) -> MeOut:
    person = request.state.person
    return MeOut(
        id=ids.public(person.id),
        name=person.name,
        email=person.email,
        email_confirmed=person.email_confirmed,
        scopes=sorted(request.state.token.scopes),
    )


routes = [get("/api/v1/me", me, may=bearer("account:read"), gives=MeOut, summary="Whose token this is")]
