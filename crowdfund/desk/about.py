"""What the site says of itself: how it works, what it costs, and what robots may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import escape
from itertools import groupby

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from crowdfund import clock, money
from crowdfund.campaigns.queries import public_slugs
from crowdfund.campaigns.rules import DAYS_MAX, SETTLE_DAYS
from crowdfund.community.draws.rules import CONTACTS_KEPT
from crowdfund.desk.forecast import processor_minor
from crowdfund.merch.watching.queries import films, path_of
from crowdfund.people.forms import SCOPE_WORDS
from crowdfund.people.rules import ABSOLUTE_US, DAY_US, IDLE_US
from crowdfund.pledges.deliveries import SILENT_AFTER
from crowdfund.pledges.rules import RETRY_DAYS
from crowdfund.refusal import Refusal, code_of
from crowdfund.settings import current
from crowdfund.web import errors, formats, openapi, page_cache
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get, public

_CLOSED = (
    "/desk",
    "/staff",
    "/money",
    "/account",
    "/pledges",
    "/sign-in",
    "/sign-up",
    "/outbox",
    "/sandbox",
    "/api/v1",
)
_documents: page_cache.Kept[page_cache.Body] = page_cache.Kept(seconds=60)


@dataclass(frozen=True, slots=True)
class Example:
    """A fund in numbers, in cents that sum: promised = collected + dropped, collected = processor + fee + payout."""

    currency: str
    goal_minor: int
    pledges: int
    pledge_minor: int
    dropped: int
    fee_bps: int

    @property
    def promised_minor(self) -> int:
        return self.pledges * self.pledge_minor

    @property
    def dropped_minor(self) -> int:
        return self.dropped * self.pledge_minor

    @property
    def collected_minor(self) -> int:
        return self.promised_minor - self.dropped_minor

    @property
    def processor_minor(self) -> int:
        return processor_minor(self.collected_minor, self.pledges - self.dropped)

    @property
    def fee_minor(self) -> int:
        return money.share_minor(self.collected_minor, self.fee_bps)

    @property
    def payout_minor(self) -> int:
        return self.collected_minor - self.processor_minor - self.fee_minor


async def how_it_works(request: Request) -> Response:
    return page(request, "desk/how_it_works.html", settle_days=SETTLE_DAYS, retry_days=RETRY_DAYS)


async def fees(request: Request) -> Response:
    """What it costs, with one fund worked through."""
    example = Example(
        currency=current().currencies[0], goal_minor=10_000_00, pledges=265, pledge_minor=40_00, dropped=8,
        fee_bps=current().fee_bps,
    )  # fmt: skip
    return page(request, "desk/fees.html", example=example, fee=formats.rate(current().fee_bps))


async def api(request: Request) -> Response:
    """What programs can do, read from the routes themselves, so that it is what they do."""
    found = [route for route in openapi.operations(request.app.router.routes) if route.summary]
    subjects = [(subject, list(routes)) for subject, routes in groupby(found, openapi.subject_of)]
    return page(
        request, "desk/api.html", subjects=subjects, scopes=SCOPE_WORDS, scope_of=openapi.scope_of,
        staff_role_of=openapi.staff_role_of, codes=_codes(),
    )  # fmt: skip


@cache
def _codes() -> list[tuple[str, int]]:
    """The codes that errors can have, each with its status: a problem's `type` leads to its line on the page."""
    kinds = [Refusal]
    for kind in kinds:
        kinds += kind.__subclasses__()
    named = {code_of(kind): kind.status_code for kind in kinds if kind is Refusal or "code" not in vars(kind)}
    return sorted({**errors.CODES, **named}.items())


async def contact(request: Request) -> Response:
    """Who runs this site and where to write to: what its operator has set."""
    return page(request, "desk/contact.html", operator=current().operator, address=current().contact_address)


async def terms(request: Request) -> Response:
    return page(
        request, "desk/terms.html", operator=current().operator, fee=formats.rate(current().fee_bps), settle_days=SETTLE_DAYS,
        days_max=DAYS_MAX, silent_days=SILENT_AFTER.days,
    )  # fmt: skip


async def privacy(request: Request) -> Response:
    return page(
        request, "desk/privacy.html", operator=current().operator, address=current().contact_address, idle_days=IDLE_US // DAY_US,
        absolute_days=ABSOLUTE_US // DAY_US, contact_days=CONTACTS_KEPT.days,
    )  # fmt: skip


async def robots(request: Request) -> Response:
    closed = "\n".join(f"Disallow: {path}" for path in _CLOSED)
    text = f"User-agent: *\n{closed}\n\nSitemap: {current().base_url}/sitemap.xml\n"
    return PlainTextResponse(text, headers={"cache-control": "public, max-age=86400"})


async def sitemap(request: Request) -> Response:
    return page_cache.send(request, await _documents.get("sitemap", _sitemap))


async def _sitemap() -> page_cache.Body:
    base = current().base_url
    lines = [
        f"<url><loc>{escape(base)}{path}</loc></url>"
        for path in (
            "/",
            "/funds",
            "/films",
            "/watch",
            "/transfers",
            "/how-it-works",
            "/fees",
            "/contact",
            "/terms",
            "/privacy",
        )
    ]
    for row in await public_slugs():
        changed = formats.iso(min(clock.from_us(row["changed_at"]), clock.now() + timedelta(days=1)))
        lines.append(f"<url><loc>{escape(base)}/campaigns/{row['slug']}</loc><lastmod>{changed}</lastmod></url>")
    lines += [f"<url><loc>{escape(base)}{path_of(row['title_id'])}</loc></url>" for row in await films(limit=1000)]
    body = "\n".join(lines)
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}\n</urlset>\n'
    return page_cache.body_of(text, "application/xml")


routes = [
    get("/how-it-works", how_it_works, may=anyone),
    get("/fees", fees, may=anyone),
    get("/contact", contact, may=anyone),
    get("/terms", terms, may=anyone),
    get("/privacy", privacy, may=anyone),
    get("/api", api, may=anyone),
    get("/robots.txt", robots, may=public),
    get("/sitemap.xml", sitemap, may=public),
]
