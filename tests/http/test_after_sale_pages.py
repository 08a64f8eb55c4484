"""A buyer and her seller, page by page: sent, arrived, praised, sent back, claimed, called off, and what staff can do."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.merch.listings.models import Listing, Variant
from crowdfund.orders.goods.models import GoodsLine
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.payments.models import Refund
from crowdfund.people.models import Member, Organisation
from crowdfund.worker import work_until_idle
from tests.after_sale import Bought, again, bought, earrings
from tests.bank import pass_time
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.world import Fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


class Story:
    """Mei has bought two earrings of Bao's shop."""

    def __init__(self, mei: SignedIn, bao: SignedIn, what: Bought, shop: Organisation, line: GoodsLine) -> None:
        self.mei, self.bao, self.what, self.shop, self.line = mei, bao, what, shop, line
        self.hers = f"/bought/{public(what.orders[0].id)}"
        self.his = f"{shop.desk_path}/sales/{public(what.orders[0].id)}"
        self.box = f"pieces_{public(line.id)}"

    async def sent(self, pieces: int = 2) -> None:
        await self.bao.get(self.his)
        await self.bao.submit("It is sent", carrier="DHL", tracking="JD0146", **{self.box: str(pieces)})
        assert "Sent. The buyer knows." in self.bao.text

    async def asked_back(self, reason: str, pieces: int = 1, words: str = "One clasp is broken, look.") -> GoodsReturn:
        await self.mei.get(f"{self.hers}/returns")
        await self.mei.submit("Ask the seller", reason=reason, words=words, **{self.box: str(pieces)})
        return await GoodsReturn.filter(order_id=self.what.orders[0].id).order_by("-id").first()  # type: ignore[return-value]

    def desk_of(self, row: GoodsReturn) -> str:
        return f"{self.shop.desk_path}/returns/{public(row.id)}"


async def a_story(site: SiteUnderTest) -> Story:
    mei, bao = await site.signed_up("Mei"), await site.signed_up("Bao")
    wants = await earrings(owner=Fan(bao.person.id, bao.person.email))
    what = await bought(Fan(mei.person.id, mei.person.email), wants)
    return Story(mei, bao, what, wants.shop, await what.line())


@pytest.mark.landing
async def test_sent_in_two_parcels_arrived_and_praised(site: SiteUnderTest) -> None:
    story = await a_story(site)
    mei, bao = story.mei, story.bao
    await mei.get(story.hers)
    assert "2 pieces are still to be sent" in mei.text and "Your money waits with us until it is sent." in mei.text
    await bao.get(f"{story.shop.desk_path}/shop")
    assert "1 order is to be sent." in bao.text and "order is late" not in bao.text
    await bao.get(f"{story.shop.desk_path}/sales")
    assert "2 pieces to send" in bao.text and "To send (1)" in bao.text
    await bao.get(story.his)
    await bao.submit("It is sent", carrier="DHL", **{story.box: "3"})
    assert bao.response.status_code == 422 and "only 2 pieces can be chosen" in bao.text
    assert 'value="DHL"' in bao.response.text, "what was typed stays"
    await story.sent(1)
    assert "Partly sent" in bao.text
    await story.sent(1)
    await mei.get(story.hers)
    assert mei.text.count("JD0146") == 2
    await mei.submit("It is here")
    assert "Arrived" in mei.text
    mails = [mail.subject for mail in await site.mails_to(mei.person.email)]
    assert mails.count("On its way: Pearl drop earring") == 2
    await mei.submit("Say it", stars="5", words="They shine as in the film.")
    assert "They shine as in the film." in mei.text
    listing = await Listing.get(id=story.line.listing_id)
    assert (listing.stars_sum, listing.stars_count) == (5, 1)
    await bao.get(f"{story.shop.desk_path}/reviews")
    await bao.submit("Answer", words="Thank you, Mei!")
    reader = site.browser()
    await reader.get(f"{listing.path}/reviews")
    assert "They shine as in the film." in reader.text and "Thank you, Mei!" in reader.text and "5.0" in reader.text
    for where in (listing.path, f"/shops/{story.shop.slug}"):
        await reader.get(where)
        assert "<strong>5.0</strong>" in reader.response.text, where
        assert reader.page.links["1 review"] == f"{listing.path}/reviews", where
    staff = await site.signed_up("Sun", staff="reviewer")
    await staff.get(f"{listing.path}/reviews")
    await staff.submit("Hide it", because="It names a neighbour.")
    await reader.get(f"{listing.path}/reviews")
    assert "They shine" not in reader.text
    assert (await Listing.get(id=listing.id)).stars_count == 0
    for where in (listing.path, f"/shops/{story.shop.slug}"):
        await reader.get(where)
        assert reader.status == 200 and "<strong>5.0</strong>" not in reader.response.text, where


