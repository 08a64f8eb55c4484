"""Twelve bugs that marketplaces had: ten that Spree found when it first ran its own whole (pull request 14622), and two of others.

Each is looked for where a person would have met it: on the pages and in the API of the site, with two sellers in one basket.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from crowdfund import settings
from crowdfund.database import atomic
from crowdfund.database.ids import public
from crowdfund.ledger import balance_minor, chart
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder, Purchase
from crowdfund.payments import stripe
from crowdfund.payments.models import Charge, Refund
from crowdfund.payouts.banks.models import BankPayout
from crowdfund.payouts.models import Payout
from crowdfund.people.models import Organisation, Person, StaffRole
from crowdfund.webhooks import SWITCHBOARD
from crowdfund.worker import work_until_idle
from tests.bank import ask, pass_time
from tests.earnings import payouts_of, reversals_of, there_is_money
from tests.goods import ForSale, lines_of, orders_of, two_sellers
from tests.hooks import an_event, signature
from tests.http.conftest import SignedIn, SiteUnderTest
from tests.http.test_goods_pages import american, at_the_till, put_in
from tests.http.test_sandbox_webhooks import Receiver, receiver
from tests.money import press, read

pytestmark = pytest.mark.usefixtures("proven_when_idle")
__all__ = ["receiver"]


def one_piece(line: GoodsLine) -> dict[str, Any]:
    """As it is typed into the boxes of a form."""
    return {f"pieces_{public(line.id)}": "1"}


@dataclass
class Stall:
    """One of the two sellers: whose browser it is, what is for sale, and the order that Mei has there."""

    owner: SignedIn
    one: ForSale
    order: GoodsOrder

    @property
    def desk(self) -> str:
        return f"{self.one.shop.desk_path}/sales/{public(self.order.id)}"

    @property
    def hers(self) -> str:
        """Where the buyer reads of it."""
        return f"/bought/{public(self.order.id)}"

    async def send(self, pieces: int | None = None) -> None:
        [line] = await lines_of(self.order)
        await self.owner.get(self.desk)
        box: dict[str, Any] = {f"pieces_{public(line.id)}": str(pieces or line.to_ship)}
        await self.owner.submit("It is sent", carrier="China Post", tracking="LX1CN", **box)
        assert "Sent. The buyer knows." in self.owner.text

    async def call_off(self) -> None:
        [line] = await lines_of(self.order)
        await self.owner.get(self.desk)
        box: dict[str, Any] = {f"pieces_{public(line.id)}": str(line.to_ship)}
        await self.owner.submit("Call off", reason="The kiln broke.", **box)

    async def now(self) -> GoodsOrder:
        return await GoodsOrder.get(id=self.order.id)

    async def statement(self) -> list[dict[str, str]]:
        """Her month as a file, line by line."""
        file = await self.owner.get(f"{self.one.shop.desk_path}/earnings.csv?currency=USD")
        return list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))


@dataclass
class Market:
    """Mei has paid 239.70 at once: two earrings at Pearl & Co (92.67), a jacket at Loom House (147.03)."""

    site: SiteUnderTest
    mei: SignedIn
    purchase: Purchase
    pearl: Stall
    loom: Stall


async def onboarded(owner: SignedIn, shop: Organisation) -> None:
    """On the processor's own page, as she is sent there, and back."""
    await atomic(Organisation.filter(id=shop.id).update)(payouts_state="none")
    await owner.get(f"{shop.desk_path}/verification")
    await owner.submit("Set up payouts", follow=False)
    await press(owner.response.headers["location"], outcome="complete")
    await owner.get(f"{shop.desk_path}/onboarding/return")
    assert "Payouts work" in owner.text


async def a_market(site: SiteUnderTest, *, payable: bool = False) -> Market:
    """payable: both sellers have an account at the processor, by its own pages."""
    mei, both = await american(site), await two_sellers()
    owners = [await site.signed_in(await Person.get(id=one.owner.id)) for one in both]
    for one, owner in zip(both, owners, strict=True):
        if payable:
            await onboarded(owner, one.shop)
        await put_in(mei, one, 2 if one is both[0] else 1)
    await at_the_till(mei)
    assert mei.status == 303, mei.text
    await press(mei.response.headers["location"], card="ok", email="mei@example.com")
    purchase = await Purchase.get()
    await mei.get(f"{purchase.path}/return")
    assert "Paid. Your sellers know" in mei.text
    await work_until_idle()
    orders = {order.organisation_id: order for order in await orders_of(purchase)}
    pearl, loom = (Stall(owner, one, orders[one.shop.id]) for one, owner in zip(both, owners, strict=True))
    return Market(site, mei, await Purchase.get(id=purchase.id), pearl, loom)


