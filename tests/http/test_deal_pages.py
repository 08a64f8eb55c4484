"""The deal of a booking on both desks: written, worked out, offered, agreed; what can't be is said at its row."""

from __future__ import annotations

from typing import Any

import pytest

from crowdfund.boxoffice.models import Deal
from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.people.models import Member
from tests.boxoffice import EVEN, Run, a_run, agreed, on_sale
from tests.http.conftest import SignedIn, SiteUnderTest

pytestmark = pytest.mark.pages


async def at_desk(site: SiteUnderTest, run: Run, whose: str, role: str = "manager") -> SignedIn:
    """Somebody of one side. whose: `studio` or `cinema`."""
    browser = await site.signed_up(f"{whose} {role} {new_id()}")
    organisation = getattr(run, whose)
    await Member.create(
        id=new_id(),
        organisation_id=organisation.id,
        person_id=browser.person.id,
        role=role,
        made_at=run.booking.made_at,
    )
    return browser


def deal_of(run: Run, whose: str) -> str:
    return f"/desk/{getattr(run, whose).slug}/bookings/{public(run.booking.id)}/deal"


async def test_a_producer_writes_from_a_template_and_the_cinema_agrees(site: SiteUnderTest) -> None:
    run = await a_run()
    lin, gu = await at_desk(site, run, "studio"), await at_desk(site, run, "cinema")
    path = deal_of(run, "studio")
    await on_sale(run)
    await lin.get(path)
    assert "Nothing is settled in EUR: no deal is agreed on." in lin.text
    await lin.get(f"{path}/draft?template=even&currency=EUR")
    assert "100 × €10.00 is a gross of €1,000.00" in lin.text and "€475.00" in lin.text
    await lin.submit("Offer it")
    assert lin.status == 200 and "Version 1 is offered" in lin.text
    theirs = deal_of(run, "cinema")
    await gu.get(theirs)
    assert "Lanting Pictures offers it" in gu.text
    await gu.submit("Agree to version 1")
    assert "Agreed: version 1, in EUR" in gu.text
    deal = await Deal.get(booking_id=run.booking.id)
    assert (deal.state, deal.version, deal.run_id) == ("agreed", 1, deal.id)
    await lin.get(path)
    assert "Nothing is settled" not in lin.text


async def test_without_a_script_rows_are_added_and_worked_out_by_buttons(site: SiteUnderTest) -> None:
    run = await a_run()
    lin = await at_desk(site, run, "studio")
    await lin.get(f"{deal_of(run, 'studio')}/draft?template=even")
    await lin.submit("Add a step")
    assert lin.status == 200 and "Step 3" in lin.text and await Deal.all().count() == 0
    await lin.submit(
        "Work it out", s3_payee="cinema", s3_a_percent="10", s3_a_base="remainder", price="20", tickets="50"
    )
    assert "50 × €20.00 is a gross of €1,000.00" in lin.text
    await lin.submit("Remove Step 1", price="20")
    assert "Step 3" not in lin.text and "€500.00" in lin.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"rest": ""}, "name the payee who gets what is left, down to the last cent"),
        ({"s1_a_percent": "60", "s2_a_percent": "60", "s2_a_base": "gross"}, "there is no more than 100 %"),
        ({"s1_a_percent": "abc"}, "Please write a percentage"),
        ({"s1_a_percent": "５"}, "Please write a percentage"),
        ({"s1_payee": ""}, "say who gets it"),
        ({"p2_key": "Producer!"}, "Each payee has a key"),
        ({"p2_key": "cinema"}, "Two payees have the same key"),
        ({"p2_key": "distributor", "s2_payee": "distributor"}, "Say which organisation distributor is."),
        ({"p2_key": "distributor", "s2_payee": "distributor", "p2_who": "/studios/nobody"}, "There is no organisation"),
        ({"settle_days": "900"}, "whole number from 0 to 60"),
        ({"reserve": "101"}, "no more than 100 %"),
        ({"s1_how": "json", "s1_json": "[1]"}, "no JSON object"),
        ({"s1_how": "guarantee", "s1_a_amount": "5", "s1_bearer": "cinema"}, "has to come after this one"),
        ({"note": "x" * 1001}, "keep this to 1000"),
    ],
)  # fmt: skip
async def test_what_cant_be_is_refused_at_its_row_and_keeps_what_was_typed(
    site: SiteUnderTest, typed: dict[str, Any], sentence: str
) -> None:
    run = await a_run()
    lin = await at_desk(site, run, "studio")
    await lin.get(f"{deal_of(run, 'studio')}/draft?template=even")
    fields = lin.form("Offer it").fields
    await lin.post(f"{deal_of(run, 'studio')}/draft", {**fields, **typed, "do": "offer"})
    assert lin.status == 422, lin.text[:500]
    assert sentence in lin.text
    assert await Deal.all().count() == 0
    for name, value in typed.items():
        if name not in ("s1_how", "s1_json", "rest", "s1_bearer", "s1_a_amount", "s1_payee"):
            assert value in lin.response.text


