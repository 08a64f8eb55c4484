"""Royalties for programs of both sides."""

from __future__ import annotations

from starlette.requests import Request

from crowdfund.database.ids import public
from crowdfund.desk.royalties import queries, shown
from crowdfund.desk.royalties.shown import LicenceShown
from crowdfund.payouts.royalties.models import RoyaltyStatement
from crowdfund.people.api.own import own_organisation
from crowdfund.people.models import Role
from crowdfund.refusal import NotFound
from crowdfund.web import api
from crowdfund.web.api import Out
from crowdfund.web.routes import bearer, get

_BASE = "/api/v1/organisations/{organisation}/royalties"


class RoyaltySumsOut(Out):
    """net_minor: what fans paid for the things themselves, after returns. accrued_minor: told, and not paid yet."""

    currency: str
    orders: int
    units: int
    net_minor: int
    accrued_minor: int
    paid_minor: int
    topped_up_minor: int


class LicenceRoyaltiesOut(Out):
    """side: `licensor` or `licensee`. returned_bps: of pieces sent, how many came back. stars_tenths: of 50; none without reviews."""

    licence: str
    side: str
    title: str
    seller: str
    state: str
    royalty_bps: int
    minimum_minor: int
    currency: str
    sums: list[RoyaltySumsOut]
    next_due_at: str | None
    open_units: int
    late_orders: int
    returned_bps: int
    reviews: int
    stars_tenths: int | None


class LicencesRoyaltiesOut(Out):
    licences: list[LicenceRoyaltiesOut]


class RoyaltyStatementOut(Out):
    """kind: `period`, or `minimum`: what was topped up when the licence ended. Sums are there once it is `paid`."""

    id: str
    kind: str
    from_at: str
    to_at: str
    currency: str
    units: int
    net_minor: int
    royalty_minor: int
    topped_up_minor: int
    state: str
    due_at: str
    paid_at: str | None


class StatementsOut(Out):
    statements: list[RoyaltyStatementOut]


class SceneSalesOut(Out):
    """scene: none for what was bought from no scene."""

    title: str
    scene: str | None
    code: str
    name: str
    currency: str
    units: int
    net_minor: int


class ScenesSalesOut(Out):
    scenes: list[SceneSalesOut]


async def list_royalties(request: Request) -> LicencesRoyaltiesOut:
    """Each licence that this organisation gave or holds: what it brought, and how its maker does."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    found = await shown.licences_of(organisation.id)
    return LicencesRoyaltiesOut(licences=[_licence_out(one, organisation.id) for one in found])


def _licence_out(one: LicenceShown, organisation_id: int) -> LicenceRoyaltiesOut:
    row = one.row
    names = RoyaltySumsOut.model_fields
    return LicenceRoyaltiesOut(
        licence=one.id, side="licensor" if row["licensor_id"] == organisation_id else "licensee", title=row["title"],
        seller=row["seller"], state=row["state"], royalty_bps=row["royalty_bps"], minimum_minor=row["minimum_minor"],
        currency=row["currency"],
        sums=[RoyaltySumsOut(**{name: getattr(sums, name) for name in names}) for sums in one.sums.values()],
        next_due_at=api.instant_or_none(one.due_at), open_units=one.open_units, late_orders=one.late,
        returned_bps=one.returned_bps, reviews=one.reviews, stars_tenths=one.stars_tenths if one.reviews else None,
    )  # fmt: skip


async def list_royalty_statements(request: Request) -> StatementsOut:
    """Statements of one licence, the newest first."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    number = api.id_in(request, "licence", NotFound("There is no such licence."))
    one = await shown.licence_of(organisation.id, number)
    return StatementsOut(statements=[_statement_out(row) for row in await shown.statements_of(one.row["id"])])


def _statement_out(row: RoyaltyStatement) -> RoyaltyStatementOut:
    return RoyaltyStatementOut(
        id=public(row.id), kind=row.kind, from_at=api.instant(row.from_at), to_at=api.instant(row.to_at), currency=row.currency,
        units=row.units, net_minor=row.net_minor, royalty_minor=row.royalty_minor, topped_up_minor=row.topped_up_minor,
        state=row.state, due_at=api.instant(row.due_at), paid_at=api.instant_or_none(row.paid_at),
    )  # fmt: skip


async def list_scenes(request: Request) -> ScenesSalesOut:
    """What was bought from which scene of this production's titles."""
    organisation, _role = await own_organisation(request, Role.VIEWER)
    rows = await queries.SCENES(organisation.id)
    return ScenesSalesOut(
        scenes=[
            SceneSalesOut(
                title=public(row["title_id"]), scene=public(row["scene_id"]) if row["scene_id"] is not None else None,
                code=row["code"] or "", name=row["name"] or "", currency=row["currency"], units=row["units"],
                net_minor=row["net_minor"],
            )
            for row in rows
        ]
    )  # fmt: skip


_SEE = bearer("money:read")
routes = [
    get(_BASE, list_royalties, may=_SEE, gives=LicencesRoyaltiesOut, summary="Royalties of licences of mine"),
    get(f"{_BASE}/scenes", list_scenes, may=_SEE, gives=ScenesSalesOut, summary="What was bought from which scene"),
    get(f"{_BASE}/{{licence}}/statements", list_royalty_statements, may=_SEE, gives=StatementsOut,
        summary="Statements of a licence of mine"),
]  # fmt: skip
