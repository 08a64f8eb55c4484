"""Key art that the site draws: the same for ever, small, harmless, and each scene reachable."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from crowdfund.titles.art import SCENES, key_art, palette_of
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import PALETTES, mix

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {
    "svg",
    "defs",
    "g",
    "rect",
    "circle",
    "ellipse",
    "path",
    "use",
    "stop",
    "linearGradient",
    "radialGradient",
    "clipPath",
}
ALL = [(kind, scene) for kind, scenes in SCENES.items() for scene in scenes]


def drawn(scene, seed: int, palette: str) -> str:
    canvas = Canvas()
    scene(canvas, Dice(seed), PALETTES[palette])
    return canvas.svg()


@pytest.mark.parametrize(("kind", "scene"), ALL, ids=[scene.__name__ for _, scene in ALL])
def test_a_scene_is_small_and_only_shapes_in_every_palette(kind, scene):
    for seed, palette in enumerate(list(PALETTES) * 5):
        text = drawn(scene, seed, palette)
        assert len(text.encode()) < 12_000
        for element in ElementTree.fromstring(text).iter():
            assert element.tag.removeprefix(SVG) in SHAPES
            for name, value in element.attrib.items():
                assert name != "style" and not name.startswith("on")
                if name == "href":
                    assert value.startswith("#")
                assert "nan" not in value and "inf" not in value.replace("infinite", "")


@pytest.mark.parametrize(("kind", "scene"), ALL, ids=[scene.__name__ for _, scene in ALL])
def test_what_a_scene_refers_to_is_in_it(kind, scene):
    text = drawn(scene, 3, "teal")
    names = {element.get("id") for element in ElementTree.fromstring(text).iter() if element.get("id")}
    asked = {part.split(")")[0] for part in text.split("url(#")[1:]} | {
        p.split('"')[0] for p in text.split('href="#')[1:]
    }
    assert asked == names


def test_a_seed_is_one_picture_and_another_seed_another():
    pictures = [key_art(seed, "film", palette_of(seed)) for seed in range(60)]
    assert pictures == [key_art(seed, "film", palette_of(seed)) for seed in range(60)]
    assert len(set(pictures)) == 60


def test_the_dice_fall_the_same_way_on_every_python():
    assert Dice(42).bits() == 13679457532755275413  # the first of splitmix64 by its published reference
    assert (Dice(7).whole(1, 6), round(Dice(1).real(), 6)) == (4, 0.566562)


@pytest.mark.parametrize(("kind", "least"), [("film", 12), ("transfer", 5)])
def test_every_scene_is_somebodys(kind, least):
    films = {key_art(seed, kind, "sky")[:3000] for seed in range(400)}
    assert len(SCENES[kind]) >= least
    picked = {SCENES[kind][Dice(seed).bits() % len(SCENES[kind])].__name__ for seed in range(400)}
    assert picked == {scene.__name__ for scene in SCENES[kind]} and len(films) > 100


def test_palettes_are_shared_out_and_named_like_the_sites_key_classes():
    classes = [palette_of(seed) for seed in range(600)]
    assert set(classes) == {f"key--{name}" for name in PALETTES}
    assert min(classes.count(one) for one in set(classes)) > 60


def test_a_palette_may_be_named_by_its_class_and_an_unknown_one_never_fails_a_page():
    assert key_art(9, "film", "key--rose") == key_art(9, "film", "rose")
    assert key_art(9, "film", "no-such") == key_art(9, "film", palette_of(9))
    assert key_art(9, "season", "rose") == key_art(9, "film", "rose")


def test_seeds_of_sixty_three_bits_and_below_zero_draw_too():
    for seed in (0, -5, 2**63 - 1, 2**70):
        ElementTree.fromstring(key_art(seed, "transfer", "pitch"))


def test_mixing_keeps_the_ends():
    assert mix("#160a18", "#ffc774", 0) == "#160a18" and mix("#160a18", "#ffc774", 1) == "#ffc774"
