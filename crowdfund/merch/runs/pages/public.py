"""The page of a production run: how far it is, what happens to whoever orders, and its maker's diary."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import art_of
from crowdfund.database.ids import private
from crowdfund.merch.runs import queries
from crowdfund.merch.runs.models import ProductionRun
from crowdfund.merch.runs.pages.words import headline, is_late, state_words, steps_of, tone_of
from crowdfund.merch.runs.queries import RunShown
from crowdfund.web import images
from crowdfund.web.page import page
from crowdfund.web.routes import anyone, get


def picture_of(shown: RunShown) -> tuple[str, str]:
    """What it looks like, and in words: of the listing, else of what was filmed, else the film's own art."""
    if shown.images:
        return images.url_of(shown.images[0].image_id), shown.images[0].alt
    if shown.product.image_id is not None:
        return images.url_of(shown.product.image_id), shown.product.name
    return art_of(shown.title), ""


async def show(request: Request) -> Response:
    run = await queries.run_of(private(request.path_params["run"]))
    shown, history = await queries.run_shown(run), await queries.history_of(run.id)
    picture, alt = picture_of(shown)
    return page(
        request, "runs/show.html", run=run, shown=shown, colour=shown.title.colour, picture=picture, alt=alt,
        headline=headline(run), badge=state_words(run.state), tone=tone_of(run.state), steps=steps_of(run, history),
        diary=await queries.diary_of(run.id), url_of=images.url_of, can_join=run.can_be_joined(clock.now()),
        is_late=is_late(run), filled=filled(run),
    )  # fmt: skip


def filled(run: ProductionRun) -> tuple[int, int, int]:
    """Taken, paid and what they are measured by, for the bar."""
    return run.units_taken, run.units_paid, max(run.minimum_units, run.units_taken, 1)


routes = [get("/runs/{run}", show, may=anyone)]
