"""What a licence allows, read and counted by those who sell: rights, units, terms that stay. On both engines."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from crowdfund import clock
from crowdfund.database import Sql, atomic
from crowdfund.merch.licences.counting import UnitsGone, give_units_back, take_units
from crowdfund.merch.licences.models import Licence
from crowdfund.merch.licences.queries import rights_of
from crowdfund.merch.licences.rules import changes_at, why_not
from tests.sellers import a_licence, a_product, a_shop

pytestmark = pytest.mark.usefixtures("database")


async def test_a_right_says_what_may_be_sold_where() -> None:
    earring = await a_product()
    jacket = await a_product("Rain jacket", category="jackets")
    licence = await a_licence(await a_shop(), earring, countries=("CN", "US"), unit_cap=3)
    right = (await rights_of([licence.id, 12345]))[licence.id]
    now = clock.now()
    assert (right.product_ids, right.countries, right.units_left) == ({earring.id}, {"CN", "US"}, 3)
    assert why_not(right, earring.id, "US", now) is None
    assert str(why_not(right, earring.id, "DE", now)) == "The licence is for other countries."
    assert str(why_not(right, jacket.id, "US", now)) == "The licence is for other products."
    assert str(why_not(right, earring.id, "US", right.sold_off_at)) == "The licence has ended."
    assert changes_at(right, now) == licence.ends_at


async def test_no_more_is_sold_than_a_licence_allows_whoever_asks_at_once() -> None:
    licence = await a_licence(await a_shop(), await a_product(), unit_cap=50)
    take = atomic(take_units)
    answers = await asyncio.gather(*(take(licence.id, 3) for _ in range(30)), return_exceptions=True)
    assert sum(answer is None for answer in answers) == 16  # 48 of 50: a seventeenth three does not fit
    assert sum(isinstance(answer, UnitsGone) for answer in answers) == 14
    await take(licence.id, 2)
    right = (await rights_of([licence.id]))[licence.id]
    assert str(why_not(right, *right.product_ids, "US", clock.now())) == "All that the licence allows were sold."
    await atomic(give_units_back)(licence.id, 50)
    with pytest.raises(ValueError, match="more units given back"):
        await atomic(give_units_back)(licence.id, 1)
    assert (await Licence.get(id=licence.id)).units_sold == 0


async def test_the_terms_of_a_licence_stay_whoever_writes() -> None:
    earring, other = await a_product(), await a_product("Rain jacket")
    licence = await a_licence(await a_shop(), earring)
    later = clock.to_us(clock.now() + timedelta(days=9))
    for statement, values in (
        ("UPDATE licence SET royalty_bps = 1 WHERE id = $1", (licence.id,)),
        ("UPDATE licence SET ends_at = $2 WHERE id = $1", (licence.id, later)),
        ("DELETE FROM licence WHERE id = $1", (licence.id,)),
        ("UPDATE licence_territory SET country = 'FR' WHERE licence_id = $1", (licence.id,)),
        ("DELETE FROM licence_product WHERE licence_id = $1", (licence.id,)),
        ("INSERT INTO licence_territory (licence_id, country) VALUES ($1, 'FR')", (licence.id,)),
        ("INSERT INTO licence_product (licence_id, title_id, product_id) VALUES ($1, $2, $3)",
         (licence.id, other.title_id, other.id)),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"stay|kept|append-only"):
            await atomic(Sql(statement).__call__)(*values)
