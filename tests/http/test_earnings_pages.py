"""A seller's money and a production's royalties as both read them: pages, files, the API, and what staff see."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.screen.models import Appearance, Master, OnscreenProduct, Scene
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Member, Organisation, StaffRole
from crowdfund.worker import work_until_idle
from tests.bank import fault, no_faults, pass_time
from tests.earnings import a_seller, an_order, earnings_proven, sent_back, there_is_money
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.program import program_of
from tests.sellers import ShopMade, a_licence, a_product
from tests.world import a_fan


@pytest.fixture(autouse=True)
async def proven(database: str) -> AsyncIterator[None]:
    yield
    await no_faults()
    await earnings_proven()


async def belongs(browser: SignedIn, organisation_id: int) -> str:
    """This person owns it from now on; gives its desk."""
    await Member.create(
        id=new_id(), organisation_id=organisation_id, person_id=browser.person.id, role="owner", made_at=clock.now()
    )
    return (await Organisation.get(id=organisation_id)).desk_path


async def licensed(**more: object) -> Licence:
    await there_is_money(2_000_00)
    studio, seller = await a_seller("Lanting Pictures"), await a_seller("Ear & Co")
    await atomic(Organisation.filter(id=seller).update)(kind="shop")
    shop = ShopMade(await Organisation.get(id=seller), await a_fan("Bao"))
    facts = {
        "currency": "EUR",
        "report_months": 1,
        "starts_at": clock.now(),
        "ends_at": clock.now() + timedelta(days=90),
    }
    return await a_licence(shop, await a_product(studio_id=studio), **{**facts, **more})


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_a_statement_follows_each_cent_of_an_order_its_refund_and_its_payout(site: SiteUnderTest) -> None:
    licence = await licensed()
    order = await an_order(licence)
    await work_until_idle()
    await sent_back(order)
    await work_until_idle()
    bao = await site.signed_up("Bao")
    desk = await belongs(bao, licence.licensee_id)
    page = await bao.get(f"{desk}/earnings")
    assert page.status_code == 200
    for words in ("€69.62", "€92.67", "€33.21", "An order was earned", "Taken back from a payout", public(order.id)):
        assert words in page.text, words
    file = await bao.get(f"{desk}/earnings.csv")
    lines = [
        (
            row["what"],
            row["gross"],
            row["tax"],
            row["commission"],
            row["royalty"],
            row["payment_fee"],
            row["net"],
            row["balance"],
        )
        for row in rows_of(file.text)
    ]
    assert lines == [
        ("goods_earned", "92.67", "-5.67", "-8.10", "-6.48", "-2.80", "69.62", "69.62"),
        ("payout_set_aside", "0.00", "0.00", "0.00", "0.00", "0.00", "-69.62", "0.00"),
        ("refund_promised", "-43.34", "2.84", "4.05", "3.24", "0.00", "-33.21", "-33.21"),
        ("transfer_reversed", "0.00", "0.00", "0.00", "0.00", "0.00", "33.21", "0.00"),
    ]
    assert {row["order"] for row in rows_of(file.text)} == {"", public(order.id)}
    program = await program_of(site, bao.person)
    organisation = public(licence.licensee_id)
    told = await program.read(f"/organisations/{organisation}/earnings/statement?currency=EUR")
    assert [line["net_minor"] for line in told["lines"]] == [69_62, -69_62, -33_21, 33_21]
    [purse] = (await program.read(f"/organisations/{organisation}/earnings"))["purses"]
    assert (purse["paid_minor"], purse["reversed_minor"], purse["owed_minor"]) == (36_41, 33_21, 0)
    [payout] = (await program.read(f"/organisations/{organisation}/payouts"))["items"]
    assert (payout["of"], payout["campaign"], payout["reversed_minor"]) == ("earnings", None, 33_21)
    [reversal] = (await program.read(f"/organisations/{organisation}/reversals"))["items"]
    assert (reversal["state"], reversal["amount_minor"], reversal["payout"]) == ("done", 33_21, payout["id"])


@pytest.mark.pages
async def test_what_is_held_and_a_month_without_a_movement(site: SiteUnderTest) -> None:
    licence = await licensed()
    await an_order(licence, shipped=False)
    bao = await site.signed_up("Bao")
    desk = await belongs(bao, licence.licensee_id)
    page = await bao.get(f"{desk}/earnings?month=2020-02&currency=EUR")
    assert (
        "Held until it is shipped" in page.text and "€92.67" in page.text and "Nothing moved in this month" in page.text
    )
    for odd in ("2020-13", "x", "9999-01", "２０２０-０２", "2020-02-02", ""):
        assert (await bao.get(f"{desk}/earnings?month={odd}&currency=ZZZ")).status_code == 200
        assert (await bao.get(f"{desk}/earnings.csv?month={odd}&currency=%00")).status_code == 200


@pytest.mark.pages
async def test_nothing_sold_yet_and_somebody_elses_desk(site: SiteUnderTest) -> None:
    seller = await a_seller()
    bao, other = await site.signed_up("Bao"), await site.signed_up("Other")
    desk = await belongs(bao, seller)
    assert "Nothing sold yet" in (await bao.get(f"{desk}/earnings")).text
    assert "No licence yet" in (await bao.get(f"{desk}/royalties")).text
    for path in ("/earnings", "/earnings.csv", "/royalties", "/royalties.csv"):
        assert (await other.get(f"{desk}{path}")).status_code == 404
        assert (await site.browser().get(f"{desk}{path}", follow=False)).status_code == 303


async def test_why_a_payout_waits_is_said_and_staff_try_it_again(site: SiteUnderTest) -> None:
    licence = await licensed()
    await fault("account_disabled", "transfers.create", times=1)
    await an_order(licence)
    await work_until_idle()
    bao, root = await site.signed_up("Bao"), await site.signed_up("Root", staff=StaffRole.ADMIN)
    desk = await belongs(bao, licence.licensee_id)
    assert "no active capability" in (await bao.get(f"{desk}/earnings")).text
    page = await root.get("/staff/payouts")
    assert "Ear &amp; Co" in page.text and "no active capability" in page.text
    await no_faults()
    [payout] = await Payout.all()
    form = f"/staff/payouts/{public(payout.id)}/attempt"
    token = root.form(form).fields
    await root.submit(form)
    assert "It is tried again now." in root.text
    await work_until_idle()
    assert (await Payout.get(id=payout.id)).state == "paid"
    assert "€69.62 was paid out" in [mail.subject for mail in await site.mails_to("bao@example.com")]
    assert "Had a payout tried again" in (await root.get("/staff/audit")).text
    assert (await root.post(form, token)).status_code == 404
    assert (await bao.get("/staff/payouts")).status_code in (403, 404)


async def seen_in_a_scene(product: OnscreenProduct) -> int:
    """It is seen in scene S12 of the film; gives the appearance."""
    now = clock.now()
    await Master.create(title_id=product.title_id, fps_num=24, fps_den=1, duration_ms=600_000, made_at=now)
    scene = await Scene.create(
        id=new_id(), title_id=product.title_id, code="S12", name="On the pier", start_ms=0, end_ms=60_000
    )
    made = await Appearance.create(
        id=new_id(), product_id=product.id, title_id=product.title_id, scene_id=scene.id, start_ms=1_000, end_ms=9_000, made_at=now,
    )  # fmt: skip
    return int(made.id)


async def test_a_production_sees_royalties_grow_scenes_and_how_its_sellers_do(site: SiteUnderTest) -> None:
    licence = await licensed(minimum_minor=50_00)
    product = await OnscreenProduct.get(title_id=licence.title_id)
    order = await an_order(licence, appearance_id=await seen_in_a_scene(product))
    await sent_back(order)
    await an_order(licence, shipped=False)
    await pass_time(days=32)
    gu = await site.signed_up("Gu")
    desk = await belongs(gu, licence.licensor_id)
    page = await gu.get(f"{desk}/royalties")
    for words in ("8% of net sales", "€3.24", "S12", "On the pier", "€40.50", "50%"):
        assert words in page.text, words
    one = await gu.get(f"{desk}/royalties/{public(licence.id)}")
    for words in ("€3.24", "Minimum guarantee of €50.00", "€46.76", "Line by line"):
        assert words in one.text, words
    [paid] = [row for row in rows_of((await gu.get(f"{desk}/royalties.csv")).text) if row["state"] == "paid"]
    assert (paid["seller"], paid["units"], paid["net_sales"], paid["royalty"]) == ("Ear & Co", "1", "40.50", "3.24")
    program = await program_of(site, gu.person)
    organisation, number = public(licence.licensor_id), public(licence.id)
    told = (await program.read(f"/organisations/{organisation}/royalties/{number}/statements"))["statements"]
    first = next(one for one in told if one["state"] == "paid")
    lines = rows_of((await gu.get(f"{desk}/royalties/{number}/{first['id']}.csv")).text)
    assert [
        (row["order"], row["returned"], row["net"], row["royalty"], row["royalty_given_back"]) for row in lines
    ] == [(public(order.id), "1", "81.00", "6.48", "3.24")]
    [said] = (await program.read(f"/organisations/{organisation}/royalties"))["licences"]
    assert (said["side"], said["open_units"], said["late_orders"], said["returned_bps"]) == ("licensor", 2, 1, 50_00)
    scenes = (await program.read(f"/organisations/{organisation}/royalties/scenes"))["scenes"]
    assert [(row["code"], row["units"], row["net_minor"]) for row in scenes] == [("", 2, 81_00), ("S12", 1, 40_50)]
    bao = await site.signed_up("Bao")
    theirs = await belongs(bao, licence.licensee_id)
    assert "Licences that you hold" in (await bao.get(f"{theirs}/royalties")).text
    assert (await bao.get(f"{theirs}/royalties/{number}")).status_code == 200
    assert (await bao.get(f"{theirs}/royalties/{public(new_id())}")).status_code == 404
    assert (await gu.get(f"{desk}/royalties/{number}/{public(new_id())}.csv")).status_code == 404
    assert (await gu.get(f"{desk}/royalties/nothing")).status_code == 404


async def test_tax_is_told_by_country(site: SiteUnderTest) -> None:
    """Two orders to the US, of one of which half went back; one to France."""
    licence = await licensed()
    order = await an_order(licence)
    await an_order(licence)
    await an_order(licence, country="FR", tax=17_40)
    await sent_back(order)
    eve = await site.signed_up("Eve", staff=StaffRole.REVIEWER)
    page = await eve.get("/staff/taxes")
    assert "United States" in page.text and "€8.50" in page.text and "France" in page.text
    rows = {row["country"]: row for row in rows_of((await eve.get("/staff/taxes.csv?span=3")).text)}
    assert (rows["US"]["orders"], rows["US"]["tax_withheld"], rows["US"]["tax_given_back"]) == ("2", "11.34", "2.84")
    assert (rows["US"]["net_sales"], rows["US"]["tax_due"], rows["FR"]["tax_due"]) == ("133.50", "8.50", "17.40")
    assert "No tax in this time" in (await eve.get("/staff/taxes?month=2021-01")).text
    fan = await site.signed_up("Fan")
    assert (await fan.get("/staff/taxes")).status_code in (403, 404)
