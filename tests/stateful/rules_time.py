"""Time, and a processor that hardly answers."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import rule

from crowdfund.payments import stripe
from crowdfund.payments.models import Refund
from crowdfund.worker import work_until_idle
from tests.bank import fault, no_faults
from tests.money import read
from tests.stateful.comparing import Comparing
from tests.stateful.model import DAY

SPANS = st.sampled_from([3_600, DAY, DAY, 2 * DAY, 3 * DAY, 7 * DAY])


class Time(Comparing):
    @rule(seconds=SPANS)
    def time_passes(self, seconds: int) -> None:
        """Deadlines come, cards are charged and charged again, verdicts fall, money goes out and back."""
        self.do(self._time_passes(seconds))
        self.model.now += seconds
        self.model.work()

    async def _time_passes(self, seconds: int) -> None:
        await self.pass_time(seconds)
        await work_until_idle()

    @rule(seconds=SPANS)
    def time_passes_while_the_processor_hardly_answers(self, seconds: int) -> None:
        """Of each kind of call one is carried out and its answer lost, the others never arrive; it is over after half an hour."""
        self.do(self._trouble())
        self.model.blocked = True
        self.time_passes(seconds)
        self.the_site_is_as_the_model_says()
        self.model.blocked = False
        self.do(self._trouble_is_over())
        self.time_passes(1_800)

    async def _trouble(self) -> None:
        for operation in ("payment_intents.create", "refunds.create", "transfers.create"):
            await fault("drop_after", operation, times=1)
            await fault("refuse", operation)

    async def _trouble_is_over(self) -> None:
        carried_out = {refund["metadata"]["refund"] for refund in (await read("refunds", limit=100))["data"]}
        rows = defaultdict(list)  # those of a pledge, in the order in which both sides made them
        for row in await Refund.all().order_by("-id"):
            rows[row.subject].append(str(row.id))
        for refund in self.model.refunds:
            refund.carried_out = rows[f"pledge:{self.numbers[refund.pledge]}"].pop() in carried_out
        await no_faults()
        await stripe.close()  # it cut connections; one found broken later would be one more answer lost
