"""What the door's page asks for while it works: the list that it keeps, scans to be judged, frames to be read. And its worker."""

from __future__ import annotations

import asyncio

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.refusal import Refusal
from crowdfund.screenings.codes.reading_picture import CannotReadPictures, read_picture
from crowdfund.screenings.codes.token import seat_hash
from crowdfund.screenings.door.api.bodies import ScansIn, answers_out, door_out, since_in
from crowdfund.screenings.door.pages.scanning import DOOR
from crowdfund.screenings.door.pages.words import place_of
from crowdfund.screenings.door.queries import door_list
from crowdfund.screenings.door.rules import Keeper
from crowdfund.screenings.queries import shown_screening
from crowdfund.screenings.seating.plan import Plan
from crowdfund.web import api, csrf
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.rate_limit import Limit
from crowdfund.web.routes import doorkeeper, get, post, public
from crowdfund.web.static import files

# A house has one address and many gates; a device asks every five seconds, and shows two frames in one.
_ASKING = Limit("door", 1_200, 60)
_FRAMES = Limit("door_frames", 3_000, 60)


async def send_list(request: Request) -> Response:
    """The list, with the site's clock, the places of the hall the first time, and a token for what this page sends."""
    keeper: Keeper = request.state.keeper
    since, token = since_in(request), csrf.Token(request)
    told = door_out(await door_list(keeper.screening_id, since)).model_dump()
    told |= {"now": clock.now_us() / 1_000_000, "csrf": str(token)}
    if not since:
        told["places"] = _places((await shown_screening(keeper.screening_id)).plan)
    response = api.answer(told)
    token.keep(response)
    return response


def _places(plan: Plan) -> dict[str, str]:
    """Where people sit, by what of a seat stands in a code; both, where two seats share it."""
    places: dict[str, str] = {}
    for seat in plan.seats:
        key, place = str(seat_hash(seat.id)), place_of(plan, seat.id)
        places[key] = f"{places[key]} / {place}" if key in places else place
    return places


async def take_scans(request: Request, body: ScansIn) -> Response:
    keeper: Keeper = request.state.keeper
    found = await answers_out([one.scan for one in body.scans], keeper)
    plan = (await shown_screening(keeper.screening_id)).plan
    told = found.model_dump()
    for answer in told["answers"]:
        answer["place"] = place_of(plan, answer["place"])
    return api.answer(told)


async def read_frame(request: Request) -> Response:
    """The code in a frame of a camera; empty where there is none, which is no error: the next one comes at once."""
    sent = (await csrf.read_form(request)).get("image")
    content = await sent.read() if isinstance(sent, UploadFile) else b""
    try:
        return api.answer({"code": await asyncio.to_thread(read_picture, content), "able": True})
    except Refusal as refusal:
        return api.answer({"code": "", "able": not isinstance(refusal, CannotReadPictures)})


async def send_worker(request: Request) -> Response:
    """The worker that keeps the door's page for when there is no connection; from here it may look after all of `/door/`."""
    file = files()["js/door-worker.js"]
    return Response(file.content, 200, {"cache-control": "no-cache"}, "text/javascript; charset=utf-8")


routes = [
    get("/door/worker.js", send_worker, may=public),
    get(f"{DOOR}/list", send_list, may=doorkeeper, limit=_ASKING),
    post(f"{DOOR}/scans", take_scans, may=doorkeeper, limit=_ASKING, takes=ScansIn),
    post(f"{DOOR}/frames", read_frame, may=doorkeeper, limit=_FRAMES, body_max=UPLOAD_MAX),
]