# --- what Spree found ---


async def test_webhooks_registered_twice_keep_the_secret_of_connected_accounts(
    site: SiteUnderTest, receiver: Receiver
) -> None:
    """There, the second registration deleted the first and lost its secret: sellers were onboarded, and never payable."""
    [one] = (await two_sellers())[:1]
    bao = await site.signed_in(await Person.get(id=one.owner.id))
    await stripe.register_webhooks(receiver.url, sorted(SWITCHBOARD))
    secrets = await stripe.register_webhooks(receiver.url, sorted(SWITCHBOARD))
    settings.use(settings.current().with_(stripe_webhook_secret=secrets))
    assert len((await read("webhook_endpoints"))["data"]) == 2
    await atomic(Organisation.filter(id=one.shop.id).update)(payouts_state="none")
    await bao.get(f"{one.shop.desk_path}/verification")
    await bao.submit("Set up payouts", follow=False)
    await press(bao.response.headers["location"], outcome="complete")  # and she does not come back
    await receiver.until(1)
    [(body, signed)] = receiver.got
    answer = await bao.client.post("/webhooks/stripe", content=body, headers={"stripe-signature": signed})
    assert answer.status_code == 200, answer.text
    await work_until_idle()
    assert (await Organisation.get(id=one.shop.id)).payouts_state == "enabled"


@pytest.mark.parametrize(
    ("country", "capabilities", "agreement"),
    [("DE", ["card_payments", "transfers"], None), ("CN", ["transfers"], "recipient")],
)
async def test_no_seller_asks_for_transfers_alone_but_who_only_receives(
    site: SiteUnderTest, country: str, capabilities: list[str], agreement: str | None
) -> None:
    """There, the processor refused every connected account."""
    one, _ = await two_sellers()
    await atomic(Organisation.filter(id=one.shop.id).update)(country=country)
    bao = await site.signed_in(await Person.get(id=one.owner.id))
    await onboarded(bao, one.shop)
    account = await read(f"accounts/{(await Organisation.get(id=one.shop.id)).stripe_account_id}")
    assert (sorted(account["capabilities"]), account["tos_acceptance"].get("service_agreement")) == (
        capabilities,
        agreement,
    )


async def test_an_order_shows_its_own_commission_and_not_every_sellers(site: SiteUnderTest) -> None:
    market = await a_market(site)
    for stall, parts in (
        (market.pearl, ("92.67", "-5.67", "-8.10", "-6.48")),
        (market.loom, ("147.03", "-9.03", "-12.90", "-10.32")),
    ):
        await stall.send()
        [earned] = await stall.statement()
        assert (earned["gross"], earned["tax"], earned["commission"], earned["royalty"]) == parts
        assert earned["order"] == public(stall.order.id)


async def test_an_order_of_a_split_payment_is_paid_and_can_be_sent(site: SiteUnderTest) -> None:
    """There, the check whether it was paid looked for a payment of its own, and none was; its page said "paid 0.00"."""
    market = await a_market(site)
    for stall, total in ((market.pearl, "$92.67"), (market.loom, "$147.03")):
        await market.mei.get(stall.hers)
        assert total in market.mei.text and "Your money waits with us until it is sent." in market.mei.text
        await stall.send()
        await market.mei.get(stall.hers)
        assert "LX1CN" in market.mei.text
        assert "$0.00" not in market.mei.text


async def test_each_seller_of_a_split_payment_is_paid_what_is_hers(site: SiteUnderTest) -> None:
    """Of each order all but tax, commission, royalty and its part of the payment company's fee is the seller's."""
    market = await a_market(site, payable=True)
    for stall in (market.pearl, market.loom):
        await stall.send()
    await pass_time(days=3)  # what a card gave is available after two days
    for order in [await stall.now() for stall in (market.pearl, market.loom)]:
        assert order.fee_minor is not None
        net = order.total_minor - order.tax_minor - order.commission_minor - order.royalty_minor - order.fee_minor
        assert [(state, minor) for state, minor, _ in await payouts_of(order.organisation_id)] == [("paid", net)]
        assert await balance_minor(chart.earnings(order.organisation_id, order.currency)) == 0


