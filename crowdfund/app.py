"""The site on one screen: the rooms' routes, who asks, what opens and closes with the process."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount

from crowdfund import clock, settings
from crowdfund.boxoffice import api as box_office_api
from crowdfund.boxoffice import pages as box_office_pages
from crowdfund.campaigns import api as campaign_api
from crowdfund.campaigns import pages as campaign_pages
from crowdfund.community.draws import api as draw_api
from crowdfund.community.draws import pages as draw_pages
from crowdfund.community.polls import api as poll_api
from crowdfund.community.polls import casting
from crowdfund.community.polls import pages as poll_pages
from crowdfund.community.talk import api as talk_api
from crowdfund.community.talk import pages as talk_pages
from crowdfund.database import Sql, close_database, open_database
from crowdfund.database.migrate import migrate
from crowdfund.desk import api as desk_api
from crowdfund.desk import money, sandbox
from crowdfund.desk import pages as desk_pages
from crowdfund.disputes import api as dispute_api
from crowdfund.disputes import pages as dispute_pages
from crowdfund.merch.applications import api as application_api
from crowdfund.merch.applications import pages as application_pages
from crowdfund.merch.licences import api as licence_api
from crowdfund.merch.licences import pages as licence_pages
from crowdfund.merch.listings import api as listing_api
from crowdfund.merch.listings import pages as listing_pages
from crowdfund.merch.previews import api as preview_api
from crowdfund.merch.previews import pages as preview_pages
from crowdfund.merch.runs import api as run_api
from crowdfund.merch.runs import pages as run_pages
from crowdfund.merch.screen import api as screen_api
from crowdfund.merch.screen import pages as screen_pages
from crowdfund.merch.shops import api as shop_api
from crowdfund.merch.shops import pages as shop_pages
from crowdfund.merch.shops import work as shop_work
from crowdfund.merch.watching import api as watching_api
from crowdfund.merch.watching import pages as watching_pages
from crowdfund.merch.watching import queries as watching
from crowdfund.orders import api as order_api
from crowdfund.orders import pages as order_pages
from crowdfund.orders import placing
from crowdfund.orders.goods import api as goods_api
from crowdfund.orders.goods import pages as goods_pages
from crowdfund.orders.goods import placing as goods_placing
from crowdfund.orders.returns import api as return_api
from crowdfund.orders.returns import pages as return_pages
from crowdfund.orders.returns.pages.work import waits_for
from crowdfund.orders.runs import api as run_order_api
from crowdfund.orders.runs import pages as run_order_pages
from crowdfund.payments import pages as payment_pages
from crowdfund.payments import stripe
from crowdfund.payouts import api as payout_api
from crowdfund.payouts.expenses import api as expense_api
from crowdfund.payouts.expenses import pages as expense_pages
from crowdfund.payouts.sellers import api as seller_money_api
from crowdfund.payouts.sellers import pages as seller_money_pages
from crowdfund.people import api as people_api
from crowdfund.people import devices, pages, queries
from crowdfund.pledges import api as pledge_api
from crowdfund.pledges import desk_pages as pledge_desk_pages
from crowdfund.pledges import make
from crowdfund.pledges import pages as pledge_pages
from crowdfund.pledges import staff_pages as pledge_staff_pages
from crowdfund.pledges.milestones import api as milestone_api
from crowdfund.pledges.milestones import pages as milestone_pages
from crowdfund.pledges.transfers import api as transfer_api
from crowdfund.pledges.transfers import pages as transfer_pages
from crowdfund.screenings import api as screening_api
from crowdfund.screenings import holding
from crowdfund.screenings import pages as screening_pages
from crowdfund.screenings.door import admitting, passes
from crowdfund.screenings.door import api as door_api
from crowdfund.screenings.door import pages as door_pages
from crowdfund.settings import Settings
from crowdfund.titles import places
from crowdfund.web import images, openapi, region
from crowdfund.web.routes import get, public
from crowdfund.web.site import Site
from crowdfund.web.static import static
from crowdfund.web.visitor import LookUps
from crowdfund.worker import working

Work = Callable[[], AbstractAsyncContextManager[object]]

_ALIVE = Sql("SELECT 1 AS alive")


async def healthz(request: Request) -> Response:
    """For whoever watches the site: 200 while the database answers, else 503."""
    await _ALIVE.value()
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})


async def security_txt(request: Request) -> Response:
    """Whom to tell of a hole (RFC 9116)."""
    now = datetime.fromtimestamp(clock.wall_now_us() / 1_000_000, UTC)
    until = (now + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    contact = settings.current().contact_address
    text = f"Contact: mailto:{contact}\nExpires: {until}\nPreferred-Languages: en, zh\n"
    return PlainTextResponse(text, headers={"cache-control": "public, max-age=86400"})


ROUTES: list[BaseRoute] = [
    *pages.routes,
    *people_api.routes,
    *campaign_pages.routes,
    *campaign_api.routes,
    *pledge_pages.routes,
    *pledge_desk_pages.routes,
    *pledge_staff_pages.routes,
    *transfer_pages.routes,
    *transfer_api.routes,
    *milestone_pages.routes,
    *milestone_api.routes,
    *pledge_api.routes,
    *screening_pages.routes,
    *screening_api.routes,
    *shop_pages.routes,
    *application_pages.routes,
    *licence_pages.routes,
    *preview_pages.routes,
    *listing_pages.routes,
    *listing_api.routes,
    *shop_api.routes,
    *application_api.routes,
    *licence_api.routes,
    *preview_api.routes,
    *screen_pages.routes,
    *screen_api.routes,
    *watching_pages.routes,
    *watching_api.routes,
    *order_pages.routes,
    *order_api.routes,
    *goods_pages.routes,
    *goods_api.routes,
    *return_pages.routes,
    *return_api.routes,
    *run_pages.routes,
    *run_api.routes,
    *run_order_pages.routes,
    *run_order_api.routes,
    *poll_pages.routes,
    *poll_api.routes,
    *talk_pages.routes,
    *talk_api.routes,
    *draw_pages.routes,
    *draw_api.routes,
    *door_pages.routes,
    *door_api.routes,
    *box_office_pages.routes,
    *box_office_api.routes,
    *dispute_pages.routes,
    *dispute_api.routes,
    *payout_api.routes,
    *expense_pages.routes,
    *seller_money_pages.routes,
    *seller_money_api.routes,
    *expense_api.routes,
    *payment_pages.routes,
    *desk_pages.routes,
    *desk_api.routes,
    *money.routes,
    *sandbox.routes,
    *images.routes,
    *region.routes,
    *openapi.routes,
    get("/healthz", healthz, may=public),
    get("/.well-known/security.txt", security_txt, may=public),
    Mount("/static", app=static),
]


async def _sign_in_of(hash: str) -> queries.SignedIn | None:
    found = await queries.sign_in_of(hash)
    if found is not None and found.seen_long_ago:
        await devices.seen(hash)
    return found


places.tell(watching.place_of)
shop_work.tell(waits_for)

LOOK_UPS = LookUps(sign_in=_sign_in_of, token=queries.token_of, membership=queries.membership, door=passes.keeper_of)


def make_app(ours: Settings, *, work: Work | None = None) -> Site:
    """The site as an ASGI app. Its lifespan lays the schema, opens the database and does the work that is given with it.

    work: opened after the database and closed before it, such as the worker in this process.
    """
    settings.use(ours)

    @asynccontextmanager
    async def lifespan(app: Site) -> AsyncIterator[None]:
        await migrate(ours.database_url)
        await open_database(ours.database_url)
        try:
            if work is None:
                yield
            else:
                async with work():
                    yield
        finally:
            await make.finish()
            await holding.finish()
            await placing.finish()
            await goods_placing.finish()
            await admitting.finish()
            await casting.finish()
            await stripe.close()
            await close_database()

    return Site(ours, ROUTES, LOOK_UPS, lifespan)


def site() -> Site:
    """The app by this process's own settings, with the worker in it unless that runs apart: what a server is pointed at."""
    ours = settings.current()
    if ours.sandbox:
        clock.share(ours.clock_file)
    # What is loaded by now stays for good: looking through it again and again for garbage would cost a rush a tenth of its pace.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    # The database's threads need the interpreter for microseconds at a time; by default they would wait for it up to 5 ms.
    sys.setswitchinterval(0.0001)
    return make_app(ours, work=None if ours.work_apart else working)
