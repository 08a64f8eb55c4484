"""The demo's film: small, of a known length and rate, and what is for sale in it stays inside the frame and its film."""

from __future__ import annotations

from itertools import pairwise

import webvtt
from PIL import Image, ImageChops

from crowdfund.demo.filming.motion import Pose, on_frame
from crowdfund.demo.filming.river_moon import (
    APPEARANCES,
    CAPTIONS,
    DURATION_MS,
    FPS,
    POSTER,
    SCENES,
    STILLS,
    VIDEO,
    still_path,
)
from crowdfund.demo.filming.shots import frame
from crowdfund.merch.screen.captions import read_captions
from crowdfund.merch.screen.files import ending_of
from crowdfund.merch.screen.rules import GAP_MS, Span, checked_boxes, crowds


def test_it_is_under_a_megabyte_and_what_it_says_it_is() -> None:
    content = VIDEO.read_bytes()
    assert len(content) < 1_000_000 and ending_of(content[:64]) == ".webm"
    assert content.index(b"\x1c\x53\xbb\x6b") < 5_000, "its index is at the front, so that one can jump"
    with Image.open(POSTER) as poster:
        assert poster.size == (1280, 720)
    assert all(still_path(product).is_file() for product in STILLS)


def test_the_captions_fit_the_film() -> None:
    read_captions(CAPTIONS.read_bytes(), DURATION_MS)
    assert len(webvtt.read(str(CAPTIONS))) == 14


def test_scenes_follow_each_other_to_the_end() -> None:
    edges = [(scene.start_ms, scene.end_ms) for scene in SCENES]
    assert edges[0][0] == 0 and edges[-1][1] == DURATION_MS
    assert all(before[1] == after[0] for before, after in pairwise(edges))


def test_each_appearance_is_one_that_the_registry_takes() -> None:
    scenes = {scene.code: scene for scene in SCENES}
    for shown in APPEARANCES:
        scene = scenes[shown.scene]
        assert scene.start_ms <= shown.start_ms < shown.end_ms <= scene.end_ms
        assert shown.alt and len(checked_boxes(shown.boxes, shown.end_ms - shown.start_ms)) >= 2
    assert crowds([Span(i, one.start_ms, one.end_ms) for i, one in enumerate(APPEARANCES)]) == []
    for product in STILLS:
        mine = [one for one in APPEARANCES if one.product == product]
        assert all(after.start_ms - before.end_ms >= GAP_MS for before, after in pairwise(mine))


def test_what_leaves_the_frame_has_no_box() -> None:
    assert on_frame((-30, 0, 100, 72)) == (0.0, 0.0, 70 / 1280, 0.1)
    assert on_frame((-60, 0, 100, 72)) is None and on_frame((2000, 0, 100, 100)) is None
    turned = Pose(100, 100, (0, 0), 2, 90).around((0, 0, 10, 5))
    assert [round(value, 6) for value in turned] == [90, 100, 10, 20]


def test_a_frame_is_drawn_the_same_each_time() -> None:
    second = 1.0 + 5 / FPS
    one, other = frame(second), frame(second)
    assert one.size == (1280, 720) and ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None
