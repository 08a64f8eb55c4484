"""What all rules about goods share: a site with three sellers and its model side by side, and how they are compared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant

from crowdfund import clock
from crowdfund.database import Sql, atomic, new_id, open_database
from crowdfund.disputes.books import RULES as DISPUTE_RULES
from crowdfund.ledger.books import RULES as LEDGER_RULES
from crowdfund.ledger.books import prove
from crowdfund.merch.licences.models import Licence as LicenceRow
from crowdfund.merch.listings.models import Listing as ListingRow
from crowdfund.merch.listings.models import Variant as VariantRow
from crowdfund.orders.goods.books import RULES as GOODS_RULES
from crowdfund.orders.goods.models import CartLine, GoodsLine, GoodsOrder
from crowdfund.orders.goods.models import Purchase as PurchaseRow
from crowdfund.orders.parcels.models import Parcel as ParcelRow
from crowdfund.orders.returns.books import RULES as RETURN_RULES
from crowdfund.orders.returns.models import GoodsReturn
from crowdfund.payments import stripe
from crowdfund.payments.models import Refund as RefundRow
from crowdfund.payouts.books import RULES as PAYOUT_RULES
from crowdfund.payouts.models import Payout as PayoutRow
from crowdfund.payouts.royalties.books import RULES as ROYALTY_RULES
from crowdfund.payouts.royalties.models import RoyaltyStatement
from crowdfund.payouts.sellers.models import Reversal as ReversalRow
from crowdfund.people.models import Organisation
from crowdfund.titles.models import Title
from crowdfund.worker import SWEEPS, work_until_idle
from tests.bank import ask
from tests.listings import a_licence, a_listing, a_product, a_shop, a_title, a_variant, a_zone
from tests.stateful.model_goods import SECOND, Licence, Listing, Org, Purchase, Variant, nothing_is_lost, role_of
from tests.stateful.model_goods_split import KINDS
from tests.stateful.model_goods_work import Model, Payout, Reversal
from tests.stateful.site import OnASite
from tests.world import Fan, a_fan, a_studio, broken

FANS = 2
# The regular work that goods and their money need. What else there is finds nothing here, and is done when an example ends.
WORK = {
    "licences", "what goes back", "refunds of goods that are not over", "goods", "visits for goods", "fees", "payouts", "reversals",
    "royalties", "disputes",
}  # fmt: skip
RULES = (
    *LEDGER_RULES,
    *GOODS_RULES,
    *RETURN_RULES,
    *DISPUTE_RULES,
    *PAYOUT_RULES,
    *ROYALTY_RULES,
)  # all others are proven at its end
OTHERS = {sweep.name for sweep in SWEEPS} - WORK
WHO, WHAT, PICK, SOME = st.integers(0, FANS - 1), st.integers(0, 4), st.integers(0, 9), st.integers(1, 3)
_BALANCES = Sql("""
    SELECT a.code, CAST(a.sign * (COALESCE((SELECT SUM(amount_minor) FROM posting WHERE debit_id = a.id), 0)
                                - COALESCE((SELECT SUM(amount_minor) FROM posting WHERE credit_id = a.id), 0)) AS BIGINT) AS minor
    FROM account a""")
_BACK = Sql("""
    SELECT line_id, SUM(quantity) AS pieces, SUM(net_minor) AS net, SUM(tax_minor) AS tax, SUM(commission_minor) AS commission,
           SUM(royalty_minor) AS royalty FROM goods_refund WHERE line_id IS NOT NULL GROUP BY line_id""")


async def can_be_paid(organisation_id: int) -> str:
    account_id = await stripe.make_account(new_id(), "US", "seller@example.com")
    await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
    await atomic(Organisation.filter(id=organisation_id).update)(stripe_account_id=account_id)
    return account_id


class Goods(OnASite):
    """One production; a jeweller with two things under a licence each, one of them in two sizes; a tailor; and a printer without one."""

    model: Model
    staff: Fan
    title: Title

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[Any, Any] = {}
        self.urls: dict[Purchase, str] = {}
        self.fans: list[Fan] = []
        self.shops: dict[Org, Organisation] = {}
        self.pressed = 0

    def open_shops(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        await open_database(self.ours.database_url)
        self.fans, self.staff = [await a_fan() for _ in range(FANS)], await a_fan("Staff")
        studio = Org("studio")
        self.numbers[studio] = await a_studio(owner=self.staff)
        self.title = await a_title(self.numbers[studio])
        jeweller, tailor, printer = [
            Org(name, first) for name, first in (("jeweller", 6_00), ("tailor", 9_00), ("printer", 2_50))
        ]
        for org in (jeweller, tailor, printer):
            self.shops[org] = await a_shop(org.name, owner=self.staff)
            self.numbers[org] = self.shops[org].id
            await a_zone(self.shops[org], first_minor=org.first)
        rings = await self._listing(jeweller, 45_00, on_hand=6, royalty_bps=800, cap=9, discount_bps=1_000)
        pins = await self._listing(jeweller, 19_99, on_hand=5, royalty_bps=1_250)
        coats = await self._listing(tailor, 129_00, on_hand=4, royalty_bps=800, cap=5)
        posters = await self._listing(printer, 7_77, on_hand=9)
        small = await a_variant(
            await ListingRow.get(id=self.numbers[rings.listing]), "Small", price_minor=33_33, on_hand=4
        )
        self.numbers[variant := Variant(rings.listing, 33_33, 4)] = small.id
        for org in (studio, jeweller, tailor, printer):
            await can_be_paid(self.numbers[org])
        self.model = Model(clock.now_us(), studio, [rings, variant, pins, coats, posters])
        self.model.was_paid, self.model.was_reversed = self.was_paid, self.was_reversed

    async def _listing(
        self, org: Org, price: int, *, on_hand: int, royalty_bps: int = 0, cap: int | None = None, discount_bps: int = 0
    ) -> Variant:
        """With a licence where it has a royalty, told month by month; gives its one variant."""
        shop, product, licence, row = self.shops[org], await a_product(self.title), None, None
        if royalty_bps:
            later = clock.now() + timedelta(days=20 * 365)
            row = await a_licence(shop, product, royalty_bps=royalty_bps, unit_cap=cap, ends_at=later, report_months=1)
            self.numbers[licence := Licence(royalty_bps, cap, clock.to_us(row.starts_at))] = row.id
        made, one = await a_listing(
            shop, product, licence=row, price_minor=price, on_hand=on_hand, discount_bps=discount_bps
        )
        self.numbers[listing := Listing(org, licence, discount_bps)] = made.id
        self.numbers[variant := Variant(listing, price, on_hand)] = one.id
        return variant

    # --- looking ---

    def a_second(self) -> None:
        """Passes here: outside of a test no two things happen in the same microsecond. The processor's clock goes by itself."""
        self.traveller.shift(1)
        self.model.now += SECOND

    async def work(self) -> None:
        await work_until_idle(without=OTHERS)

    def newest(self, things: list[Any], pick: int) -> Any:
        return things[-1 - pick % len(things)] if things else None

    def was_paid(self, payout: Payout) -> bool:
        return self._th(PayoutRow, payout, self.model.payouts, payout.org).state == "paid"

    def was_reversed(self, reversal: Reversal) -> bool:
        same = [r for r in self.model.reversals if r.payout.org is reversal.payout.org]
        return self._th(ReversalRow, reversal, same, reversal.payout.org).state == "done"

    def _th(self, table: Any, one: Any, things: list[Any], org: Org) -> Any:
        own = [thing for thing in things if getattr(thing, "org", org) is org]
        rows = self.do(table.filter(organisation_id=self.numbers[org]).order_by("made_at", "id"))
        return rows[own.index(one)]

    # --- comparing ---

    @invariant()
    def the_site_is_as_the_model_says(self) -> None:
        type(self).steps_done += 1
        self.do(self._compare())

    async def _compare(self) -> None:
        await self._compare_shelves()
        await self._compare_sales()
        await self._compare_money()
        await self._compare_with_processor()
        assert broken(await prove(RULES, counting=False)) == []

    async def _compare_shelves(self) -> None:
        numbers, ours = self.numbers, self.model
        stock = {one.id: (one.price_minor, one.on_hand, one.reserved, one.sold) for one in await VariantRow.all()}
        assert stock == {numbers[v]: (v.price, v.on_hand, v.reserved, v.sold) for v in ours.variants}
        units = {one.id: (one.units_sold, one.state == "suspended") for one in await LicenceRow.all()}
        assert units == {numbers[one]: (one.sold, one.suspended) for one in ours.licences}
        carts = {(c.person_id, c.variant_id): (c.quantity, c.price_seen_minor) for c in await CartLine.all()}
        assert carts == {
            (self.fans[fan].id, numbers[variant]): (one.quantity, one.seen)
            for fan, cart in ours.carts.items() for variant, one in cart.items()
        }  # fmt: skip

    async def _compare_sales(self) -> None:
        numbers, ours = self.numbers, self.model
        purchases = {p.id: (p.state, p.total_minor) for p in await PurchaseRow.all()}
        assert purchases == {numbers[p]: (p.state, p.total) for p in ours.purchases}
        orders = {o.id: (o.state, o.total_minor, o.fee_minor, o.earned_at is not None) for o in await GoodsOrder.all()}
        assert orders == {numbers[o]: (o.state, o.total, o.fee, o.earned_at is not None) for o in ours.orders}
        lines = {one.id: (one.shipped, one.cancelled, one.returned, one.asked_back) for one in await GoodsLine.all()}
        own = [line for order in ours.orders for line in order.lines]
        assert lines == {numbers[one]: (one.shipped, one.cancelled, one.returned, one.asked_back) for one in own}
        back = {row["line_id"]: [int(row[name]) for name in ("pieces", *KINDS)] for row in await _BACK()}
        assert back == {
            numbers[one]: [one.returned, *(one.back[k] for k in KINDS)] for one in own if any(one.back.values())
        }
        assert all(nothing_is_lost(one) for one in own)
        parcels = {p.id: p.state for p in await ParcelRow.all()}
        assert parcels == {numbers[parcel]: parcel.state for order in ours.orders for parcel in order.parcels}
        assert {r.id: r.state for r in await GoodsReturn.all()} == {numbers[r]: r.state for r in ours.returns}

    async def _compare_money(self) -> None:
        numbers, ours = self.numbers, self.model
        refunds = sorted((r.subject, r.amount_minor, r.state) for r in await RefundRow.all())
        assert refunds == sorted(
            (f"goods_order:{numbers[r.order]}" if r.order else f"purchase:{numbers[r.purchase]}", r.amount, r.state)
            for r in ours.refunds
        )  # fmt: skip
        payouts = sorted(
            (p.organisation_id, p.amount_minor, p.state, p.attempt, p.reversed_minor) for p in await PayoutRow.all()
        )
        assert payouts == sorted((numbers[p.org], p.amount, p.state, p.attempt, p.taken_back) for p in ours.payouts)
        reversals = sorted((r.organisation_id, r.amount_minor, r.state, r.attempt) for r in await ReversalRow.all())
        assert reversals == sorted((numbers[r.payout.org], r.amount, r.state, r.attempt) for r in ours.reversals)
        statements = sorted((s.licence_id, s.royalty_minor) for s in await RoyaltyStatement.filter(state="paid"))
        assert statements == sorted((numbers[s.licence], s.paid) for s in ours.statements if s.paid is not None)
        held = {row["code"]: int(row["minor"]) for row in await _BALANCES() if row["minor"]}
        assert held == {self._code(account): minor for account, minor in ours.books.items() if minor}

    def _code(self, account: Any) -> str:
        names = {
            "clearing": "refund:clearing",
            "fee": "fee:platform",
            "processor": "expense:processor",
            "dispute": "expense:dispute",
        }
        if isinstance(account, str):
            return f"{names.get(account, account)}:USD"
        own = "" if role_of(account) in ("sale", "purchase") else ":USD"
        return f"{account[0]}:{self.numbers[account[1]]}{own}"

    async def _compare_with_processor(self) -> None:
        """Nobody is charged twice, given money twice, or paid twice."""
        ours, found = self.model, await ask("GET", "totals")
        counted = {
            "charges": ours.charged, "refunds": [r.amount for r in ours.refunds if r.state == "succeeded"],
            "transfers": [p.amount for p in ours.payouts if p.state == "paid"],
            "reversals": [r.amount for r in ours.reversals if r.state == "done"],
        }  # fmt: skip
        there = {what: tuple(found[what]["usd"].values()) if what in found else (0, 0) for what in counted}
        assert there == {what: (len(minors), sum(minors)) for what, minors in counted.items()}
