"""Something that speaks to the API with a token, and what it makes of errors."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from crowdfund.people.models import Person, StaffRole
from crowdfund.people.rules import scopes_for
from tests.http.browser import Browser
from tests.http.conftest import SiteUnderTest

_keys = count(1)


class Program:
    """A token's program. A POST that needs a key gets a new one, unless a test says which."""

    def __init__(self, browser: Browser, token: dict[str, str]) -> None:
        self.browser, self.token = browser, token

    async def get(self, path: str) -> httpx.Response:
        return await self.browser.client.get(f"/api/v1{path}", headers=self.token)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> httpx.Response:
        headers = self.token | ({"idempotency-key": key} if key else {}) | more.pop("headers", {})
        if body is not None:
            more["json"] = body
        return await self.browser.client.post(f"/api/v1{path}", headers=headers, **more)

    async def read(self, path: str) -> Any:
        """A GET that has to work."""
        return _worked(await self.get(path))

    async def do(self, path: str, body: Any = None, **more: Any) -> Any:
        """A POST that has to work."""
        return _worked(await self.post(path, body, **more))

    async def make(self, path: str, body: Any = None, **more: Any) -> Any:
        """A POST that has to make something."""
        answer = await self.post(path, body, key=f"key-{next(_keys)}", **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def all(self, path: str) -> list[Any]:
        """A list to its end, page by page."""
        found: list[Any] = []
        following: str | None = f"/api/v1{path}"
        while following:
            page = _worked(await self.browser.client.get(following, headers=self.token))
            found += page["items"]
            following = page["next"]
        return found


def _worked(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), f"{answer.status_code} {answer.text}"
    return answer.json()


async def program_of(site: SiteUnderTest, person: Person, *scopes: str) -> Program:
    """A program of this person, with these scopes or with all that they can have."""
    role = (await Person.get(id=person.id)).staff_role
    return Program(site.browser(), await site.token(person, *(scopes or scopes_for(StaffRole(role) if role else None))))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, which is a problem like any other."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code and problem["detail"] and problem["request_id"]
    return answer.status_code, problem["code"]


def fields_of(answer: httpx.Response) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]
