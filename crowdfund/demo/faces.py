"""Portraits for the demo's candidates, drawn like cut paper: nobody's picture is taken for people who don't exist."""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

_SIZE = (800, 1000)
_GROUNDS: tuple[tuple[Colour, Colour], ...] = (
    ((244, 214, 170), (209, 117, 62)), ((188, 216, 220), (62, 118, 138)), ((226, 200, 214), (140, 70, 104)),
    ((214, 220, 180), (92, 126, 84)), ((222, 214, 236), (98, 82, 150)), ((240, 220, 190), (160, 104, 60)),
)  # fmt: skip
_SKIN: tuple[Colour, ...] = ((243, 210, 182), (224, 178, 142), (192, 138, 100), (146, 98, 68), (104, 68, 48))
_HAIR: tuple[Colour, ...] = ((36, 28, 30), (70, 44, 32), (120, 74, 42), (176, 130, 74), (150, 146, 144))
_CLOTHES: tuple[Colour, ...] = (
    (38, 62, 92),
    (122, 44, 40),
    (48, 84, 66),
    (206, 168, 82),
    (64, 52, 84),
    (230, 226, 214),
)
_SHOULDERS = [(70, 1000), (110, 850), (230, 778), (338, 742), (462, 742), (570, 778), (690, 850), (730, 1000)]


@dataclass(frozen=True, slots=True)
class Face:
    """How somebody looks, each by its place in the list above. hair: 0 long, 1 a knot, 2 parted, 3 short, with a beard."""

    ground: int
    skin: int
    colour: int
    clothes: int
    hair: int


def portrait(face: Face) -> bytes:
    """A face as PNG, the same for the same looks."""
    dice = random.Random(repr(face))
    light, deep = _GROUNDS[face.ground]
    picture = _gradient(light, deep)
    draw = ImageDraw.Draw(picture)
    sun = dice.randrange(180, 620)
    draw.ellipse((sun - 260, 90, sun + 260, 610), fill=_mix(light, (255, 250, 240), 0.45))
    _figure(draw, face)
    written = BytesIO()
    _grained(picture, dice).save(written, "PNG")
    return written.getvalue()


def _figure(draw: ImageDraw.ImageDraw, face: Face) -> None:
    skin, hair, clothes = _SKIN[face.skin], _HAIR[face.colour], _CLOTHES[face.clothes]
    shade = _mix(skin, (70, 30, 40), 0.28)
    if face.hair == 0:
        draw.rounded_rectangle((222, 250, 578, 800), 170, fill=hair)
    if face.hair == 1:
        draw.ellipse((330, 120, 470, 250), fill=hair)
    draw.polygon(_SHOULDERS, fill=clothes)
    draw.polygon([(400, 770), (250, 1000), (550, 1000)], fill=_mix(clothes, (255, 255, 255), 0.12))
    draw.rounded_rectangle((338, 600, 462, 800), 60, fill=shade)
    draw.ellipse((262, 250, 538, 660), fill=skin)
    draw.chord((262, 250, 538, 660), 300, 62, fill=_mix(skin, shade, 0.45))
    draw.pieslice((250, 212, 550, 600), 180, 360, fill=hair)
    draw.ellipse((300, 330, 560, 560) if face.hair == 2 else (286, 318, 514, 520), fill=skin)
    _features(draw, shade, hair, beard=face.hair == 3)


def _features(draw: ImageDraw.ImageDraw, shade: Colour, hair: Colour, *, beard: bool) -> None:
    dark = _mix(shade, (20, 10, 20), 0.6)
    for left in (318, 424):
        draw.arc((left, 432, left + 58, 472), 20, 160, fill=dark, width=7)
        draw.line((left - 2, 418, left + 58, 412), fill=_mix(hair, dark, 0.3), width=9)
    draw.line([(400, 448), (390, 522), (408, 530)], fill=shade, width=8, joint="curve")
    draw.arc((352, 540, 448, 598), 15, 165, fill=_mix((176, 60, 62), shade, 0.35), width=10)
    if beard:
        draw.chord((284, 440, 516, 668), 35, 145, fill=_mix(hair, shade, 0.15))


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, _SIZE[1]))
    for y in range(_SIZE[1]):
        column.putpixel((0, y), _mix(top, bottom, y / _SIZE[1]))
    return column.resize(_SIZE)


def _grained(picture: Image.Image, dice: random.Random) -> Image.Image:
    """Edges a little soft, and the grain of paper."""
    grain = Image.frombytes("L", _SIZE, dice.randbytes(_SIZE[0] * _SIZE[1])).filter(ImageFilter.GaussianBlur(1.2))
    soft = picture.filter(ImageFilter.GaussianBlur(0.8))
    return Image.blend(soft, Image.merge("RGB", (grain, grain, grain)), 0.07)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
