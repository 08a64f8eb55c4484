"""Key art that the site draws: the same for ever, small, harmless, and each scene reachable."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from crowdfund.demo.films import FILMS
from crowdfund.titles.art import SCENES, diced_scene, key_art, palette_of
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import PALETTES, mix
from crowdfund.titles.art.words import colour_of, scene_of
from crowdfund.titles.drawing import drawing_of, redrawn
from crowdfund.titles.models import Title

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
ALL = [(kind, scene) for kind, scenes in SCENES.items() for scene in scenes.values()]


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


@pytest.mark.parametrize(("kind", "least"), [("film", 12), ("season", 5)])
def test_the_dice_reach_many_scenes(kind, least):
    films = {key_art(seed, kind, "sky")[:3000] for seed in range(400)}
    picked = {diced_scene(seed, kind) for seed in range(400)}
    assert least <= len(picked) <= len(SCENES[kind]) and picked <= set(SCENES[kind]) and len(films) > 100


def test_pictures_that_were_drawn_before_scenes_were_named_stay():
    assert [diced_scene(seed, "film") for seed in (1, 2, 3, 2**62)] == ["mountain_train", "cello", "lanterns", "whale"]
    for seed in range(30):
        assert key_art(seed, "film", "sky") == key_art(seed, "film", "sky", diced_scene(seed, "film"))
    assert key_art(9, "film", "sky", "no-such") == key_art(9, "film", "sky")


@pytest.mark.parametrize(
    ("name", "line", "scene"),
    [
        ("The Last Projectionist", "He has shown 11,000 films.", "reel"),
        ("Der Bäcker von Ulm", "", "oven"),
        ("Die Fähre", "Ein Fährmann entscheidet.", "river_moon"),
        ("El último faro", "", "lighthouse"),
        ("Los pájaros de noviembre", "", "migration"),
        ("灯塔", "", "lighthouse"),
        ("活着", "", "portrait"),
        ("Salt, Fire, Tuesday", "The three things a baker thinks of at four.", "oven"),
        ("Glass Harbour", "The diver who cleans an oil rig tells what swims by.", "whale"),
        ("Trainers", "", diced_scene(7, "film")),
    ],
)
def test_a_scene_follows_the_words_of_a_title_in_four_languages(name, line, scene):
    assert scene_of(name, line, "film", 7) == scene


def test_each_film_of_the_demo_has_a_picture_of_its_own():
    scenes = [scene_of(film.name, film.tagline, "film", seed) for seed, film in enumerate(FILMS)]
    assert len(set(scenes)) == len(FILMS)
    assert {colour_of("oven", seed) for seed in range(40)} == {"key--amber", "key--rose"}, "nobody bakes by blue light"


def test_a_drawing_changes_once_when_the_line_is_written_and_never_when_it_was_picked():
    title = Title(id=7, kind="film", name="Tuesday", **drawing_of(7, "film", "Tuesday"))
    by_line = redrawn(title, line_before="", name="Tuesday", line="A baker at four.")
    assert (title.scene, by_line["scene"]) == (diced_scene(7, "film"), "oven")
    title.scene = "oven"
    assert redrawn(title, line_before="A baker at four.", name="Tuesday", line="A train.") == {}
    title.scene = "cello"
    assert redrawn(title, line_before="", name="Tuesday", line="A train.") == {}, "it was picked"


def test_palettes_are_shared_out_and_named_like_the_sites_key_classes():
    classes = [palette_of(seed) for seed in range(600)]
    assert set(classes) == {f"key--{name}" for name in PALETTES}
    assert min(classes.count(one) for one in set(classes)) > 60


def test_a_palette_may_be_named_by_its_class_and_an_unknown_one_never_fails_a_page():
    assert key_art(9, "film", "key--rose") == key_art(9, "film", "rose")
    assert key_art(9, "film", "no-such") == key_art(9, "film", palette_of(9))
    assert key_art(9, "cookbook", "rose") == key_art(9, "film", "rose")


def test_seeds_of_sixty_three_bits_and_below_zero_draw_too():
    for seed in (0, -5, 2**63 - 1, 2**70):
        ElementTree.fromstring(key_art(seed, "season", "pitch"))


def test_mixing_keeps_the_ends():
    assert mix("#160a18", "#ffc774", 0) == "#160a18" and mix("#160a18", "#ffc774", 1) == "#ffc774"
