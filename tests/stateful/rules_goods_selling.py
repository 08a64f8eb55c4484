"""What sellers and the production do to what is for sale: prices, pieces, pauses, days away, and licences that are stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from crowdfund import clock
from crowdfund.merch.licences.actions import resume_licence, suspend_licence
from crowdfund.merch.listings.actions import pause_listing, publish_listing
from crowdfund.merch.listings.pieces import as_written, count_stock, offered, write_variants
from crowdfund.merch.shops.actions import come_back, go_away
from tests.stateful.machine_goods import PICK, WHAT
from tests.stateful.model_goods import DAY, Variant
from tests.stateful.rules_goods_buying import Buying

CLOSES = st.sampled_from(["listing", "shop", "licence"])


class Selling(Buying):
    @rule(what=WHAT, less=st.sampled_from([-500, -1, 1, 333]))
    def price_changes(self, what: int, less: int) -> None:
        variant = self.model.variants[what]
        if not 100 <= variant.price + less <= 20_000:
            return
        self.a_second()
        self.do(self._price(variant, less))
        variant.price += less

    async def _price(self, variant: Variant, less: int) -> None:
        listing = self.numbers[variant.listing]
        rows: list[Any] = []
        for row in await offered(listing):
            row.price_minor += less if row.id == self.numbers[variant] else 0
            row.name = row.name or f"Size {row.id}"
            rows.append(as_written(row))
        await write_variants(listing, rows, by=self.staff.id)

    @rule(what=WHAT, more=st.sampled_from([-2, 3, 9]))
    def stock_is_counted(self, what: int, more: int) -> None:
        variant = self.model.variants[what]
        self.a_second()
        no = "StillReserved" if variant.on_hand + more < variant.reserved else None
        work = count_stock(self.numbers[variant.listing], {self.numbers[variant]: more}, by=self.staff.id)
        assert self.asked(work) == (no or ("SellOff" if self._may_not_grow(variant, more) else None))
        if no is None and not self._may_not_grow(variant, more):
            variant.on_hand += more

    def _may_not_grow(self, variant: Variant, more: int) -> bool:
        licence = variant.listing.licence
        return more > 0 and licence is not None and licence.suspended

    @rule(pick=PICK, what=CLOSES, days=st.integers(1, 3))
    def nothing_is_sold_for_a_while(self, pick: int, what: str, days: int) -> None:
        if pick % 2:
            self.all_is_sold_again(pick)
            return
        self.a_second()
        by = self.staff.id
        if what == "listing":
            listing = self.newest(self.model.listings, pick)
            no = None if listing.live else "MoveRefused"
            assert self.asked(pause_listing(self.numbers[listing], by=by)) == no
            listing.live = False
        elif what == "shop":
            org = self.newest(self.model.shops, pick)
            self.do(go_away(self.shops[org], None, clock.now() + timedelta(days=days), by=by))
            org.away_until = self.model.now + days * DAY
        else:
            licence = self.newest(self.model.licences, pick)
            no = "MoveRefused" if licence.suspended else None
            assert self.asked(suspend_licence(self.numbers[licence], "Questions about quality.", by=by)) == no
            licence.suspended = True

    @rule(pick=PICK)
    def all_is_sold_again(self, pick: int) -> None:
        self.a_second()
        by = self.staff.id
        for listing in [one for one in self.model.listings if not one.live]:
            assert self.asked(publish_listing(self.numbers[listing], by=by)) is None
            listing.live = True
        for org in [one for one in self.model.shops if one.away_until is not None]:
            self.do(come_back(self.shops[org], by=by))
            org.away_until = None
        for licence in [one for one in self.model.licences if one.suspended]:
            assert self.asked(resume_licence(self.numbers[licence], "Answered.", by=by)) is None
            licence.suspended = False
