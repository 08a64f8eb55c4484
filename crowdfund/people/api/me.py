"""A person's own account, for her programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints
from starlette.requests import Request

from crowdfund.database import ids
from crowdfund.people import accounts
from crowdfund.people.models import Person
from crowdfund.web.api import ONE_LINE, READABLE, STRAIGHT, In, Out, unchanged
from crowdfund.web.routes import bearer, get, post

NAME_MAX = 80


class MeOut(Out):
    """Whose token this is."""

    id: str
    name: str
    email: str
    email_confirmed: bool
    scopes: list[str]


class MeIn(In):
    """What is left out stays as it is. language: of mails and pages."""

    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=NAME_MAX, pattern=ONE_LINE, strip_whitespace=True),
        READABLE,
        STRAIGHT,
    ] = unchanged()
    language: Literal["en", "zh_CN"] = unchanged()


async def me(request: Request) -> MeOut:
    person = request.state.person
    return _out(request, person.name)


def _out(request: Request, name: str) -> MeOut:
    person = request.state.person
    return MeOut(
        id=ids.public(person.id), name=name, email=person.email, email_confirmed=person.email_confirmed,
        scopes=sorted(request.state.token.scopes),
    )  # fmt: skip


async def change_me(request: Request, body: MeIn) -> MeOut:
    """Another name, or another language."""
    person_id, said = request.state.person.id, body.model_fields_set
    if "name" in said:
        await accounts.change_name(person_id, body.name)
    if "language" in said:
        await accounts.change_language(person_id, body.language)
    return _out(request, (await Person.get(id=person_id)).name)


routes = [
    get("/api/v1/me", me, may=bearer("account:read"), gives=MeOut, summary="Whose token this is"),
    post(
        "/api/v1/me", change_me, may=bearer("account:write"), takes=MeIn, gives=MeOut, summary="Change my name or language"
    ),
]  # fmt: skip
