"""The site with one address more: `/uncached/{slug}` is a fund's page made anew for each visitor, to be measured beside the cached one.

Started as a program, it serves that site by granian as `crowdfund serve` does.
"""

from __future__ import annotations

import sys

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import app as house
from crowdfund import serve
from crowdfund.campaigns.queries import public_campaign
from crowdfund.desk.campaign import draw, view_of
from crowdfund.web.routes import anyone, get
from crowdfund.web.site import Site


async def fresh(request: Request) -> Response:
    return draw(request, await view_of(await public_campaign(request.path_params["slug"])))


def site() -> Site:
    house.ROUTES.append(get("/uncached/{slug}", fresh, may=anyone))
    return house.site()


if __name__ == "__main__":
    serve.TARGET = "tests.bench.uncached:site"
    serve.serve_granian("127.0.0.1", int(sys.argv[1]))
