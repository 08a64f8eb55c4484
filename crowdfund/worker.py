"""Due work: settle, retry, pay out, deliver mail, reconcile, prove the books. In the web process, or apart (`crowdfund work`).

Each piece is a sweep with a lease in the database, so that several workers do it once. A sweep that fails is logged and tried
again; it never takes the others with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from itertools import cycle

from crowdfund import clock
from crowdfund.books import RULES, TIMELY
from crowdfund.boxoffice.jobs import settle_due, tell_funds
from crowdfund.campaigns.opening import open_due
from crowdfund.campaigns.pictures import forget_unused_pictures
from crowdfund.campaigns.update_dates import give_days
from crowdfund.campaigns.verdict import close_campaign
from crowdfund.community.draws.due import work_on_draws
from crowdfund.community.polls.due import look_after_polls
from crowdfund.database import Sql, last_written, outbox
from crowdfund.database.attempts import forget_attempts
from crowdfund.desk.statements.actions import make_due_statements
from crowdfund.disputes.actions import follow_dispute, follow_open_disputes
from crowdfund.disputes.answers import work_on_disputes
from crowdfund.jobs import JOBS
from crowdfund.ledger.books import Finding, prove
from crowdfund.merch.applications.jobs import expire_applications
from crowdfund.merch.licences.jobs import follow_licences
from crowdfund.merch.previews.actions import forget_unused_previews
from crowdfund.orders.following import follow_order_refund
from crowdfund.orders.goods.following import follow_purchase_refund
from crowdfund.orders.goods.jobs import follow_goods, look_at_goods
from crowdfund.orders.jobs import follow_orders, look_at_orders, take_seats_back
from crowdfund.orders.returns.following import follow_goods_refund
from crowdfund.orders.returns.jobs import follow_returns, look_at_returns
from crowdfund.orders.returns.photos import forget_old_photos
from crowdfund.orders.runs.jobs import look_at_runs, work_on_runs
from crowdfund.payments import inbox, reconcile, stripe
from crowdfund.payments.in_turn import in_turn
from crowdfund.payouts.actions import make_due_payouts, payouts_are_due, send_due_payouts
from crowdfund.payouts.banks.actions import look_for_failed, send_back_payouts
from crowdfund.payouts.royalties.actions import follow_royalties
from crowdfund.payouts.sellers.reversals import take_back_what_is_owed
from crowdfund.people.forgetting import forget_what_ran_out
from crowdfund.people.verification import follow_account
from crowdfund.pledges import card_changes, following, letting_go, refunding, settlement, telling
from crowdfund.pledges.milestones.jobs import follow_milestones
from crowdfund.pledges.transfers.jobs import follow_transfers
from crowdfund.screenings.door.no_shows import mark_no_shows
from crowdfund.screenings.jobs import end_screenings
from crowdfund.webhooks import SWITCHBOARD

LEASE_SECONDS = 120
PROOF_GOOD_FOR_SECONDS = 600
COMPARED_SECONDS = 7 * 86_400
_log = logging.getLogger("crowdfund.worker")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A piece of regular work: done at most every so many seconds of wall time; gives whether there is more right now."""

    name: str
    every_seconds: float
    work: Callable[[], Awaitable[object]]


async def settle_funds() -> bool:
    """Close what is due and take each settling or ended fund one step further."""
    more = await in_turn([row["id"] for row in await _CLOSING(clock.now_us())], close_campaign)
    more += await in_turn([row["id"] for row in await _SETTLING()], settlement.settle)
    more += await in_turn([row["id"] for row in await _WITH_PLEDGES_LEFT()], settlement.release)
    more += await refunding.promise_owed_refunds()
    return more > 0


_CLOSING = Sql("SELECT id FROM campaign WHERE state = 'live' AND closes_at <= $1 ORDER BY closes_at LIMIT 50")
_SETTLING = Sql("SELECT id FROM campaign WHERE state = 'settling' ORDER BY closed_at")
_WITH_PLEDGES_LEFT = Sql("""
    SELECT c.id FROM campaign c WHERE c.state IN ('funded', 'failed', 'cancelled', 'funded_held')
      AND EXISTS (SELECT 1 FROM pledge p WHERE p.campaign_id = c.id AND p.state IN ('active', 'started'))
    ORDER BY c.ended_at LIMIT 50""")


class BooksBroken(Exception):
    """A rule of the books does not hold. Until a person has seen to it nothing is paid out."""


async def prove_books() -> None:
    """Prove all rules that need no processor; what is broken stands in the sweep's note, where staff see it."""
    _refuse_broken(await prove(RULES, counting=False))


