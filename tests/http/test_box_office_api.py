"""Deals, settlements and figures for programs: the same verbs, the same refusals."""

from __future__ import annotations

from typing import Any

import pytest

from crowdfund.boxoffice.models import Deal
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member
from tests.boxoffice import EVEN, Run, a_run, a_scale, on_sale, settled, shown, sold
from tests.cinema import tickets_of
from tests.http.conftest import SiteUnderTest
from tests.http.program import Program, code_of, program_of

pytestmark = pytest.mark.pages


async def program_at(site: SiteUnderTest, run: Run, whose: str) -> Program:
    person = (await site.signed_up(f"{whose} {new_id()}")).person
    organisation = getattr(run, whose)
    await Member.create(
        id=new_id(), organisation_id=organisation.id, person_id=person.id, role="manager", made_at=run.booking.made_at
    )
    return await program_of(site, person)


def wish(run: Run, whose: str, terms: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"organisation": public(getattr(run, whose).id), "terms": terms or EVEN, **more}


async def test_a_deal_from_a_template_to_money(site: SiteUnderTest) -> None:
    run = await a_run()
    lin, gu = await program_at(site, run, "studio"), await program_at(site, run, "cinema")
    screening = await on_sale(run)
    [order] = await sold(screening, "A-1")
    templates = {one["key"]: one for one in (await lin.read("/deal-templates?currency=EUR"))["items"]}
    assert {"china", "us_weeks", "festival", "even"} <= set(templates)
    example = await lin.do(
        "/deal-examples", {"terms": templates["even"]["terms"], "price_minor": 10_00, "tickets": 100}
    )
    assert (example["gross_minor"], sum(share["amount_minor"] for share in example["shares"])) == (1_000_00, 1_000_00)
    path = f"/bookings/{public(run.booking.id)}/deals"
    body = wish(run, "studio", templates["even"]["terms"], settle_days=2)
    made = (await lin.post(path, body, key="once")).json()
    assert (await lin.post(path, body, key="once")).json()["id"] == made["id"]
    assert (made["state"], made["version"], made["settle_days"]) == ("draft", 1, 2)
    assert (await gu.read(path))["items"] == []
    assert code_of(await gu.get(f"/deals/{made['id']}")) == (404, "no_such_deal")
    side = {"organisation": public(run.studio.id)}
    assert (await lin.do(f"/deals/{made['id']}/offer", side))["state"] == "offered"
    assert code_of(await lin.post(f"/deals/{made['id']}/agreement", side)) == (409, "not_your_turn")
    agreed = await gu.do(f"/deals/{made['id']}/agreement", {"organisation": public(run.cinema.id)})
    assert agreed["state"] == "agreed" and agreed["agreed_at"]
    await shown(screening)
    at = f"/screenings/{public(screening.id)}"
    found = await lin.read(f"{at}/settlement")
    assert found["state"] == "screened" and "It is settled from" in found["waits"][0]
    assert code_of(await gu.post(f"{at}/door-counts", {"counted": 1})) == (422, "words_missing")
    assert code_of(await lin.post(f"{at}/door-counts", {"counted": 0})) == (404, "no_such_deal"), "the cinema counts"
    assert (await gu.do(f"{at}/door-counts", {"counted": 0}))["counted"] == 0
    await settled(screening)
    [row] = (await lin.read(f"{at}/settlement"))["rows"]
    shares = {line["payee"]: line["amount_minor"] for line in row["lines"] if line["what"] == "share"}
    assert shares == {"platform": 50, "producer": 4_75, "cinema": 4_75}
    [ticket] = await tickets_of(order)
    back = {"ticket": ticket.typed_code, "reason": "The sound broke.", "amount_minor": 5_00}
    for _ in range(2):
        answer = (await gu.post(f"{at}/ticket-refunds", back, key="once")).json()
        assert (answer["amount_minor"], answer["left_minor"]) == (5_00, 6_00)
    assert code_of(await lin.post(f"{at}/ticket-refunds", back, key="other")) == (404, "no_such_deal")
    [figure] = (await lin.read(f"/organisations/{public(run.studio.id)}/box-office?by=venue"))["items"]
    assert (figure["venue"], figure["sold_minor"], figure["locked_minor"]) == (
        "Grand Theatre",
        10_00,
        figure["settled_minor"],
    )
    assert (await gu.read(f"/organisations/{public(run.cinema.id)}/box-office?as=producer"))["items"] == []


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({**EVEN, "rest": "nobody"}, "name the payee who gets what is left"),
        ({**EVEN, "rest": None}, "don't reach 100 %"),
        ({**EVEN, "steps": [{**EVEN["steps"][0], "bps": 10_001}]}, ""),
        ({**EVEN, "steps": [*EVEN["steps"], {"kind": "percentage", "payee": "cinema", "base": "gross", "bps": 9_600}]},
         "no more than 100 %"),
        ({**EVEN, "steps": "everything"}, ""), ({**EVEN, "surprise": 1}, "no deal has"), ({}, ""), ({"currency": "ZZZ"}, ""),
        ({**a_scale((None, 100)), "steps": [{**a_scale((None, 100))["steps"][0], "tiers": [
            {"above": 0, "up_to": 100, "bps": 100}, {"above": 50, "up_to": None, "bps": 200}]}]}, "overlaps the one before"),
        ({**EVEN, "payees": [{"key": "sales_agent"}], "steps": [], "rest": "sales_agent"}, "Say which organisation"),
    ],
)  # fmt: skip
async def test_what_cant_be_is_a_problem_and_leaves_nothing(
    site: SiteUnderTest, terms: dict[str, Any], sentence: str
) -> None:
    run = await a_run()
    lin = await program_at(site, run, "studio")
    answer = await lin.post(
        f"/bookings/{public(run.booking.id)}/deals", wish(run, "studio", terms or {"x": 1}), key="k"
    )
    assert answer.status_code == 422 and sentence in answer.json()["detail"]
    assert await Deal.all().count() == 0


async def test_nobody_speaks_for_a_side_that_is_not_theirs(site: SiteUnderTest) -> None:
    run, other = await a_run(), await a_run()
    lin, eve = await program_at(site, run, "studio"), await program_at(site, other, "studio")
    path = f"/bookings/{public(run.booking.id)}/deals"
    assert code_of(await lin.post(path, wish(run, "cinema"), key="k")) == (404, "no_such_deal")
    assert code_of(await eve.post(path, wish(other, "studio"), key="k")) == (404, "no_such_deal")
    assert code_of(await eve.get(path)) == (404, "no_such_deal")
