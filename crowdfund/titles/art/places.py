"""Scenes among buildings, and away from the Earth."""

from __future__ import annotations

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, at, disc, ground, hill, polygon, smooth, stars
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
    fog = ((0, p.glow), (0.16, p.low), (0.45, p.mid), (0.8, p.top), (1, p.deep))
    c.rect(0, 0, WIDTH, HEIGHT, c.radial(*fog, at=(x / WIDTH, 0.56, 0.75)))
    with c.moved(x):
        towers = "".join(f"M{i * 34 - 120} 560v{-d.whole(90, 250)}h{d.whole(24, 40)}V560Z" for i in range(8))
        c.path(towers, mix(p.mid, p.low, 0.3))
    signs = _houses(c, d, x, p)
    with c.moved(x):
        street = c.linear((0, p.low), (0.3, mix(p.mid, p.top, 0.4)), (1, p.deep))
        c.path("M-150 610H150L1100 900H-1100Z", street)
        c.path("M-40 612H40L190 900H-190Z", c.linear((0, p.glow, 0.8), (1, p.glow, 0.05)))
    for sx, wide, colour in signs:
        shine = c.linear((0, colour, 0), (0.25, colour, 0.42), (1, colour, 0))
        c.rect(sx - wide / 2, 650 + abs(sx - x) * 0.2, wide, 210, shine)
    for row in range(12):
        c.ellipse(d.real(100, 1500), 640 + row * row * 2, 30 + row * 7, 2 + row * 0.4, p.light, opacity=0.16)
    umbrella(c, x - 6, 800, 210, p.deep, mix(p.accent, p.deep, 0.18))
    c.path(f"M{x - 40:.0f} 802h70l26 98h-120Z", p.deep, opacity=0.55)
    rain = "".join(f"M{d.whole(-40, 1640)} {d.whole(-60, 860)}l-{d.whole(5, 9)} {d.whole(40, 80)}" for _ in range(90))
    c.stroke(rain, p.light, 2, opacity=0.3)


def _houses(c: Canvas, d: Dice, x: float, p: Palette) -> list[tuple[float, float, str]]:
    """Three fronts a side, nearer and darker, with signs; answers where the street has to mirror them."""
    signs: list[tuple[float, float, str]] = []
    shades = (mix(p.mid, p.top, 0.4), mix(p.top, p.deep, 0.3), mix(p.top, p.deep, 0.75))
    for side in (-1, 1):
        for shade, (near, far, top) in zip(shades, ((0.3, 0.16, 240), (0.55, 0.3, 90), (1.05, 0.55, -80)), strict=True):
            x1, x2 = x + side * 900 * far, x + side * 900 * near
            front = [(x1, top + 60 * (1 - far)), (x2, top - 40), (x2, 560 + 330 * near), (x1, 560 + 330 * far)]
            c.path(polygon(front), shade)
            signs += _signs(c, d, x1, x2, top, side, (p.accent, p.cold, p.low, p.light))
    return signs


