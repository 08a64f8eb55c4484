"""From the screen to the sellers' banks, page by page: a producer, two sellers, a fan, and every cent of what she paid.

239.70 are paid: 179.95 for the sellers, 16.80 of royalties, 21.00 of commission, 14.70 of tax, 7.25 for the payment company.
One of two earrings comes back: 43.34 = 33.21 of its seller, 4.05 of commission, 3.24 of royalty, 2.84 of tax.
What is left, 196.36, is 36.41 and 110.33 of the sellers, 13.56 of the studio, 16.95 of commission, 11.86 of tax, 7.25 of the company's.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crowdfund.database import new_id
from crowdfund.database.ids import public
from crowdfund.merch.screen.models import OnscreenProduct, Scene
from crowdfund.payments import stripe
from crowdfund.people import verification
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from tests import listings
from tests.bank import ask, pass_time
from tests.browser import screen_stage as stage
from tests.browser import till_stage as till
from tests.browser.conftest import Visitors
from tests.browser.screen_stage import Names
from tests.browser.stage import a_picture, a_reviewer, a_studio, books_hold, somebody
from tests.browser.visitor import DESKTOP, PHONE
from tests.screen import a_product, an_appearance
from tests.world import Fan

ON_A_DESK = Names(
    "Lanting Pictures", "The Last Ferry", "River pearl", "River jacket", "Pearl & Co", "Loom House", "bao@pearl.example"
)
ON_A_PHONE = Names(
    "Tide Pictures", "The Other Bank", "Tide pearl", "Tide jacket", "Drop & Hook", "Weft House", "bao@drop.example"
)


@pytest.mark.landing
@pytest.mark.parametrize("scripts", [True, False])
async def test_what_is_worn_on_screen_is_sold_and_everybody_is_paid(
    visit: Visitors, tmp_path: Path, scripts: bool
) -> None:
    """On a desk with scripts; on a phone without any."""
    n, size = (ON_A_DESK, DESKTOP) if scripts else (ON_A_PHONE, PHONE)
    producer, weaver, buyer = [await somebody(name) for name in ("Gu", "Lin", "Mei")]
    reviewer = await a_reviewer()
    studio = await a_studio(producer, n.studio)
    await verification.verify(studio.id, reason="The register agrees.", by=reviewer.id)
    gu, ada, lin, mei = [await visit(one, size, scripts=scripts) for one in (producer, reviewer, weaver, buyer)]
    bao = await visit(size=size, scripts=scripts)

    await stage.she_brings_her_film(gu, n, studio.desk_path)
    await stage.she_registers_a_scene(gu)
    await stage.she_registers_the_earring(gu, n)
    await stage.she_marks_where_it_is_worn(gu)
    jacket = await a_jacket_is_worn_beside_it(n)
    await stage.she_publishes(gu, n)
    await stage.she_puts_up_a_preview(gu, n)

    await stage.she_opens_a_shop(bao, n)
    await stage.she_can_be_paid(bao)
    await stage.staff_verifies(ada, n.shop)
    await stage.she_says_where_things_come_back_to(bao)
    await stage.she_looks_at_the_preview(bao, n)
    await stage.she_counts_what_is_left(bao)
    await stage.she_applies(bao, n, a_picture(tmp_path))
    await stage.she_offers_a_licence(gu, n)
    await stage.she_takes_it(bao, n)
    await stage.she_lists_it(bao, n)
    shop = await Organisation.get(name=n.shop)
    loom = await a_second_seller(n, weaver, jacket)

    await till.nobody_sees_it_before_it_airs(mei, n, f"/watch/{public(jacket.title_id)}")
    await mei.presses("+7 days")
    await till.until_a_week_of_one_month()
    await till.she_stops_the_film(mei, n)
    await till.she_takes_both(mei, n)
    await till.she_pays_both_at_once(mei, n)
    # What a card gave is available after two days: both are paid as soon as they have sent it, and it lies in their accounts.
    await till.until_early(days=3)
    await till.she_sends_it(bao, shop.desk_path, n.for_sale, carrier="SF Express", tracking="SF 1088")
    await till.she_sends_it(lin, loom.desk_path, n.jacket, carrier="DHL", tracking="DHL 4711")
    await till.she_has_it_all(mei, n)
    await till.it_is_paid_out(bao, shop.desk_path, "$69.62", "all in all")
    # paid by the fan, tax, commission, royalty, payment company, the seller's own less what it was paid, what stands
    await till.together_is(
        bao, shop.desk_path, "+ $92.67", "− $5.67", "− $8.10", "− $6.48", "− $2.80", "–", "$0.00",
    )  # fmt: skip
    await till.together_is(
        lin, loom.desk_path, "+ $147.03", "− $9.03", "− $12.90", "− $10.32", "− $4.45", "–", "$0.00",
    )  # fmt: skip
    await till.it_is_paid_out(lin, loom.desk_path, "$110.33", "all in all")

    await till.she_sends_one_earring_back(mei, n)
    await till.she_agrees(bao, n)
    await till.she_posts_it(mei)
    await till.she_counts_it(bao, n)
    await mei.page.reload()
    await mei.reads("Paid back: $43.34")

    await till.it_is_paid_out(bao, shop.desk_path, "$36.41", "$33.21 taken back is counted off")
    await till.together_is(
        bao, shop.desk_path, "+ $49.33", "− $2.83", "− $4.05", "− $3.24", "− $2.80", "–", "$0.00",
    )  # fmt: skip
    await till.royalties_stand_at(gu, n, studio.desk_path, accrued="$13.56", paid="$0.00")
    # The jacket's are told after three months, and paid once nothing of them can be sent back any more.
    for _ in range(4):
        await pass_time(days=31)
    await till.royalties_stand_at(gu, n, studio.desk_path, accrued="$0.00", paid="$13.56")
    await till.it_is_paid_out(gu, studio.desk_path, "$13.56", "all in all")

    await till.until_it_is_at_their_bank()
    banks = [await till.at_their_bank(one) for one in (shop, loom, await Organisation.get(id=studio.id))]
    assert banks == [{"usd": 36_41}, {"usd": 110_33}, {"usd": 13_56}]
    await books_hold()


async def a_jacket_is_worn_beside_it(n: Names) -> OnscreenProduct:
    """A second product of the film, cleared and open, seen in the same scene: registered as the first, so not told again."""
    title = await Title.get(name=n.film)
    scene = await Scene.get(title_id=title.id)
    jacket = await a_product(title.id, n.jacket, wearer="The ferryman", actor="Ding Hao", kind="costume", is_open=True)
    shown = stage.close_up("coat")
    await an_appearance(jacket, 43_000, 66_800, boxes=[[0.0, *shown.boxes[0][1:]]], alt=shown.alt, scene_id=scene.id)
    return jacket


async def a_second_seller(n: Names, owner: Fan, jacket: OnscreenProduct) -> Organisation:
    """With an account that can be paid, a licence like the first one's, and a jacket of 129.00 that is sent for 9.00."""
    account_id = await stripe.make_account(new_id(), "CN", owner.email)
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    loom = await listings.a_shop(n.loom, owner=owner, stripe_account_id=account_id)
    licence = await listings.a_licence(loom, jacket)
    await listings.a_zone(loom, first_minor=9_00)
    await listings.a_listing(loom, jacket, name=n.jacket, licence=licence, price_minor=129_00)
    return loom
