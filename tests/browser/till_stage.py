"""From a film that is stopped to the sellers' banks: what a fan, her sellers and their producer do, a page after the other."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import expect

from crowdfund import clock
from crowdfund.payments import stripe
from crowdfund.people.models import Organisation
from tests.bank import pass_time
from tests.browser.screen_stage import Names, day_in
from tests.browser.visitor import Visitor

# --- the fan ---


async def nobody_sees_it_before_it_airs(mei: Visitor, n: Names, film: str) -> None:
    await mei.goes_to(film)
    await mei.reads(n.film, "It is shown here from")
    await mei.reads_no(n.earring, n.jacket)


async def she_stops_the_film(mei: Visitor, n: Names) -> None:
    """She pauses where Lin listens: what she just saw stands beside the film; without a script, below it."""
    await mei.goes_to("/watch")
    await mei.follows(n.film)
    where = mei.page.locator("form.region").last
    await where.locator("select").select_option("US")
    async with mei.page.expect_navigation(wait_until="load"):
        await where.get_by_role("button", name="Change").click()
    if mei.scripts:
        await mei.page.wait_for_function("() => document.querySelector('.player__bar:not([hidden])')")
        await mei.page.evaluate("() => { document.querySelector('video').currentTime = 46 }")
        await mei.page.get_by_role("button", name="Play", exact=True).click()
        await mei.page.wait_for_function("() => document.querySelector('video').currentTime > 46.3")
        await mei.page.get_by_role("button", name="Pause", exact=True).click()
        shelf = mei.page.get_by_role("region", name="On screen now")
        await expect(shelf.locator(".find:visible h3")).to_have_count(2)
        for thing, seller in ((n.earring, n.shop), (n.jacket, n.loom)):
            await expect(shelf.locator(".find:visible", has_text=thing)).to_contain_text(seller)
        await mei.examine()
    else:
        for thing, seller in ((n.earring, n.shop), (n.jacket, n.loom)):
            await expect(mei.page.locator("tr", has_text=thing)).to_contain_text(seller)


async def she_takes_both(mei: Visitor, n: Names) -> None:
    """From the shelf, without leaving the film; without a script from its table, and back."""
    film = mei.path
    for thing in (n.earring, n.jacket):
        if mei.scripts:
            card = mei.page.locator("#shelf .find:visible", has_text=thing)
            await card.get_by_role("button", name="Add to basket").click()
            await expect(mei.page.get_by_role("status").last).to_have_text(f"In your basket: {thing}.")
        else:
            await mei.goes_to(film)
            await mei.presses("Add to basket", beside=thing)
    if mei.scripts:
        await mei.follows("To the basket")
    await mei.reads("Your basket", n.for_sale, n.jacket)


async def she_pays_both_at_once(mei: Visitor, n: Names) -> None:
    """Two earrings and a jacket, from two sellers: 239.70 on one page of the payment company."""
    await mei.page.get_by_label(f"How many of {n.for_sale}").fill("2")
    await mei.presses("Change", beside=n.for_sale)
    await mei.reads("2 sellers, one payment.")
    await mei.follows("To the till")
    await mei.types(name="Mei Lin", address="3 Quay Street\nPortland, OR 97209")
    await mei.reads(n.shop, "$81.00", "$6.00", "$5.67", n.loom, "$129.00", "$9.00", "$9.03", "$239.70")
    await mei.presses("Pay $239.70")
    await mei.reads("Simulated", "$239.70")
    await mei.picks("Works")
    await mei.presses("Pay $239.70")
    await mei.reads("Your purchase", "What was paid", "$239.70")


# --- after the sale ---


async def she_sends_it(seller: Visitor, shop_desk: str, thing: str, *, carrier: str, tracking: str) -> None:
    await seller.goes_to(shop_desk)
    await seller.follows("Sales", among="Desk")
    await seller.follows(thing)
    await seller.reads("To be sent by", "3 Quay Street", "Portland, OR 97209", "United States")
    await seller.types(carrier=carrier, tracking=tracking)
    await seller.presses("It is sent")
    await seller.reads(tracking, "On its way")


async def she_has_it_all(mei: Visitor, n: Names) -> None:
    """Two parcels with two numbers; she says of each that it is here."""
    for shop, tracking in ((n.shop, "SF 1088"), (n.loom, "DHL 4711")):
        await mei.goes_to("/purchases")
        await mei.follows(n.for_sale)
        await mei.follows(f"Parcels and returns {shop}")
        await mei.reads(f"Your order from {shop}", tracking)
        await mei.presses("It is here")
        await mei.reads("Arrived")


async def she_sends_one_earring_back(mei: Visitor, n: Names) -> None:
    await mei.goes_to("/purchases")
    await mei.follows(n.for_sale)
    await mei.follows(f"Parcels and returns {n.shop}")
    await mei.follows("Something is wrong, or you don't want it")
    await mei.page.get_by_role("spinbutton", name=n.for_sale).fill("1")
    await mei.page.locator("[name=reason]").select_option(label="I changed my mind")
    await mei.types(words="One is enough: in the film she has lost the other, too.")
    await mei.presses("Ask the seller")
    await mei.reads("The seller is asked")


async def she_agrees(bao: Visitor, n: Names) -> None:
    await bao.follows("Returns", among="Desk")
    await bao.follows(n.for_sale)
    await bao.reads("One is enough: in the film she has lost the other, too.")
    await bao.picks("Yes")
    await bao.presses("Answer")
    await bao.reads("its seller agreed")
    await bao.reads_no("nobody said anything")


async def she_posts_it(mei: Visitor) -> None:
    await mei.page.reload()
    await mei.reads("please send it back by", "8 Shell Lane")
    await mei.types(carrier="USPS", tracking="US 77")
    await mei.presses("I have sent it")
    await mei.reads("On its way to the seller", "US 77")


async def she_counts_it(bao: Visitor, n: Names) -> None:
    await bao.page.reload()
    await bao.reads("Count what came back", "US 77")
    await bao.page.get_by_role("spinbutton", name=n.for_sale).fill("1")
    await bao.picks("It is as new, and can be sold again")
    await bao.presses("Counted")
    await bao.reads("Paid back: $43.34")


# --- the money ---


async def until_early(days: float) -> None:
    """So many days pass, and then until three in the morning (UTC): what comes into a seller's account leaves it at midnight."""
    early = day_in(days).replace(hour=3, minute=0, second=0, microsecond=0)
    early += timedelta(days=1) if early < day_in(days) else timedelta()
    await pass_time(seconds=(early - clock.now()).total_seconds())


