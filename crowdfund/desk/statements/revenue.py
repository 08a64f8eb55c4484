"""A signed statement of what a title has sold, locked, recognised and settled at a moment: for whoever lends on it.

The same form, keys and commands as a fund's statement, in a chain of its own for each title and currency. It names no fan. The
figures of a screening are sums of its tickets; its deal and its settlement are named by their hashes.
"""

from __future__ import annotations

from typing import Any

from crowdfund import clock
from crowdfund.boxoffice.figures import Figure, Sums, figures_of
from crowdfund.boxoffice.models import Deal, DealState, Settlement
from crowdfund.boxoffice.net import Net, net_of
from crowdfund.database import atomic, new_id
from crowdfund.database.ids import public
from crowdfund.desk.statements import keys, rules
from crowdfund.desk.statements.models import RevenueStatement
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation
from crowdfund.refusal import NotFound, Refusal
from crowdfund.titles.models import Title

NUMBERS = ("sold_minor", "locked_minor", "recognised_minor", "settled_minor")
SCREENINGS_MAX = 5_000  # more would be larger than a statement may be


class NothingToState(Refusal):
    pass


async def state_revenue(title: Title, currency: str, *, by: int) -> RevenueStatement:
    """Sign where a title's box office stands now; another one names this one. Raises NothingToState."""
    figures = [one for one in await figures_of(title_id=title.id) if one.row["currency"] == currency]
    if not figures:
        raise NothingToState("There is no screening of this title in {currency}.", currency=currency)
    if len(figures) > SCREENINGS_MAX:
        raise NothingToState("A statement holds at most {most} screenings.", most=SCREENINGS_MAX)
    facts = await _facts(title, currency, figures, await net_of(title, currency))
    return await _keep(title, currency, facts, by)


@atomic
async def _keep(title: Title, currency: str, facts: dict[str, Any], by: int) -> RevenueStatement:
    last = await RevenueStatement.filter(title_id=title.id, currency=currency).order_by("-number").first()
    number = last.number + 1 if last is not None else 1
    key = keys.own_key()
    text = rules.signed({**facts, "number": number, "previous": last.sha256 if last is not None else None}, key)
    made = await RevenueStatement.create(
        id=new_id(), title_id=title.id, currency=currency, number=number, body=text.decode("utf-8"), sha256=rules.hash_of(text),
        previous=last.sha256 if last is not None else None, key_id=await keys.publish(key), by_person_id=by, made_at=clock.now(),
    )  # fmt: skip
    await record("revenue_stated", f"title:{title.id}", by=by, after={"number": number, "currency": currency})
    return made


async def _facts(title: Title, currency: str, figures: list[Figure], net: Net) -> dict[str, Any]:
    bookings = {one.row["booking_id"] for one in figures}
    deals = {
        deal.booking_id: deal.sha256
        for deal in await Deal.filter(booking_id__in=list(bookings), currency=currency, state=DealState.AGREED)
    }
    settled = {
        row.screening_id: row.input_sha256
        for row in await Settlement.filter(screening_id__in=[one.row["id"] for one in figures], kind="settled")
    }
    sums = Sums(currency)
    for one in figures:
        sums.take(one)
    organisation = await Organisation.get(id=title.organisation_id)
    return {
        "version": rules.VERSION, "kind": rules.REVENUE, "currency": currency, "made_at": clock.now_us(),
        "title": {"id": public(title.id), "name": title.name}, "organisation": {"slug": organisation.slug, "name": organisation.name},
        "net": {name: getattr(net, name) for name in NUMBERS},
        "sums": {**{name: getattr(sums, name) for name in NUMBERS}, "screenings": len(figures), "tickets": sums.sold},
        "screenings": [_screening(one, deals, settled) for one in figures],
    }  # fmt: skip


def _screening(one: Figure, deals: dict[int, str], settled: dict[int, str]) -> dict[str, Any]:
    row = one.row
    return {
        "id": public(row["id"]), "venue": row["venue"], "city": row["city"], "territory": row["country"], "starts_at": row["starts_at"],
        "state": row["state"], "tickets": row["sold"], **{name: getattr(one, name) for name in NUMBERS},
        "deal": deals.get(row["booking_id"]), "settlement": settled.get(row["id"]),
    }  # fmt: skip


async def statements_of_title(title_id: int) -> list[RevenueStatement]:
    """The newest first."""
    return await RevenueStatement.filter(title_id=title_id).order_by("-made_at", "-id")


async def revenue_statement(title_id: int, currency: str, number: int) -> RevenueStatement:
    """Raises NotFound."""
    found = await RevenueStatement.get_or_none(title_id=title_id, currency=currency, number=number)
    if found is None:
        raise NotFound("There is no such statement.")
    return found
