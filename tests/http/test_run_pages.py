"""Production runs on pages: promised on the desk, ordered by a fan with and without a saved card, told about, called off."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id
from crowdfund.database.ids import public
from crowdfund.merch.runs.models import ProductionRun, RunDiary
from crowdfund.orders.runs.models import RunConsent, RunOrder
from crowdfund.orders.runs.pages import addresses
from crowdfund.payments.models import CardSetup, SavedCard
from crowdfund.people.models import AuditEntry, Member, Organisation, Person
from crowdfund.worker import work_until_idle
from tests.bank import fans_with, pass_time
from tests.hooks import posted_events, tell, work_off_events
from tests.http.conftest import SiteUnderTest
from tests.listings import a_licence, a_listing, a_product, a_shop
from tests.money import press
from tests.runs import a_run, again, ordered, sent, until
from tests.world import Fan

ADDRESS = {"country": "US", "name": "Mei Lin", "address": "20 Huanghe Road\nShanghai", "phone": ""}


@pytest.fixture(autouse=True)
async def proven(proven_when_idle: None) -> AsyncIterator[None]:
    yield


async def test_a_maker_promises_a_run_and_keeps_a_diary(site: SiteUnderTest) -> None:
    lin, anybody = await site.signed_up("Lin"), site.browser()
    shop = await a_shop(owner=Fan(lin.person.id, lin.person.email))
    product = await a_product()
    _listing, variant = await a_listing(shop, product, licence=await a_licence(shop, product), on_hand=0)
    desk = f"/desk/{shop.slug}/runs"
    await lin.get(desk)
    assert "No production run yet" in lin.text
    await lin.get(f"{desk}/new?variant={public(variant.id)}")
    closes = clock.now() + timedelta(days=10)
    sent = {
        "variant": public(variant.id), "minimum_units": "50", "most_units": "40", "price_minor": "45.00",
        "closes_at": closes.strftime("%Y-%m-%dT%H:%M"), "ships_by": (closes + timedelta(days=20)).strftime("%Y-%m-%d"),
        "about": "Turned by hand.",
    }  # fmt: skip
    await lin.submit(desk, **sent)
    assert lin.status == 422 and "can't be less than the minimum" in lin.text
    assert "Turned by hand." in lin.response.text  # what was typed stands there still
    await lin.submit(desk, **sent | {"most_units": "80"})
    run = await ProductionRun.get(variant_id=variant.id)
    assert (run.minimum_units, run.most_units, run.price_minor, run.state) == (50, 80, 45_00, "open")
    await anybody.get(run.path)
    for words in ("0 of 50 ordered", "$45.00", "What happens to me?", "Order it", "80 pieces are left"):
        assert words in anybody.text, words
    here = f"{desk}/{public(run.id)}"
    await lin.get(here)
    await lin.submit(f"{here}/diary", words="The first mould is cast.")
    await anybody.get(run.path)
    assert "The first mould is cast." in anybody.text
    await lin.get(f"{here}/cancellation")
    await lin.submit(f"{here}/cancellation", reason="x")
    assert lin.status == 422
    await lin.submit(f"{here}/cancellation", reason="The mould broke.")
    await anybody.get(run.path)
    assert "The mould broke." in anybody.text
    assert await RunDiary.all().count() == 1


async def test_nobody_else_sees_a_makers_desk(site: SiteUnderTest) -> None:
    run, other = await a_run(), await site.signed_up("Wang")
    shop = await Organisation.get(id=run.organisation_id)
    await other.get(f"/desk/{shop.slug}/runs/{public(run.id)}")
    assert other.status in (403, 404)
    mine = await a_shop(owner=Fan(other.person.id, other.person.email))
    await other.get(f"/desk/{mine.slug}/runs/{public(run.id)}")
    assert other.status == 404


async def test_a_fan_saves_a_card_on_the_processors_page_and_her_order_counts(site: SiteUnderTest) -> None:
    run, mei = await a_run(minimum=2), await site.signed_up("Mei")
    orders = f"{run.path}/orders"
    await mei.get(f"{orders}/new?quantity=1&country=US")
    for words in ("$113.00", "Nothing is charged now", "My card may be charged $113.00"):
        assert words in mei.text, words
    # Two now: the sum is another one, and nothing is ordered before she has seen it.
    await mei.submit(orders, **ADDRESS, quantity="2", card="new")
    assert mei.status == 409 and "Altogether it is $220.00 now" in mei.text
    assert await RunOrder.all().count() == 0
    await mei.submit(orders, **ADDRESS, quantity="2", card="new", follow=False)
    to_card_page = mei.response.headers["location"]
    order = await RunOrder.get(person_id=mei.person.id)
    assert (order.state, (await again(run)).units_taken) == ("started", 0)
    await mei.get(order.path)
    assert "a card is missing" in mei.text
    assert (await press(to_card_page, card="ok", email="mei@example.com")).status_code == 303
    setup = await CardSetup.get(subject=order.subject)
    assert "My card may be charged $220.00" in setup.consent_text
    await mei.get(f"{order.path}/card-saved?visit={setup.id}")
    assert "your order counts" in mei.text
    assert ((await again(run)).state, (await again(run)).units_taken) == ("tipped", 2)
    await pass_time(minutes=1)
    await mei.get(orders)
    assert mei.path == order.path and "Paid" in mei.text and "$220.00" in mei.text
    card = await SavedCard.get(id=(await RunOrder.get(order_id=order.order_id)).card_id)
    assert card.state == "gone"  # nothing needs it any more, and she did not ask to keep it


@pytest.mark.parametrize("by", ["event", "sweep"])
async def test_her_order_counts_without_her(site: SiteUnderTest, by: str) -> None:
    """She closes the browser on the processor's page: the event, or the sweep, says what came of it."""
    run, mei = await a_run(minimum=2), await site.signed_up("Mei")
    await mei.get(f"{run.path}/orders/new?quantity=1&country=US")
    await mei.submit(f"{run.path}/orders", **ADDRESS, quantity="1", card="new", follow=False)
    await press(mei.response.headers["location"], card="ok", email="mei@example.com")
    if by == "event":
        await tell(*await posted_events())
        await work_off_events()
    else:
        await work_until_idle()
    assert (await RunOrder.get(person_id=mei.person.id)).state == "standing"


