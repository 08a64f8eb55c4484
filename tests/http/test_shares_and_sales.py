"""Funds that are kept in shares, and sales over which one fan may give so much: written, made, joined, pledged on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from crowdfund.campaigns import actions, sales
from crowdfund.campaigns.models import Campaign, CampaignState, Sale
from crowdfund.campaigns.tiers import TierContent, add_tier
from crowdfund.database.ids import public
from crowdfund.people.models import AuditEntry, Person, StaffRole
from crowdfund.pledges.models import Pledge
from crowdfund.refusal import Refusal
from tests.bank import books_proven, close_now, fans_with
from tests.http.campaign_world import Producer, a_draft, a_producer, a_reviewer, content
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import again


@pytest.fixture(autouse=True)
async def proven(site: SiteUnderTest) -> AsyncIterator[None]:
    yield
    await books_proven()


async def a_share_draft(lin: Producer, *, name: str = "River Moon", price: str = "100.00", most: str = "2") -> Campaign:
    """Written by its form: shares of 100.00, two a fan; a goal of 400.00."""
    draft = await actions.make_campaign(lin.organisation, name=name, currency="EUR", by=lin.id)
    await actions.write(draft.id, content(name=name, goal_minor=400_00), by=lin.id)
    await lin.browser.get(f"{lin.base(draft)}/content")
    await lin.browser.submit("Save", giving="shares", share_price=price, shares_max=most)
    return await again(draft)


async def opened(campaign: Campaign, lin: Producer) -> Campaign:
    await actions.submit(campaign.id, by=lin.id)
    await actions.review(campaign.id, CampaignState.APPROVED, "", by=lin.id)
    await actions.launch(campaign.id, by=lin.id)
    return await again(campaign)


def shares(campaign: Campaign) -> tuple[int | None, int | None]:
    return campaign.share_price_minor, campaign.shares_per_fan_max


async def a_fan(site: SiteUnderTest) -> SignedIn:
    (fan,) = await fans_with("ok")
    return await site.signed_in(await Person.get(id=fan.id))


# --- writing ---


async def test_a_producer_chooses_shares_and_the_page_says_so(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_share_draft(lin)
    assert (lin.browser.status, shares(campaign)) == (200, (100_00, 2))
    await lin.browser.get(f"{lin.base(campaign)}/content")
    fields = lin.browser.form(f"{lin.base(campaign)}/content").fields
    assert (fields["giving"], fields["share_price"], fields["shares_max"]) == (["shares"], ["100.00"], ["2"])
    await lin.browser.get(f"{lin.base(campaign)}/preview")
    assert "A share" in lin.browser.text and "At most 2 for one fan" in lin.browser.text
    await lin.browser.get(f"{lin.base(campaign)}/content")
    await lin.browser.submit("Save", giving="amounts")
    assert shares(await again(campaign)) == (None, None), "a draft changes its mind"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"share_price": ""}, "share_price"),
        ({"shares_max": ""}, "shares_max"),
        ({"share_price": "0.49"}, "share_price"),
        ({"share_price": "-5"}, "share_price"),
        ({"share_price": "１００"}, "share_price"),
        ({"shares_max": "0"}, "shares_max"),
        ({"shares_max": "101"}, "shares_max"),
        ({"share_price": "999999.99", "shares_max": "100"}, "shares_max"),
        ({"giving": "nothing"}, "giving"),
    ],
)
async def test_shares_that_nobody_could_be_charged_for_are_told(
    site: SiteUnderTest, typed: dict[str, str], field: str
) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)
    await lin.browser.get(f"{lin.base(draft)}/content")
    sent = {"giving": "shares", "share_price": "100.00", "shares_max": "2", **typed}
    await lin.browser.submit("Save", **sent)
    assert lin.browser.status == 422 and f"error-{field}" in lin.browser.response.text
    assert shares(await again(draft)) == (None, None)


async def test_there_are_no_tiers_beside_shares(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin)  # it has a tier
    await lin.browser.get(f"{lin.base(draft)}/content")
    await lin.browser.submit("Save", giving="shares", share_price="100.00", shares_max="2")
    missing = await actions.missing_in(await again(draft))
    assert [one.field for one in missing] == ["giving"]
    campaign = await a_share_draft(lin, name="Shares")
    with pytest.raises(Refusal, match="no tiers beside"):
        await add_tier(campaign.id, TierContent("Two seats", "", 25_00, None), by=lin.id)
    await lin.browser.get(f"{lin.base(campaign)}/tiers")
    assert "no tiers beside them" in lin.browser.text and "Add the tier" not in lin.browser.text


async def test_shares_are_promised_from_submission_on_like_the_goal(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await a_share_draft(lin)
    await actions.submit(campaign.id, by=lin.id)
    cheaper = content(name="River Moon", goal_minor=400_00)
    with pytest.raises(actions.NotEditable):
        await actions.write(campaign.id, cheaper, by=lin.id)
    assert shares(await again(campaign)) == (100_00, 2)


async def test_a_program_writes_shares_too(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    draft = await a_draft(lin, written=False)
    token = await site.token(lin.browser.person, "campaigns:write", "campaigns:read")
    body: dict[str, Any] = {"name": "River Moon", "share_price_minor": 100_00, "shares_per_fan_max": 3}
    path = f"/api/v1/campaigns/{public(draft.id)}/content"
    answer = await lin.browser.client.post(path, json=body, headers=token)
    assert (answer.status_code, answer.json()["share_price_minor"], answer.json()["shares_per_fan_max"]) == (
        200,
        100_00,
        3,
    )
    half = await lin.browser.client.post(path, json={"name": "River Moon", "share_price_minor": 100_00}, headers=token)
    assert (half.status_code, shares(await again(draft))) == (422, (100_00, 3))


# --- pledging ---


async def test_a_fan_takes_shares_changes_how_many_and_is_charged_for_them(site: SiteUnderTest) -> None:
    lin = await a_producer(site)
    campaign = await opened(await a_share_draft(lin), lin)
    mei = await a_fan(site)
    await mei.get(f"{campaign.path}/pledges/new")
    assert "A share costs €100" in mei.text and "What would you like?" not in mei.text
    await mei.submit(f"{campaign.path}/pledges", quantity="2")
    pledge = await Pledge.get()
    assert (pledge.state, pledge.quantity, pledge.amount_minor) == ("active", 2, 200_00)
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", quantity="1")
    assert (await Pledge.get()).amount_minor == 100_00
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", quantity="3")
    assert mei.status == 409 and "at most 2 shares" in mei.text
    await mei.get(f"{pledge.path}/amendment")
    await mei.submit(f"{pledge.path}/amendment", quantity="2")
    other = await a_fan(site)
    await other.get(f"{campaign.path}/pledges/new")
    await other.submit(f"{campaign.path}/pledges", quantity="2")
    await close_now(campaign)
    now = await again(campaign)
    assert (now.state, now.collected_minor) == ("funded", 400_00)


@pytest.mark.parametrize("quantity", ["3", "0", "-1", "1.5", "", "٢"])
async def test_more_shares_than_one_fan_can_have_are_refused(site: SiteUnderTest, quantity: str) -> None:
    lin = await a_producer(site)
    campaign = await opened(await a_share_draft(lin), lin)
    mei = await a_fan(site)
    await mei.get(f"{campaign.path}/pledges/new")
    await mei.submit(f"{campaign.path}/pledges", quantity=quantity)
    assert mei.status in (409, 422) and "error-quantity" in mei.response.text
    assert await Pledge.all().count() == 0


# --- sales ---


async def a_sale(ada: SignedIn, most: str = "300.00") -> Sale:
    await ada.get("/staff/sales")
    await ada.submit("Make the sale", name="First night", currency="EUR", most=most)
    assert "The sale is there" in ada.text
    return await Sale.get()


async def put_in(ada: SignedIn, sale: Sale, campaign: Campaign) -> None:
    await ada.get(sale.staff_path)
    await ada.submit("Put it in", campaign=campaign.slug)


async def test_staff_makes_a_sale_and_its_cap_holds_over_all_its_funds(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    lin = await a_producer(site)
    drafts = [await a_share_draft(lin, name=f"Film {n}") for n in range(3)]
    sale = await a_sale(ada)
    assert (sale.currency, sale.amount_per_fan_max_minor, sale.slug) == ("EUR", 300_00, "first-night")
    for draft in drafts:
        await put_in(ada, sale, draft)
        assert "The fund is in the sale" in ada.text
    await lin.browser.get(f"{lin.base(drafts[0])}/content")
    assert "part of the sale “First night”" in lin.browser.text
    funds = [await opened(draft, lin) for draft in drafts]
    mei = await a_fan(site)
    await mei.get(funds[0].path)
    assert "Part of the sale “First night”: one fan can give at most €300" in mei.text
    answers = []
    for fund in funds:
        await mei.get(f"{fund.path}/pledges/new")
        assert "at most €300" in mei.text
        await mei.submit(f"{fund.path}/pledges", quantity="2")
        answers.append(mei.status)
    assert answers == [200, 409, 409], "200.00 and 200.00 would be more than 300.00"
    await mei.submit(f"{funds[2].path}/pledges", quantity="1")
    assert [pledge.amount_minor for pledge in await Pledge.all().order_by("id")] == [200_00, 100_00]
    assert await AuditEntry.filter(action__in=["sale_made", "sale_joined"]).count() == 4


async def test_a_fund_joins_and_leaves_only_before_it_opens(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    lin = await a_producer(site)
    campaign = await a_share_draft(lin)
    sale = await a_sale(ada)
    await put_in(ada, sale, campaign)
    await ada.submit("Take it out")
    assert (await again(campaign)).sale_id is None
    await put_in(ada, sale, campaign)
    await opened(campaign, lin)
    await ada.get(sale.staff_path)
    assert "River Moon" in ada.text and "Take it out" not in [b.get("words") for f in ada.page.forms for b in f.buttons]
    with pytest.raises(sales.FundHasOpened):
        await sales.leave_sale(campaign.id, sale.id, by=ada.person.id)
    late = await opened(await a_share_draft(lin, name="Late"), lin)
    with pytest.raises(sales.FundHasOpened):
        await sales.join_sale(late.id, sale.id, by=ada.person.id)
    form = ada.form("/sign-out")
    await ada.post(f"{sale.staff_path}/funds", {"csrf": form.fields["csrf"], "campaign": late.slug})
    assert (ada.status, (await again(late)).sale_id) == (422, None)


async def test_a_fund_of_another_currency_or_sale_and_a_share_above_the_cap_stay_out(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    lin = await a_producer(site)
    sale = await a_sale(ada, most="150.00")
    dollars = await actions.make_campaign(lin.organisation, name="Dollars", currency="USD", by=lin.id)
    dear = await a_share_draft(lin, name="Dear", price="200.00", most="1")
    for draft, said in ((dollars, "kept in EUR"), (dear, "One share costs more")):
        with pytest.raises(Refusal, match=said):
            await sales.join_sale(draft.id, sale.id, by=ada.person.id)
    await ada.get(sale.staff_path)
    assert "Dear" in ada.response.text and "Dollars" not in ada.response.text
    other = await sales.make_sale(
        name="Second night", currency="EUR", amount_per_fan_max_minor=900_00, by=ada.person.id
    )
    await sales.join_sale(dear.id, other.id, by=ada.person.id)
    with pytest.raises(Refusal, match="another sale"):
        await sales.join_sale(dear.id, sale.id, by=ada.person.id)
    fits = await a_share_draft(lin, name="Fits")
    await sales.join_sale(fits.id, sale.id, by=ada.person.id)
    await lin.browser.get(f"{lin.base(fits)}/content")
    await lin.browser.submit("Save", share_price="151.00")
    assert lin.browser.status == 409 and shares(await again(fits)) == (100_00, 2), "nor does it outgrow the sale later"


@pytest.mark.parametrize("most", ["", "0", "0.10", "-3", "NaN", "1e5", "twelve"])
async def test_a_sale_that_cant_be_is_told(site: SiteUnderTest, most: str) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    await ada.get("/staff/sales")
    await ada.submit("Make the sale", name="First night", currency="EUR", most=most)
    assert (ada.status, await Sale.all().count()) == (422, 0)
    assert "error-most" in ada.response.text


async def test_the_button_pressed_twice_makes_one_sale_and_two_of_one_name_are_two(site: SiteUnderTest) -> None:
    ada = await a_reviewer(site, StaffRole.ADMIN)
    await ada.get("/staff/sales")
    form = ada.form("/staff/sales")
    for _ in range(2):
        await ada.post(form.action, {**form.fields, "name": "First night", "most": "300"})
    assert await Sale.all().count() == 1
    await ada.get("/staff/sales")
    await ada.submit("Make the sale", name="First night", currency="EUR", most="300")
    assert len({sale.slug for sale in await Sale.all()}) == 2


async def test_reviewers_look_and_admins_make(site: SiteUnderTest) -> None:
    ada, rosa = await a_reviewer(site, StaffRole.ADMIN), await a_reviewer(site, name="Rosa")
    sale = await a_sale(ada)
    await rosa.get(sale.staff_path)
    assert rosa.status == 200 and "Put it in" not in rosa.text
    await rosa.get("/staff/sales")
    assert "First night" in rosa.text and "Make the sale" not in rosa.text
    csrf = rosa.form("/sign-out").fields["csrf"]
    for path in ("/staff/sales", f"{sale.staff_path}/funds"):
        assert (await rosa.post(path, {"csrf": csrf, "name": "Mine"})).status_code == 403
