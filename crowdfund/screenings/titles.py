"""Titles that are shown without a fund of their own: a finished film, a short, an evening of a cinema's own."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.people.audit import record
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.refusal import NotAllowed, NotFound, Refusal
from crowdfund.screenings.models import Screening, ScreeningState
from crowdfund.titles.drawing import drawing_of
from crowdfund.titles.models import Title

TITLES_MAX = 500
SHOWABLE = "film"
PRODUCE = frozenset({OrganisationKind.STUDIO, OrganisationKind.CINEMA})


class NoSuchTitle(NotFound):
    pass


class TitleOnSale(Refusal):
    pass


@atomic
async def make_title(organisation: Organisation, name: str, line: str, *, by: int, key: str) -> Title:
    """A film without a fund; the site draws its key art from what it is called. The same key answers the same one.

    line: what it is about, in a sentence; it guides the drawing and is kept nowhere.
    """
    if organisation.kind not in PRODUCE:
        raise NotAllowed("Studios and cinemas make titles that are shown.")

    async def make() -> int:
        if await Title.filter(organisation_id=organisation.id).count() >= TITLES_MAX:
            raise Refusal("At most {most} titles.", most=TITLES_MAX)
        number = new_id()
        await Title.create(
            id=number, organisation_id=organisation.id, kind=SHOWABLE, name=name, made_at=clock.now(),
            **drawing_of(number, SHOWABLE, name, line),
        )  # fmt: skip
        await record("title_made", f"title:{number}", by=by, after={"name": name})
        return number

    return await Title.get(id=await once(by, key, {"title": organisation.id, "name": name, "line": line}, make))


@atomic
async def rename_title(title: Title, name: str, *, by: int) -> None:
    """Another name, as long as no ticket could have been sold with this one. Raises TitleOnSale."""
    if await Screening.filter(title_id=title.id).exclude(state=ScreeningState.DRAFT).exists():
        raise TitleOnSale("It has been on sale under this name: the name stays.", field="name")
    await Title.filter(id=title.id).update(name=name)
    await record("title_renamed", f"title:{title.id}", by=by, before={"name": title.name}, after={"name": name})


async def own_title(organisation_id: int, title_id: int) -> Title:
    """A title of one's own that can be shown. Raises NoSuchTitle for another's as for none."""
    title = await Title.get_or_none(id=title_id, organisation_id=organisation_id, kind=SHOWABLE)
    if title is None:
        raise NoSuchTitle("There is no such title.")
    return title
