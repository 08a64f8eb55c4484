"""The API does what its description says, whatever it is sent: schemathesis against the real server (S3)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis import checks
from schemathesis.transport.serialization import serialize_binary

from crowdfund import settings
from crowdfund.campaigns import actions
from crowdfund.database import close_database, open_database
from crowdfund.database.ids import public
from crowdfund.people import accounts
from crowdfund.people.models import Role, StaffRole
from crowdfund.people.rules import scopes_for
from crowdfund.people.tokens import make_token
from tests.cinema import a_screening
from tests.door import a_manager, a_pass
from tests.http.conftest import PASSWORD
from tests.http.draw_world import a_draw
from tests.http.test_real_server import Running, engine, running, server
from tests.world import Fan, a_campaign, a_card, a_studio, a_tier, pledged

__all__ = ["engine", "running", "server"]

schemathesis.serializer("video/mp4", "video/webm")(lambda _context, sent: {"data": serialize_binary(sent)})
_TOKENS = 40  # each is good for sixty calls a minute


@dataclass
class World:
    """What the calls may meet: tokens of somebody who may do everything, and the ids of what is hers."""

    keys: list[str]
    known: list[dict[str, str]]


async def a_world(site_settings: settings.Settings) -> World:
    """An admin who owns a studio with a draft, a fund under review and an open one, and backs the latter with a saved card."""
    await open_database(site_settings.database_url)
    lin = await accounts.make_person("Lin", "lin@example.com", PASSWORD, staff_role=StaffRole.ADMIN)
    scopes = scopes_for(StaffRole.ADMIN)
    keys = [await make_token(lin.id, "schemathesis", scopes) for _ in range(_TOKENS)]
    fan = Fan(lin.id, lin.email)
    studio_id = await a_studio(owner=fan)
    card_id = await a_card(fan)
    known = []
    for state in ("draft", "submitted", "live"):
        campaign = await a_campaign(state=state, studio_id=studio_id)
        tier_id = await a_tier(campaign, ships="post")
        ids = {"organisation": studio_id, "campaign": campaign.id, "tier": tier_id, "card": card_id, "person": lin.id}
        if state == "live":
            ids["pledge"] = (await pledged(fan, campaign, tier_id=tier_id)).id
        if state == "submitted":
            ids["remark"] = (await actions.remark(campaign.id, "Who owns the boat?", by=lin.id)).id
        if state == "live":
            ids["draw"] = (await a_draw(campaign, by=lin.id)).id
        screening = await a_screening()
        await a_manager(screening, Role.OWNER, fan)
        ids |= {"screening": screening.id, "pass": (await a_pass(screening, by=fan)).id}
        known.append({name: public(number) for name, number in ids.items()})
    await close_database()
    return World(keys, known)


@pytest.fixture
async def world(site_settings: settings.Settings) -> World:
    return await a_world(site_settings)


@pytest.mark.landing
async def test_every_operation_keeps_its_description(running: Running, world: World, long: bool) -> None:
    checks.load_all_checks()
    schema = schemathesis.openapi.from_url(f"{running.origin}/api/v1/openapi.json")
    names = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
    conforms = [checks.not_a_server_error, *(checks.CHECKS.get_one(name) for name in names)]
    numbers = count()
    tried: dict[str, int] = {}
    answers: dict[str, set[int]] = {}

    def use(operation: Any) -> None:
        @hypothesis.settings(
            max_examples=300 if long else 5, deadline=None, database=None, derandomize=not long,
            suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.generate],
        )  # fmt: skip
        @hypothesis.given(case=operation.as_strategy())
        def once(case: Any) -> None:
            number = next(numbers)
            for name, public_id in world.known[number % 3].items() if number % 4 else ():
                if name in case.path_parameters:
                    case.path_parameters[name] = public_id
            headers = {"Authorization": f"Bearer {world.keys[number % _TOKENS]}"}
            response = case.call(headers=headers)
            case.validate_response(response, checks=conforms)
            tried[operation.label] = tried.get(operation.label, 0) + 1
            answers.setdefault(operation.label, set()).add(response.status_code)

        once()

    varied = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path_parameters or operation.query or operation.body:
            varied.add(operation.label)
        await asyncio.to_thread(use, operation)
    assert len(tried) >= 75 and all(tried[label] >= 3 for label in varied), tried
    reached = [label for label, found in answers.items() if found & {200, 201, 409}]
    assert len(reached) >= 40, "most calls come as far as what they are about"
