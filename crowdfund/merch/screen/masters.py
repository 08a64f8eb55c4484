"""The master of a title: how long it is and at what rate, its film, its captions, when it first airs; and its other cuts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.merch.screen.cues import Offset
from crowdfund.merch.screen.files import Video
from crowdfund.merch.screen.models import Appearance, Cut, CutOffset, Master, Scene
from crowdfund.merch.screen.queries import lock_master, master_of
from crowdfund.merch.screen.rules import (
    CUTS_MAX,
    OFFSETS_MAX,
    EndsBeforeItStarts,
    NoSuchCut,
    OutsideTheFilm,
    TooManyOfThem,
)
from crowdfund.merch.screen.timecode import DAY_MS, clock_text
from crowdfund.people.audit import record
from crowdfund.people.models import Image
from crowdfund.refusal import Invalid

DELAY_MS_MAX = 3_600_000


class CutNotUnderstood(Invalid):
    pass


@dataclass(frozen=True, slots=True)
class MasterFacts:
    """What its makers say of a master. airs_at: none where nothing waits for it. is_for_children: nothing is ever laid over it.

    delay_ms: of a live premiere, by which each cue waits for its moment; 0 for none.
    """

    fps: Fraction
    duration_ms: int
    airs_at: datetime | None = None
    is_for_children: bool = False
    delay_ms: int = 0


@atomic
async def keep_master(title_id: int, facts: MasterFacts, *, by: int) -> Master:
    """Write down how a title's master is, or is now. Raises Invalid, and OutsideTheFilm for a new end before the last scene."""
    if not 0 < facts.duration_ms <= DAY_MS:
        raise Invalid("A film is longer than nothing, and not longer than a day.", field="duration")
    if not 0 <= facts.delay_ms <= DELAY_MS_MAX:
        raise Invalid("The delay is an hour at most.", field="delay")
    if facts.delay_ms and facts.airs_at is None:
        raise Invalid("A live premiere has an hour: say when it first airs.", field="airs_at")
    columns: dict[str, Any] = {
        "fps_num": facts.fps.numerator, "fps_den": facts.fps.denominator, "duration_ms": facts.duration_ms,
        "airs_at": facts.airs_at, "shown_without_shop": int(facts.is_for_children), "cue_delay_ms": facts.delay_ms,
    }  # fmt: skip
    before = await Master.get_or_none(title_id=title_id)
    if before is None:
        await Master.create(title_id=title_id, made_at=clock.now(), **columns)
    else:
        await lock_master(title_id)
        await _refuse_shorter(title_id, facts.duration_ms)
        await Master.filter(title_id=title_id).update(**columns)
    await record(
        "master_kept", f"title:{title_id}", by=by, before=_told(before), after=_told(found := await master_of(title_id))
    )
    return found


def _told(master: Master | None) -> dict[str, object]:
    if master is None:
        return {}
    return {"fps": str(master.fps), "duration_ms": master.duration_ms, "airs_at": str(master.airs_at or "")}


async def _refuse_shorter(title_id: int, duration_ms: int) -> None:
    for rows in (Scene, Appearance):
        if await rows.filter(title_id=title_id, end_ms__gt=duration_ms).exists():
            raise OutsideTheFilm(
                "Something that is on screen would lie outside a film that ends at {end}.",
                field="duration", end=clock_text(duration_ms),
            )  # fmt: skip


@atomic
async def show_video(title_id: int, video: Video, *, by: int) -> str:
    """Show a film that is in place. Gives the name of the one before, whose file nobody needs any more; empty for none."""
    master = await _locked(title_id)
    await Master.filter(title_id=title_id).update(video=video.name, video_type=video.media_type)
    await record("film_kept", f"title:{title_id}", by=by, before={"video": master.video}, after={"video": video.name})
    return master.video


@atomic
async def drop_film(title_id: int, *, by: int) -> str:
    """The master has no film to watch any more. Gives the name of its file."""
    master = await _locked(title_id)
    await Master.filter(title_id=title_id).update(video="", video_type="")
    await record("film_dropped", f"title:{title_id}", by=by, before={"video": master.video})
    return master.video


