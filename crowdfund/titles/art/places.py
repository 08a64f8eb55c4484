"""Scenes among buildings, under water and away from the Earth."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, ground, hill, polygon, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import person, umbrella


def city_night(c: Canvas, d: Dice, p: Palette) -> None:
    """A city across the water, and somebody who looks at it from a roof."""
    moon_x, moon_y = d.real(1000, 1240), d.real(220, 290)
    c.sky((0, p.deep), (0.4, p.top), (0.8, p.mid), (1, p.low), down_to=690)
    stars(c, d, 60, 330, p.light)
    c.glow(moon_x, moon_y, 420, p.glow, 0.7)
    c.circle(moon_x, moon_y, 130, c.linear((0, p.light), (1, p.glow)))
    lit: list[tuple[float, float]] = []
    for layer, (tall, wide, gap) in enumerate(((300, 78, 4), (270, 110, 14), (190, 150, 30))):
        colour = (mix(p.low, p.mid, 0.6), mix(p.mid, p.top, 0.55), mix(p.top, p.deep, 0.6))[layer]
        towers, windows, x = "", "", -40.0
        while x < WIDTH:
            w = wide * d.real(0.6, 1.2)
            h = tall * d.real(0.45, 1) * (1.35 if abs(x - moon_x) < 330 else 1)
            towers += f"M{x:.0f} 690v{-h:.0f}{_roof(d, w)}V690Z"
            if layer:
                windows += _windows(d, x, 690 - h, w, h, (0, 0.16, 0.26)[layer])
                lit.append((x + w / 2, h))
            x += w + gap * d.real(0.2, 1.6)
        c.path(towers, colour)
        if windows:
            c.path(windows, (p.glow, p.accent)[layer - 1], opacity=(0.6, 0.9)[layer - 1])
    c.rect(0, 690, WIDTH, 210, c.linear((0, mix(p.low, p.mid, 0.4)), (0.3, mix(p.mid, p.top, 0.5)), (1, p.deep)))
    streak = c.linear((0, p.accent, 0.7), (1, p.accent, 0))
    for x, h in lit[::2]:
        c.rect(x + d.real(-20, 20), 692, d.real(4, 14), h * d.real(0.25, 0.7), streak)
    c.rect(moon_x - 60, 692, 120, 170, c.linear((0, p.light, 0.6), (1, p.light, 0)))
    for row in range(8):
        c.rect(d.real(0, 1300), 700 + row * 20, d.real(120, 420), 3, p.deep, opacity=0.35)
    c.path("M0 900V790H330l20 16H640V900ZM60 790v-46h64v46ZM190 790v-80l44-24 44 24v80h-14v-30h-60v30Z", p.deep)
    c.stroke("M150 790V660M132 684h36M136 700h28M400 806v-34h120v34M460 772v34", p.deep, 5)
    c.path("M590 808q-8-46 4-80 10-18 28-8 12 34 10 62l38 8 8 66h-15l-10-52-40 4Z", p.deep)
    c.circle(612, 700, 17, p.deep)
    c.stroke("M150 690Q300 770 400 774T520 776", p.accent, 7, stroke_dasharray="0 26", stroke_linecap="round")


def _roof(d: Dice, w: float) -> str:
    """What a tower ends in, as a piece of path that runs from its left to its right."""
    return d.pick((
        f"h{w:.0f}",
        f"h{w:.0f}",
        f"l{w / 2:.0f} {-w * 0.5:.0f} {w / 2:.0f} {w * 0.5:.0f}",
        f"h{w * 0.25:.0f}v-26h{w * 0.5:.0f}v26h{w * 0.25:.0f}",
        f"h{w * 0.45:.0f}v-64h{w * 0.1:.0f}v64h{w * 0.45:.0f}",
        f"l{w:.0f} {w * 0.28:.0f}",
    ))  # fmt: skip


def _windows(d: Dice, x: float, y: float, w: float, h: float, share: float) -> str:
    parts = ""
    for row in range(int(h // 26) - 1):
        for column in range(int(w // 20) - 1):
            if d.chance(share):
                parts += f"M{x + 14 + column * 20:.0f} {y + 44 + row * 26:.0f}h8v12h-8z"
    return parts


def neon_rain(c: Canvas, d: Dice, p: Palette) -> None:
    """A narrow street, late, in the rain."""
    x = d.real(820, 980)
    c.rect(
        0,
        0,
        WIDTH,
        HEIGHT,
        c.radial((0, p.glow), (0.16, p.low), (0.45, p.mid), (0.8, p.top), (1, p.deep), at=(x / WIDTH, 0.56, 0.75)),
    )
    c.path(
        "".join(f"M{x - 120 + i * 34:.0f} 560v{-d.whole(90, 250)}h{d.whole(24, 40)}V560Z" for i in range(8)),
        mix(p.mid, p.low, 0.3),
    )
    colours = (p.accent, p.cold, p.low, p.light)
    signs: list[tuple[float, float, str]] = []
    for side in (-1, 1):
        for depth, (near, far, top) in enumerate(((0.3, 0.16, 240), (0.55, 0.3, 90), (1.05, 0.55, -80))):
            shade = (mix(p.mid, p.top, 0.4), mix(p.top, p.deep, 0.3), mix(p.top, p.deep, 0.75))[depth]
            x1, x2 = x + side * 900 * far, x + side * 900 * near
            c.path(
                polygon([(x1, top + 60 * (1 - far)), (x2, top - 40), (x2, 560 + 330 * near), (x1, 560 + 330 * far)]),
                shade,
            )
            signs += _signs(c, d, x1, x2, top, side, colours)
    c.path(
        f"M{x - 150:.0f} 610H{x + 150:.0f}L1900 900H-300Z",
        c.linear((0, p.low), (0.3, mix(p.mid, p.top, 0.4)), (1, p.deep)),
    )
    c.path(
        f"M{x - 40:.0f} 612H{x + 40:.0f}L{x + 190:.0f} 900H{x - 190:.0f}Z",
        c.linear((0, p.glow, 0.8), (1, p.glow, 0.05)),
    )
    for sx, wide, colour in signs:
        c.rect(
            sx - wide / 2,
            650 + abs(sx - x) * 0.2,
            wide,
            210,
            c.linear((0, colour, 0), (0.25, colour, 0.42), (1, colour, 0)),
        )
    for row in range(12):
        y = 640 + row * row * 2
        c.ellipse(d.real(100, 1500), y, 30 + row * 7, 2 + row * 0.4, p.light, opacity=0.16)
    umbrella(c, x - 6, 800, 210, p.deep, mix(p.accent, p.deep, 0.18))
    c.path(f"M{x - 40:.0f} 802h70l26 98h-120Z", p.deep, opacity=0.55)
    rain = "".join(f"M{d.whole(-40, 1640)} {d.whole(-60, 860)}l-{d.whole(5, 9)} {d.whole(40, 80)}" for _ in range(90))
    c.stroke(rain, p.light, 2, opacity=0.3)


def _signs(
    c: Canvas, d: Dice, x1: float, x2: float, top: float, side: int, colours: tuple[str, ...]
) -> list[tuple[float, float, str]]:
    """Neon without words: bars, rings, arrows; answers where the street has to mirror them."""
    mirrored = []
    for i in range(2):
        colour = d.pick(colours)
        wide = abs(x2 - x1) * d.real(0.22, 0.34)
        sx = x1 + side * abs(x2 - x1) * (0.25 + 0.5 * i)
        y, tall = max(40.0, top + 90 + d.real(0, 130)), wide * d.real(1.2, 3.2)
        c.glow(sx, y + tall / 2, wide * 2.4, colour, 0.5)
        kind = d.whole(0, 2)
        frame = f"M{sx - wide / 2:.0f} {y:.0f}h{wide:.0f}v{tall:.0f}h{-wide:.0f}Z"
        inner = {
            0: "".join(f"M{sx - wide * 0.25:.0f} {y + tall * k:.0f}h{wide * 0.5:.0f}" for k in (0.2, 0.4, 0.6, 0.8)),
            1: f"M{sx:.0f} {y + tall * 0.5 - wide * 0.24:.0f}a{wide * 0.24:.0f} {wide * 0.24:.0f} 0 1 0 1 0",
            2: f"M{sx - wide * 0.2:.0f} {y + tall * 0.35:.0f}l{wide * 0.2:.0f} {tall * 0.2:.0f} {wide * 0.2:.0f} {-tall * 0.2:.0f}M{sx:.0f} {y + tall * 0.16:.0f}v{tall * 0.6:.0f}",
        }[kind]
        c.stroke(frame + inner, colour, max(3, wide * 0.06), stroke_linejoin="round", stroke_linecap="round")
        mirrored.append((sx, wide * 0.8, colour))
    return mirrored


def lanterns(c: Canvas, d: Dice, p: Palette) -> None:
    """The night on which the town lets its lanterns go."""
    c.sky((0, p.deep), (0.3, p.top), (0.62, p.mid), (0.86, p.low), (1, p.glow))
    stars(c, d, 60, 400, p.light)
    c.path(ground(smooth(hill(d, 660, 140))), mix(p.low, p.mid, 0.6))
    flame = c.linear((0, mix(p.accent, p.low, 0.25)), (0.6, p.accent), (1, p.light))
    halo = c.radial((0, p.accent, 0.55), (0.5, p.accent, 0.14), (1, p.accent, 0))
    lantern = c.stamp(
        f'<circle r="130" cy="20" fill="{halo}"/><path d="M-38-50q38-20 76 0l-10 104q-28 14-56 0Z" fill="{flame}"/>'
    )
    for i in range(44):
        size = 0.16 + 0.5 * d.real() ** 2 if i < 39 else d.real(0.85, 1.5)
        x, y = d.real(60, 1540), d.real(30, 600) if i < 39 else d.real(90, 430)
        if i >= 39:
            x = 420 + (i - 39) * 280 + d.real(-70, 70)
        c.use(lantern, round(x), round(y), size)
    for x, y, wide in ((-60, 720, 420), (300, 690, 330), (1130, 700, 380), (1420, 730, 320)):
        _hall(c, d, x, y, wide, p)
    c.path("M0 774H640l40 30H960l40-30H1600V810H0Z", mix(p.top, p.deep, 0.7))
    c.rect(0, 800, WIDTH, 100, c.linear((0, mix(p.low, p.mid, 0.5)), (1, p.deep)))
    for _ in range(26):
        c.rect(d.real(0, 1560), d.real(806, 886), d.real(14, 90), 3, p.accent, rx=1.5, opacity=d.real(0.25, 0.8))
    c.path("M600 804q210-110 420 0h-44q-166-66-332 0Z", p.deep)
    for x in (712, 776, 842, 904):
        person(
            c,
            x + d.real(-8, 8),
            754 if x in (776, 842) else 764,
            d.real(76, 96),
            p.deep,
            d.pick(("dress", "coat", "standing")),
        )


def _hall(c: Canvas, d: Dice, x: float, y: float, wide: float, p: Palette) -> None:
    """A roof with swept eaves, lit from inside."""
    for storey in range(2):
        w, left, top = wide * (1 - storey * 0.3), x + wide * storey * 0.15, y - storey * 92
        c.rect(left + w * 0.12, top, w * 0.76, 100 - storey * 20, mix(p.top, p.deep, 0.7))
        c.stroke(
            f"M{left + w * 0.2:.0f} {top + 42:.0f}h{w * 0.6:.0f}", p.accent, 26, stroke_dasharray="16 14", opacity=0.85
        )
        c.path(
            f"M{left - 30:.0f} {top - 6:.0f}q{w * 0.2:.0f} 10 {w * 0.26 + 30:.0f} -54h{w * 0.48:.0f}q{w * 0.06:.0f} 64 {w * 0.26 + 30:.0f} 54"
            f"q-8 22-40 26H{left + 10:.0f}q-32-4-40-26Z",
            p.deep,
        )


def orbit(c: Canvas, d: Dice, p: Palette) -> None:
    """A ringed world, and a very long line home."""
    c.sky((0, p.deep), (0.6, mix(p.deep, p.top, 0.7)), (1, p.top))
    c.ellipse(500, 300, 900, 420, c.radial((0, p.mid, 0.6), (1, p.mid, 0)), transform="rotate(-18 500 300)")
    stars(c, d, 210, 900, p.light)
    x, y, r = d.real(1060, 1160), d.real(470, 530), d.real(270, 310)
    c.glow(x, y, r * 1.8, p.low, 0.5)
    tilt = f"rotate(-16 {x:.0f} {y:.0f})"
    for width, reach, colour, opacity in ((46, 1.72, p.glow, 0.55), (16, 1.98, p.low, 0.7), (6, 2.12, p.light, 0.6)):
        c.ellipse(
            x,
            y,
            r * reach,
            r * reach * 0.24,
            "none",
            stroke=colour,
            stroke_width=width,
            opacity=opacity,
            transform=tilt,
        )
    c.circle(
        x, y, r, c.radial((0, p.light), (0.3, p.glow), (0.6, p.low), (0.85, p.mid), (1, p.top), at=(0.26, 0.26, 0.85))
    )
    ball = c.clip(f"M{x - r:.0f} {y:.0f}a{r:.0f} {r:.0f} 0 1 0 {2 * r:.0f} 0a{r:.0f} {r:.0f} 0 1 0 {-2 * r:.0f} 0Z")
    c.open(clip_path=ball)
    for i in range(7):
        by = y - r + r * 2 * (i + d.real(0.2, 0.8)) / 7
        c.path(
            f"M{x - r:.0f} {by:.0f}q{r * 0.6:.0f} {d.whole(-18, 30)} {r:.0f} 8t{r:.0f} 4v{d.whole(12, 34)}q{-r * 0.6:.0f} 14 {-r:.0f} 4t{-r:.0f} 0Z",
            d.pick((p.light, p.mid, p.low)),
            opacity=0.22,
            transform=tilt,
        )
    for wide, opacity in ((0.86, 0.24), (0.7, 0.26), (0.54, 0.34)):
        c.circle(x - r * 0.34, y - r * 0.3, r * 1.32, "none", stroke=p.deep, stroke_width=r * wide, opacity=opacity)
    c.close()
    for width, reach, colour, opacity in ((46, 1.72, p.glow, 0.9), (16, 1.98, p.low, 1), (6, 2.12, p.light, 0.9)):
        rx, ry = r * reach, r * reach * 0.24
        c.stroke(
            f"M{x - rx:.0f} {y:.0f}A{rx:.0f} {ry:.0f} 0 0 0 {x + rx:.0f} {y:.0f}",
            colour,
            width,
            opacity=opacity,
            transform=tilt,
        )
    c.circle(330, 210, 54, c.radial((0, p.light), (0.6, p.low), (1, p.top), at=(0.3, 0.3, 0.8)))
    _astronaut(c, d.real(520, 600), 470, p)


def _astronaut(c: Canvas, x: float, y: float, p: Palette) -> None:
    c.stroke(
        f"M{x:.0f} {y:.0f}C{x - 160:.0f} {y + 180:.0f} {x - 330:.0f} {y - 60:.0f} -20 820", p.light, 3, opacity=0.8
    )
    c.open(transform=f"translate({x:.0f} {y:.0f}) rotate(24) scale(1.25)")
    c.raw("rect", x=-34, y=-34, width=28, height=56, rx=9, fill=p.mid)
    c.path(
        "M-16-30h30q10 0 12 10l22-18q8-5 12 1t-3 12L30 6 24 26l4 44q0 9-9 9t-10-8L2 34l-12 36q-4 9-12 6t-6-11l8-40Z",
        p.light,
    )
    c.circle(2, -48, 24, p.light)
    c.ellipse(8, -48, 15, 14, c.linear((0, p.accent), (1, p.mid)))
    c.path("M-16-30h30q10 0 12 10L24 26l4 44q0 9-9 9l-4-6 4-60Z", p.mid, opacity=0.3)
    c.close()


def whale(c: Canvas, d: Dice, p: Palette) -> None:
    """Somebody small meets somebody large."""
    c.sky((0, p.glow), (0.14, p.low), (0.45, p.mid), (0.8, p.top), (1, p.deep))
    c.ellipse(1050, 0, 720, 300, c.radial((0, p.light, 0.95), (0.5, p.glow, 0.4), (1, p.glow, 0)))
    beam = c.linear((0, p.light, 0.42), (1, p.light, 0))
    for i in range(7):
        top = 620 + i * 120 + d.real(-30, 30)
        spread = (top - 1050) * 0.9
        c.path(
            polygon([(top, -10), (top + 60, -10), (top + 130 + spread, 800), (top - 40 + spread, 800)]),
            beam,
            opacity=d.real(0.3, 0.9),
        )
    c.path(ground(smooth(hill(d, 790, 120))), mix(p.mid, p.top, 0.7), opacity=0.8)
    c.open(transform=f"translate({d.real(-20, 60):.0f} {d.real(-20, 40):.0f}) rotate(-7 760 470)")
    body = "M250 470Q300 330 560 312T1010 392Q1140 430 1236 396q-8-70-84-110 90-4 134 72 52-52 134-28-72 34-84 96-100 90-330 106Q760 640 520 600T250 470Z"
    c.path(body, c.linear((0, mix(p.low, p.mid, 0.45)), (0.45, mix(p.mid, p.top, 0.5)), (1, p.deep)))
    c.path("M254 486Q420 560 640 560 560 610 470 586T254 486Z", mix(p.low, p.light, 0.25), opacity=0.5)
    c.stroke("M270 500q140 76 330 76M300 520q130 62 270 68M340 548q90 34 190 42", p.top, 3, opacity=0.6)
    c.path("M560 560q-30 110-130 150 10-90 50-170Z", mix(p.top, p.deep, 0.4))
    c.circle(372, 470, 9, p.deep)
    c.stroke("M352 456q20-12 40 0", p.deep, 4, stroke_linecap="round")
    c.close()
    _diver(c, d.real(1080, 1180), d.real(640, 680), p)
    bubbles = "".join(f"M{d.whole(200, 1500)} {d.whole(120, 860)}h0" for _ in range(46))
    c.stroke(bubbles, p.light, 6, stroke_linecap="round", opacity=0.35)
    weeds = "".join(
        f"M{i * 58} 910q{d.whole(-50, 50)}-60 {d.whole(-20, 20)}-{d.whole(80, 120)}t{d.whole(-30, 30)}-{d.whole(20, 70)}"
        for i in range(28)
    )
    c.path("M0 900V850Q300 810 640 858T1200 846 1600 830V900Z", p.deep)
    c.stroke(weeds, p.deep, 11, stroke_linecap="round")


def _diver(c: Canvas, x: float, y: float, p: Palette) -> None:
    c.path(
        f"M{x:.0f} {y:.0f}L{x - 330:.0f} {y - 210:.0f}l60-90Z",
        c.linear((1, p.accent, 0.75), (0, p.accent, 0), line=(0, 0, 1, 1)),
    )
    c.open(transform=f"translate({x:.0f} {y:.0f}) rotate(-30)", fill=p.deep)
    c.raw("path", d="M-8-8q34-12 74 0l60 6 40-10 4 9-36 14-70 4q-40 10-72-6l-22 12-6-6Z")
    c.raw("rect", x=8, y=-22, width=52, height=14, rx=7)
    c.raw("circle", cx=-14, cy=-6, r=13)
    c.close()
    c.circle(x - 4, y - 2, 7, p.light)


def wave_pattern(c: Canvas, d: Dice, p: Palette) -> None:
    """A great wave, drawn the old way, and a small boat that will make it."""
    c.sky((0, p.glow), (0.5, mix(p.glow, p.light, 0.5)), (1, p.low))
    c.circle(d.real(980, 1180), 330, 150, p.accent)
    for row in range(5):
        y = 560 + row * 66
        colour = mix(mix(p.low, p.mid, 0.2), p.deep, row * 0.17)
        crests = "".join(f"a130 110 0 0 1 {260} 0" for _ in range(8))
        shift = d.whole(0, 250)
        c.path(f"M{-shift} {y + 70}{crests}V900H-300Z", colour)
        for k, ring in enumerate((100, 72, 46)):
            rings = "".join(
                f"M{-shift + 130 - ring + i * 260} {y + 66}a{ring} {ring * 0.85:.0f} 0 0 1 {2 * ring} 0"
                for i in range(8)
            )
            c.stroke(rings, p.light, 4 - k * 0.6, opacity=0.5 - row * 0.05)
    curl = "M-40 900V420Q60 210 330 170q250-24 380 120 60 84 20 150-40-90-130-110 30 40 22 92-52-70-140-60 40 30 44 84-66-50-140-24Q260 500 330 660T700 860Z"
    c.path(curl, c.linear((0, mix(p.low, p.mid, 0.5)), (0.6, mix(p.mid, p.top, 0.5)), (1, p.deep)))
    c.stroke(
        "M-20 640Q60 320 330 250q150-20 250 60M0 760Q110 440 300 350q90-24 160 6M60 860Q150 560 290 450",
        p.light,
        6,
        opacity=0.55,
        stroke_linecap="round",
    )
    foam = "".join(f"M{700 + 30 * math.cos(a):.0f} {430 - 140 * math.sin(a):.0f}h0" for a in (0.1, 0.5, 0.9, 1.3))
    for _ in range(40):
        angle = d.real(0.1, 2.6)
        foam += f"M{480 + (250 + d.real(-30, 60)) * math.cos(angle):.0f} {400 - (220 + d.real(-30, 50)) * math.sin(angle):.0f}h0"
    c.stroke(foam, p.light, 16, stroke_linecap="round")
    c.stroke(foam.replace("h0", "m17-19h0"), p.light, 8, stroke_linecap="round")
    c.path("M980 700q160 54 330-10l-44 66q-130 34-246 0Z", p.deep)
    c.stroke("M1130 716V560", p.deep, 7)
    c.path("M1138 566q110 40 110 120l-110 14Z", p.light)
    c.path("M1122 590q-74 40-80 100l80 10Z", mix(p.light, p.accent, 0.25))