async def test_tiers_that_overlap_or_dont_end_are_named(site: SiteUnderTest) -> None:
    run = await a_run()
    lin = await at_desk(site, run, "studio")
    await lin.get(f"{deal_of(run, 'studio')}/draft?template=us_aggregate")
    fields = {**lin.form("Offer it").fields, "p1_who": run.studio.slug, "do": "offer"}
    for typed, sentence in (
        ({"s1_a_t2_to": "10000"}, "ends before it begins"), ({"s1_a_t4_to": "900000000"}, "go on without end"),
        ({"s1_a_t2_to": ""}, "only the last tier has no end"), ({"s1_a_t2_to": "1e9"}, "plain digits"),
    ):  # fmt: skip
        await lin.post(f"{deal_of(run, 'studio')}/draft", {**fields, **typed})
        assert lin.status == 422 and sentence in lin.text, lin.text[:800]
    await lin.post(f"{deal_of(run, 'studio')}/draft", fields)
    assert "Version 1 is offered" in lin.text


async def test_versions_show_what_changed_and_a_draft_is_its_sides_own(site: SiteUnderTest) -> None:
    run = await a_run()
    lin, gu = await at_desk(site, run, "studio"), await at_desk(site, run, "cinema")
    await agreed(run, EVEN)
    await gu.get(f"{deal_of(run, 'cinema')}/draft")
    await gu.submit("Keep as a draft", s2_a_percent="40", note="Half is too much.")
    assert "Only your side sees it" in gu.text
    await lin.get(deal_of(run, "studio"))
    assert "Version 2" not in lin.text
    assert (await lin.get(f"{deal_of(run, 'studio')}/versions/2")).status_code == 404
    await gu.submit("Offer it")
    await lin.get(deal_of(run, "studio"))
    assert "40 % of what is divisible" in lin.text and "New:" in lin.text and "Gone:" in lin.text
    await lin.submit("Decline")
    assert (await Deal.get(version=2)).state == "superseded"
    await gu.get(f"{deal_of(run, 'cinema')}/versions/2")
    assert "Half is too much." in gu.text


async def test_who_wrote_it_does_not_agree_to_it_and_nobody_else_sees_it(site: SiteUnderTest) -> None:
    run, other = await a_run(), await a_run()
    lin, vera = await at_desk(site, run, "studio"), await at_desk(site, run, "studio", "viewer")
    eve = await at_desk(site, other, "studio")
    await lin.get(f"{deal_of(run, 'studio')}/draft?template=even")
    await lin.submit("Offer it")
    assert "Agree to version 1" not in lin.text
    token = lin.form("Take it back").fields["csrf"]
    await lin.post(f"{deal_of(run, 'studio')}/versions/1/agreement", {"csrf": token})
    assert "the other side agrees to it" in lin.text and (await Deal.get(version=1)).state == "offered"
    await eve.get(f"/desk/{other.studio.slug}/bookings/{public(run.booking.id)}/deal")
    assert eve.status == 404
    await vera.get(deal_of(run, "studio"))
    assert vera.status == 200 and "Take it back" not in vera.text
    assert (await vera.get(f"{deal_of(run, 'studio')}/draft")).status_code == 403
