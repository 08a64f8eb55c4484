"""Anything that may happen to goods and their money, in any order and at any moment, on both databases, against a small model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from crowdfund.disputes.actions import answer_dispute, follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.payments import stripe
from crowdfund.payments.models import Charge
from tests.bank import ask, fault, no_faults
from tests.stateful.machine_goods import PICK
from tests.stateful.model_goods import SECOND, Purchase
from tests.stateful.rules_goods_after import AfterSale

TEN_MINUTES, HOUR, DAY = 600, 3_600, 86_400
SPANS = st.sampled_from([TEN_MINUTES, 4 * TEN_MINUTES, HOUR, DAY, DAY, 3 * DAY, 8 * DAY, 15 * DAY, 32 * DAY])


class GoodsMachine(AfterSale):
    """Does each thing to the site and to the model, and compares."""

    @initialize()
    def a_site(self) -> None:
        """Something is paid out already, something is on its way, something was bought just now."""
        self.open_shops()
        self.buy(0, [0, 2, 3], 2, "ok")
        self.send_all(0)
        self.send_all(0)
        self.time_passes(3 * DAY, works=True)
        self.buy(1, [0, 1, 2], 3, "instant")
        self.send(1, 1)
        self.buy(0, [2, 4], 2, "ok")

    # --- what banks do ---

    def disputable(self) -> list[Purchase]:
        return [p for p in self.model.purchases if p.page == "heard" and p.dispute is None and p.left_at_bank]

    def held(self) -> list[Purchase]:
        return [p for p in self.model.purchases if p.dispute is not None and p.dispute.state == "under_review"]

    @precondition(lambda self: self.disputable() and not self.held())
    @rule(pick=PICK, share=st.sampled_from([1, 1, 1, 3]))
    def dispute(self, pick: int, share: int) -> None:
        """All of what was paid and has not gone back, or a part of it."""
        purchase: Purchase = self.newest(self.disputable(), pick)
        self.a_second()
        amount = -(-purchase.left_at_bank // share)
        self.do(self._dispute(self.numbers[purchase], amount))
        self.model.open_dispute(purchase, amount)

    async def _dispute(self, purchase_id: int, amount: int) -> None:
        charge = await Charge.get(subject=f"purchase:{purchase_id}")
        opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute", {"amount": amount})
        await follow_dispute(opened["id"])
        found = await Dispute.get(stripe_dispute_id=opened["id"])
        await answer_dispute(found.id, evidence="It was sent, see the number.", by_person_id=self.staff.id)

    @precondition(lambda self: self.held())
    @rule(pick=PICK, won=st.sampled_from([True, True, False]))
    def decide(self, pick: int, won: bool) -> None:
        purchase: Purchase = self.newest(self.held(), pick)
        self.a_second()
        self.do(self._decide(self.numbers[purchase], won))
        self.model.decide(purchase, won=won)

    async def _decide(self, purchase_id: int, won: bool) -> None:
        found = await Dispute.get(purchase_id=purchase_id)
        await ask("POST", f"disputes/{found.stripe_dispute_id}/close", {"won": won})
        await follow_dispute(found.stripe_dispute_id)

    # --- time ---

    @rule(seconds=SPANS, works=st.sampled_from([True, True, True, False]))
    def time_passes(self, seconds: int, works: bool) -> None:
        """works: whether the worker finds the time to do anything meanwhile."""
        self.do(self.pass_time(seconds))
        self.model.now += seconds * SECOND
        if works:
            self.do(self.work())
            self.model.work()

    @rule(seconds=SPANS)
    def time_passes_while_nobody_can_be_paid(self, seconds: int) -> None:
        """The processor has stopped all accounts; what was refused is tried again a day later."""
        self.do(fault("account_disabled", "transfers.create"))
        self.model.account_stopped = True
        self.time_passes(seconds, works=True)
        self.model.account_stopped = False
        self.do(no_faults())

    @rule(seconds=SPANS)
    def time_passes_while_the_processor_hardly_answers(self, seconds: int) -> None:
        """Of each kind of call one is carried out and its answer lost, the others never arrive; it is over after half an hour."""
        for operation in ("refunds.create", "transfers.create", "transfers.reversals.create"):
            self.do(fault("drop_after", operation, times=1))
            self.do(fault("refuse", operation))
        self.model.blocked = True
        self.time_passes(seconds, works=True)
        self.model.blocked = False
        self.do(no_faults())
        self.do(stripe.close())  # it cut connections; one found broken later would be one more answer lost
        self.time_passes(3 * TEN_MINUTES, works=True)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_goods(engine: str, tell: Callable[..., None], long: bool) -> None:
    steps = {"sqlite": 20_000 if long else 75, "postgres": 5_000 if long else 50}[engine]
    tell(GoodsMachine, engine, steps)
