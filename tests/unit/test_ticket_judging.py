"""Who is let in: the cases of ticket_cases.json, which a browser is held to as well, and what holds for all of them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crowdfund.screenings.codes.judging import MAY_BE_FORCED, TEXT, Door, Verdict, judge
from crowdfund.screenings.codes.token import KeyName

GOLDEN = json.loads((Path(__file__).parent / "ticket_cases.json").read_text(encoding="utf-8"))


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def door_of(told: dict[str, Any]) -> Door:
    keys = {
        KeyName(name[:13], int(name[14:])): base64.urlsafe_b64decode(key + "=") for name, key in told["keys"].items()
    }
    return Door(
        told["screening"], moment(told["opens_at"]), moment(told["closes_at"]), keys, told["counters"],
        set(told["admitted"]), set(told["cancelled"]),
    )  # fmt: skip


@pytest.mark.parametrize("one", GOLDEN["cases"], ids=lambda one: one["name"])
def test_each_case_is_judged_as_it_should_be(one: dict[str, Any]) -> None:
    answer = judge(one["text"], door_of(GOLDEN["doors"][one["door"]]), moment(one["at"]))
    assert (answer.verdict, answer.may_be_forced) == (one["verdict"], one["may_be_forced"])
    proven = one["verdict"] not in ("forged", "unknown_key", "not_a_ticket")
    assert (answer.code is not None) == proven


def test_every_verdict_has_its_case_and_its_sentence() -> None:
    assert {one["verdict"] for one in GOLDEN["cases"]} == set(Verdict) == set(TEXT)
    assert len(GOLDEN["cases"]) >= 30


@pytest.mark.parametrize("name", GOLDEN["doors"])
def test_what_a_door_knows_travels_as_it_is(name: str) -> None:
    assert door_of(GOLDEN["doors"][name]).told() == GOLDEN["doors"][name]


def test_what_nobody_can_prove_is_never_forced() -> None:
    """Nor what would cost somebody else her seat."""
    assert MAY_BE_FORCED == {"too_early", "too_late", "already_used"}
    assert not MAY_BE_FORCED & {"forged", "unknown_key", "not_a_ticket", "cancelled", "given_away", "wrong_screening"}
