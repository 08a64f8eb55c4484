"""What staff and banks do to the money of one backer."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crowdfund.campaigns import actions as campaigns
from crowdfund.disputes.actions import answer_dispute, follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.payments.models import Charge, Refund
from crowdfund.pledges.refunding import pay_another_way, refund_pledge
from tests.bank import ask
from tests.stateful.machine import PICK, Machine


class Banks(Machine):
    @precondition(lambda self: self.open("collected", "refunded", "disputed"))
    @rule(which=PICK, minor=st.sampled_from([None, None, 1, 10_00, 400_00]))
    def refund(self, which: int, minor: int | None) -> None:
        mine = self.newest(self.open("collected", "refunded", "disputed"), which)
        work = refund_pledge(self.numbers[mine], amount_minor=minor, reason="asked", by_person_id=self.staff.id)
        assert self.asked(work) == self.model.refund(mine, minor)

    @precondition(lambda self: self.failed())
    @rule(which=PICK)
    def pay_by_bank(self, which: int) -> None:
        mine = self.newest(self.failed(), which)
        refunds = self.do(Refund.filter(subject=f"pledge:{self.numbers[mine.pledge]}", state="failed"))
        found = next(r for r in refunds if r.amount_minor == mine.amount)
        assert self.asked(pay_another_way(found.id, note="by transfer")) == self.model.pay_another_way(mine)

    @precondition(lambda self: self.disputable())
    @rule(which=PICK)
    def dispute(self, which: int) -> None:
        mine = self.newest(self.disputable(), which)
        self.do(self._dispute(self.numbers[mine]))
        self.model.open_dispute(mine)

    async def _dispute(self, pledge_id: int) -> None:
        charge = await Charge.get(subject=f"pledge:{pledge_id}", state="succeeded")
        opened = await ask("POST", f"charges/{charge.stripe_charge_id}/dispute")
        await follow_dispute(opened["id"])
        dispute = await Dispute.get(stripe_dispute_id=opened["id"])
        await answer_dispute(dispute.id, evidence="She came to the premiere.", by_person_id=self.staff.id)

    @precondition(lambda self: self.open("disputed"))
    @rule(which=PICK, won=st.booleans())
    def decide(self, which: int, won: bool) -> None:
        mine = self.newest(self.open("disputed"), which)
        self.do(self._decide(self.numbers[mine], won))
        self.model.decide(mine, won)

    async def _decide(self, pledge_id: int, won: bool) -> None:
        dispute = await Dispute.get(pledge_id=pledge_id)
        await ask("POST", f"disputes/{dispute.stripe_dispute_id}/close", {"won": won})
        await follow_dispute(dispute.stripe_dispute_id)

    @precondition(lambda self: any(c.state in ("live", "suspended") for c in self.model.campaigns))
    @rule(which=PICK, how=st.sampled_from(["pause", "resume", "resume", "resume", "cancel_campaign"]))
    def staff_decides(self, which: int, how: str) -> None:
        fund = self.newest([c for c in self.model.campaigns if c.state in ("live", "suspended")], which)
        to = {"pause": "suspended", "resume": "live", "cancel_campaign": "cancelled"}[how]
        refused = self.asked(getattr(campaigns, how)(self.numbers[fund], "a question of rights", by=self.staff.id))
        assert refused == fund.decide(to, self.model.now)
