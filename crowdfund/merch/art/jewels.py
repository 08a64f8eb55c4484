"""What glitters: earrings, a necklace, a ring, a bracelet, a brooch, a watch."""

from __future__ import annotations

import math

from crowdfund.merch.art.light import X, Y, gem, metal, pearl, shadow
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import Palette, mix

_SILVER = "#c9ccd6"


def _gold(d: Dice, p: Palette) -> str:
    return d.pick((mix("#d9a441", p.accent, 0.3), _SILVER))


def _stone(d: Dice, p: Palette) -> str:
    return d.pick((p.cold, p.accent, "#b3263e", "#1f8f6a", "#2c5fd0"))


def earring(c: Canvas, d: Dice, p: Palette) -> None:
    """A pair of drops on hooks."""
    gold, stone, drop = metal(c, p, _gold(d, p)), _stone(d, p), d.pick((_pearls, _drop, _hoop))
    for side in (-1, 1):
        c.ellipse(X + side * 150 + 26, 760, 70, 14, p.deep, opacity=0.22)
        with c.moved(X + side * 150, 170, turn=side * -3):
            c.stroke("M-6 60C-70 40-64-70 4-70 66-70 62-4 36 44", gold, 11, stroke_linecap="round")
            c.circle(0, 70, 20, gold)
            drop(c, p, gold, stone)


def _pearls(c: Canvas, p: Palette, gold: str, stone: str) -> None:
    c.path("M-34 100q34-26 68 0l-10 56h-48Z", gold)
    gem(c, p, 0, 136, 26, stone)
    c.stroke("M0 170V250", gold, 7)
    pearl(c, p, 0, 350, 100)
    c.path("M-42 268q42-36 84 0l-12 24q-30-16-60 0Z", gold)
    pearl(c, p, 0, 502, 38)


def _drop(c: Canvas, p: Palette, gold: str, stone: str) -> None:
    c.circle(0, 136, 50, gold)
    gem(c, p, 0, 136, 32, stone)
    c.stroke("M0 186V240", gold, 7)
    c.path("M0 226C70 330 104 376 104 440a104 104 0 0 1-208 0C-104 376-70 330 0 226Z", gold)
    c.path(
        "M0 278C50 356 74 396 74 442a74 74 0 0 1-148 0C-74 396-50 356 0 278Z",
        c.linear((0, mix(stone, p.light, 0.6)), (1, mix(stone, p.deep, 0.5)), line=(0, 0, 1, 1)),
    )
    c.path("M-10 320C-46 384-52 410-48 452q-20-52 48-160Z", "#ffffff", opacity=0.55)


def _hoop(c: Canvas, p: Palette, gold: str, stone: str) -> None:
    c.circle(0, 120, 34, gold)
    gem(c, p, 0, 120, 22, stone)
    c.circle(0, 330, 165, "none", stroke=gold, stroke_width=26)
    for i in range(7):
        turn = math.radians(30 + i * 20)
        gem(c, p, 165 * math.cos(turn), 330 + 165 * math.sin(turn) + 26, 20, stone)
    pearl(c, p, 0, 330, 58)


def necklace(c: Canvas, d: Dice, p: Palette) -> None:
    """Laid out in a curve, with a pendant."""
    gold, stone, pearls = metal(c, p, _gold(d, p)), _stone(d, p), d.chance(0.5)
    for turn in range(-14, 15):
        at = math.pi / 2 + turn * 0.155
        x, y = X + 330 * math.cos(at), 330 + 300 * math.sin(at)
        size = 25 - abs(turn) * 0.75
        c.ellipse(x + 10, y + 16, size, size * 0.8, p.deep, opacity=0.16)
        if pearls:
            pearl(c, p, x, y, size)
        else:
            c.circle(x, y, size * 0.8, "none", stroke=gold, stroke_width=size * 0.5)
    with c.moved(X, 650):
        c.path("M-16-18h32l8 40h-48Z", gold)
        c.circle(0, 84, 84, gold)
        c.circle(0, 84, 66, mix(stone, p.deep, 0.55))
        gem(c, p, 0, 84, 54, stone)


