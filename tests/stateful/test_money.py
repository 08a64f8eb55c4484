"""Anything that may happen to money, in any order, on both databases, against a small model; the books proven all the while."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import time_machine
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from stripe import HTTPClient

from crowdfund import clock, settings
from crowdfund.books import RULES, check
from crowdfund.campaigns import actions as campaigns
from crowdfund.campaigns.models import Campaign
from crowdfund.database import Sql, close_database, open_database
from crowdfund.disputes.actions import answer_dispute, follow_dispute
from crowdfund.disputes.models import Dispute
from crowdfund.ledger import balance_minor, chart
from crowdfund.ledger.books import prove
from crowdfund.payments import stripe
from crowdfund.payments.models import Charge, Refund, SavedCard
from crowdfund.payments.reconcile import read_fees
from crowdfund.payouts.models import Payout
from crowdfund.pledges.actions import amend_pledge, cancel_pledge
from crowdfund.pledges.models import Pledge
from crowdfund.pledges.refunding import pay_another_way, refund_pledge
from crowdfund.pledges.transfers import outcomes
from crowdfund.pledges.transfers.elections import choose
from crowdfund.pledges.transfers.models import Choice, Election, Objection, Outcome, OutcomeKind
from crowdfund.refusal import Refusal
from crowdfund.sandbox.process import Running
from crowdfund.worker import work_until_idle
from tests.bank import ask, fans_with, fault, no_faults
from tests.money import confirm_at_bank, read, save_card
from tests.stateful import model
from tests.stateful.model import DAY, PLACES, TIER_PRICE
from tests.stateful.model_transfers import AWAITING
from tests.stateful.model_work import Model
from tests.transfers import a_charity, a_club, a_draft, a_recipient, file, opened
from tests.world import Fan, a_campaign, a_fan, a_tier, broken, pledged

CARDS = [
    "ok",
    "ok",
    "instant",
    "saved_insufficient_funds",
    "saved_lost",
    "authentication_always",
    "fixable",
    "refund_fails",
]
AMOUNTS = st.sampled_from([49, 50, 20_00, 25_00, 25_00, 99_99, 300_00])
GOALS, BY = st.sampled_from([1_00, 25_00, 60_00, 500_00]), st.sampled_from(["strict", "threshold", "flexible"])
PICK = st.integers(0, 59)
SPANS = st.sampled_from([3_600, DAY, DAY, 2 * DAY, 3 * DAY, 7 * DAY])
STEPS_AN_EXAMPLE = 50
HELD = (
    "payable", "receivable", "clearing", "transit", "fee", "processor", "dispute", "bank", "stripe", "carried", "academy", "charity",
)  # fmt: skip
TICKS = ["", "refund", "fallback", "next", "charity"]
KINDS = ["signed", "signed", "collapsed", "collapsed", "window_closed", "player_elsewhere"]


class MoneyMachine(RuleBasedStateMachine):
    """Does each thing to the site and to the model, and compares."""

    new_settings: Callable[[], settings.Settings]
    steps_done = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ours = type(self).new_settings()
        settings.use(self.ours)
        clock.share(self.ours.clock_file)
        self.wall = time_machine.travel(clock.from_us(clock.wall_now_us()), tick=False)
        self.traveller = self.wall.start()
        self.model = Model(went_through=self.went_through, was_paid=self.was_paid)
        self.numbers: dict[Any, Any] = {}  # a thing of the model: its number on the site
        self.fans: list[Fan] = []
        self.tiers: dict[int, int] = {}

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def asked(self, work: Coroutine[Any, Any, Any]) -> str | None:
        """Do it; gives the name of the refusal, if it was refused."""
        try:
            self.do(work)
        except Refusal as refusal:
            return type(refusal).__name__
        return None

    def went_through(self, pledge: model.Pledge) -> bool:
        return bool(self.do(Charge.exists(subject=f"pledge:{self.numbers[pledge]}", state="succeeded")))

    def was_paid(self, payout: model.Payout) -> bool:
        same = {"campaign_id": self.numbers[payout.campaign], "amount_minor": payout.amount, "state": "paid"}
        before = [p for p in self.model.payouts if p.campaign is payout.campaign and p.state == "paid"]
        return int(self.do(Payout.filter(**same).count())) > len([p for p in before if p.amount == payout.amount])

    # --- the world ---

    @initialize()
    def a_site(self) -> None:
        async def begin() -> None:
            await open_database(self.ours.database_url)
            club, self.owner = await a_club()
            self.club, self.studio_id = club, club.id
            self.staff, self.second = await a_fan("Staff"), await a_fan("Second")
            self.academy, self.charity = await a_recipient(club.id), await a_charity()

        self.do(begin())
        for kind in ("ok", "authentication_always", "fixable", "instant"):
            self.a_fan(kind)
        self.a_fund(50_00, "strict", 3)
        self.a_fund(25_00, "flexible", 1)
        for who, where, amount in (
            (0, 1, 25_00),
            (1, 1, 25_00),
            (2, 1, 25_00),
            (3, 1, 300_00),
            (0, 0, 50_00),
            (1, 0, 20_00),
        ):
            self.pledge(who, where, amount, tier=amount == 25_00)

    @precondition(lambda self: len(self.fans) < 12)
    @rule(kind=st.sampled_from(CARDS))
    def a_fan(self, kind: str) -> None:
        (fan,) = self.do(fans_with(kind))
        self.fans.append(fan)
        self.model.cards[fan.id] = [model.Card(kind)]

    @precondition(lambda self: sum(c.state == "live" for c in self.model.campaigns) < 3)
    @rule(
        goal=st.sampled_from([25_00, 50_00, 150_00, 500_00]),
        by=st.sampled_from(["strict", "threshold", "flexible"]),
        days=st.integers(1, 9),
    )
    def a_fund(self, goal: int, by: str, days: int) -> None:
        async def begin() -> tuple[int, int]:
            bps = 8_000 if by == "threshold" else 10_000
            made = await a_campaign(goal_minor=goal, rule=by, threshold_bps=bps, days=days, studio_id=self.studio_id)
            return made.id, await a_tier(made, size=PLACES, price_minor=TIER_PRICE)

        fund = model.Campaign(goal, by, self.model.now + days * DAY)
        self.numbers[fund], tier_id = self.do(begin())
        self.tiers[self.numbers[fund]] = tier_id
        self.model.campaigns.append(fund)

    @precondition(lambda self: sum(c.state == "live" for c in self.model.campaigns) < 3)
    @rule(goal=st.sampled_from([25_00, 50_00]), days=st.integers(1, 9), window=st.integers(10, 14))
    def a_transfer(self, goal: int, days: int, window: int) -> None:
        """A fund for one player: what is collected waits until he is registered."""
        fund = model.Campaign(
            goal, "strict", self.model.now + days * DAY, window=self.model.now + (days + window) * DAY
        )

        async def begin() -> tuple[int, int]:
            draft = await a_draft(
                self.club, self.owner, goal_minor=goal, days=days, window_closes_at=clock.now() + timedelta(days=days + window),
                fallback=self.academy,
            )  # fmt: skip
            made = await opened(draft, self.owner)
            return made.id, await a_tier(made, size=PLACES, price_minor=TIER_PRICE)

        self.numbers[fund], tier_id = self.do(begin())
        self.tiers[self.numbers[fund]] = tier_id
        self.model.campaigns.append(fund)

    # --- what fans do ---

    @rule(who=PICK, where=PICK, amount=AMOUNTS, tier=st.booleans(), ticked=st.sampled_from(TICKS))
    def pledge(self, who: int, where: int, amount: int, tier: bool, ticked: str = "") -> None:
        fan, fund = self.fans[who % len(self.fans)], self.newest(self.model.campaigns, where)
        campaign = self.do(Campaign.get(id=self.numbers[fund]))
        expected = self.model.pledge(fan.id, fund, amount, tier)
        try:
            tier_id, charity_id = (
                self.tiers[campaign.id] if tier else None,
                self.charity.id if ticked == "charity" else None,
            )
            made = self.do(
                pledged(fan, campaign, amount_minor=amount, tier_id=tier_id, if_it_fails=ticked, charity_id=charity_id)
            )
        except Refusal as refusal:
            assert type(refusal).__name__ == expected
        else:
            assert isinstance(expected, model.Pledge)
            expected.ticked = ticked
            self.numbers[expected] = made.id

    @precondition(lambda self: self.model.pledges)
    @rule(which=PICK, amount=AMOUNTS, tier=st.booleans())
    def amend(self, which: int, amount: int, tier: bool) -> None:
        mine = self.newest(self.model.pledges, which)
        tier_id = self.tiers[self.numbers[mine.campaign]] if tier else None
        work = amend_pledge(
            self.numbers[mine], person_id=mine.fan, tier_id=tier_id, quantity=1, amount_minor=amount, shown_as="name"
        )
        assert self.asked(work) == self.model.amend(mine, amount, tier)

    @precondition(lambda self: self.model.pledges)
    @rule(which=PICK)
    def cancel(self, which: int) -> None:
        mine = self.newest(self.model.pledges, which)
        assert self.asked(cancel_pledge(self.numbers[mine], person_id=mine.fan)) == self.model.cancel(mine)

    @precondition(lambda self: self.open("started", "active", "errored"))
    @rule(which=PICK, kind=st.sampled_from(CARDS))
    def give_card(self, which: int, kind: str) -> None:
        mine = self.newest(self.open("started", "active", "errored"), which)
        self.do(self._save_card(self.numbers[mine], kind))
        self.model.save_card(mine, kind)

    async def _save_card(self, pledge_id: int, kind: str) -> None:
        await save_card(await Pledge.get(id=pledge_id), kind)

    @precondition(lambda self: self.waiting())
    @rule(which=PICK, succeeds=st.booleans())
    def confirm(self, which: int, succeeds: bool) -> None:
        mine = self.newest(self.waiting(), which)
        self.do(self._confirm(self.numbers[mine], "complete" if succeeds else "fail"))
        if succeeds:
            self.model.succeed(mine)
        self.do(self._fees())

    async def _confirm(self, pledge_id: int, outcome: str) -> None:
        await confirm_at_bank(await Pledge.get(id=pledge_id), outcome)

    async def _fees(self) -> None:
        await read_fees()

    # --- what staff and banks do ---

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

    # --- how a transfer ends ---

    @precondition(lambda self: any(c.state in AWAITING for c in self.model.campaigns))
    @rule(which=PICK, kind=st.sampled_from(KINDS), by_staff=st.booleans())
    def file_outcome(self, which: int, kind: str, by_staff: bool) -> None:
        fund = self.newest([c for c in self.model.campaigns if c.state in AWAITING], which)
        who = self.staff if by_staff else self.owner
        work = self._file(self.numbers[fund], kind, who)
        assert self.asked(work) == self.model.file(fund, kind, who.id)

    async def _file(self, campaign_id: int, kind: str, by: Fan) -> None:
        await file(await Campaign.get(id=campaign_id), OutcomeKind(kind), by=by)

    def with_outcome(self) -> list[model.Campaign]:
        return [c for c in self.model.campaigns if c.outcome is not None and c.state != "released"]

    def outcome_id(self, fund: model.Campaign) -> int:
        found = self.do(Outcome.get(campaign_id=self.numbers[fund], state__not="withdrawn"))
        return int(found.id)

    @precondition(lambda self: self.with_outcome())
    @rule(which=PICK, who=PICK)
    def object(self, which: int, who: int) -> None:
        fund, fan = self.newest(self.with_outcome(), which), self.fans[who % len(self.fans)]
        work = outcomes.object_to(self.outcome_id(fund), "It was not so, I was there.", by=fan.id)
        assert self.asked(work) == self.model.object(fund, fan.id)

    @precondition(lambda self: any(c.outcome.open_objections for c in self.with_outcome()))
    @rule(which=PICK)
    def dismiss(self, which: int) -> None:
        fund = self.newest([c for c in self.with_outcome() if c.outcome.open_objections], which)  # type: ignore[union-attr]
        for objection in self.do(Objection.filter(outcome_id=self.outcome_id(fund), answered_at=None)):
            self.do(outcomes.dismiss_objection(objection.id, "We have looked into it.", by=self.staff.id))
        self.model.dismiss(fund)

    @precondition(lambda self: self.with_outcome())
    @rule(which=PICK, how=st.sampled_from(["check", "check", "release", "release", "withdraw"]), second=st.booleans())
    def staff_ends(self, which: int, how: str, second: bool) -> None:
        fund, who = self.newest(self.with_outcome(), which), self.second if second else self.staff
        verb = {"check": outcomes.check_evidence, "release": outcomes.release, "withdraw": outcomes.withdraw_outcome}[
            how
        ]
        refused = self.asked(verb(self.outcome_id(fund), "seen in the register", by=who.id))
        expected = self.model.withdraw(fund) if how == "withdraw" else getattr(self.model, how)(fund, who.id)
        assert refused == expected

    @precondition(lambda self: self.elections())
    @rule(which=PICK, choice=st.sampled_from(["refund", "fallback", "next", "charity"]))
    def choose(self, which: int, choice: str) -> None:
        mine = self.newest(self.elections(), which)
        charity_id = self.charity.id if choice == "charity" else None
        work = choose(self.numbers[mine], Choice(choice), charity_id=charity_id, person_id=mine.fan)
        assert self.asked(work) == self.model.choose(mine, choice)

    def elections(self) -> list[model.Pledge]:
        return [p for p in self.model.pledges if p.election is not None]

    # --- time ---

    @rule(seconds=SPANS)
    def time_passes(self, seconds: int) -> None:
        """Deadlines come, cards are charged and charged again, verdicts fall, money goes out and back."""
        self.do(self._time_passes(seconds))
        self.model.now += seconds
        self.model.work()

    async def _time_passes(self, seconds: int) -> None:
        self.traveller.shift(timedelta(seconds=seconds))
        await ask("POST", "clock", {"advance_seconds": seconds})
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

    # --- looking ---

    def newest(self, things: list[Any], pick: int) -> Any:
        return things[-1 - pick % len(things)]

    def open(self, *states: str) -> list[model.Pledge]:
        return [p for p in self.model.pledges if p.state in states]

    def waiting(self) -> list[model.Pledge]:
        return [p for p in self.open("errored") if p.asked is not None and p.asked is p.card]

    def failed(self) -> list[model.Refund]:
        return [r for r in self.model.refunds if r.state == "failed"]

    def disputable(self) -> list[model.Pledge]:
        return [p for p in self.open("collected") if not p.ever_disputed and p.left_at_bank > 0]

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
        await self._compare_books()
        assert broken(await prove(RULES)) == []

    async def _compare_books(self) -> None:
        accounts = {
            "payable": chart.payable(self.studio_id, "EUR"), "receivable": chart.receivable(self.studio_id, "EUR"),
            "clearing": chart.refund_clearing("EUR"), "transit": chart.payout_transit("EUR"), "fee": chart.fee("EUR"),
            "processor": chart.processor("EUR"), "dispute": chart.dispute_cost("EUR"), "bank": chart.bank("EUR"),
            "stripe": chart.stripe("EUR"), "carried": chart.carried(self.studio_id, "EUR"),
            "academy": chart.recipient(self.academy.id, "EUR"), "charity": chart.recipient(self.charity.id, "EUR"),
        }  # fmt: skip
        held = {name: await balance_minor(account) for name, account in accounts.items()}
        assert held == {name: self.model.books[name] for name in HELD}
        for fund in self.model.campaigns:
            assert await balance_minor(chart.fund(self.numbers[fund], "EUR")) == self.model.books[fund]

    def teardown(self) -> None:
        """The processor's answers come after all, and its record is compared with ours to the cent."""
        try:
            self.do(self._end())
        finally:
            self.do(self._close())
            self.loop.close()
            self.wall.stop()
            clock.unshare()

    async def _end(self) -> None:
        await no_faults()
        await work_until_idle()
        report = await check()
        assert broken(report.findings) == []

    async def _close(self) -> None:
        await stripe.close()
        await close_database()