async def test_with_a_saved_card_it_is_one_click_and_one_more_to_cancel(site: SiteUnderTest) -> None:
    run = await a_run(minimum=3)
    (fan,) = await fans_with("ok", consent="keep")
    await Person.filter(id=fan.id).update(email_confirmed_at=clock.now_us())
    mei, other = await site.signed_in(await Person.get(id=fan.id)), await site.signed_up("Wang")
    await mei.get(f"{run.path}/orders/new?quantity=1&country=US")
    await mei.submit(f"{run.path}/orders", **ADDRESS, quantity="1")
    assert "Your order counts from now on" in mei.text
    order = await RunOrder.get(person_id=fan.id)
    assert "20 Huanghe Road" in mei.text and order.address_lines == ["20 Huanghe Road", "Shanghai"]
    agreed = await RunConsent.get(order_id=order.order_id)
    kept = await atomic(Sql("SELECT text, locale FROM terms WHERE hash = $1").one)(agreed.terms)
    assert kept is not None and kept["text"].startswith(
        "My card may be charged $113.00, without me being there, once at least 3 "
    )
    assert (agreed.card_id, kept["locale"]) == (order.card_id, "en")
    await mei.get(order.path)
    await mei.submit(f"{order.path}/card", card=public(order.card_id or 0))
    assert await RunConsent.filter(order_id=order.order_id).count() == 2, (
        "as she did when she gave it a card that was saved"
    )
    await mei.submit(f"{order.path}/cancellation")
    assert "Cancelled. Nothing was charged." in mei.text and (await again(run)).units_taken == 0
    await other.get(order.path)
    assert other.status == 404


async def test_what_can_not_be_ordered_is_told_and_keeps_what_was_typed(site: SiteUnderTest) -> None:
    run, mei = await a_run(minimum=2, most=2), await site.signed_up("Mei")
    for wrong, words in [
        ({"quantity": "0"}, "whole number from 1 to 99"), ({"country": "XX"}, "choose one of these"), ({"address": "a"}, "at least 5"),
        ({"quantity": "3"}, "Only 2 pieces are left"), ({"card": "nonsense"}, "choose one of these"),
    ]:  # fmt: skip
        await mei.get(f"{run.path}/orders/new?quantity=1&country=US")
        await mei.submit(f"{run.path}/orders", **ADDRESS | {"quantity": "1", "card": "new"} | wrong)
        assert mei.status in (409, 422) and words in mei.text, (wrong, mei.text[:600])
        assert "Mei Lin" in mei.response.text
    assert await RunOrder.all().count() == 0
    await ordered(run, "ok", quantity=2)
    await mei.get(f"{run.path}/orders/new")
    assert "All pieces of this run are taken" in mei.text
    await mei.get("/runs/nonsense")
    assert mei.status == 404


