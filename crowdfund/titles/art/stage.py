"""Scenes indoors: theatre, music, a face, a door."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, at, disc, ground, polygon, ridge, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import forest, person


def curtain(c: Canvas, d: Dice, p: Palette) -> None:
    """The curtain opens on one person and one lamp."""
    x = d.real(820, 940)
    c.rect(0, 0, WIDTH, HEIGHT, c.radial((0, p.low), (0.4, p.mid), (0.8, p.top), (1, p.deep), at=(x / WIDTH, 0.5, 0.7)))
    for i in range(5):
        c.rect(x - 330 + i * 160, 120, 8, 560, p.deep, opacity=0.25)
    c.path(f"M{x - 20:.0f} -20h40L{x + 290:.0f} 760H{x - 290:.0f}Z", c.linear((0, p.light, 0.95), (1, p.light, 0.06)))
    c.rect(0, 690, WIDTH, 210, c.linear((0, mix(p.mid, p.top, 0.2)), (1, p.deep)))
    boards = "".join(f"M{x + (i - 10) * 60:.0f} 690L{x + (i - 10) * 190:.0f} 900" for i in range(21))
    c.stroke(boards, p.deep, 3, opacity=0.4)
    c.ellipse(x, 766, 300, 56, c.radial((0, p.light, 0.95), (0.7, p.glow, 0.6), (1, p.glow, 0)))
    c.path(f"M{x - 10:.0f} 772L{x - 330:.0f} 860h130L{x + 20:.0f} 776Z", p.deep, opacity=0.45)
    person(c, x, 776, 250, p.deep, d.pick(("dress", "coat", "standing")))
    c.stroke(f"M{x + 74:.0f} 776V580m-30 196h60", p.deep, 6, stroke_linecap="round")
    c.ellipse(x + 70, 572, 13, 18, p.deep)
    velvet = mix(p.low, p.mid, 0.55)
    dark = mix(velvet, p.deep, 0.62)
    folds = c.folds(96, (0, dark), (0.35, velvet), (0.55, mix(velvet, p.glow, 0.28)), (1, dark))
    for side in (1, -1):
        c.open(transform=None if side == 1 else "translate(1600 0) scale(-1 1)")
        c.path("M0 0H560Q520 330 330 520 300 700 350 900H0Z", folds)
        c.path("M560 0Q520 330 330 520l-16 34q204-190 276-554Z", p.deep, opacity=0.35)
        c.path("M0 520H334q-22 60-16 74Q150 640 0 600Z", mix(velvet, p.deep, 0.5), opacity=0.7)
        c.stroke("M0 560q170 30 326-6", p.accent, 16)
        c.stroke("M300 560l16 86m-30-80l6 80", p.accent, 7, stroke_linecap="round")
        c.close()
    scallops = "".join("q134 170 267 0" for _ in range(6))
    c.path(f"M0 0V70{scallops}V0Z", folds)
    c.path(f"M0 70{scallops}", "none", stroke=p.accent, stroke_width=12)
    c.stroke(f"M0 88{scallops}", p.accent, 18, stroke_dasharray="3 7", opacity=0.8)
    heads = "".join(
        f"M{i * 92 + d.whole(-14, 14)} {d.whole(874, 900)}m-40 60q0-46 18-54a28 28 0 1 1 44 0q18 8 18 54Z"
        for i in range(19)
    )
    c.path(heads, p.deep)


def cello(c: Canvas, d: Dice, p: Palette) -> None:
    """Four strings, a bow, and the sound in the air."""
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, p.top), (1, p.deep), line=(0, 0, 1, 1)))
    x, y = d.real(1010, 1090), 470
    for i in range(11):
        ring = mix(p.low, p.top, i / 13)
        c.circle(x, y, 150 + i * 78, "none", stroke=ring, stroke_width=34 - i * 2, opacity=0.9 - i * 0.06)
    c.glow(x, y, 520, p.accent, 0.35)
    with c.moved(x, y, turn=d.whole(14, 24)):
        _instrument(c, p)
    c.stroke("M240 760L1500 330", mix(p.glow, p.mid, 0.4), 12, stroke_linecap="round")
    c.stroke("M262 792L1500 362", p.light, 5)
    c.path("M240 746l-56 18q-18 8-12 30l12 22 90-30Z", p.deep)
    for i in range(5):
        line = f"M-20 {150 + i * 34}Q330 {60 + i * 34} 700 {200 + i * 34}T1640 {40 + i * 34}"
        c.stroke(line, p.light, 2, opacity=0.22)
    for _ in range(5):
        note = "M0 0a17 13 -20 1 1-4-14V-86l44-12v78a17 13 -20 1 1-8-8v-50l-32 9Z"
        with c.moved(d.whole(80, 720), d.whole(110, 420), d.real(0.7, 1.3)):
            c.path(note, p.accent if d.chance(0.4) else p.light, opacity=0.85)


def _instrument(c: Canvas, p: Palette) -> None:
    """The body around 0,0, with its neck up and out of the picture."""
    body = (
        "M0-290c96-14 160 40 158 120-2 66-66 70-66 130 0 66 116 84 116 214 0 120-96 176-208 176"
        "s-208-56-208-176c0-130 116-148 116-214 0-60-64-64-66-130-2-80 62-134 158-120Z"
    )
    shade = "M0-280c80-8 140 36 138 108-2 58-66 70-66 132 0 66 116 90 116 210 0 104-84 160-188 160Z"
    wood = c.linear((0, p.glow), (0.5, p.accent), (1, mix(p.low, p.mid, 0.5)), line=(0, 0, 1, 1))
    c.path(body, wood, stroke=p.deep, stroke_width=10)
    c.path(shade, p.deep, opacity=0.2)
    for side in (-1, 1):
        hole = f"M{side * 76}-40q{side * 34} 26 {side * 10} 84t{side * 12} 84"
        c.stroke(hole, p.deep, 9, stroke_linecap="round")
        c.stroke(f"M{side * 74}-42h0M{side * 100} 130h0", p.deep, 20, stroke_linecap="round")
    c.path("M-26-630h52l12 590h-76ZM-66 104q66-36 132 0l-6 18q-60-22-120 0ZM-30 200h60l22 130q-52 26-104 0Z", p.deep)
    strings = "".join(f"M{at(k * 11, -630)}L{at(k * 17, 104)}L{at(k * 12, 210)}" for k in (-1.5, -0.5, 0.5, 1.5))
    c.stroke(strings, p.light, 3.5)


def portrait(c: Canvas, d: Dice, p: Palette) -> None:
    """A face, and the country it thinks of."""
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, p.low), (0.55, p.glow), (1, p.light), line=(0, 0, 0.6, 1)))
    c.circle(1010, 400, 350, c.linear((0, p.light), (1, p.accent)))
    c.circle(1010, 400, 420, p.light, opacity=0.2)
    face = (
        "M560 960Q590 780 760 730q50-22 52-92-96-80-100-230 4-150 120-210 130-62 250 0 92 50 100 150 2 40-10 70"
        " 6 30 38 82 14 26-20 36"
        "-14 6-6 22 8 14-6 24 16 12 2 30-12 12-6 36 6 40-50 46-66 6-96-6-18 60 22 92 150 40 210 200Z"
    )
    c.path(face, p.deep)
    c.open(clip_path=c.clip(face))
    c.rect(540, 120, 720, 800, c.linear((0, p.deep), (0.3, p.top), (0.55, p.mid), (0.75, p.low), (1, p.glow)))
    stars(c, d, 120, 420, p.light)
    c.glow(900, 560, 260, p.light, 0.7)
    c.circle(900, 560, 44, p.light)
    c.path(ground(polygon(ridge(d, 690, 130, steps=26, rough=0.9))[:-1]), mix(p.mid, p.top, 0.4))
    c.path(ground(polygon(ridge(d, 760, 90, steps=24, rough=0.7))[:-1]), mix(p.top, p.deep, 0.4))
    c.path(forest(d, 860, 130, 15, 560, 1260), p.deep)
    c.path("M500 900V840H1300V900Z", p.deep)
    c.close()
    birds = "".join(
        f"M{1200 + i * 56} {330 - i * 34 + d.whole(-30, 30)}q{k}-{k * 0.7:.0f} {2 * k} 0q{k}-{k * 0.7:.0f} {2 * k} 0"
        for i, k in enumerate((8, 13, 9, 16, 11, 14))
    )
    c.stroke(birds, p.deep, 4, stroke_linecap="round")


def door(c: Canvas, d: Dice, p: Palette) -> None:
    """Somebody comes in from the light."""
    x = d.real(930, 1080)
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, mix(p.top, p.deep, 0.4)), (1, p.deep), line=(1, 0, 0, 0)))
    c.path("M0 700L620 640H1600V900H0Z", c.linear((0, mix(p.top, p.mid, 0.3)), (1, p.deep)))
    slat = c.linear((0, p.accent, 0.6), (1, p.low, 0.1), line=(0, 0, 1, 0))
    for i in range(11):
        c.path(polygon([(110, 120 + i * 42), (470, 150 + i * 36), (470, 166 + i * 36), (110, 140 + i * 42)]), slat)
    c.glow(x, 400, 620, p.glow, 0.5)
    c.path(f"M{x - 130:.0f} 645V130H{x + 130:.0f}V645Z", c.linear((0, p.glow), (0.5, p.light), (1, p.glow)))
    c.path(
        f"M{x - 130:.0f} 645H{x + 130:.0f}L{x - 150:.0f} 900H{x - 900:.0f}Z",
        c.linear((0, p.light), (1, p.accent, 0.25)),
    )
    c.stroke(f"M{x - 136:.0f} 645V124H{x + 136:.0f}V645", mix(p.mid, p.low, 0.3), 12)
    c.path(f"M{x + 130:.0f} 130l130 -40V720l-130-75Z", c.linear((0, p.mid), (1, p.deep), line=(0, 0, 1, 0)))
    c.circle(x + 236, 420, 9, p.accent)
    c.path(f"M{x - 34:.0f} 690L{x - 560:.0f} 900h220L{x + 34:.0f} 690Z", p.deep)
    person(c, x, 700, 430, p.deep, "coat")
    c.ellipse(x, 288, 78, 13, p.deep)
    c.path(f"M{x - 44:.0f} 288q2-62 22-64 22 8 44 0 20 2 22 64Z", p.deep)
    dust = "".join(f"M{d.whole(int(x) - 620, int(x) + 120)} {d.whole(200, 860)}h0" for _ in range(50))
    c.stroke(dust, p.light, 4, stroke_linecap="round", opacity=0.5)


def reel(c: Canvas, d: Dice, p: Palette) -> None:
    """The projector's beam over the last row."""
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, p.deep), (1, p.top)))
    x, y = 250, 190
    beam = c.linear((0, p.light, 0.95), (0.5, p.glow, 0.45), (1, p.low, 0.12), line=(0, 0, 1, 0))
    c.path(f"M{x} {y}L1600 -60V700Z", beam)
    c.path(f"M{x} {y}L1600 120V420Z", beam, opacity=0.6)
    screen = [(1180, 90), (1540, 20), (1540, 620), (1180, 540)]
    c.path(polygon(screen), c.linear((0, p.light), (0.6, p.glow), (1, p.low)))
    c.open(clip_path=c.clip(polygon(screen)))
    c.circle(1400, 260, 84, p.accent)
    c.path("M1150 560V430l70-60 50 50 90-120 80 110 60-50 80 90V660Z", mix(p.mid, p.top, 0.3))
    c.path("M1150 640V500l120-30 130 40 200-40V660Z", p.deep)
    c.close()
    dust = "".join(
        f"M{px:.0f} {y + (px - x) * d.real(-0.16, 0.34):.0f}h0" for px in (d.real(x + 60, 1500) for _ in range(90))
    )
    c.stroke(dust, p.light, 4, stroke_linecap="round", opacity=0.6)
    c.circle(x, y, 60, c.radial((0, p.light), (0.5, p.light, 0.7), (1, p.light, 0)))
    for cx, cy, r in ((110, 60, 104), (120, 330, 118)):
        c.circle(cx, cy, r, mix(p.top, p.deep, 0.5), stroke=mix(p.mid, p.low, 0.3), stroke_width=6)
        angles = (i * math.tau / 5 + 0.3 for i in range(5))
        holes = (disc(cx + r * 0.58 * math.cos(a), cy + r * 0.58 * math.sin(a), r * 0.22) for a in angles)
        c.path("".join(holes), mix(p.mid, p.deep, 0.6))
    c.path("M-20 140h210l36 20v70l-36 20H-20Z", p.deep)
    for row in range(3):
        shoulder, head = 58 + row * 12, f"{40 + row * 9} {44 + row * 9}"
        one = f"m-{shoulder} 170q0-92 36-106a{head} 0 1 1 {44 + row * 22} 0q36 14 36 106Z"
        steps = (i * (150 + row * 34) - row * 60 for i in range(12 - row * 2))
        heads = "".join(f"M{x + d.whole(-26, 26)} {690 + row * 78 + d.whole(-12, 12)}{one}" for x in steps)
        c.path(heads, mix(p.mid, p.deep, 0.5 + row * 0.25))
