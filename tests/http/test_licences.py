"""A licence from its offer to its last day: who may do what, when, and which of two can't be. On both engines."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.database.moves import MoveRefused
from crowdfund.merch.licences import actions
from crowdfund.merch.licences.actions import LicenceClashes, OfferOver, ShopUnknown, StoppedByStaff
from crowdfund.merch.licences.jobs import follow_licences
from crowdfund.merch.licences.models import MOVES, Exclusivity, Licence, LicenceEvent, LicenceState
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.licences.rules import changes_at, standing, why_not
from crowdfund.merch.licences.terms import Terms
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.refusal import Invalid, Refusal
from crowdfund.titles.models import Title
from tests.sellers import ShopMade, a_licence, a_product, a_shop
from tests.walks import walk_every_pair
from tests.world import Fan, a_fan, a_studio

pytestmark = pytest.mark.usefixtures("database")
_keys = count(1)
S = LicenceState


def terms(*products: OnscreenProduct, **more: Any) -> Terms:
    """8 % of net sales, everywhere, for a year from now, ninety days to sell off."""
    now = clock.now()
    facts = {
        "product_ids": frozenset(one.id for one in products), "countries": frozenset({"*"}), "exclusivity": Exclusivity.NONE,
        "category": "", "royalty_bps": 800, "minimum_minor": 0, "currency": "USD", "unit_cap": None, "starts_at": now,
        "ends_at": now + timedelta(days=365), "sell_off_days": 90, "report_months": 3, "note": "",
    }  # fmt: skip
    return Terms(**{**facts, **more})  # type: ignore[arg-type]


async def a_maker_of_films() -> tuple[Fan, int]:
    owner = await a_fan("Lin")
    return owner, await a_studio(owner=owner)


async def offered(shop: ShopMade, *products: OnscreenProduct, by: int, **more: Any) -> Licence:
    title = await Title.get(id=products[0].title_id)
    return await actions.offer_licence(title, shop.organisation, terms(*products, **more), by=by, key=f"k{next(_keys)}")


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


async def test_every_pair_of_states_of_a_licence() -> None:
    licence = await a_licence(await a_shop(), await a_product(), state="offered")
    accepted = {"accepted_at": clock.now()}
    await walk_every_pair(licence, MOVES, LicenceEvent, being=lambda _s: accepted, becoming=lambda _s: accepted)


async def test_offered_taken_and_moved_on_by_its_days_to_the_second() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring = await a_shop(), await a_product(studio_id=studio)
    now = clock.now()
    starts, ends = now + timedelta(days=10), now + timedelta(days=100)
    licence = await offered(shop, earring, by=lin.id, starts_at=starts, ends_at=ends, sell_off_days=30)
    assert (licence.state, licence.licensor_id, licence.licensee_id) == ("offered", studio, shop.id)
    await actions.accept_licence(licence.id, by=shop.owner.id)
    second, sold_off = timedelta(seconds=1), ends + timedelta(days=30)
    expected = {
        starts - second: S.ACCEPTED, starts: S.ACTIVE, starts + second: S.ACTIVE, ends - second: S.ACTIVE, ends: S.SELL_OFF,
        ends + second: S.SELL_OFF, sold_off - second: S.SELL_OFF, sold_off: S.ENDED, sold_off + second: S.ENDED,
    }  # fmt: skip
    for moment, state in expected.items():
        with at(moment):
            right = (await rights_of([licence.id]))[licence.id]
            assert standing(right, clock.now()) == state  # the clock decides, before anybody has written it down
            assert (why_not(right, earring.id, "DE", clock.now()) is None) == (state in (S.ACTIVE, S.SELL_OFF))
            await follow_licences()
            assert (await Licence.get(id=licence.id)).state == state
    steps = [one.to_state for one in await LicenceEvent.filter(licence_id=licence.id).order_by("id")]
    assert steps == ["offered", "accepted", "active", "sell_off", "ended"]
    assert changes_at((await rights_of([licence.id]))[licence.id], sold_off) is None


async def test_an_offer_runs_out_after_fourteen_days_to_the_second() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring = await a_shop(), await a_product(studio_id=studio)
    licence = await offered(shop, earring, by=lin.id)
    assert licence.answer_by == licence.made_at + timedelta(days=14)
    with at(licence.answer_by), pytest.raises(OfferOver):
        await actions.accept_licence(licence.id, by=shop.owner.id)
    with at(licence.answer_by - timedelta(seconds=1)):
        assert not await follow_licences()
    with at(licence.answer_by):
        assert await follow_licences()
    assert (await Licence.get(id=licence.id)).state == "withdrawn"


async def test_only_one_of_two_that_come_at_once_is_exclusive() -> None:
    lin, studio = await a_maker_of_films()
    earring = await a_product(studio_id=studio)
    shops = [await a_shop(f"Shop {n}") for n in range(6)]
    answers = await asyncio.gather(
        *(offered(shop, earring, by=lin.id, exclusivity=Exclusivity.PRODUCT) for shop in shops), return_exceptions=True
    )
    made = [one for one in answers if isinstance(one, Licence)]
    refused = [one for one in answers if isinstance(one, LicenceClashes)]
    assert (len(made), len(refused)) == (1, 5)
    holder = next(shop for shop in shops if shop.id == made[0].licensee_id)
    assert holder.organisation.name in refused[0].sentence


async def test_what_overlaps_and_what_does_not() -> None:
    lin, studio = await a_maker_of_films()
    shop, other = await a_shop(), await a_shop("Other")
    earring = await a_product(studio_id=studio)
    title = await Title.get(id=earring.title_id)
    ring = await a_product("Ring", title=title, category="rings")
    hoop = await a_product("Hoop", title=title, category="earrings")
    now = clock.now()
    await offered(
        shop,
        earring,
        by=lin.id,
        exclusivity=Exclusivity.CATEGORY,
        category="earrings",
        countries=frozenset({"CN", "US"}),
    )
    with pytest.raises(LicenceClashes):  # the same product, in one of the same countries
        await offered(other, earring, by=lin.id, countries=frozenset({"US"}))
    with pytest.raises(LicenceClashes):  # another product of the category
        await offered(other, hoop, by=lin.id)
    with pytest.raises(LicenceClashes):  # it would be exclusive itself
        await offered(other, hoop, by=lin.id, exclusivity=Exclusivity.PRODUCT, countries=frozenset({"CN"}))
    await offered(other, earring, by=lin.id, countries=frozenset({"FR"}))  # elsewhere
    await offered(other, ring, by=lin.id)  # of another category
    later = now + timedelta(days=366)
    await offered(
        other, hoop, by=lin.id, starts_at=later, ends_at=later + timedelta(days=30)
    )  # after it, while it sells off


async def test_a_suspended_licence_sells_nothing_and_goes_on_where_its_days_are() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring = await a_shop(), await a_product(studio_id=studio)
    licence = await offered(shop, earring, by=lin.id)
    await actions.accept_licence(licence.id, by=shop.owner.id)
    await actions.suspend_licence(licence.id, "Three orders are late.", by=lin.id)
    right = (await rights_of([licence.id]))[licence.id]
    assert str(why_not(right, earring.id, "US", clock.now())) == "The licence is suspended for now."
    with at(licence.ends_at + timedelta(days=1)):
        resumed = await actions.resume_licence(licence.id, "They were shipped.", by=lin.id)
        assert resumed.state == "sell_off"
    staff = await a_fan("Staff")
    with at(licence.ends_at + timedelta(days=2)):
        await actions.suspend_licence(licence.id, "Buyers report that these are not real.", by=staff.id)
        with pytest.raises(StoppedByStaff):
            await actions.resume_licence(licence.id, "We think they are.", by=lin.id)
        await actions.resume_licence(licence.id, "We have looked.", by=staff.id, is_staff=True)
        await actions.suspend_licence(licence.id, "Again.", by=lin.id)
    with at(licence.ends_at + timedelta(days=90)):
        assert await follow_licences()  # its last day came while it was stopped
    assert (await Licence.get(id=licence.id)).state == "ended"
    with pytest.raises(MoveRefused):
        await actions.terminate_licence(licence.id, "Late.", by=lin.id)


async def test_what_no_licence_can_say() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring, elsewhere = await a_shop(), await a_product(studio_id=studio), await a_product("Ring")
    draft = await a_product("Cup", title=await Title.get(id=earring.title_id), state="draft", category="")
    now = clock.now()
    for more, field in (
        ({"product_ids": frozenset()}, "products"),
        ({"product_ids": frozenset({earring.id, elsewhere.id})}, "products"),
        ({"product_ids": frozenset({draft.id})}, "products"),
        ({"countries": frozenset()}, "countries"),
        ({"countries": frozenset({"*", "US"})}, "countries"),
        ({"exclusivity": Exclusivity.CATEGORY}, "category"),
        ({"royalty_bps": 5_001}, "royalty"),
        ({"unit_cap": 0}, "unit_cap"),
        ({"report_months": 2}, "report_months"),
        ({"ends_at": now - timedelta(days=1)}, "ends_at"),
        ({"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9, hours=23)}, "ends_at"),
    ):
        with pytest.raises(Refusal) as refused:
            await offered(shop, earring, by=lin.id, **more)
        assert refused.value.field == field, more
    with pytest.raises(Invalid):  # a studio is no shop
        title = await Title.get(id=earring.title_id)
        from crowdfund.people.models import Organisation

        await actions.offer_licence(title, await Organisation.get(id=studio), terms(earring), by=lin.id, key="self")
    assert await Licence.all().count() == 0


async def test_a_shop_that_nobody_knows_takes_no_licence() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring = await a_shop(state="unverified"), await a_product(studio_id=studio)
    licence = await offered(shop, earring, by=lin.id)
    with pytest.raises(ShopUnknown):
        await actions.accept_licence(licence.id, by=shop.owner.id)
    await atomic(Sql("UPDATE organisation SET state = 'verified' WHERE id = $1").__call__)(shop.id)
    assert (await actions.accept_licence(licence.id, by=shop.owner.id)).state == "active"
    assert (await OnscreenProduct.get(id=earring.id)).state == "open_for_applications"  # others may make it as well


async def test_what_only_one_makes_is_not_asked_for_any_more() -> None:
    lin, studio = await a_maker_of_films()
    shop, earring = await a_shop(), await a_product(studio_id=studio)
    licence = await offered(shop, earring, by=lin.id, exclusivity=Exclusivity.PRODUCT)
    await actions.accept_licence(licence.id, by=shop.owner.id)
    assert (await OnscreenProduct.get(id=earring.id)).state == "licensed"