async def test_her_bank_wants_to_see_her_and_she_confirms_the_same_charge(site: SiteUnderTest) -> None:
    run = await a_run(minimum=1)
    (order,) = await ordered(run, "authentication_always")
    await pass_time(minutes=1)
    mei = await site.signed_in(await Person.get(id=order.person_id))
    await mei.get(order.path)
    assert "Your bank wants to see you." in mei.text
    await mei.submit(f"{order.path}/confirmation", follow=False)
    await press(mei.response.headers["location"], outcome="complete")
    await mei.get(f"{order.path}/confirmed")
    assert "Your order is paid" in mei.text
    await work_until_idle()
    assert ((await again(run)).state, (await again(run)).units_paid) == ("funded", 1)


async def test_what_is_late_is_cancelled_on_its_page(site: SiteUnderTest) -> None:
    run = await a_run(minimum=1)
    (order,) = await ordered(run, "ok")
    await pass_time(minutes=1)
    await until(run.ships_by)
    mei = await site.signed_in(await Person.get(id=order.person_id))
    await mei.get(order.path)
    assert "It is late." in mei.text
    await mei.submit(f"{order.path}/late-cancellation")
    assert "$113.00 goes back to your card" in mei.text and "Money back" in mei.text


async def test_its_maker_reads_where_each_piece_goes_on_a_page_and_in_a_file(site: SiteUnderTest) -> None:
    """Of who has paid and of nobody else; what went out leaves the list; the file is for whoever runs the shop, and is noted."""
    lin, looks_on = await site.signed_up("Lin"), await site.signed_up("Wu")
    run = await a_run(minimum=2, owner=Fan(lin.person.id, lin.person.email))
    shop = await Organisation.get(id=run.organisation_id)
    here = f"/desk/{shop.slug}/runs/{public(run.id)}"
    (first,) = await ordered(run, "ok")
    await lin.get(f"{here}/addresses")
    assert "Nobody has paid yet" in lin.text and "Huanghe" not in lin.text, "her order stands, and nothing is charged"
    (second,) = await ordered(run, "ok", quantity=2)
    await pass_time(minutes=1)
    await lin.get(here)
    assert lin.page.links["Where it goes: the addresses"] == f"{here}/addresses"
    await lin.get(f"{here}/addresses")
    for words in ("Mei Lin", "20 Huanghe Road", "United States", "1 piece", "2 pieces"):
        assert words in lin.text, words
    orders = [href for href in lin.page.links.values() if "/sales/" in href]
    await sent(first)
    await lin.get(f"{here}/addresses")
    assert "2 pieces" in lin.text and f"/sales/{public(first.order_id)}" not in lin.response.text
    rows = list(csv.reader((await lin.get(f"{here}/addresses.csv")).text.lstrip("\ufeff").splitlines(keepends=True)))
    assert rows[0][:6] == ["order", "pieces", "to_send", "thing", "name", "address"]
    assert [row[:3] for row in rows[1:]] == [[public(second.order_id), "2", "2"]]
    assert rows[1][4:7] == ["Mei Lin", "20 Huanghe Road\nShanghai", "US"]
    rows = list(csv.reader((await lin.get(f"{here}/addresses.csv?show=all")).text.splitlines(keepends=True)))
    assert [row[1:3] for row in rows[1:]] == [["1", "0"], ["2", "2"]]
    taken = await AuditEntry.filter(action="addresses_exported", subject=f"run:{run.id}").count()
    assert taken == 2
    await lin.get(orders[0])
    assert "Send it to" in lin.text and "20 Huanghe Road" in lin.text, "the order's own page says it too"
    await Member.create(
        id=new_id(), organisation_id=shop.id, person_id=looks_on.person.id, role="viewer", made_at=clock.now()
    )
    for path in ("addresses", "addresses.csv"):
        assert (await looks_on.get(f"{here}/{path}")).status_code == 403, path


async def test_the_list_of_addresses_is_read_page_by_page(site: SiteUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "PAGE", 2)
    monkeypatch.setattr(addresses, "FILE_PAGE", 2)
    lin = await site.signed_up("Lin")
    run = await a_run(minimum=3, owner=Fan(lin.person.id, lin.person.email))
    shop = await Organisation.get(id=run.organisation_id)
    here = f"/desk/{shop.slug}/runs/{public(run.id)}/addresses"
    orders = await ordered(run, "ok", "ok", "ok")
    await pass_time(minutes=1)
    seen: list[str] = []
    path = here
    while path:
        await lin.get(path)
        seen += re.findall(rf'{shop.desk_path}/sales/(\w+)"', lin.response.text)
        path = next((href for words, href in lin.page.links.items() if words.startswith("More")), "")
    assert seen == [public(order.order_id) for order in orders]
    rows = list(csv.reader((await lin.get(f"{here}.csv")).text.splitlines(keepends=True)))
    assert [row[0] for row in rows[1:]] == seen
