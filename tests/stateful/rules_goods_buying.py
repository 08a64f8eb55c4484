"""What fans do with carts and payments."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund.database import atomic, new_id
from crowdfund.orders.goods import cart, paying
from crowdfund.orders.goods.models import CartLine, GoodsLine, GoodsOrder
from crowdfund.orders.goods.models import Purchase as PurchaseRow
from crowdfund.orders.goods.placing import place_purchase
from crowdfund.orders.goods.rules import Want, Wish
from tests.cinema import pay_at
from tests.goods import ADDRESS, at_the_till
from tests.stateful.machine_goods import PICK, SOME, WHAT, WHO, Goods
from tests.stateful.model_goods import Purchase, Variant


class Buying(Goods):
    # --- the cart ---

    @rule(who=WHO, what=WHAT, quantity=SOME)
    def put_in(self, who: int, what: int, quantity: int) -> None:
        self.a_second()
        variant = self.model.variants[what]
        work = cart.put_in(self.fans[who].id, self.numbers[variant], quantity, "US")
        assert self.asked(work) == self.model.put_in(who, variant, quantity)

    @precondition(lambda self: any(self.model.carts.values()))
    @rule(who=WHO, pick=PICK, quantity=st.sampled_from([0, 1, 2, 7, 100]))
    def change(self, who: int, pick: int, quantity: int) -> None:
        variant: Variant | None = self.newest(list(self.model.carts.get(who, {})), pick)
        if variant is None:
            return
        self.a_second()
        fan = self.fans[who].id
        line = self.do(CartLine.get(person_id=fan, variant_id=self.numbers[variant]))
        if quantity == 0 and pick % 2:
            assert self.asked(cart.take_out(fan, line.id)) == self.model.change(who, variant, 0)
        else:
            assert self.asked(cart.change(fan, line.id, quantity)) == self.model.change(who, variant, quantity)

    @precondition(lambda self: any(self.model.carts.values()))
    @rule(who=WHO)
    def accept_prices(self, who: int) -> None:
        """She agrees to what each of it costs now."""
        for variant, one in self.model.carts.get(who, {}).items():
            line = self.do(CartLine.get(person_id=self.fans[who].id, variant_id=self.numbers[variant]))
            assert self.asked(cart.accept(self.fans[who].id, line.id, variant.price_now)) is None
            one.seen = variant.price_now

    # --- paying ---

    @precondition(lambda self: any(self.model.carts.values()) or self.pages("open", "paid"))
    @rule(who=WHO)
    def place(self, who: int) -> None:
        """All of her cart, as she saw it; what she began before and did not pay is called off."""
        self.a_second()
        self.pressed += 1
        fan, key = self.fans[who].id, f"key-{self.pressed}"
        no = self.model.end_earlier(who)
        assert self.asked(cart.end_earlier(fan, "USD", key)) == no
        if no is not None or not self.model.carts.get(who):
            return
        mine = self.model.ordered(who)
        shown = self.do(cart.part_of_cart(fan, "US", "USD"))
        assert (shown.quote is None) == self.model.cart_has_trouble(who)
        assert shown.quote is None or shown.quote.total_minor == mine.total
        wishes = tuple(Wish(self.numbers[v], one.quantity, one.seen) for v, one in self.model.carts[who].items())
        number = new_id()
        want = Want(number, fan, "USD", wishes, "US", "Mei", ADDRESS, "", mine.total, key)
        no = self.model.place(mine)
        assert self.asked(place_purchase(want)) == no
        if no is None:
            self.numbers[mine] = number
            self.do(self._number_orders(mine))

    async def _number_orders(self, mine: Purchase) -> None:
        for order, row in zip(
            mine.orders, await GoodsOrder.filter(purchase_id=self.numbers[mine]).order_by("id"), strict=True
        ):
            self.numbers[order] = row.id
            for line in order.lines:
                found = await GoodsLine.get(order_id=row.id, variant_id=self.numbers[line.variant])
                self.numbers[line] = found.id

    @precondition(lambda self: any(p.state == "placed" for p in self.model.purchases))
    @rule(pick=PICK)
    def go_to_pay(self, pick: int) -> None:
        purchase: Purchase = self.newest(self.model.purchases, pick)
        self.a_second()
        no = self.model.go_to_pay(purchase)
        asked = self.asked(self._to_the_till(purchase))
        assert asked == no

    async def _to_the_till(self, purchase: Purchase) -> None:
        url = await at_the_till(await PurchaseRow.get(id=self.numbers[purchase]))
        assert self.urls.setdefault(purchase, url) == url

    def pages(self, *states: str) -> list[Purchase]:
        return [p for p in self.model.purchases if p.page in states]

    @precondition(lambda self: self.pages("open"))
    @rule(pick=PICK, card=st.sampled_from(["ok", "ok", "instant", "instant", "declined"]), comes_back=st.booleans())
    def pay(self, pick: int, card: str, comes_back: bool) -> None:
        """On any page that is still open, however late; then she comes back, or nobody has told us of it yet."""
        purchase: Purchase = self.newest(self.pages("open"), pick)
        self.a_second()
        self._pay(purchase, card)
        if comes_back:
            self.do(paying.visits.look_at_subject(self.numbers[purchase]))
            if purchase.page == "paid" or self.model.page_is_over(purchase):
                self.model.let_go(purchase)

    def _pay(self, purchase: Purchase, card: str) -> None:
        answer = self.do(pay_at(self.urls[purchase], card))
        is_paid = card != "declined" and not self.model.page_is_over(purchase)
        assert (answer.status_code == 303) == is_paid, answer.text[:500]
        if is_paid:
            self.model.pay(purchase, at_once=card == "instant")

    @precondition(lambda self: self.pages("open", "paid"))
    @rule(pick=PICK)
    def the_page_is_said_to_be_over(self, pick: int) -> None:
        """And can be paid, or was, all the same."""
        purchase: Purchase = self.newest(self.pages("open", "paid"), pick)
        self.a_second()
        self.do(atomic(paying._expired)(self.numbers[purchase]))
        self.model.expire(purchase)

    @rule(
        who=WHO,
        what=st.lists(WHAT, min_size=2, max_size=4, unique=True),
        quantity=SOME,
        card=st.sampled_from(["ok", "instant"]),
    )
    def buy(self, who: int, what: list[int], quantity: int, card: str) -> None:
        """From the shelf to the payment in one go, as most do."""
        for number in what:
            self.put_in(who, number, quantity)
        before = len(self.model.purchases)
        self.place(who)
        if len(self.model.purchases) > before:
            purchase = self.model.purchases[-1]
            self.go_to_pay(0)
            self._pay(purchase, card)
            self.do(paying.visits.look_at_subject(self.numbers[purchase]))
            self.model.let_go(purchase)

    @rule(who=WHO, what=WHAT, quantity=SOME, card=st.sampled_from(["ok", "instant"]))
    def buy_one_thing(self, who: int, what: int, quantity: int, card: str) -> None:
        self.buy(who, [what], quantity, card)
