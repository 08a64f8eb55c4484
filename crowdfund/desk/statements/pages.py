"""Statements for people: the list, one of them to be read, the text to be kept; and the keys that they are signed with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.boxoffice.figures import figures_of
from crowdfund.campaigns.models import Campaign
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.campaigns.queries import public_campaign
from crowdfund.campaigns.recipients.models import Recipient
from crowdfund.database.ids import private_or_none
from crowdfund.database.ids import public as public_id
from crowdfund.desk.statements import keys, queries, revenue, rules
from crowdfund.desk.statements.models import Statement
from crowdfund.desk.statements.words import account_said, kind_said
from crowdfund.people.models import Role
from crowdfund.people.rules import may
from crowdfund.refusal import NotFound, Refusal
from crowdfund.titles.models import Title
from crowdfund.web import csrf, formats
from crowdfund.web.headers import kept_as
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import anyone, get, member, post, public

_ALL = "/campaigns/{slug}/statements"
KEYS_PATH = "/.well-known/crowdfund-statement-keys.json"


def month_of(period: str) -> datetime:
    """The first moment of a month."""
    return rules.bounds_of(period)[0]


def _file_of(campaign: Campaign, period: str) -> str:
    """What the text of a month is called when it is kept."""
    return f"statement-{campaign.slug}-{period}.json"


async def _about(campaign: Campaign, newest: str = "2027-02", before: str = "2027-01") -> dict[str, Any]:
    """What both pages show. newest, before: months whose files are checked, the second one empty where there is none."""
    title = await Title.get(id=campaign.title_id)
    return {
        "campaign": campaign,
        "title": title,
        "art_url": art_of(title),
        "month_of": month_of,
        "keys_path": KEYS_PATH,
        "files": (_file_of(campaign, newest), _file_of(campaign, before) if before else ""),
    }


async def show_all(request: Request) -> Response:
    """All of a fund's, the newest first."""
    campaign = await public_campaign(request.path_params["slug"])
    found = await queries.statements_of(campaign.id)
    months = [one.period for one in found[:2]]
    about = await _about(campaign, *months, *[""] * (2 - len(months))) if months else await _about(campaign)
    return page(request, "desk/statements.html", **about, statements=found)


async def show(request: Request) -> Response:
    """One month, as a person reads it: what stands in the signed text, and nothing else."""
    campaign = await public_campaign(request.path_params["slug"])
    statement = await queries.statement_of(campaign.id, request.path_params["period"])
    said = orjson.loads(statement.body)
    slugs = [row["account"].partition(":")[2] for row in said["accounts"] if row["account"].startswith("recipient:")]
    names = {one.slug: one.name for one in await Recipient.filter(slug__in=slugs)} if slugs else {}
    before = await Statement.get_or_none(sha256=statement.previous) if statement.previous else None
    accounts = [(account_said(row["account"], names, campaign.kind), row) for row in said["accounts"]]
    kinds = [(kind_said(kind), row) for kind, row in said["kinds"].items()]
    return page(
        request, "desk/statement.html", **await _about(campaign, statement.period, before.period if before else ""),
        statement=statement, said=said, before=before, accounts=accounts,
        kinds=sorted(kinds, key=lambda one: -one[1]["amount_minor"]), signed_at=clock.from_us(said["made_at"]),
        length=formats.number(len(statement.body.encode())),
    )  # fmt: skip


async def text(request: Request) -> Response:
    """The signed text, to the letter."""
    campaign = await public_campaign(request.path_params["slug"])
    statement = await queries.statement_of(campaign.id, request.path_params["period"])
    name = _file_of(campaign, statement.period)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "public, max-age=3600"}
    return Response(statement.body, headers=headers, media_type="application/json")


async def all_keys(request: Request) -> Response:
    """The public half of every key that ever signed a statement, by its name."""
    found = [
        {"algorithm": "ed25519", "id": key.id, "public": key.public_key, "since": formats.iso(key.made_at)}
        for key in await keys.published()
    ]
    return Response(
        orjson.dumps({"keys": found}), headers={"cache-control": "public, max-age=300"}, media_type="application/json"
    )


# --- what a title has locked ---

_REVENUE = "/desk/{organisation}/box-office/{title}/statements"


async def _own_title(request: Request) -> Title:
    """A title of the desk's organisation. Raises NotFound for everybody else's, as for none."""
    number = private_or_none(request.path_params["title"])
    title = await Title.get_or_none(id=number) if number is not None else None
    if title is None or title.organisation_id != request.state.organisation.id:
        raise NotFound("There is no such title.")
    return title


async def revenue_statements(request: Request) -> Response:
    """What was signed of a title's box office, and a button to sign it as of now."""
    title = await _own_title(request)
    figures = await figures_of(title_id=title.id)
    return page(
        request, "desk/revenue_statements.html", organisation=request.state.organisation, title=title, keys_path=KEYS_PATH,
        statements=await revenue.statements_of_title(title.id), currencies=sorted({one.row["currency"] for one in figures}),
        base=f"/desk/{request.state.organisation.slug}/box-office/{public_id(title.id)}", may_write=may(request.state.role, Role.MANAGER),
    )  # fmt: skip


async def state_revenue(request: Request) -> Response:
    """Sign where it stands now."""
    title = await _own_title(request)
    path = request.url.path
    currency = str((await csrf.read_form(request)).get("currency", ""))[:3]
    try:
        await revenue.state_revenue(title, currency, by=request.state.person.id)
    except Refusal as refusal:
        return redirect(request, path, ("bad", formats.said(refusal)))
    return redirect(request, path, ("good", _("Signed: whoever you give it to can check it without asking us.")))


async def revenue_text(request: Request) -> Response:
    """The signed text, to the letter."""
    title = await _own_title(request)
    currency, _dash, number = request.path_params["statement"].partition("-")
    which = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    found = await revenue.revenue_statement(title.id, currency, which)
    name = f"box-office-{public_id(title.id)}-{currency}-{found.number}.json"
    return Response(found.body, headers=kept_as(name), media_type="application/json")


routes = [
    get(_REVENUE, revenue_statements, may=member("viewer")),
    post(_REVENUE, state_revenue, may=member("manager")),
    get(f"{_REVENUE}/{{statement}}.json", revenue_text, may=member("viewer")),
    get(_ALL, show_all, may=anyone),
    get(f"{_ALL}/{{period}}.json", text, may=public),
    get(f"{_ALL}/{{period}}", show, may=anyone),
    get(KEYS_PATH, all_keys, may=public),
]
