"""Each thing of the site and of the model side by side, and the books proven."""

from __future__ import annotations

from hypothesis.stateful import invariant

from crowdfund import clock
from crowdfund.books import RULES
from crowdfund.campaigns.milestones.models import Milestone
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql
from crowdfund.ledger import balance_minor, chart
from crowdfund.ledger.books import prove
from crowdfund.payments.models import Refund, SavedCard
from crowdfund.payouts.models import Payout
from crowdfund.pledges.milestones.models import ReleaseObjection, ReleaseRequest
from crowdfund.pledges.models import Pledge, ShareBack
from crowdfund.pledges.transfers.models import Election
from tests.stateful import model
from tests.stateful.machine import Machine
from tests.world import broken

HELD = (
    "payable", "receivable", "clearing", "transit", "fee", "processor", "dispute", "bank", "stripe", "carried", "academy", "charity",
)  # fmt: skip


class Comparing(Machine):
    @invariant()
    def the_site_is_as_the_model_says(self) -> None:
        type(self).steps_done += 1
        self.do(self._compare())

    async def _compare(self) -> None:
        numbers, ours = self.numbers, self.model
        found = {p.id: (p.state, p.amount_minor) for p in await Pledge.all()}
        assert found == {numbers[p]: (p.state, p.amount) for p in ours.pledges}
        funds = {
            c.id: (c.state, c.promised_minor, c.pledges_live, c.collected_minor, c.refunded_minor)
            for c in await Campaign.all()
        }
        assert funds == {
            numbers[c]: (c.state, ours.promised(c), len(ours.of(c, *model.LIVE)), c.collected, c.refunded)
            for c in ours.campaigns
        }
        places = {row["campaign_id"]: row["taken"] for row in await Sql("SELECT campaign_id, taken FROM tier")()}
        assert places == {numbers[c]: ours.places(c) for c in ours.campaigns}
        refunds = sorted([(r.subject, r.amount_minor, r.state) for r in await Refund.all()])
        assert refunds == sorted([(f"pledge:{numbers[r.pledge]}", r.amount, r.state) for r in ours.refunds])
        payouts = sorted([(p.campaign_id, p.amount_minor, p.state) for p in await Payout.all()])
        assert payouts == sorted([(numbers[p.campaign], p.amount, p.state) for p in ours.payouts])
        elections = sorted([(e.pledge_id, e.state, e.amount_minor) for e in await Election.all()])
        asked = [p for p in ours.pledges if p.election is not None]
        assert elections == sorted([(numbers[p], p.election, p.elected) for p in asked])
        cards = sorted([(c.person_id, c.state != "saved") for c in await SavedCard.all()])
        assert cards == sorted([(fan, card.gone) for fan, cards in ours.cards.items() for card in cards])
        await self._compare_milestones()
        await self._compare_books()
        assert broken(await prove(RULES, counting=False)) == []

    async def _compare_milestones(self) -> None:
        numbers, films = self.numbers, [c for c in self.model.campaigns if c.plan]
        found = {
            (m.campaign_id, m.position): (m.state, m.amount_minor, m.cost_minor, m.taken_minor)
            for m in await Milestone.all()
        }
        assert found == {
            (numbers[c], n): (m.state, m.amount, m.cost, m.taken) for c in films for n, m in enumerate(c.plan)
        }
        requests = {r.id: (r.campaign_id, r.ended_as, r.pauses_at) for r in await ReleaseRequest.all()}
        assert requests == {numbers[r]: (numbers[r.campaign], r.ended_as, r.pauses_at) for r in self.model.requests}
        objections = sorted([(o.request_id, o.person_id, o.answered_at is None) for o in await ReleaseObjection.all()])
        assert objections == sorted(
            [(numbers[r], fan, fan in r.unanswered) for r in self.model.requests for fan in r.objections]
        )
        shares = {
            s.campaign_id: (s.amount_minor, s.of_minor, s.shared_minor) for s in await ShareBack.filter(state="open")
        }
        assert shares == {
            numbers[c]: (c.share.amount, c.share.of, c.share.shared)
            for c in self.model.campaigns
            if c.share is not None
        }
        for c in films:
            due_at = (await Campaign.get(id=numbers[c])).update_due_at
            assert c.update_due is not None and due_at is not None
            assert clock.to_us(due_at) == (self.model.began + c.update_due) * 1_000_000

    async def _compare_books(self) -> None:
        accounts = {
            "payable": chart.payable(self.club.id, "EUR"), "receivable": chart.receivable(self.club.id, "EUR"),
            "clearing": chart.refund_clearing("EUR"), "transit": chart.payout_transit("EUR"), "fee": chart.fee("EUR"),
            "processor": chart.processor("EUR"), "dispute": chart.dispute_cost("EUR"), "bank": chart.bank("EUR"),
            "stripe": chart.stripe("EUR"), "carried": chart.carried(self.club.id, "EUR"),
            "academy": chart.recipient(self.academy.id, "EUR"), "charity": chart.recipient(self.charity.id, "EUR"),
        }  # fmt: skip
        held = {name: await balance_minor(account) for name, account in accounts.items()}
        assert held == {name: self.model.books[name] for name in HELD}
        for fund in self.model.campaigns:
            assert await balance_minor(chart.fund(self.numbers[fund], "EUR")) == self.model.books[fund]
