"""A box office for a test: `a_run()` of a title at a cinema, `agreed(run, terms)`, `shown(screening)`, what each account holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from crowdfund import clock
from crowdfund.boxoffice.models import Deal, Settlement
from crowdfund.boxoffice.queries import lines_of
from crowdfund.boxoffice.versions import DealContent, agree_deal, draft_deal, offer_deal
from crowdfund.ledger import balance_minor, chart
from crowdfund.payments import stripe
from crowdfund.people.models import Organisation
from crowdfund.screenings import programme
from crowdfund.screenings.models import Auditorium, Booking, Screening
from crowdfund.screenings.prices import PriceAsked
from crowdfund.titles.models import Title
from tests.bank import a_studio_with_account, ask, pass_time, work_done
from tests.cinema import a_booking, a_cinema, a_hall, a_hall_plan, a_showing, a_title, bought
from tests.world import Fan, a_fan, a_studio

_numbers = count(1)

# 5 % to the platform, half of the rest to the producer, the other half and the odd cent to the cinema.
EVEN: dict[str, Any] = {
    "currency": "EUR", "rest": "cinema", "payees": [{"key": "platform"}, {"key": "producer"}, {"key": "cinema"}],
    "steps": [
        {"kind": "percentage", "payee": "platform", "base": "gross", "bps": 500, "deduction": True},
        {"kind": "percentage", "payee": "producer", "base": "divisible", "bps": 5000},
    ],
}  # fmt: skip


def a_scale(*tiers: tuple[int | None, int]) -> dict[str, Any]:
    """The producer's part of the whole run by its gross, from the first ticket on; the cinema gets the rest. tiers: up to, basis points."""
    made: list[dict[str, Any]] = []
    for up_to, bps in tiers:
        made.append({"above": made[-1]["up_to"] if made else 0, "up_to": up_to, "bps": bps})
    step = {"kind": "retroactive", "payee": "producer", "base": "gross", "measure": "gross", "tiers": made}
    return {"currency": "EUR", "rest": "cinema", "payees": [{"key": "producer"}, {"key": "cinema"}], "steps": [step]}


@dataclass
class Run:
    """A title, booked by a cinema, with a hall to show it in."""

    owner: Fan
    studio: Organisation
    cinema: Organisation
    title: Title
    booking: Booking
    hall: Auditorium


async def a_run(*, account: bool = False, studio_id: int | None = None) -> Run:
    """account: both have an account at the processor, so that they can be paid."""
    owner = await a_fan("Gu")
    cinema = await a_cinema(owner)
    if account:
        account_id = await stripe.make_account(2, "DE", "cinema@example.com")
        await ask("POST", f"accounts/{account_id}/onboarding", {"outcome": "complete"})
        await Organisation.filter(id=cinema.id).update(stripe_account_id=account_id, payouts_state="enabled")
    made = studio_id or (await a_studio_with_account() if account else await a_studio())
    studio = await Organisation.get(id=made)
    if not account:
        await Organisation.filter(id=studio.id).update(payouts_state="none")
    title = await a_title(studio.id)
    booking = await a_booking(title, cinema, owner)
    return Run(
        owner, studio, await Organisation.get(id=cinema.id), title, booking, await a_hall(cinema, owner, a_hall_plan())
    )


async def agreed(
    run: Run, terms: dict[str, Any] | None = None, *, who: dict[str, int] | None = None, **more: Any
) -> Deal:
    """The producer writes and offers, the cinema agrees."""
    content = DealContent(terms or EVEN, who or {}, **more)
    deal = await draft_deal(run.booking.id, content, side=run.studio.id, by=run.owner.id)
    await offer_deal(deal.id, side=run.studio.id, by=run.owner.id)
    return await agree_deal(deal.id, side=run.cinema.id, by=run.owner.id)


async def on_sale(run: Run, *, price_minor: int = 10_00, days: float = 10, **more: Any) -> Screening:
    """Another screening of the run, on sale: 20 seats."""
    prices = [PriceAsked(category.id, "Full", price_minor) for category in a_hall_plan().categories]
    screening = await programme.make_screening(
        run.title,
        run.cinema,
        run.hall,
        a_showing(days=days, **more),
        prices,
        by=run.owner.id,
        key=f"run-{next(_numbers)}",
    )
    await programme.put_on_sale(screening.id, by=run.owner.id)
    return await Screening.get(id=screening.id)


async def sold(screening: Screening, *seats: str) -> list[Any]:
    """Each seat to a fan of its own; gives their orders."""
    return [await bought(await a_fan("Mei"), screening, seat) for seat in seats]


async def again(screening: Screening) -> Screening:
    return await Screening.get(id=screening.id)


async def shown(screening: Screening) -> Screening:
    """Time passes until it is over; the days after that have not."""
    left = (await again(screening)).ends_at - clock.now()
    await pass_time(seconds=max(0, left.total_seconds()) + 60)
    return await again(screening)


async def settled(screening: Screening) -> Screening:
    """Time passes until it is over and settled, if nothing is in the way."""
    await shown(screening)
    await pass_time(**{"days": 3, "minutes": 1})
    await work_done()
    return await again(screening)


async def rows_of(screening: Screening) -> list[Settlement]:
    return await Settlement.filter(screening_id=screening.id).order_by("id")


async def shares_of(settlement: Settlement, what: str = "share") -> dict[str, int]:
    return {row["payee"]: row["amount_minor"] for row in await lines_of(settlement.id) if row["what"] == what}


async def money_of(run: Run, *screenings: Screening) -> dict[str, int]:
    """What lies where, in cents; empty accounts are left out."""
    accounts = {
        "producer": chart.payable(run.studio.id, "EUR"), "cinema": chart.payable(run.cinema.id, "EUR"),
        "producer owes": chart.receivable(run.studio.id, "EUR"), "cinema owes": chart.receivable(run.cinema.id, "EUR"),
        "platform": chart.fee("EUR"), "processor": chart.processor("EUR"),
        **{f"escrow {number}": chart.escrow(one.id, "EUR") for number, one in enumerate(screenings, 1)},
    }  # fmt: skip
    held = {name: await balance_minor(account) for name, account in accounts.items()}
    return {name: minor for name, minor in held.items() if minor}