async def test_calling_off_what_was_sent_is_refused_in_words(site: SiteUnderTest) -> None:
    """There, it was refused with an empty message. Both had the page open when the parcel went out."""
    market = await a_market(site)
    stall, mei = market.pearl, market.mei
    [line] = await lines_of(stall.order)
    other = await site.signed_in(stall.owner.person)
    await other.get(stall.desk)
    await mei.get(stall.hers)
    await stall.send()
    box: dict[str, Any] = {f"pieces_{public(line.id)}": "2"}
    await mei.submit("Ask the seller", words="", **box)
    await other.submit("Call off", reason="The kiln broke.", **box)
    for browser in (mei, other):
        assert browser.status in (409, 422)
        assert "Of “Pearl earrings” no piece can be chosen any more." in browser.text
    assert (await Refund.filter(subject=stall.order.subject).count(), (await stall.now()).state) == (0, "paid")


async def test_two_parcels_cost_no_more_than_one(site: SiteUnderTest) -> None:
    """There, splitting a parcel priced the delivery anew, and charged it twice."""
    market = await a_market(site)
    await market.pearl.send(1)
    await market.pearl.send(1)
    await market.loom.send()
    await work_until_idle()
    [charge] = await Charge.all()
    order = await market.pearl.now()
    assert (charge.amount_minor, order.shipping_minor, order.total_minor) == (239_70, 6_00, 92_67)
    await market.mei.get(market.pearl.hers)
    assert market.mei.text.count("LX1CN") == 2 and market.mei.text.count("Shipping") == 1
    earned = [row["gross"] for row in await market.pearl.statement() if row["what"] == "goods_earned"]
    assert earned == ["92.67"], "once, with the second parcel"


async def test_what_was_wholly_refunded_reads_as_paid_nowhere(site: SiteUnderTest) -> None:
    market = await a_market(site)
    await market.pearl.call_off()
    await work_until_idle()
    api = await site.token(market.mei.person, "goods:read")
    for stall, states in ((market.pearl, ("refunded", "paid")), (market.loom, ("refunded", "refunded"))):
        if stall is market.loom:
            await stall.call_off()
            await work_until_idle()
        for browser, path in ((market.mei, stall.hers), (stall.owner, stall.desk)):
            await browser.get(path)
            assert "Paid back" in browser.text and "It is sent" not in browser.text
        assert ((await market.pearl.now()).state, (await market.loom.now()).state) == states
        told = (await market.mei.client.get(f"/api/v1/purchases/{public(market.purchase.id)}", headers=api)).json()
        assert told["state"] == states[1], "paid as long as one of its orders is"
        assert {order["id"]: order["state"] for order in told["orders"]} == {
            public(market.pearl.order.id): states[0],
            public(market.loom.order.id): states[1],
        }
    assert [r.amount_minor for r in await Refund.all().order_by("amount_minor")] == [92_67, 147_03]
    assert (await read(f"charges/{(await Charge.get()).stripe_charge_id}"))["refunded"] is True


async def test_a_payout_never_asks_for_more_than_the_account_can_send(site: SiteUnderTest) -> None:
    """What came in meanwhile is no part of it: sold every day, the whole would never be available, and nobody ever paid."""
    market = await a_market(site, payable=True)
    await market.pearl.send()
    await work_until_idle()
    waits = await Payout.get()
    assert (waits.state, waits.note) == ("due", "waits until the charges are available")
    await market.pearl.owner.get(f"{market.pearl.one.shop.desk_path}/earnings")
    assert "The same payout is tried again on" in market.pearl.owner.text
    await market.loom.send()
    await pass_time(days=3)
    paid = await Payout.filter(organisation_id=market.pearl.one.shop.id)
    assert [(one.id, one.state, one.amount_minor) for one in paid] == [(waits.id, "paid", waits.amount_minor)]