async def _drop(url: str) -> None:
    name = url.split("@/")[1].split("?")[0]
    connection = await asyncpg.connect(url.replace(f"/{name}?", "/postgres?"))
    try:
        await connection.execute(f"DROP DATABASE {name}")
    finally:
        await connection.close()


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_money(
    engine: str,
    new_database: Callable[[str], str],
    sandbox: Running,
    tmp_path: Path,
    long: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.001)
    monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0.001)
    steps = {"sqlite": 20_000 if long else 100, "postgres": 5_000 if long else 50}[engine]
    urls: list[str] = []

    def new_settings() -> settings.Settings:
        if urls:
            _forget(urls.pop())
        urls.append(new_database(engine))
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        return settings.Settings(
            database_url=urls[0], secret="a secret for tests", data=folder, uploads=folder,
            stripe_key=f"sk_test_sandbox_{secrets.token_hex(8)}", stripe_webhook_secret="whsec_test", sandbox_url=sandbox.url,
        )  # fmt: skip

    def _forget(url: str) -> None:
        if engine == "postgres":
            asyncio.run(_drop(url))
        else:
            for path in Path(url.removeprefix("sqlite:///")).parent.glob(f"{Path(url).stem}.db*"):
                path.unlink()

    machine = type("Machine", (MoneyMachine,), {"new_settings": staticmethod(new_settings), "steps_done": 0})
    began = time.monotonic()
    while machine.steps_done < steps:  # type: ignore[attr-defined]
        run_state_machine_as_test(
            machine,
            settings=profile(
                max_examples=min(100, 2 * steps // STEPS_AN_EXAMPLE), stateful_step_count=STEPS_AN_EXAMPLE, deadline=None, database=None,
                derandomize=not long, suppress_health_check=list(HealthCheck), print_blob=True,
                phases=[Phase.generate, Phase.shrink] if "CROWDFUND_SHRINK" in os.environ else [Phase.generate],
            ),
        )  # fmt: skip
    print(f"{engine}: {machine.steps_done} compared steps in {time.monotonic() - began:.1f} s")  # type: ignore[attr-defined]