def _refuse_broken(findings: Iterable[Finding]) -> None:
    broken = [finding.name for finding in findings if not finding.holds]
    if broken:
        raise BooksBroken("; ".join(broken))


async def compare_with_processor() -> None:
    """Each night: what is overdue, what Stripe moved lately that no entry explains, and whether the balances agree."""
    _refuse_broken(await prove(TIMELY, counting=False))
    found = await reconcile.differences(since=clock.now_us() // 1_000_000 - COMPARED_SECONDS)
    if found.unexplained or found.balances:
        raise BooksBroken("; ".join([*found.balances, *found.unexplained]))


async def pay_out() -> bool:
    """Pay what is due; the books were proven at most ten minutes before any money leaves."""
    made = await make_due_payouts()
    if not made and not await payouts_are_due():
        return False
    if not await _proven_lately():
        await run_sweep(BOOKS, due=False)
    if note := await _BOOKS_NOTE.value("books"):
        raise BooksBroken(f"payouts wait: {note}")
    return await _proven_lately() and made + await send_due_payouts() > 0


async def _proven_lately() -> bool:
    return clock.wall_now_us() - int(await _PROVEN_AT.value("books") or 0) < PROOF_GOOD_FOR_SECONDS * 1_000_000


async def reconcile_all() -> bool:
    """Bring in what Stripe knows and no event told us, however many were lost; gives whether anything moved.

    Movements, open disputes, charges that wait for their fan, accounts that are owed money. What stays unexplained is for
    `check` to name.
    """
    sources = {t.source_id: t.type for t in await reconcile.read_transactions()}
    moved = await in_turn([s for s in sources if s.startswith(("dp_", "du_"))], follow_dispute)
    returned = [s for s, kind in sources.items() if kind in reconcile.RETURNED]
    moved += await in_turn(returned, following.follow_refund) + await in_turn(returned, follow_order_refund)
    moved += await in_turn(returned, follow_purchase_refund) + await in_turn(returned, follow_goods_refund)
    moved += await follow_open_disputes() + await following.follow_waiting_charges()
    await in_turn([row["stripe_account_id"] for row in await _OWED_ACCOUNTS()], follow_account)
    return moved > 0


_BOOKS_NOTE = Sql("SELECT note FROM sweep WHERE name = $1")
_PROVEN_AT = Sql("SELECT done_at FROM sweep WHERE name = $1 AND note = ''")
_OWED_ACCOUNTS = Sql("""
    SELECT DISTINCT o.stripe_account_id FROM account a
    JOIN balance b ON b.account_id = a.id AND b.credits_minor > b.debits_minor
    JOIN organisation o ON a.code IN ('payable:' || CAST(o.id AS TEXT) || ':' || a.currency,
                                      'earnings:' || CAST(o.id AS TEXT) || ':' || a.currency)
    WHERE o.stripe_account_id IS NOT NULL ORDER BY o.stripe_account_id LIMIT 200""")


# What asks for letters comes before what writes them: where all are done in turn, few have to look again.
SWEEPS = (
    Sweep("events", 0.5, lambda: inbox.work_off(SWITCHBOARD)),
    Sweep("open funds", 1, open_due),
    Sweep("box office of funds", 60, tell_funds),
    Sweep("settle funds", 1, settle_funds),
    Sweep("transfers", 1, follow_transfers),
    Sweep("polls", 1, look_after_polls),
    Sweep("milestones", 1, follow_milestones),
    Sweep("licences", 1, follow_licences),
    Sweep("applications", 1, expire_applications),
    Sweep("orders", 1, follow_orders),
    Sweep("goods", 1, follow_goods),
    # Halves and rests of runs wait for the real fee, which the sweep before shares out.
    Sweep("production runs", 1, work_on_runs),
    Sweep("what goes back", 1, follow_returns),
    Sweep("refunds of goods that are not over", 15, look_at_returns),
    Sweep("screenings", 1, end_screenings),
    Sweep("no-shows", 2, mark_no_shows),
    Sweep("settle screenings", 30, settle_due),
    Sweep("visits that are not over", 15, look_at_orders),
    Sweep("visits for goods", 15, look_at_goods),
    Sweep("seats of lost pledges", 600, take_seats_back),
    Sweep("refunds", 1, refunding.send_due_refunds),
    Sweep("fees", 2, reconcile.read_fees),
    Sweep("payouts", 2, pay_out),
    Sweep("reversals", 2, take_back_what_is_owed),
    Sweep("payouts that banks sent back", 30, send_back_payouts),
    Sweep("royalties", 30, follow_royalties),
    Sweep("let cards go", 5, letting_go.let_cards_go),
    Sweep("lost answers", 15, following.finish_what_was_left),
    Sweep("lost answers about runs", 15, look_at_runs),
    Sweep("disputes", 30, work_on_disputes),
    Sweep("draws", 1, work_on_draws),
    Sweep("reconcile", 300, reconcile_all),
    Sweep("statements", 60, make_due_statements),
    Sweep("cards that end", 30, card_changes.remind_of_cards),
    Sweep("letters about pledges", 1, telling.tell_of_pledges),
    Sweep("jobs", 0.5, lambda: outbox.work_off(JOBS)),
)

LETTERS = ("jobs", "letters about pledges", "cards that end")  # what is written to people

# These look at everything; `work_until_idle` leaves them out.
BOOKS = Sweep("books", 6 * 3600, prove_books)
REGULAR = (
    *SWEEPS,
    Sweep("second look at pledges", 60, telling.look_again),
    BOOKS,
    Sweep("the processor's record", 24 * 3600, compare_with_processor),
    Sweep("what banks sent back", 6 * 3600, look_for_failed),
    Sweep("attempts", 3600, forget_attempts),
    Sweep("what ran out", 3600, forget_what_ran_out),
    Sweep("days for updates", 3600, give_days),
    Sweep("pictures that nothing shows", 24 * 3600, forget_unused_pictures),
    Sweep("previews that nobody sees", 24 * 3600, forget_unused_previews),
    Sweep("photos of claims that are over", 24 * 3600, forget_old_photos),
)

_TAKE = Sql("""
    INSERT INTO sweep (name, lease_until, done_at) VALUES ($1, $2, 0)
    ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until
    WHERE sweep.lease_until < $3 AND sweep.done_at <= $4
    RETURNING name""")
_DONE = Sql("UPDATE sweep SET lease_until = 0, done_at = $2, note = $3 WHERE name = $1")


async def run_sweep(sweep: Sweep, *, due: bool = True) -> bool:
    """Do a sweep if nobody else is at it and its time has come; gives whether there is more right now. due False: do it now."""
    wall = clock.wall_now_us()
    not_before = wall - int(sweep.every_seconds * 1_000_000) if due else wall
    if not await _TAKE.alone(sweep.name, wall + LEASE_SECONDS * 1_000_000, wall, not_before):
        return False
    more, note = await _do(sweep)
    await _DONE.alone(sweep.name, 0 if more else clock.wall_now_us(), note)
    return more


async def _do(sweep: Sweep) -> tuple[bool, str]:
    """Whether there is more right now, and what went wrong."""
    try:
        return bool(await sweep.work()), ""
    except stripe.Unknown as unknown:
        note = f"Stripe could not be reached: {unknown}"[:300]
        _log.warning("%s: %s", sweep.name, note)
    except Exception as error:
        note = repr(error)[:300]
        _log.exception("the sweep %s failed", sweep.name)
    return False, note


async def _keep_doing(sweep: Sweep, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            more = await run_sweep(sweep)
        except Exception:
            _log.exception("the sweep %s could not be taken", sweep.name)
            more = False
        if not more:
            try:
                await asyncio.wait_for(stop.wait(), sweep.every_seconds)
            except TimeoutError:
                continue


async def work(stop: asyncio.Event) -> None:
    """Do all sweeps until stopped."""
    await asyncio.gather(*(_keep_doing(sweep, stop) for sweep in REGULAR))


@asynccontextmanager
async def working() -> AsyncIterator[None]:
    """Do all sweeps beside something else, such as a web process."""
    stop = asyncio.Event()
    task = asyncio.create_task(work(stop), context=Context())
    try:
        yield
    finally:
        stop.set()
        await task


async def work_until_idle(runs_max: int = 100_000, *, without: Collection[str] = (), leased: bool = False) -> None:
    """Do all that is due now until nothing more is found: for tests, demos and replays. without: names of sweeps.

    Each sweep goes on while it has more, as it would by itself. After the last that had something, all others look once more; the
    last round is a whole one where one of them wrote something and did not say that there is more. leased: other processes work on
    this database too, so that each sweep is taken from them while it runs.
    """
    sweeps = [sweep for sweep in SWEEPS if sweep.name not in without]
    runs, idle, written = 0, 0, None
    for number, sweep in cycle(enumerate(sweeps)):
        if idle >= len(sweeps):
            if number == 0 or (written is not None and await last_written() == written):
                return
            written = None
        idle += 1
        while await (run_sweep(sweep, due=False) if leased else _alone(sweep)):
            runs, idle = runs + 1, 0
            if runs == runs_max:
                raise RuntimeError(f"the work does not end: {sweep.name}")
        if idle == 0:
            written = await last_written()


async def _alone(sweep: Sweep) -> bool:
    return (await _do(sweep))[0]