async def test_half_is_returned(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.sent()
    row = await story.asked_back("does_not_fit", words="")
    assert "The seller is asked, and has a week to answer." in story.mei.text
    await story.bao.get(f"{story.shop.desk_path}/shop")
    assert "1 buyer waits for your answer." in story.bao.text and "to be sent" not in story.bao.text
    await story.bao.get(story.desk_of(row))
    await story.bao.submit("Answer", answer="yes", words="Gladly.")
    await story.mei.get(row.path)
    assert "Agreed: please send it back by" in story.mei.text and "Gladly." in story.mei.text
    await story.mei.submit("I have sent it", carrier="UPS", tracking="1Z")
    await story.bao.get(story.desk_of(row))
    await story.bao.submit("Counted", restock="yes", **{story.box: "1"})
    assert "Paid back: $43.34" in story.bao.text
    await work_until_idle()
    await story.mei.get(story.hers)
    assert "−$43.34" in story.mei.text and "1 piece paid back" in story.mei.text
    assert (await Variant.get(id=story.line.variant_id)).on_hand == 9
    subjects = [mail.subject for mail in await site.mails_to(story.mei.person.email)]
    assert "$43.34 is on its way back to you" in subjects


async def test_a_claim_is_made_good_by_another_piece(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.sent()
    row = await story.asked_back("damaged")
    await story.bao.get(story.desk_of(row))
    await story.bao.submit(
        "Answer", answer="yes", keeps_it="yes", words="", **{f"replaces_{public(story.line.id)}": "1"}
    )
    await story.bao.submit("It is sent", carrier="DHL", tracking="JD2")
    assert (await GoodsReturn.get(id=row.id)).state == "resolved"
    line = await GoodsLine.get(id=story.line.id)
    assert (line.shipped, line.returned, line.asked_back) == (2, 0, 0)
    assert (await Variant.get(id=line.variant_id)).on_hand == 7
    assert not await Refund.exists(subject=story.what.orders[0].subject)


async def test_who_says_nothing_has_agreed_and_who_promises_pays(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.sent()
    row = await story.asked_back("not_as_described", 2)
    await pass_time(days=7, hours=1)
    row = await GoodsReturn.get(id=row.id)
    assert (row.state, row.resolution) == ("approved", "refund")
    await story.mei.get(row.path)
    await story.mei.submit("I have sent it", carrier="UPS")
    await pass_time(days=14, hours=1)
    assert (await GoodsReturn.get(id=row.id)).state == "refunded"
    assert (await Refund.get(subject=story.what.orders[0].subject)).amount_minor == 9267, (
        "a claim of all of it: shipping, too"
    )
    assert (await again(story.what.orders[0])).state == "refunded"


async def test_called_off(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.mei.get(story.hers)
    await story.mei.submit("Ask the seller", words="I bought the wrong ones.", **{story.box: "2"})
    assert "The seller is asked." in story.mei.text
    row = await GoodsReturn.get(order_id=story.what.orders[0].id)
    await story.bao.get(story.desk_of(row))
    await story.bao.submit("Answer", answer="no", words="")
    assert story.bao.response.status_code == 422 and "Please say why not" in story.bao.text
    await story.bao.submit("Answer", answer="no", words="They are made for you already.")
    await story.mei.get(row.path)
    assert "They are made for you already." in story.mei.text
    await pass_time(days=8)
    await story.mei.get(story.hers)
    assert "You can call it off now" in story.mei.text
    await story.mei.submit("Call off, money back at once", **{story.box: "1"})
    assert "Called off. $43.34 is on its way to your card." in story.mei.text
    await story.bao.get(story.his)
    await story.bao.submit("Call off", reason="The mould is broken, we are sorry.", **{story.box: "1"})
    assert "Called off. $49.33 goes back to the buyer." in story.bao.text, (
        "the rest, and the shipping with the last piece"
    )
    assert (await again(story.what.orders[0])).state == "refunded"
    mails = await site.mails_to(story.mei.person.email)
    assert any("can't send what you bought" in mail.subject for mail in mails)


async def test_nobody_sees_what_is_anothers(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.sent()
    row = await story.asked_back("damaged")
    stranger = await site.signed_up("Wen")
    for path in (story.hers, f"{story.hers}/returns", row.path):
        assert (await stranger.get(path)).status_code == 404, path
    assert (await stranger.post(f"{story.hers}/cancellation", {})).status_code in (403, 404)
    for path in (story.his, story.desk_of(row)):
        assert (await stranger.get(path)).status_code in (403, 404), path
    await Member.filter(person_id=story.bao.person.id).update(role="viewer")
    await story.bao.get(story.his)
    assert "It is sent" not in story.bao.text


async def test_staff_pays_back_where_two_do_not_agree(site: SiteUnderTest) -> None:
    story = await a_story(site)
    await story.sent()
    staff = await site.signed_up("Sun", staff="admin")
    await staff.get(f"/staff/goods?q={story.mei.person.email}")
    assert "2 × Pearl drop earring" in staff.text
    await staff.get(f"/staff/goods/{public(story.what.orders[0].id)}")
    await staff.submit("Pay back", reason="The photographs show a crack.", **{story.box: "1"})
    assert "$43.34 goes back to the buyer." in staff.text
