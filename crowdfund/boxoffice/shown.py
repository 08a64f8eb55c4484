"""What both sides see of a screening's settlement: what was counted, who has what of it, and what is still in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from crowdfund.boxoffice import queries
from crowdfund.boxoffice.models import Deal, DoorCount, Settlement
from crowdfund.boxoffice.rules import NoSuchDeal
from crowdfund.boxoffice.settling import Counting, counting_of, waits_for
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.people.models import Organisation
from crowdfund.refusal import Sentence
from crowdfund.screenings.models import Screening, ScreeningState
from crowdfund.screenings.queries import Shown, show
from crowdfund.titles.models import Title


class NoSuchSettlement(NoSuchDeal):
    pass


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row with its lines: what, payee, organisation's name (empty: the platform), amount."""

    row: Settlement
    version: int
    lines: Sequence[tuple[str, str, str, int]]
    owed: Sequence[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SettlementShown:
    """waits: why it is not settled, in sentences. preview: what it would come to as things stand, by the deal that is agreed."""

    shown: Shown
    rows: Sequence[RowShown]
    waits: Sequence[Sentence]
    preview: Counting | None
    deal: Deal | None
    count: DoorCount | None
    names: dict[int, str]

    @property
    def screening(self) -> Screening:
        return self.shown.screening


async def settlement_of(screening_id: int | None, side: int) -> SettlementShown:
    """For the cinema and for the title's producer. Raises NoSuchSettlement for everybody else's, as for none."""
    screening = await Screening.get_or_none(id=screening_id) if screening_id is not None else None
    if screening is None or side not in (
        screening.organisation_id,
        (await Title.get(id=screening.title_id)).organisation_id,
    ):
        raise NoSuchSettlement("There is no such screening.")
    deal = await queries.agreed_deal(screening.booking_id, screening.currency)
    is_over = screening.state == ScreeningState.SCREENED
    preview = await counting_of(screening, deal) if deal is not None and is_over else None
    rows, names = await _rows(screening)
    if deal is not None:
        bound = [one for one in (await queries.bound_to(deal.id)).values() if one is not None]
        names |= {one.id: one.name for one in await Organisation.filter(id__in=bound)}
    waits = await waits_for(screening) if is_over else []
    return SettlementShown(
        await show(screening), rows, waits, preview, deal, await queries.last_count(screening.id), names
    )


async def _rows(screening: Screening) -> tuple[list[RowShown], dict[int, str]]:
    rows = await Settlement.filter(screening_id=screening.id).order_by("id")
    lines = {row.id: await queries.lines_of(row.id) for row in rows}
    ids = {line["organisation_id"] for found in lines.values() for line in found if line["organisation_id"] is not None}
    names = {one.id: one.name for one in await Organisation.filter(id__in=list(ids))}
    deals = {deal.id: deal for deal in await Deal.filter(id__in=[row.deal_id for row in rows])}
    place = {payee.key: n for deal in deals.values() for n, payee in enumerate(terms_of(deal).payees)}
    for found in lines.values():
        found.sort(key=lambda line: (place.get(line["payee"], len(place)), line["payee"]))
    shown = [
        RowShown(
            row, deals[row.deal_id].version,
            [(one["what"], one["payee"], names.get(one["organisation_id"], ""), one["amount_minor"]) for one in lines[row.id]],
            orjson.loads(row.owed),
        )
        for row in rows
    ]  # fmt: skip
    return shown, names