async def test_what_a_bank_returned_after_it_was_paid_is_not_lost(site: SiteUnderTest) -> None:
    """There, a failure that came after a success was dropped. Here it lies in the seller's own account, and is asked for there."""
    market = await a_market(site, payable=True)
    await there_is_money(1_00)
    await market.pearl.send()
    await pass_time(days=3)
    [payout] = await Payout.filter(organisation_id=market.pearl.one.shop.id)
    account = str((await Organisation.get(id=market.pearl.one.shop.id)).stripe_account_id)
    await pass_time(days=2)  # it has left for her bank
    await pass_time(days=3)  # and has arrived
    [sent] = (await read_of(account, "payouts"))["data"]
    assert (sent["status"], sent["amount"]) == ("paid", payout.amount_minor)
    await ask("POST", f"payouts/{sent['id']}/fail", {"account": account})
    assert (await read_of(account, "balance"))["available"][0]["amount"] == payout.amount_minor
    event = an_event("payout.failed", sent["id"], account=account)
    for _ in range(2):
        assert (await posted(market.mei, event)) == 200
    await work_until_idle()
    assert [(one.state, one.amount_minor) for one in await BankPayout.all()] == [("failed", payout.amount_minor)]
    assert (await Payout.get(id=payout.id)).state == "paid", "to her account: what her bank does is between the two"
    [line] = await lines_of(market.pearl.order)
    staff = await site.signed_up("Sun", staff=StaffRole.ADMIN)
    await staff.get(f"/staff/goods/{public(market.pearl.order.id)}")
    await staff.submit("Pay back", reason="The photographs show a crack.", **one_piece(line))
    await work_until_idle()
    assert await reversals_of(market.pearl.one.shop.id) == [("done", 33_21, 1)]
    assert await balance_minor(chart.receivable(market.pearl.one.shop.id, "USD")) == 0


# --- what others had ---


async def test_a_new_commission_leaves_old_sales_as_they_were(site: SiteUnderTest) -> None:
    """Mercur prices a sale anew with each return of it, at the rate of that day."""
    market = await a_market(site)
    await market.pearl.send()
    settings.use(settings.current().with_(commission_bps=2500))
    staff = await site.signed_up("Sun", staff=StaffRole.ADMIN)
    [line] = await lines_of(market.pearl.order)
    await staff.get(f"/staff/goods/{public(market.pearl.order.id)}")
    await staff.submit("Pay back", reason="The photographs show a crack.", **one_piece(line))
    earned, back = await market.pearl.statement()
    assert (earned["commission"], back["commission"], back["gross"]) == ("-8.10", "4.05", "-43.34")
    assert (line.commission_minor, line.commission_bps) == (8_10, 1000)


async def test_a_sellers_balance_is_right_after_each_refund(site: SiteUnderTest) -> None:
    """Dokan and MultiVendorX kept what she had been paid for goods that came back. Piece by piece it is as much as all at once."""
    market = await a_market(site, payable=True)
    pearl, mei = market.pearl, market.mei
    await pearl.send()
    await pass_time(days=3)
    [line] = await lines_of(pearl.order)
    for _ in range(2):
        await mei.get(f"{pearl.hers}/returns")
        await mei.submit("Ask the seller", reason="changed_mind", words="", **one_piece(line))
        path = mei.path
        await pearl.owner.get(f"{pearl.one.shop.desk_path}/returns/{path.rsplit('/', 1)[1]}")
        await pearl.owner.submit("Answer", answer="yes", words="")
        await mei.get(path)
        await mei.submit("I have sent it", carrier="UPS", tracking="1Z")
        await pearl.owner.get(f"{pearl.one.shop.desk_path}/returns/{path.rsplit('/', 1)[1]}")
        await pearl.owner.submit("Counted", restock="yes", **one_piece(line))
        await work_until_idle()
        rows = await pearl.statement()
        assert rows[-1]["balance"] == "0.00", "what she was paid for it was taken back from that payout"
    fee = int((await pearl.now()).fee_minor or 0)
    assert [(kind, minor) for kind, minor, _ in await reversals_of(pearl.one.shop.id)] == [
        ("done", 33_21),
        ("done", 33_21),
    ]
    [payout] = await Payout.filter(organisation_id=pearl.one.shop.id)
    assert payout.amount_minor - payout.reversed_minor == 6_00 - fee, "the shipping is hers, and what the payment cost"


async def read_of(account: str, path: str) -> Any:
    """What a connected account's own record says."""
    ours = settings.current()
    headers = {"authorization": f"Bearer {ours.stripe_key}", "stripe-account": account}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        return (await client.get(f"{ours.sandbox_origin}/v1/{path}", headers=headers)).json()


async def posted(browser: SignedIn, event: dict[str, Any]) -> int:
    body = orjson.dumps(event)
    answer = await browser.client.post("/webhooks/stripe", content=body, headers={"stripe-signature": signature(body)})
    return int(answer.status_code)
