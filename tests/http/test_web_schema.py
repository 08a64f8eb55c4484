"""The API does what its description says, whatever it is sent: schemathesis against the real server (S3)."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis import checks

from crowdfund import settings
from crowdfund.database import close_database, open_database
from crowdfund.people import accounts
from crowdfund.people.rules import SCOPES
from crowdfund.people.tokens import make_token
from tests.http.conftest import PASSWORD
from tests.http.test_real_server import Running, engine, running, server

__all__ = ["engine", "running", "server"]

_TOKENS = 40  # each is good for sixty calls a minute


async def tokens(site_settings: settings.Settings) -> list[str]:
    await open_database(site_settings.database_url)
    person = await accounts.make_person("Lin", "lin@example.com", PASSWORD)
    made = [await make_token(person.id, "schemathesis", SCOPES) for _ in range(_TOKENS)]
    await close_database()
    return made


@pytest.fixture
async def keys(site_settings: settings.Settings) -> list[str]:
    return await tokens(site_settings)


async def test_every_operation_keeps_its_description(running: Running, keys: list[str], long: bool) -> None:
    checks.load_all_checks()
    schema = schemathesis.openapi.from_url(f"{running.origin}/api/v1/openapi.json")
    names = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
    conforms = [checks.not_a_server_error, *(checks.CHECKS.get_one(name) for name in names)]
    numbers = count()
    tried: dict[str, int] = {}

    def use(operation: Any) -> None:
        @hypothesis.settings(
            max_examples=300 if long else 15, deadline=None, database=None, derandomize=not long,
            suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy())
        def once(case: Any) -> None:
            number = next(numbers)
            headers = {"Authorization": f"Bearer {keys[number % _TOKENS]}"}
            response = case.call(headers=headers)
            case.validate_response(response, checks=conforms)
            tried[operation.label] = tried.get(operation.label, 0) + 1

        once()

    for result in schema.get_all_operations():
        await asyncio.to_thread(use, result.ok())
    assert len(tried) >= 5 and min(tried.values()) >= 3, tried
