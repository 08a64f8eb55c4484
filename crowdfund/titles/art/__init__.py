"""Key art for titles that have none yet: drawn from the title's number, the same picture for ever.

A scene (what is drawn) and a palette (its mood) are picked apart, so the same scene looks like another film in another
palette. The scene follows the words of a title (`words.py`) or the dice, and is kept with it. No text, no script, no style: the
pictures obey the site's content policy, and are small enough to send anew.
"""

from __future__ import annotations

from collections.abc import Callable

from crowdfund.titles.art import football, outdoors, places, skies, stage, water, work
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import PALETTES, Palette

Scene = Callable[[Canvas, Dice, Palette], None]

# The dice pick among these: titles without a scene of their own would get another picture if one came or went.
_DICED: dict[str, tuple[Scene, ...]] = {
    "film": (
        outdoors.river_moon, places.city_night, outdoors.desert_road, outdoors.forest_light, water.lighthouse,
        outdoors.mountain_train, stage.curtain, places.neon_rain, skies.kite_field, places.orbit, stage.cello,
        stage.portrait, skies.aurora_cabin, places.lanterns, stage.door, water.whale, skies.balloons,
        skies.lone_tree, water.wave_pattern, stage.reel,
    ),
    "season": (football.floodlights, football.tunnel, football.shirt, football.corner, football.terrace),
}  # fmt: skip
_SINCE: dict[str, tuple[Scene, ...]] = {
    "film": (water.radio_ship, work.orchard, work.oven, work.ice_road, work.migration, work.country_bus)
}
SCENES: dict[str, dict[str, Scene]] = {
    kind: {scene.__name__: scene for scene in (*diced, *_SINCE.get(kind, ()))} for kind, diced in _DICED.items()
}

_KEYS = tuple(PALETTES)


def palette_of(seed: int) -> str:
    """The class that gives a title its own colour all over the site: `key--amber` and five others."""
    return f"key--{_KEYS[Dice(seed ^ 0x5EED).bits() % len(_KEYS)]}"


def diced_scene(seed: int, kind: str) -> str:
    """The scene of a title whose words say nothing that we can draw."""
    diced = _DICED.get(kind, _DICED["film"])
    return diced[Dice(seed).bits() % len(diced)].__name__


def key_art(seed: int, kind: str, palette: str, scene: str = "") -> str:
    """An SVG of 1600 x 900, under 12 KB. seed: any integer made from the title's id; the same seed, the same picture.

    kind: of the title, `film` or `season`; any other is drawn like a film. palette: a key class or its colour. scene: its name, or
    nothing for the one that the dice pick. What is unknown is picked from the seed, since a picture should never fail a page.
    """
    dice = Dice(seed)
    dice.bits()  # the scene's throw, so that a scene looks the same whoever picked it
    scenes = SCENES.get(kind, SCENES["film"])
    mood = PALETTES.get(palette.removeprefix("key--")) or PALETTES[palette_of(seed).removeprefix("key--")]
    canvas = Canvas()
    (scenes.get(scene) or scenes[diced_scene(seed, kind)])(canvas, dice, mood)
    return canvas.svg()
