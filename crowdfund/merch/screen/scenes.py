"""Scenes of a title, and who wears or uses what is seen in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from crowdfund.database import atomic, new_id
from crowdfund.database.once import once
from crowdfund.merch.screen.models import Appearance, OnscreenProduct, Scene, Wearer
from crowdfund.merch.screen.queries import lock_master
from crowdfund.merch.screen.rules import (
    SCENES_MAX,
    WEARERS_MAX,
    NoSuchScene,
    NoSuchWearer,
    TooManyOfThem,
    refuse_span,
)
from crowdfund.people.audit import record
from crowdfund.refusal import Invalid, Refusal


class StillUsed(Refusal):
    pass


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """code: as the script has it, S12. spoiler: 0 none, 1 after its moment, 2 after the end."""

    code: str
    name: str
    start_ms: int
    end_ms: int
    spoiler: int = 0


@atomic
async def make_scene_once(title_id: int, facts: SceneFacts, *, by: int, key: str) -> Scene:
    """A scene, or the one that this key made. Raises NoSuchMaster, EndsBeforeItStarts, OutsideTheFilm, Invalid."""

    async def make() -> int:
        return (await make_scene(title_id, facts, by=by)).id

    made_id = await once(by, f"scene:{key}", [title_id, asdict(facts)], make)
    return await scene_of(title_id, made_id)


@atomic
async def make_scene(title_id: int, facts: SceneFacts, *, by: int) -> Scene:
    refuse_span(facts.start_ms, facts.end_ms, await lock_master(title_id))
    if await Scene.filter(title_id=title_id).count() >= SCENES_MAX:
        raise TooManyOfThem("At most {most} scenes of a title.", most=SCENES_MAX)
    await _refuse_twin(title_id, facts.code)
    made = await Scene.create(id=new_id(), title_id=title_id, **asdict(facts))
    await record("scene_made", f"title:{title_id}", by=by, after=asdict(facts))
    return made


async def _refuse_twin(title_id: int, code: str, *, but: int = 0) -> None:
    if await Scene.filter(title_id=title_id, code=code, id__not=but).exists():
        raise Invalid("There is a scene {code} already.", field="code", code=code)


@atomic
async def change_scene(title_id: int, scene_id: int, facts: SceneFacts, *, by: int) -> None:
    """Write a scene anew, all of it. Raises as `make_scene_once` does, and NoSuchScene."""
    refuse_span(facts.start_ms, facts.end_ms, await lock_master(title_id))
    before = await scene_of(title_id, scene_id)
    await _refuse_twin(title_id, facts.code, but=scene_id)
    await Scene.filter(id=scene_id).update(**asdict(facts))
    told = {"code": before.code, "start_ms": before.start_ms, "end_ms": before.end_ms}
    await record("scene_changed", f"title:{title_id}", by=by, before=told, after=asdict(facts))


@atomic
async def remove_scene(title_id: int, scene_id: int, *, by: int) -> None:
    """Take a scene away; what appears in it stays, in no scene. Raises NoSuchScene."""
    await lock_master(title_id)
    scene = await scene_of(title_id, scene_id)
    await Appearance.filter(scene_id=scene_id).update(scene_id=None)
    await Scene.filter(id=scene_id).delete()
    await record("scene_removed", f"title:{title_id}", by=by, before={"code": scene.code})


async def scene_of(title_id: int, scene_id: int) -> Scene:
    """Raises NoSuchScene."""
    found = await Scene.get_or_none(id=scene_id, title_id=title_id)
    if found is None:
        raise NoSuchScene("There is no such scene.")
    return found


# --- who wears it ---


@atomic
async def keep_wearer(title_id: int, name: str, actor: str, *, by: int) -> Wearer:
    """A character and who plays it; who has this name already gets the actor that is told now, where one is told."""
    found = await Wearer.get_or_none(title_id=title_id, name=name)
    if found is not None:
        if actor and actor != found.actor:
            await change_wearer(title_id, found.id, name, actor, by=by)
        return await wearer_of(title_id, found.id)
    if await Wearer.filter(title_id=title_id).count() >= WEARERS_MAX:
        raise TooManyOfThem("At most {most} characters of a title.", most=WEARERS_MAX)
    made = await Wearer.create(id=new_id(), title_id=title_id, name=name, actor=actor)
    await record("wearer_made", f"title:{title_id}", by=by, after={"name": name, "actor": actor})
    return made


@atomic
async def change_wearer(title_id: int, wearer_id: int, name: str, actor: str, *, by: int) -> None:
    """Raises NoSuchWearer, Invalid."""
    before = await wearer_of(title_id, wearer_id)
    if await Wearer.filter(title_id=title_id, name=name, id__not=wearer_id).exists():
        raise Invalid("There is a character of this name already.", field="name")
    await Wearer.filter(id=wearer_id).update(name=name, actor=actor)
    told = {"name": before.name, "actor": before.actor}
    await record("wearer_changed", f"title:{title_id}", by=by, before=told, after={"name": name, "actor": actor})


@atomic
async def remove_wearer(title_id: int, wearer_id: int, *, by: int) -> None:
    """Raises NoSuchWearer, StillUsed."""
    wearer = await wearer_of(title_id, wearer_id)
    if await OnscreenProduct.filter(wearer_id=wearer_id).exists():
        raise StillUsed("Something is worn or used by this character: change that first.")
    await Wearer.filter(id=wearer_id).delete()
    await record("wearer_removed", f"title:{title_id}", by=by, before={"name": wearer.name})


async def wearer_of(title_id: int, wearer_id: int) -> Wearer:
    """Raises NoSuchWearer."""
    found = await Wearer.get_or_none(id=wearer_id, title_id=title_id)
    if found is None:
        raise NoSuchWearer("There is no such character.")
    return found