async def until_a_week_of_one_month() -> None:
    """A statement is of a month: what is bought and sent back is to stand on one."""
    if (first := day_in(7).replace(day=1, hour=9)) > clock.now():
        await pass_time(seconds=(first - clock.now()).total_seconds())


async def until_it_is_at_their_bank() -> None:
    """What came into an account leaves it at midnight, and is at the bank two days later."""
    for days in (1, 3):
        await pass_time(days=days)


async def together_is(seller: Visitor, desk: str, *figures: str) -> None:
    """The last row of a month's statement: paid by fans, tax, commission, royalty, payment company, its own, what stands."""
    await seller.goes_to(desk)
    await seller.follows("Earnings", among="Desk")
    await seller.waits_for_row(*figures, within=".statement tfoot")


async def at_their_bank(organisation: Organisation) -> dict[str, int]:
    """What the payment company has sent to somebody's bank, and has not come back from there, by currency."""
    bank: dict[str, int] = {}
    account_id = str(organisation.stripe_account_id)
    sent = await stripe.client().v1.payouts.list_async({"limit": 100}, {"stripe_account": account_id})
    for payout in sent.data:
        assert payout.status == "paid", payout
        bank[payout.currency] = bank.get(payout.currency, 0) + payout.amount
    return bank


async def it_is_paid_out(who: Visitor, desk: str, paid: str, remark: str) -> None:
    await who.goes_to(desk)
    await who.follows("Earnings", among="Desk")
    await who.waits_for_row(f"Paid to your account {paid} {remark}")
    await who.reads("Earned, goes out next $0.00", "On its way $0.00")


async def royalties_stand_at(gu: Visitor, n: Names, desk: str, *, accrued: str, paid: str) -> None:
    """8 % of what was kept: 40.50 of the earring's, 129.00 of the jacket's, both bought while that scene was seen."""
    await gu.goes_to(desk)
    await gu.follows("Royalties", among="Desk")
    await gu.waits_for_row(f"Accrued {accrued}")
    await gu.reads(
        f"Accrued {accrued} paid once nothing can be returned", f"Paid {paid} to the production's earnings", "Net sales $169.50 2 pieces",
        n.shop, "$3.24", n.loom, "$10.32", "S5 Lin listens",
    )  # fmt: skip
