"""Scenes with a great deal of sky."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import WIDTH, Canvas, Dice, at, ground, hill, polygon, ridge, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import forest, person, pine


def kite_field(c: Canvas, d: Dice, p: Palette) -> None:
    """A child, a kite and a great deal of sky."""
    c.sky((0, mix(p.mid, p.low, 0.45)), (0.5, mix(p.low, p.glow, 0.4)), (1, p.light), down_to=760)
    c.glow(320, 560, 620, p.light, 0.9)
    for _ in range(4):
        _cloud(c, d, d.real(120, 1500), d.real(150, 480), d.real(0.6, 1.4), p)
    c.path(ground(smooth(hill(d, 650, 80))), mix(p.low, p.glow, 0.35))
    c.path(ground(smooth(hill(d, 710, 90))), mix(p.low, p.mid, 0.3))
    c.path("M0 790Q400 640 900 720T1600 690V900H0Z", mix(p.mid, p.top, 0.25))
    blades = "".join(
        f"M{d.whole(0, 1600)} {d.whole(770, 900)}q{d.whole(2, 10)}-22 {d.whole(10, 26)}-{d.whole(26, 54)}"
        for _ in range(110)
    )
    c.stroke(blades, mix(p.mid, p.low, 0.6), 3, stroke_linecap="round", opacity=0.75)
    kx, ky = d.real(1130, 1280), d.real(150, 220)
    c.stroke(f"M560 640Q900 620 {kx:.0f} {ky:.0f}", p.deep, 2.5)
    c.open(transform=f"translate({kx:.0f} {ky:.0f}) rotate(28)")
    c.path("M0-130L86 0H0Z", p.accent)
    c.path("M0-130L-86 0H0Z", mix(p.accent, p.light, 0.35))
    c.path("M0 150L86 0H0Z", mix(p.accent, p.mid, 0.5))
    c.path("M0 150L-86 0H0Z", p.accent)
    c.stroke("M0 150q-50 60 0 120t0 120 10 90", p.deep, 3)
    c.path("M0 210l-26-14v28l52-28v28ZM2 330l-26-14v28l52-28v28ZM0 440l-22-12v24l44-24v24Z", p.accent)
    c.close()
    person(c, 520, 752, 150, p.deep, "running")
    c.stroke("M536 660l26-22", p.deep, 8, stroke_linecap="round")
    c.path("M0 900V850Q300 800 700 850T1600 820V900Z", mix(p.top, p.deep, 0.4))


def _cloud(c: Canvas, d: Dice, x: float, y: float, size: float, p: Palette) -> None:
    puffs = ((0, 0, 70), (-90, 18, 52), (88, 14, 58), (-150, 38, 32), (160, 36, 36), (40, -34, 52))
    c.open(
        transform=f"translate({x:.0f} {y:.0f}) scale({size:.2f} {size * 0.85:.2f})",
        fill=p.light,
        opacity=d.real(0.55, 0.9),
    )
    for dx, dy, radius in puffs:
        c.raw("circle", cx=dx, cy=dy, r=radius)
    c.raw("rect", x=-182, y=30, width=376, height=42, rx=21)
    c.close()


def aurora_cabin(c: Canvas, d: Dice, p: Palette) -> None:
    """One lit window under the northern lights."""
    c.sky((0, p.deep), (0.6, p.top), (1, p.mid), down_to=700)
    stars(c, d, 80, 560, p.light)
    for base, colour in ((250, mix(p.cold, p.low, 0.55)), (370, p.cold)):
        phase = d.real(0, math.tau)
        light = c.radial((0, colour, 0.75), (0.45, colour, 0.3), (1, colour, 0))
        ray = c.stamp(f'<ellipse cy="-60" rx="42" ry="230" fill="{light}"/>')
        for place in range(-20, 1640, 50):
            y = base + 70 * math.sin(place / 260 + phase) + 26 * math.sin(place / 95 + phase * 2)
            c.use(ray, place, round(y), d.real(0.7, 1.15), opacity=d.real(0.45, 1))
    c.path(ground(polygon(ridge(d, 640, 150, steps=24, rough=0.9))[:-1]), mix(p.mid, p.top, 0.5))
    snow = c.linear((0, mix(p.low, p.light, 0.45)), (1, mix(p.mid, p.top, 0.2)))
    c.path("M0 690Q360 620 760 690T1600 650V900H0Z", snow)
    c.path(forest(d, 690, 130, 16, 0, 760) + forest(d, 680, 120, 10, 1260, 1620), mix(p.top, p.deep, 0.3))
    x = d.real(960, 1080)
    c.glow(x, 690, 300, p.accent, 0.55)
    c.path(f"M{x - 90:.0f} 720v-84l90-62 90 62v84Z", p.deep)
    c.path(f"M{x - 116:.0f} 646l116-84 116 84-10 12-106-74-106 74Z", mix(p.light, p.low, 0.2))
    c.path(f"M{x - 60:.0f} 660h40v38h-40ZM{x + 20:.0f} 660h36v60h-36Z", p.accent)
    c.stroke(f"M{x - 40:.0f} 660v38M{x - 60:.0f} 679h40", p.deep, 3)
    c.rect(x + 40, 560, 20, 40, p.deep)
    c.stroke(f"M{x + 50:.0f} 556q-26-34 4-66t-8-76 20-70", p.light, 12, stroke_linecap="round", opacity=0.3)
    c.path(f"M{x - 70:.0f} 720L{x - 190:.0f} 800h210L{x - 10:.0f} 720Z", c.linear((0, p.accent, 0.6), (1, p.accent, 0)))
    c.path("M0 790Q460 700 900 800T1600 760V900H0Z", mix(p.mid, p.top, 0.45))
    c.path(
        "".join(pine(px, 905, tall) for px, tall in ((70, 420), (230, 300), (1480, 380), (1580, 480), (1370, 240))),
        p.deep,
    )


def balloons(c: Canvas, d: Dice, p: Palette) -> None:
    """Morning over the valley, and everybody is up."""
    c.sky((0, p.mid), (0.45, p.low), (0.85, p.glow), (1, p.light), down_to=720)
    c.glow(460, 560, 560, p.light, 0.95)
    c.circle(460, 570, 70, p.light)
    for i, y in enumerate((560, 620, 690)):
        c.path(
            ground(polygon(ridge(d, y, 150 - i * 30, steps=22 + i * 4, rough=0.7))[:-1]),
            mix(mix(p.glow, p.low, 0.5), p.top, i * 0.3),
        )
        c.rect(0, y - 60, WIDTH, 110, c.linear((0, p.light, 0), (1, p.light, 0.32 - i * 0.1)))
    for x, y, size in ((1060, 330, 1.5), (660, 220, 0.62), (1390, 210, 0.5), (820, 470, 0.38), (300, 340, 0.44)):
        _balloon(c, d, x + d.real(-50, 50), y + d.real(-30, 30), size, p)
    c.path(ground(smooth(hill(d, 840, 80))), mix(p.top, p.deep, 0.35))
    c.path(forest(d, 880, 70, 22), p.deep)
    c.path("M0 900V868Q400 850 800 872T1600 860V900Z", p.deep)


def _balloon(c: Canvas, d: Dice, x: float, y: float, size: float, p: Palette) -> None:
    c.open(transform=f"translate({x:.0f} {y:.0f}) scale({size:.2f})")
    one, other = d.pick(((p.accent, p.light), (p.mid, p.accent), (p.top, p.glow), (p.light, p.mid)))
    c.path("M0-170C-200-170-180 40-40 150H40C180 40 200-170 0-170Z", one)
    c.path("M0-170C-110-170-110 40-24 150H24C110 40 110-170 0-170Z", other)
    c.path("M0-170C-44-170-44 40-9 150H9C44 40 44-170 0-170Z", one)
    c.path("M0-170C200-170 180 40 40 150H10C110 40 130-120 0-170Z", p.deep, opacity=0.25)
    c.stroke("M-36 150l12 40M36 150l-12 40", p.deep, 3)
    c.path("M-26 190h52l-6 38h-40Z", p.deep)
    c.close()


def lone_tree(c: Canvas, d: Dice, p: Palette) -> None:
    """Two who have to settle something, and a tree that has seen it before."""
    x = d.real(960, 1060)
    c.sky((0, mix(p.mid, p.top, 0.3)), (0.55, p.low), (1, p.glow))
    c.circle(x, 400, 290, c.linear((0, p.light), (1, mix(p.accent, p.glow, 0.4))))
    c.circle(x, 400, 330, p.light, opacity=0.16)
    c.circle(x, 400, 390, p.light, opacity=0.1)
    c.path(ground(smooth(hill(d, 690, 70))), mix(p.low, p.mid, 0.5))
    c.path("M0 780Q500 650 1000 700T1600 690V900H0Z", mix(p.mid, p.top, 0.6))
    trunk = "q22-130-10-210q-30-70-100-96 70 6 110 60-4-70-50-120 66 40 74 120 26-60 96-78-62 36-76 112-6 96 20 212Z"
    c.path(f"M{at(x + 150, 716)}{trunk}", p.deep)
    for _ in range(20):
        c.ellipse(x + 150 + d.real(-190, 190), 330 + d.real(-90, 70), d.real(36, 78), d.real(20, 36), p.deep)
    leaves = "".join(f"M{d.whole(200, int(x) + 100)} {d.whole(330, 700)}h{d.whole(3, 9)}" for _ in range(34))
    c.stroke(leaves, p.deep, 6, stroke_linecap="round", opacity=0.8)
    c.path("M0 900V820Q500 690 1000 742T1600 740V900Z", p.deep)
    person(c, x - 210, 752, 150, p.deep, "coat")
    person(c, x - 20, 742, 150, p.deep, "coat", flip=True)
    c.stroke(f"M{x - 182:.0f} 690l84-38M{x - 48:.0f} 682l-74-56", p.deep, 5, stroke_linecap="round")
    blades = "".join(f"M{i * 26} 880q{d.whole(4, 14)}-40 {d.whole(20, 50)}-{d.whole(50, 110)}" for i in range(62))
    c.stroke(blades, p.deep, 4, stroke_linecap="round")
