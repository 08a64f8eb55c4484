"""The master of a title at its maker's desk: rate and length, the film, captions, the picture before it, other cuts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from crowdfund.campaigns.pages.pictures import need_words, sent_picture
from crowdfund.merch.screen import captions, files, masters
from crowdfund.merch.screen.forms import (
    FILMS,
    CaptionsForm,
    CutForm,
    FilmForm,
    MasterForm,
    PosterForm,
    master_typed,
    offsets_text,
)
from crowdfund.merch.screen.models import Master
from crowdfund.merch.screen.pages.own import DESK, base_of, id_in, screen_page, title_in
from crowdfund.merch.screen.queries import cuts_of, master_of
from crowdfund.merch.screen.timecode import RATES
from crowdfund.people.models import Image
from crowdfund.refusal import NotFound
from crowdfund.titles.models import Title
from crowdfund.web.body import UPLOAD_MAX
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.images import url_of
from crowdfund.web.page import redirect
from crowdfund.web.routes import get, member, post
from crowdfund.web.told import told_at

FILM_BODY_MAX = files.VIDEO_MAX + 1024 * 1024


def path_of(request: Request) -> str:
    return f"{base_of(request)}/master"


async def show(request: Request) -> Response:
    return await _page(request, await title_in(request))


async def _page(request: Request, title: Title, form: Form | None = None, status: int = 200) -> Response:
    """form: the one of the page's that was sent, where something is to mend."""
    master = await Master.get_or_none(title_id=title.id)
    poster = await Image.get_or_none(id=master.poster_image_id) if master and master.poster_image_id else None
    forms = {
        "facts": MasterForm(master_typed(master)), "film": FilmForm(), "words": CaptionsForm(), "cut": CutForm(),
        "poster": PosterForm({"image_alt": poster.alt if poster else ""}),
    }  # fmt: skip
    for name, empty in forms.items():
        if isinstance(form, type(empty)):
            forms[name] = form
    return await screen_page(
        request, "desk_master.html", "master", title, status, rates=[(name, name) for name in RATES], form=form or Form(),
        cuts=[(cut, offsets_text(offsets)) for cut, offsets in await cuts_of(title.id)],
        poster_url=url_of(poster.id, small=True) if poster else "", **{f"{name}_form": one for name, one in forms.items()},
    )  # fmt: skip


async def keep(request: Request) -> Response:
    title, form = await title_in(request), await MasterForm.read(request)
    if "fps" in form.values:  # a length told in frames is told at this rate
        form = await MasterForm.understood(form.typed, fps=RATES[form.fps])
    if not form.errors:
        with form.showing_refusals():
            await masters.keep_master(title.id, form.facts, by=request.state.person.id)
            return redirect(request, path_of(request), ("good", _("Saved.")))
    return await _page(request, title, form, form.status)


async def send_film(request: Request) -> Response:
    title, form = await title_in(request), await FilmForm.read(request)
    if not form.errors and form.video is None:
        form.refuse("video", _("Please choose a file."))
    if not form.errors and form.video is not None:
        with form.showing_refusals():
            await master_of(title.id)
            video = await files.keep_video(form.video.file)
            before = await masters.show_video(title.id, video, by=request.state.person.id)
            await files.drop_video(before)
            return redirect(request, path_of(request), ("good", _("The film is there.")))
    return await _page(request, title, form, form.status)


@told_at(path_of)
async def drop_film(request: Request) -> Response:
    title = await title_in(request)
    await files.drop_video(await masters.drop_film(title.id, by=request.state.person.id))
    return redirect(request, path_of(request), ("good", _("The film is gone.")))


async def send_captions(request: Request) -> Response:
    title, form = await title_in(request), await CaptionsForm.read(request)
    if not form.errors and form.captions is None:
        form.refuse("captions", _("Please choose a file."))
    if not form.errors and form.captions is not None:
        with form.showing_refusals():
            text = captions.read_captions(form.captions[0], (await master_of(title.id)).duration_ms)
            await masters.keep_captions(title.id, text, by=request.state.person.id)
            return redirect(request, path_of(request), ("good", _("The captions are there.")))
    return await _page(request, title, form, form.status)


@told_at(path_of)
async def drop_captions(request: Request) -> Response:
    await masters.keep_captions((await title_in(request)).id, "", by=request.state.person.id)
    return redirect(request, path_of(request), ("good", _("The captions are gone.")))


async def send_poster(request: Request) -> Response:
    title, form = await title_in(request), await PosterForm.read(request)
    image_id = await sent_picture(request, form) if not form.errors else None
    need_words(form, image_id)
    if image_id is None and not form.errors:
        form.refuse("image", _("Please choose a file."))
    if not form.errors and image_id is not None:
        with form.showing_refusals():
            await masters.show_poster(title.id, image_id, alt=form.image_alt, by=request.state.person.id)
            return redirect(request, path_of(request), ("good", _("Saved.")))
    return await _page(request, title, form, form.status)


async def keep_cut(request: Request) -> Response:
    title = await title_in(request)
    master = await master_of(title.id)
    form = await CutForm.read(request, fps=master.fps)
    if not form.errors:
        with form.showing_refusals():
            await masters.keep_cut(title.id, form.name, form.offsets, by=request.state.person.id)
            return redirect(request, f"{path_of(request)}#cuts", ("good", _("Saved.")))
    return await _page(request, title, form, form.status)


@told_at(path_of)
async def drop_cut(request: Request) -> Response:
    title = await title_in(request)
    await masters.drop_cut(title.id, id_in(request, "cut"), by=request.state.person.id)
    return redirect(request, f"{path_of(request)}#cuts", ("good", _("The cut is gone.")))


async def film(request: Request) -> Response:
    """The film for who works on it, before anybody else may see it."""
    master = await master_of((await title_in(request)).id)
    path = files.path_of(master.video)
    if not master.video or not path.is_file():
        raise NotFound("There is nothing here under that address.")
    return FileResponse(path, media_type=master.video_type, headers={"cache-control": "private, no-cache"})


_ONE = f"{DESK}/master"
_RUN = member("manager")
routes = [
    get(_ONE, show, may=member("viewer")),
    post(_ONE, keep, may=_RUN),
    get(f"{_ONE}/film", film, may=member("viewer")),
    post(f"{_ONE}/film", send_film, may=_RUN, body_max=FILM_BODY_MAX, limit=FILMS),
    post(f"{_ONE}/film/removal", drop_film, may=_RUN),
    post(f"{_ONE}/captions", send_captions, may=_RUN, body_max=UPLOAD_MAX),
    post(f"{_ONE}/captions/removal", drop_captions, may=_RUN),
    post(f"{_ONE}/poster", send_poster, may=_RUN, body_max=UPLOAD_MAX),
    post(f"{_ONE}/cuts", keep_cut, may=_RUN),
    post(f"{_ONE}/cuts/{{cut}}/removal", drop_cut, may=_RUN),
]
