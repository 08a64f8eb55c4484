"""Buying as a person sees it: the basket that tells what changed, the till, the purchase with a stub a seller."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.merch.listings.models import ShippingZone, Variant
from crowdfund.orders.goods.models import CartLine, GoodsLine, Purchase
from crowdfund.people.models import Organisation
from crowdfund.worker import work_until_idle
from tests.goods import ForSale, for_sale, two_sellers
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.money import press

pytestmark = pytest.mark.usefixtures("proven_when_idle")
US = {"accept-language": "en-US"}


async def put_in(mei: SignedIn, one: ForSale, quantity: int = 1, **more: str) -> None:
    await mei.get("/cart")
    sent = {"csrf": await csrf_of(mei), "variant": public(one.variant.id), "quantity": str(quantity), **more}
    await mei.post("/cart/lines", sent)


async def csrf_of(browser: SignedIn) -> str:
    return next(form.fields["csrf"][0] for form in browser.page.forms if "csrf" in form.fields)


async def american(site: SiteUnderTest, name: str = "Mei") -> SignedIn:
    mei = await site.signed_up(name)
    mei.client.headers.update(US)
    return mei


async def at_the_till(mei: SignedIn, **more: str) -> None:
    await mei.get("/checkout?currency=USD")
    form = mei.form("/checkout?currency=USD")
    facts = {"name": "Mei Lin", "address": "3 Quay Street\nPortland, OR 97209", "country": "US", **more}
    sent = {name: values[0] for name, values in form.fields.items() if values} | facts
    await mei.post("/checkout?currency=USD", {k: v for k, v in sent.items() if k != "again"}, follow=False)


async def test_from_two_sellers_to_one_payment(site: SiteUnderTest) -> None:
    mei = await american(site)
    earrings, jacket = await two_sellers()
    await put_in(mei, earrings, 2, moment="754200", appearance="nonsense")
    await put_in(mei, jacket)
    assert mei.path == "/cart" and "Basket, 2 things" in mei.page.text
    assert "River jacket" in mei.page.text and "$210.00" in mei.page.text and "2 sellers, one payment" in mei.page.text
    await at_the_till(mei)
    assert mei.status == 303, mei.page.text
    url = mei.response.headers["location"]
    purchase = await Purchase.get()
    assert purchase.total_minor == 23970 and purchase.address_lines == ["3 Quay Street", "Portland, OR 97209"]
    await mei.get(purchase.path)
    assert "Not paid yet" in mei.page.text and "$239.70" in mei.page.text
    answer = await press(url, card="ok", email="mei@example.com")
    assert answer.headers["location"].endswith(f"{purchase.path}/return")
    await mei.get(f"{purchase.path}/return")
    assert "Paid. Your sellers know" in mei.page.text
    assert mei.page.text.count("Being made ready") >= 2 and "Basket" not in mei.page.text
    await mei.get("/purchases")
    assert "Pearl earrings, River jacket" in mei.page.text
    [mail] = [m for m in await site.mails_to("mei@example.com") if m.subject.startswith("Bought")]
    assert "2 × Pearl earrings" in mail.text_body and "Portland" in mail.text_body
    lines = await GoodsLine.filter(listing_id=earrings.listing.id)
    assert [(line.quantity, line.moment_ms, line.appearance_id) for line in lines] == [(2, 754_200, None)]


async def test_a_changed_price_is_accepted_before_it_is_paid(site: SiteUnderTest) -> None:
    mei, one = await american(site), await for_sale()
    await put_in(mei, one)
    await Variant.filter(id=one.variant.id).update(price_minor=4800)
    await mei.get("/cart")
    assert "costs $48.00 now, it was $45.00 when you saw it" in mei.page.text and "To the till" not in mei.page.links
    await mei.get("/checkout?currency=USD")
    assert mei.path == "/cart" and "Something in your basket has changed" in mei.page.text
    line = await CartLine.get()
    await mei.submit(f"/cart/lines/{public(line.id)}/acceptance")
    assert "To the till" in mei.page.links and (await CartLine.get()).price_seen_minor == 4800


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("withdrawn", "This is not offered any more."), ("country", "does not ship to your country"),
        ("suspended", "This seller does not sell at the moment."), ("few", "There is only one left."),
        ("sold", "This is sold out."),
    ],
)  # fmt: skip
async def test_what_is_in_the_way_is_said(site: SiteUnderTest, what: str, told: str) -> None:
    mei, one = await american(site), await for_sale()
    await put_in(mei, one, 2)
    if what == "withdrawn":
        await Variant.filter(id=one.variant.id).update(state="withdrawn")
    elif what == "country":
        await ShippingZone.filter(organisation_id=one.shop.id).update(countries="CN")
    elif what == "suspended":
        await Organisation.filter(id=one.shop.id).update(state="suspended")
    else:
        await Variant.filter(id=one.variant.id).update(on_hand=1 if what == "few" else 0)
    await mei.get("/cart")
    assert told in mei.page.text and "To the till" not in mei.page.links
    line = await CartLine.get()
    await mei.submit(f"/cart/lines/{public(line.id)}/removal")
    assert "Nothing in it yet" in mei.page.text and await CartLine.all().count() == 0


async def test_another_country_has_another_sum(site: SiteUnderTest) -> None:
    mei, one = await american(site), await for_sale()
    await put_in(mei, one)
    await at_the_till(mei, country="DE")
    assert mei.status == 409 and "it comes to another sum" in mei.page.text and "$59.55" in mei.page.text
    assert mei.form("/checkout?currency=USD").fields["address"] == ["3 Quay Street\nPortland, OR 97209"]
    assert await Purchase.all().count() == 0
    form = mei.form("/checkout?currency=USD")
    await mei.post("/checkout?currency=USD", {n: v[0] for n, v in form.fields.items() if v}, follow=False)
    assert mei.status == 303 and (await Purchase.get()).country == "DE"


async def test_what_was_typed_stays_and_nothing_is_reserved(site: SiteUnderTest) -> None:
    mei, one = await american(site), await for_sale()
    await put_in(mei, one)
    for wrong in ({"address": ""}, {"country": "XX"}, {"address": "a\n" * 7}, {"name": "\u200b"}):
        await at_the_till(mei, **wrong)
        assert mei.status in (422, 303), wrong
        assert await Purchase.all().count() == 0
    await at_the_till(mei, address="")
    assert mei.form("/checkout?currency=USD").fields["name"] == ["Mei Lin"]
    assert (await Variant.get(id=one.variant.id)).reserved == 0


async def test_who_begins_again_gives_the_first_one_up(site: SiteUnderTest) -> None:
    """The last piece is not kept from her by what she began to pay before."""
    mei, one = await american(site), await for_sale(on_hand=1)
    await put_in(mei, one)
    await at_the_till(mei)
    first = await Purchase.get()
    await mei.get(first.path)
    await mei.submit(f"{first.path}/release")
    assert mei.path == "/cart" and "Let go" in mei.page.text
    await at_the_till(mei)
    assert {p.state for p in await Purchase.all()} == {"expired", "placed"}
    assert (await Variant.get(id=one.variant.id)).reserved == 1


async def test_the_till_lets_go_of_what_she_began_before(site: SiteUnderTest) -> None:
    """In another tab, or after the back button: the last piece is hers in either case, once."""
    mei, one = await american(site), await for_sale(on_hand=1)
    await put_in(mei, one)
    await at_the_till(mei)
    await at_the_till(mei)
    assert mei.status == 303
    assert sorted([p.state for p in await Purchase.all()]) == ["expired", "placed"]
    assert (await Variant.get(id=one.variant.id)).reserved == 1


async def test_who_has_just_paid_is_not_asked_to_pay_again(site: SiteUnderTest) -> None:
    """She paid, never came back, and presses once more in the tab before: no second payment, and no piece is lost."""
    mei, one = await american(site), await for_sale(on_hand=2)
    await put_in(mei, one)
    await at_the_till(mei)
    first = await Purchase.get()
    await press(mei.response.headers["location"], card="ok", email="mei@example.com")
    await at_the_till(mei)
    assert mei.status == 409 and "You have just paid for this" in mei.page.text
    assert [p.state for p in await Purchase.all()] == ["paid"] and (await Purchase.get()).id == first.id
    variant = await Variant.get(id=one.variant.id)
    assert (variant.on_hand, variant.reserved) == (1, 0)


async def test_who_is_not_signed_in_comes_back_to_the_listing(site: SiteUnderTest) -> None:
    one, nobody = await for_sale(), site.browser()
    await nobody.get("/sign-in")
    token = next(form.fields["csrf"][0] for form in nobody.page.forms if "csrf" in form.fields)
    sent = {"csrf": token, "variant": public(one.variant.id), "quantity": "1"}
    await nobody.post("/cart/lines", sent, follow=False)
    assert nobody.response.headers["location"] == f"/sign-in?next={one.listing.path}"


async def test_bad_wishes_change_nothing(site: SiteUnderTest) -> None:
    mei, one = await american(site), await for_sale(on_hand=3)
    for wrong in ({"quantity": "0"}, {"quantity": "100"}, {"quantity": "4"}, {"variant": "x"}, {"variant": "x" * 99}):
        await mei.get("/cart")
        sent = {"csrf": await csrf_of(mei), "variant": public(one.variant.id), "quantity": "1", **wrong}
        await mei.post("/cart/lines", sent, follow=False)
        assert mei.status == 303
    assert await CartLine.all().count() == 0


async def test_others_see_nothing_of_a_purchase(site: SiteUnderTest) -> None:
    mei, bo, one = await american(site), await american(site, "Bo"), await for_sale()
    await put_in(mei, one)
    await at_the_till(mei)
    purchase = await Purchase.get()
    await bo.get(purchase.path)
    assert bo.status == 404
    await work_until_idle()
