"""The money of a fund through the API, for everybody: where each cent of it is, day by day; and its signed statements."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from crowdfund.campaigns.api.reading import ONE, public_campaign
from crowdfund.campaigns.models import Campaign
from crowdfund.database.ids import public
from crowdfund.desk.ledger.queries import Money, money_of
from crowdfund.desk.ledger.rules import Day
from crowdfund.desk.ledger.words import moment_of
from crowdfund.desk.statements import queries as statements
from crowdfund.desk.statements.models import Statement
from crowdfund.ledger.daybook import EVER
from crowdfund.payouts.expenses.rules import spendable
from crowdfund.settings import current
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.rate_limit import PUBLIC_API
from crowdfund.web.routes import get
from crowdfund.web.routes import public as everybody

_BEFORE = api.Filter(
    "before", "Only days before this one (`2027-03-31`, UTC).", pattern=r"20[0-9]{2}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])"
)


class GiftOut(Out):
    recipient: str
    name: str
    amount_minor: int


class LineOut(Out):
    """A line of the budget. told_minor: what its makers showed receipts for. id none: what was not in the budget."""

    id: str | None
    name: str
    planned_minor: int
    told_minor: int


class MovementOut(Out):
    """line: `collected` adds to what is held, every other takes from it; less than nothing where it gave back."""

    line: str
    amount_minor: int


class LedgerDayOut(Out):
    """day: UTC. cards: how many were charged. held_minor: at its end."""

    day: str
    movements: list[MovementOut]
    cards: int
    held_minor: int


class LedgerOut(Out):
    """collected + brought = processor + platform + refunded + banks + gifts + kept + paid_out + held, to the cent.

    brought: from backers of an earlier target. returned: of what is refunded, what is there; shared_back: of it, shares of a
    surplus. banks: less than nothing where banks gave back. arrived: of what is paid out, what is there. held = in_fund +
    waiting + kept_for_debt - owed. not_collected: of what was promised, none before the result. untold: paid out, and no
    receipt shown yet. days: the last forty on which something moved; earlier ones with `before`.
    """

    campaign: str
    currency: str
    promised_minor: int
    not_collected_minor: int | None
    collected_minor: int
    brought_minor: int
    processor_minor: int
    processor_cost_minor: int
    platform_minor: int
    refunded_minor: int
    returned_minor: int
    shared_back_minor: int
    banks_minor: int
    gifts: list[GiftOut]
    kept_minor: int
    paid_out_minor: int
    arrived_minor: int
    held_minor: int
    in_fund_minor: int
    waiting_minor: int
    kept_for_debt_minor: int
    owed_minor: int
    lines: list[LineOut]
    untold_minor: int
    days: list[LedgerDayOut]
    has_more: bool


class StatementOut(Out):
    """A month of a fund, signed. url: of the text; sha256: its hash, which the next one names; key: which one signed it."""

    id: str
    period: str
    entries: int
    sha256: str
    previous: str | None
    key: str
    made_at: str
    url: str


async def show_ledger(request: Request) -> LedgerOut:
    """Where each cent of a fund is, as everybody may read it."""
    campaign = await public_campaign(request)
    asked = _BEFORE.of(request)
    return ledger_out(await money_of(campaign, _day_number(asked) if asked else EVER))


def _day_number(text: str) -> int:
    """In days since 1970. Raises BadFilter for a day that no calendar has."""
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        raise api.BadFilter("{name} is not what this list takes.", "bad_before", name="before") from None


def ledger_out(found: Money) -> LedgerOut:
    whole, campaign = found.whole, found.campaign
    return LedgerOut(
        campaign=public(campaign.id), currency=campaign.currency, promised_minor=found.promised,
        not_collected_minor=found.not_collected, collected_minor=whole.collected, brought_minor=whole.brought,
        processor_minor=whole.processor, processor_cost_minor=whole.processor_cost, platform_minor=whole.platform,
        refunded_minor=whole.refunded, returned_minor=whole.returned, shared_back_minor=found.shared_back,
        banks_minor=whole.banks,
        gifts=[GiftOut(recipient=one.slug, name=one.name, amount_minor=minor) for one, minor in found.gifts],
        kept_minor=whole.kept, paid_out_minor=whole.paid_out, arrived_minor=found.arrived, held_minor=whole.held,
        in_fund_minor=whole.in_fund, waiting_minor=whole.waiting, kept_for_debt_minor=whole.kept_for_debt,
        owed_minor=whole.owed, lines=_lines(found), untold_minor=found.arrived - found.told_minor,
        days=[_day_out(day) for day in found.days], has_more=found.has_more,
    )  # fmt: skip


def _lines(found: Money) -> list[LineOut]:
    rows = [
        LineOut(
            id=public(line.id), name=line.name, planned_minor=line.amount_minor, told_minor=found.told.get(line.id, 0)
        )
        for line in spendable(found.budget)
    ]
    beyond = found.told.get(None, 0)
    return [*rows, LineOut(id=None, name="", planned_minor=0, told_minor=beyond)] if beyond else rows


def _day_out(day: Day) -> LedgerDayOut:
    movements = [MovementOut(line=line.value, amount_minor=minor) for line, minor in day.lines.items()]
    return LedgerDayOut(day=f"{moment_of(day.day):%Y-%m-%d}", movements=movements, cards=day.cards, held_minor=day.held)


async def list_statements(request: Request) -> Response:
    """The signed statements of a fund, the newest first: one for each month in which its money moved."""
    campaign, asked = await public_campaign(request), api.cursor(request)
    rows = [
        one for one in await statements.statements_of(campaign.id) if asked.after_id is None or one.id < asked.after_id
    ]
    return api.paged(
        request, rows[: asked.limit + 1], asked, lambda one: _statement_out(one, campaign), lambda one: one.id
    )


def _statement_out(one: Statement, campaign: Campaign) -> StatementOut:
    return StatementOut(
        id=public(one.id), period=one.period, entries=one.entries, sha256=one.sha256, previous=one.previous, key=one.key_id,
        made_at=api.instant(one.made_at), url=f"{current().base_url}{campaign.path}/statements/{one.period}.json",
    )  # fmt: skip


routes = [
    get(
        f"{ONE}/ledger", show_ledger, may=everybody, limit=PUBLIC_API, gives=LedgerOut, filters=[_BEFORE],
        summary="Where each cent of a fund is",
    ),
    get(
        f"{ONE}/statements", list_statements, may=everybody, limit=PUBLIC_API, gives=StatementOut, lists=True,
        summary="Signed monthly statements of a fund",
    ),
]  # fmt: skip