def _signs(
    c: Canvas, d: Dice, x1: float, x2: float, top: float, side: int, colours: tuple[str, ...]
) -> list[tuple[float, float, str]]:
    """Neon without words: bars, rings, arrows; answers where the street has to mirror them."""
    mirrored = []
    for i in range(2):
        colour = d.pick(colours)
        wide = abs(x2 - x1) * d.real(0.22, 0.34)
        x = x1 + side * abs(x2 - x1) * (0.25 + 0.5 * i)
        y, tall = max(40.0, top + 90 + d.real(0, 130)), wide * d.real(1.2, 3.2)
        w, h, r = wide / 5, tall / 5, round(wide / 4)
        bars = "".join(f"M{at(-wide / 4, row * h)}h{at(wide / 2)}" for row in range(1, 5))
        arrow = f"M{at(-w, h * 1.8)}l{at(w, h, w, -h)}M{at(0, h * 0.8)}v{at(h * 3)}"
        inner = d.pick((bars, f"M{at(0, tall / 2 - r)}a{r} {r} 0 1 0 1 0", arrow))
        with c.moved(round(x), round(y)):
            c.glow(0, tall / 2, wide * 2.4, colour, 0.5)
            frame = f"M{at(-wide / 2, 0)}h{at(wide)}v{at(tall)}h{at(-wide)}Z"
            c.stroke(frame + inner, colour, max(3, wide * 0.06), stroke_linejoin="round", stroke_linecap="round")
        mirrored.append((x, wide * 0.8, colour))
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
        w = wide * (1 - storey * 0.3)
        up, down = at(w * 0.2, 10, w * 0.26 + 30, -54), at(w * 0.06, 64, w * 0.26 + 30, 54)
        with c.moved(round(x + wide * storey * 0.15), y - storey * 92):
            c.rect(w * 0.12, 0, w * 0.76, 100 - storey * 20, mix(p.top, p.deep, 0.7))
            c.stroke(f"M{at(w * 0.2, 42)}h{at(w * 0.6)}", p.accent, 26, stroke_dasharray="16 14", opacity=0.85)
            c.path(f"M-30-6q{up}h{at(w * 0.48)}q{down}q-8 22-40 26H10q-32-4-40-26Z", p.deep)


def orbit(c: Canvas, d: Dice, p: Palette) -> None:
    """A ringed world, and a very long line home."""
    c.sky((0, p.deep), (0.6, mix(p.deep, p.top, 0.7)), (1, p.top))
    c.ellipse(500, 300, 900, 420, c.radial((0, p.mid, 0.6), (1, p.mid, 0)), transform="rotate(-18 500 300)")
    stars(c, d, 210, 900, p.light)
    x, y, r = d.real(1060, 1160), d.real(470, 530), d.real(270, 310)
    c.glow(x, y, r * 1.8, p.low, 0.5)
    rings = ((46, 1.72, p.glow), (16, 1.98, p.low), (6, 2.12, p.light))
    with c.moved(x, y, turn=-16):
        for width, reach, colour in rings:
            c.ellipse(0, 0, r * reach, r * reach * 0.24, "none", stroke=colour, stroke_width=width, opacity=0.6)
        _world(c, d, r, p)
        for width, reach, colour in rings:
            rx, ry = round(r * reach), round(r * reach * 0.24)
            c.stroke(f"M{-rx} 0A{rx} {ry} 0 0 0 {rx} 0", colour, width, opacity=0.92)
    c.circle(330, 210, 54, c.radial((0, p.light), (0.6, p.low), (1, p.top), at=(0.3, 0.3, 0.8)))
    _astronaut(c, d.real(520, 600), 470, p)


def _world(c: Canvas, d: Dice, r: float, p: Palette) -> None:
    """A planet of belts, lit from the upper left, in three steps of night."""
    day = ((0, p.light), (0.3, p.glow), (0.6, p.low), (0.85, p.mid), (1, p.top))
    c.circle(0, 0, r, c.radial(*day, at=(0.3, 0.2, 0.85)))
    c.open(clip_path=c.clip(disc(0, 0, r)))
    for i in range(7):
        y = r * 2 * (i + d.real(0.2, 0.8)) / 7 - r
        upper, lower = at(r * 0.6, d.whole(-18, 30), r, 8), at(-r * 0.6, 14, -r, 4)
        belt = f"M{at(-r, y)}q{upper}t{at(r, 4)}v{d.whole(12, 34)}q{lower}t{at(-r, 0)}Z"
        c.path(belt, d.pick((p.light, p.mid, p.low)), opacity=0.22)
    for wide, opacity in ((0.86, 0.24), (0.7, 0.26), (0.54, 0.34)):
        c.circle(-r * 0.24, -r * 0.38, r * 1.32, "none", stroke=p.deep, stroke_width=r * wide, opacity=opacity)
    c.close()


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