@atomic
async def keep_captions(title_id: int, text: str, *, by: int) -> None:
    """text: what `captions.read_captions` gave; empty takes them away."""
    await _locked(title_id)
    await Master.filter(title_id=title_id).update(captions=text)
    await record("captions_kept", f"title:{title_id}", by=by, after={"letters": len(text)})


@atomic
async def show_poster(title_id: int, image_id: int | None, *, alt: str = "", by: int) -> None:
    """The picture before the film begins; none for the title's own art."""
    await _locked(title_id)
    await Master.filter(title_id=title_id).update(poster_image_id=image_id)
    if image_id is not None:
        await Image.filter(id=image_id).update(alt=alt)
    await record("poster_kept", f"title:{title_id}", by=by)


async def _locked(title_id: int) -> Master:
    await lock_master(title_id)
    return await master_of(title_id)


# --- other cuts ---


@atomic
async def keep_cut(title_id: int, name: str, offsets: list[Offset], *, by: int) -> Cut:
    """Another cut, or the one of this name with other offsets. Raises CutNotUnderstood, EndsBeforeItStarts, OutsideTheFilm."""
    duration_ms = await lock_master(title_id)
    _refuse_offsets(offsets, duration_ms)
    cut = await Cut.get_or_none(title_id=title_id, name=name)
    if cut is None:
        if await Cut.filter(title_id=title_id).count() >= CUTS_MAX:
            raise TooManyOfThem("At most {most} cuts of a title.", most=CUTS_MAX)
        cut = await Cut.create(id=new_id(), title_id=title_id, name=name, made_at=clock.now())
    await CutOffset.filter(cut_id=cut.id).delete()
    for one in offsets:
        await CutOffset.create(id=new_id(), cut_id=cut.id, from_ms=one.from_ms, to_ms=one.to_ms, delta_ms=one.delta_ms)
    await record("cut_kept", f"title:{title_id}", by=by, after={"cut": name, "pieces": len(offsets)})
    return cut


def _refuse_offsets(offsets: list[Offset], duration_ms: int) -> None:
    if not 1 <= len(offsets) <= OFFSETS_MAX:
        raise CutNotUnderstood("A cut has from one to {most} pieces of the master.", field="offsets", most=OFFSETS_MAX)
    for one in offsets:
        if one.to_ms <= one.from_ms:
            raise EndsBeforeItStarts("A piece has to end after it starts.", field="offsets")
        if one.to_ms > duration_ms:
            raise OutsideTheFilm(
                "This is outside the film, which ends at {end}.", field="offsets", end=clock_text(duration_ms)
            )
        if one.from_ms + one.delta_ms < 0 or one.to_ms + one.delta_ms > DAY_MS:
            raise CutNotUnderstood(
                "The piece from {start} would begin before its cut does.",
                field="offsets",
                start=clock_text(one.from_ms),
            )
    _refuse_overlaps(sorted((o.from_ms, o.to_ms) for o in offsets))
    _refuse_overlaps(sorted((o.from_ms + o.delta_ms, o.to_ms + o.delta_ms) for o in offsets))


def _refuse_overlaps(spans: list[tuple[int, int]]) -> None:
    for (_start, end), (start, _end) in pairwise(spans):
        if start < end:
            raise CutNotUnderstood(
                "Two pieces lie over each other at {at}.", field="offsets", at=clock_text(max(start, 0))
            )


@atomic
async def drop_cut(title_id: int, cut_id: int, *, by: int) -> None:
    """Raises NoSuchCut."""
    await lock_master(title_id)
    cut = await Cut.get_or_none(id=cut_id, title_id=title_id)
    if cut is None:
        raise NoSuchCut("There is no such cut.")
    await CutOffset.filter(cut_id=cut_id).delete()
    await Cut.filter(id=cut_id).delete()
    await record("cut_dropped", f"title:{title_id}", by=by, before={"cut": cut.name})