def ring(c: Canvas, d: Dice, p: Palette) -> None:
    """One stone, standing."""
    gold, stone = metal(c, p, _gold(d, p)), _stone(d, p)
    shadow(c, p, 770, 280)
    c.ellipse(X, 540, 210, 224, "none", stroke=gold, stroke_width=44)
    c.ellipse(X, 540, 188, 202, "none", stroke=p.deep, stroke_width=7, opacity=0.35)
    c.path(f"M{X - 120} 330l50-60h140l50 60-60 30h-120Z", gold)
    gem(c, p, X, 236, 132, stone)
    for side in (-1, 1):
        c.stroke(f"M{X + side * 108} 330L{X + side * 92} 214", gold, 16, stroke_linecap="round")
        gem(c, p, X + side * 168, 360, 26, mix(stone, p.light, 0.6))
    c.glow(X - 60, 170, 90, "#ffffff", 0.9)


def bracelet(c: Canvas, d: Dice, p: Palette) -> None:
    gold, stone, wide = metal(c, p, _gold(d, p)), _stone(d, p), d.whole(60, 96)
    shadow(c, p, 690, 400)
    c.ellipse(X, 470, 330, 200, "none", stroke=mix(p.deep, p.mid, 0.3), stroke_width=wide, opacity=0.5)
    c.ellipse(X, 480, 330, 200, "none", stroke=gold, stroke_width=wide)
    c.ellipse(X, 480 - wide * 0.36, 326, 196, "none", stroke=p.light, stroke_width=6, opacity=0.6)
    for i in range(9):
        turn = math.radians(18 + i * 18)
        gem(
            c,
            p,
            X + 330 * math.cos(turn),
            480 + 200 * math.sin(turn),
            wide * 0.34,
            stone if i % 2 else mix(stone, p.light, 0.6),
        )


def brooch(c: Canvas, d: Dice, p: Palette) -> None:
    """A flower, or a star, of stones."""
    gold, stone, points = metal(c, p, _gold(d, p)), _stone(d, p), d.pick((6, 8, 10))
    c.ellipse(X + 30, Y + 46, 300, 290, p.deep, opacity=0.2)
    for i in range(points):
        with c.moved(X, Y, turn=i * 360 / points):
            c.path("M0-70C78-130 78-240 0-320-78-240-78-130 0-70Z", gold)
            c.path("M0-104C48-150 48-222 0-278-48-222-48-150 0-104Z", mix(stone, p.deep, 0.15 if i % 2 else 0.4))
            c.path("M0-278C-48-222-48-150 0-104-16-160-16-220 0-278Z", p.light, opacity=0.4)
    c.circle(X, Y, 104, gold)
    pearl(c, p, X, Y, 76)


def watch(c: Canvas, d: Dice, p: Palette) -> None:
    gold = metal(c, p, _gold(d, p))
    strap = mix(d.pick((p.mid, p.low, p.top)), p.deep, 0.3)
    c.ellipse(X + 30, Y + 40, 250, 400, p.deep, opacity=0.16)
    for side in (-1, 1):
        c.path(
            f"M{X - 110} {Y + side * 190}q6 {side * 180} 26 {side * 250}h168q20 {side * -70} 26 {side * -250}Z", strap
        )
        c.stroke(
            f"M{X - 88} {Y + side * 210}l18 {side * 220}M{X + 88} {Y + side * 210}l-18 {side * 220}",
            p.light,
            4,
            stroke_dasharray="14 10",
            opacity=0.5,
        )
    c.rect(X + 206, Y - 22, 44, 44, gold, rx=10)
    c.circle(X, Y, 220, gold)
    c.circle(X, Y, 180, c.radial((0, "#ffffff"), (1, mix(p.light, p.glow, 0.45)), at=(0.4, 0.35, 0.8)))
    for i in range(12):
        with c.moved(X, Y, turn=i * 30):
            c.rect(-5, -168, 10, 34 if i % 3 else 52, p.deep)
    with c.moved(X, Y, turn=d.whole(0, 359)):
        c.stroke("M0 22V-96", p.deep, 14, stroke_linecap="round")
    with c.moved(X, Y, turn=d.whole(0, 359)):
        c.stroke("M0 28V-146", p.deep, 9, stroke_linecap="round")
    c.circle(X, Y, 14, p.accent)
    c.path(f"M{X - 150} {Y - 90}a176 176 0 0 1 150-84q-100 40-130 130Z", "#ffffff", opacity=0.5)
