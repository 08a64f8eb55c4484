"""Scenes of work and weather: what people do before anybody else is up."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import WIDTH, Canvas, Dice, at, disc, ground, hill, polygon, ridge, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import forest, gull, person


def orchard(c: Canvas, d: Dice, p: Palette) -> None:
    """Old trees in rows, a ladder, and somebody who plants what others will pick."""
    x = d.real(900, 980)
    c.sky((0, mix(p.mid, p.low, 0.35)), (0.45, mix(p.low, p.glow, 0.4)), (1, p.light), down_to=560)
    c.glow(x, 430, 560, p.light, 0.95)
    c.circle(x, 440, 96, p.light)
    c.path(ground(smooth(hill(d, 520, 70))), mix(p.low, p.mid, 0.25))
    c.path(forest(d, 548, 46, 9), mix(p.low, p.mid, 0.5), opacity=0.7)
    c.rect(0, 540, WIDTH, 360, c.linear((0, mix(p.glow, p.low, 0.6)), (0.35, mix(p.low, p.mid, 0.6)), (1, p.deep)))
    for i in range(-7, 9):
        c.path(
            polygon([(x + i * 14, 542), (x + i * 14 + 6, 542), (x + i * 330 + 130, 900), (x + i * 330, 900)]),
            p.deep,
            opacity=0.14,
        )
    _fruit_trees(c, d, x, p)
    person(c, x + 40, 800, 150, p.deep, "coat")
    c.stroke(f"M{x + 66:.0f} 744l46 58m-14-16h30", p.deep, 7, stroke_linecap="round")
    c.path("M0 900V866Q420 830 820 868T1600 850V900Z", p.deep)
    blades = "".join(f"M{i * 55} 884q{d.whole(2, 12)}-26 {d.whole(8, 34)}-{d.whole(30, 70)}" for i in range(30))
    c.stroke(blades, p.deep, 4, stroke_linecap="round")
    petals = "".join(f"M{d.whole(80, 1540)} {d.whole(240, 860)}h{d.whole(2, 7)}" for _ in range(36))
    c.stroke(petals, p.light, 6, stroke_linecap="round", opacity=0.8)


_WOOD = "M-16 6q10-60-4-104q-40-22-60-66 40 24 64 30 4-30 12-56 12 26 14 58 30-8 58-38-16 52-48 74-10 44 6 102Z"
_CROWN = "".join(
    disc(x, y, r) for x, y, r in ((-76, -184, 60), (74, -188, 62), (0, -232, 82), (-30, -166, 58), (42, -160, 56))
)


def _fruit_trees(c: Canvas, d: Dice, middle: float, p: Palette) -> None:
    """Rows that run away from us, the far ones lost in the morning."""
    wood, crown = c.stamp(f'<path d="{_WOOD}"/>'), c.stamp(f'<path d="{_CROWN}"/>')
    fruit = "".join(f"M{d.whole(-118, 118)} {d.whole(-290, -132)}h0" for _ in range(24))
    fruits = c.stamp(f'<path d="{fruit}" stroke-width="17" stroke-linecap="round"/>')
    for depth, lane, side in ((depth, lane, side) for depth in range(6) for lane in (2, 1) for side in (-1, 1)):
        near, haze = (depth / 5) ** 1.7, 1 - depth / 6.5
        size = 0.2 + 0.95 * near
        x, y = middle + side * (lane * 90 - 30) * (0.55 + 4.1 * near) + d.real(-14, 14) * size, 552 + 250 * near
        if not -220 < x < WIDTH + 220:
            continue
        c.use(wood, x, y, size, fill=mix(p.deep, p.low, haze * 0.55))
        c.use(crown, x, y, size, fill=mix(mix(p.mid, p.top, 0.5), p.low, haze * 0.75))
        c.use(fruits, x, y, size, stroke=mix(p.accent, p.light, 0.25), opacity=0.95 - haze * 0.4)


def oven(c: Canvas, d: Dice, p: Palette) -> None:
    """Four in the morning: a baker, a fire, and the first loaves."""
    x = d.real(1010, 1070)
    c.rect(0, 0, WIDTH, 900, c.linear((0, mix(p.top, p.deep, 0.35)), (1, p.deep)))
    c.circle(x, 470, 980, c.radial((0, p.low, 0.75), (0.35, p.mid, 0.55), (0.7, p.top, 0.2), (1, p.deep, 0)))
    joints = "".join(f"M{60 * (row % 2) - 60} {row * 52}h1720" for row in range(13))
    joints += "".join(f"M{col * 120 + 60 * (row % 2)} {row * 52}v52" for row in range(13) for col in range(14))
    c.stroke(joints, p.deep, 4, opacity=0.34)
    c.path(f"M{x - 330:.0f} 640V420a330 330 0 0 1 660 0V640Z", mix(p.mid, p.top, 0.45))
    stones = "".join(
        f"M{at(x + 236 * math.cos(a), 420 - 236 * math.sin(a))}L{at(x + 328 * math.cos(a), 420 - 328 * math.sin(a))}"
        for a in (math.pi * i / 11 for i in range(12))
    )
    c.stroke(stones, p.deep, 5, opacity=0.6)
    mouth = f"M{x - 230:.0f} 640V420a230 230 0 0 1 460 0V640Z"
    ash = mix(p.mid, p.top, 0.4)
    fire = c.radial((0, p.light), (0.3, p.glow), (0.6, p.accent), (0.85, p.low), (1, ash), at=(0.5, 0.86, 0.92))
    c.path(mouth, fire)
    c.open(clip_path=c.clip(mouth))
    for i in range(9):
        fx, tall = x - 200 + i * 50 + d.real(-12, 12), d.real(90, 240)
        left = f"q-10-{tall * 0.5:.0f} 40-{tall:.0f} 4 {tall * 0.4:.0f} 34 {tall * 0.52:.0f}"
        flame = f"M{fx - 44:.0f} 650{left} 26 {tall * 0.3:.0f} 10 {tall * 0.48:.0f}Z"
        c.path(flame, (p.light, p.accent, p.glow)[i % 3], opacity=0.75)
    c.close()
    c.path(f"M{x - 420:.0f} 640h840v40h-840Z", mix(p.mid, p.deep, 0.35))
    c.rect(0, 680, WIDTH, 220, c.linear((0, mix(p.mid, p.deep, 0.5)), (1, p.deep)))
    c.path(
        f"M{x - 250:.0f} 680H{x + 250:.0f}L{x + 520:.0f} 900H{x - 620:.0f}Z", c.linear((0, p.glow, 0.75), (1, p.low, 0))
    )
    loaves = "".join(f"M{lx} 640q4-52 58-52t58 52Z" for lx in (round(x) + 300, round(x) - 408))
    c.path(loaves, mix(p.accent, p.mid, 0.35))
    _bakery(c, d, p)
    person(c, x - 330, 820, 420, p.deep, "standing")
    c.path(f"M{x - 352:.0f} 424q22-58 46 0l-4 22h-38Z", p.light)
    c.path(f"M{x - 360:.0f} 560q30 14 62 0l14 150q-46 14-90 0Z", p.light, opacity=0.9)
    c.stroke(f"M{x - 420:.0f} 640L{x - 90:.0f} 590", p.deep, 13, stroke_linecap="round")
    c.path(f"M{x - 100:.0f} 578l150-20 26 20-22 24-150 8Z", p.deep)
    c.path(f"M{x - 60:.0f} 574q6-38 50-38t46 32Z", mix(p.accent, p.mid, 0.2))
    sparks = "".join(f"M{d.whole(int(x) - 420, int(x) + 360)} {d.whole(120, 620)}h0" for _ in range(34))
    c.stroke(sparks, p.light, 5, stroke_linecap="round", opacity=0.7)


def _bakery(c: Canvas, d: Dice, p: Palette) -> None:
    """The window on the left, still night behind it, and a shelf of bread."""
    c.rect(120, 120, 250, 290, c.linear((0, p.deep), (1, mix(p.top, p.cold, 0.3))))
    stars(c, d, 10, 320, p.light)
    c.circle(310, 190, 26, p.light)
    c.stroke("M120 120h250v290H120ZM245 120v290M120 265h250", mix(p.mid, p.deep, 0.5), 14)
    c.path("M60 560h430v16H60Z", mix(p.mid, p.deep, 0.3))
    bread = "".join(f"M{80 + i * 100} 560q4-{k} 44-{k}t44 {k}Z" for i, k in enumerate((46, 60, 40, 54)))
    c.path(bread, mix(p.accent, p.mid, 0.5))


def ice_road(c: Canvas, d: Dice, p: Palette) -> None:
    """A road over the frozen bay, marked with branches. If it holds."""
    x, horizon = d.real(980, 1080), 470
    c.sky((0, mix(p.top, p.mid, 0.6)), (0.5, mix(p.mid, p.low, 0.7)), (0.88, p.glow), (1, p.light), down_to=horizon)
    c.glow(x + 190, horizon - 20, 520, p.light, 0.95)
    c.circle(x + 190, horizon - 24, 60, p.light)
    c.path(ground(polygon(ridge(d, horizon + 4, 90, steps=26, rough=0.6))[:-1]), mix(p.low, p.mid, 0.55))
    c.path(forest(d, horizon + 2, 30, 70), mix(p.mid, p.top, 0.35))
    ice = c.linear((0, mix(p.light, p.glow, 0.4)), (0.3, mix(p.glow, p.low, 0.6)), (1, mix(p.mid, p.top, 0.6)))
    c.rect(0, horizon, WIDTH, 900 - horizon, ice)
    c.path(f"M{x + 150:.0f} {horizon}h80L{x + 480:.0f} 900H{x - 100:.0f}Z", p.light, opacity=0.28)
    cracks = "".join(_crack(d, d.real(0, WIDTH), d.real(horizon + 50, 860)) for _ in range(16))
    c.stroke(cracks, p.light, 3, opacity=0.65, stroke_linejoin="round")
    near_end, far_end = f"Q{x + 60:.0f} 600 {x - 60:.0f} 900H{x - 760:.0f}", f"Q{x - 60:.0f} 640 {x - 4:.0f} {horizon}Z"
    snow = c.linear((0, mix(p.glow, p.light, 0.6)), (1, mix(p.light, p.cold, 0.25)))
    c.path(f"M{x - 4:.0f} {horizon}h8{near_end}{far_end}", snow, opacity=0.8)
    tracks = f"M{x:.0f} {horizon}Q{x:.0f} 620 {x - 260:.0f} 900M{x:.0f} {horizon}Q{x - 30:.0f} 620 {x - 520:.0f} 900"
    c.stroke(tracks, mix(p.mid, p.low, 0.4), 4, opacity=0.6)
    branch = c.stamp(f'<path d="{_BRANCH}"/>')
    for near in (((i + 1) / 9) ** 2.3 for i in range(9)):
        c.use(branch, x + 14 + 250 * near, horizon + 8 + 400 * near, 0.07 + 1.1 * near, fill=p.deep)
        c.use(branch, x - 12 - 820 * near, horizon + 8 + 400 * near, 0.07 + 1.1 * near, fill=p.deep)
    with c.moved(x - 62, 640):
        c.path("M-52 6v-44q2-12 14-14l14-34q2-6 8-6h32q6 0 8 6l14 34q12 2 14 14V6h-20V-4h-64V6Z", p.deep)
        c.path("M-28-54l11-28h34l11 28Z", mix(p.glow, p.light, 0.5))
        for lamp in (-34, 34):
            c.glow(lamp, -26, 84, p.accent, 0.9)
            c.circle(lamp, -26, 9, p.light)
    flakes = "".join(f"M{d.whole(0, 1600)} {d.whole(40, 880)}h0" for _ in range(70))
    c.stroke(flakes, p.light, 5, stroke_linecap="round", opacity=0.6)


def _crack(d: Dice, x: float, y: float) -> str:
    near = (y - 470) / 430
    steps = "".join(f"l{d.whole(20, 90) * near:.0f} {d.whole(-26, 26) * near:.0f}" for _ in range(d.whole(3, 6)))
    return f"M{at(x, y)}{steps}"


_BRANCH = (
    "M-4 10V-170q4-30 8 0V10ZM0-190l34 60-20-6 34 58-26-8 36 60-50-14H-8l-50 14 36-60-26 8 34-58-20 6Z"
    "M-34 10q0-8 34-8t34 8q0 8-34 8t-34-8Z"
)


def migration(c: Canvas, d: Dice, p: Palette) -> None:
    """Somebody lets a bird go, and there are a great many others."""
    x = d.real(1040, 1120)
    c.sky((0, mix(p.top, p.mid, 0.55)), (0.4, p.low), (0.8, p.glow), (1, p.light), down_to=800)
    c.glow(x - 120, 520, 640, p.light, 0.9)
    c.circle(x - 120, 520, 130, p.light)
    for i, y in enumerate((600, 670, 740)):
        c.path(
            ground(polygon(ridge(d, y, 170 - i * 40, steps=24 + i * 4, rough=0.6))[:-1]),
            mix(mix(p.glow, p.low, 0.6), p.top, i * 0.3),
        )
        c.rect(0, y - 50, WIDTH, 110, c.linear((0, p.light, 0), (1, p.light, 0.3 - i * 0.09)))
    for size, count, width in ((12, 96, 2.2), (22, 70, 3), (38, 30, 4.4), (64, 9, 6)):
        birds = ""
        for _ in range(count):
            along = d.real()
            spread = (d.real() + d.real() + d.real() - 1.5) * (70 + 130 * math.sin(along * math.pi))
            bx, by = -40 + along * 1500, 420 - 330 * math.sin(along * 2.4) + spread
            birds += gull(bx, by, size * d.real(0.7, 1.2))
        ink = mix(p.deep, p.top, 0.35 - width * 0.05)
        c.stroke(birds, ink, width, stroke_linecap="round", opacity=0.55 + width * 0.07)
    c.path("M0 900V830Q380 800 720 806T1180 730Q1320 716 1600 760V900Z", p.deep)
    person(c, x, 762, 190, p.deep, "coat")
    c.stroke(f"M{x + 18:.0f} 632l62-78", p.deep, 13, stroke_linecap="round")
    _small_bird(c, x + 106, 512, p)
    c.stroke("M1340 740V560M1500 750V566", p.deep, 6)
    net = "".join(f"M1340 {566 + i * 16}Q1420 {580 + i * 16} 1500 {570 + i * 16}" for i in range(10))
    net += "".join(f"M{1340 + i * 16} {566 + 10 * math.sin(i * 0.31):.0f}v150" for i in range(1, 10))
    c.stroke(net, p.deep, 1.4, opacity=0.8)
    blades = "".join(f"M{i * 30} 890q{d.whole(2, 12)}-30 {d.whole(8, 34)}-{d.whole(40, 90)}" for i in range(54))
    c.stroke(blades, p.deep, 4, stroke_linecap="round")


def _small_bird(c: Canvas, x: float, y: float, p: Palette) -> None:
    """A wren with its wings open, on its way up."""
    with c.moved(x, y, 0.72, -18):
        c.path("M-34 8q10-30 44-28 22 0 30 14l14 4-14 6q-8 22-40 22-18 0-26-8l-30 10 6-16Z", p.deep)
        c.path("M-8-10q-26-50-70-62 8 40 34 66ZM10-16q-2-50 26-84 14 44-4 84Z", p.deep)
        c.path("M2 20q20 4 30-12-6 22-30 12Z", p.accent)


def country_bus(c: Canvas, d: Dice, p: Palette) -> None:
    """The only bus of the day, on the road that has all the bends."""
    c.sky((0, mix(p.mid, p.low, 0.4)), (0.5, mix(p.low, p.glow, 0.5)), (1, p.light), down_to=600)
    c.circle(d.real(520, 640), 330, 120, mix(p.accent, p.light, 0.2))
    for cx, cy, size in ((980, 150, 1.0), (300, 200, 0.7), (1380, 250, 0.8)):
        with c.moved(cx + d.real(-60, 60), cy, size):
            c.path("M-130 30q-40 0-40-30t44-30q10-46 62-46t70 36q54-16 72 24 46 2 46 26t-40 20Z", p.light, opacity=0.7)
    c.path(ground(smooth(hill(d, 470, 110))), mix(p.glow, p.low, 0.55))
    c.path("M0 900V560Q300 420 640 520T1180 470Q1400 440 1600 520V900Z", mix(p.low, p.mid, 0.35))
    c.path("M1600 900V560Q1240 480 940 600T300 640Q140 640 0 700V900Z", mix(p.low, p.mid, 0.75))
    road = (
        "M1640 596Q1330 560 1120 600T980 672Q1000 716 800 730T380 790Q240 826 210 910H820Q800 850 1080 812T1330 690"
        "Q1290 650 1640 640Z"
    )
    c.path(road, c.linear((0, mix(p.glow, p.light, 0.5)), (1, mix(p.glow, p.low, 0.35))))
    line = "M1640 618Q1330 596 1200 622T1140 690Q1140 750 900 776T480 910"
    c.stroke(line, mix(p.mid, p.low, 0.5), 5, stroke_dasharray="26 22", opacity=0.75)
    hedges = "".join(
        f"M{d.whole(0, 1600)} {d.whole(560, 640)}q{d.whole(20, 40)}-{d.whole(20, 40)} {d.whole(50, 90)} 0Z"
        for _ in range(18)
    )
    c.path(hedges, mix(p.mid, p.top, 0.25), opacity=0.75)
    for tx, ty, tall in ((1440, 600, 210), (1500, 612, 170), (1380, 590, 150), (130, 720, 250), (70, 750, 190)):
        cypress = f"q-{tall * 0.17:.0f}-{tall * 0.3:.0f} 0-{tall}q{tall * 0.17:.0f} {tall * 0.7:.0f} 0 {tall}Z"
        c.path(f"M{tx} {ty}{cypress}", mix(p.top, p.deep, 0.3))
    _bus(c, d.real(1010, 1060), 742, p)
    c.path("M0 900V872Q300 820 560 880L600 900ZM1600 900V800Q1420 790 1240 860L1180 900Z", p.deep)
    flowers = "".join(f"M{d.whole(1200, 1600)} {d.whole(800, 890)}h0" for _ in range(26))
    flowers += "".join(f"M{d.whole(0, 460)} {d.whole(846, 896)}h0" for _ in range(20))
    c.stroke(flowers, p.accent, 9, stroke_linecap="round")


def _bus(c: Canvas, x: float, y: float, p: Palette) -> None:
    """An old bus that comes downhill to the left, luggage on its roof; wheels at y."""
    with c.moved(x, y, 1.12, -5):
        c.ellipse(0, 8, 190, 14, p.deep, opacity=0.3)
        c.path("M-180-14v-86q2-40 40-42h290q34 0 36 36v92Z", p.accent)
        c.path("M-180-14v-40h366v40Z", mix(p.mid, p.top, 0.3))
        c.path(
            "M-166-74v-26q2-28 28-28h18v54ZM-104-128h52v54h-52ZM-40-128h52v54h-52ZM24-128h52v54H24ZM88-128h52v54H88Z",
            mix(p.light, p.cold, 0.25),
        )
        heads = "".join(f"M{hx - 15}-74q0-26 15-28 15 2 15 28Z" for hx in (-78, -14, 114))
        c.path(heads, p.deep)
        c.path("M152-128h18q12 2 12 14v62h-30Z", mix(p.light, p.cold, 0.4))
        c.path("M-70-142v-26h70v26ZM8-142v-38h58v38ZM74-142v-20h50v20Z", mix(p.mid, p.deep, 0.4))
        c.stroke("M-90-142H140", p.deep, 6)
        for wx in (-112, 122):
            c.circle(wx, -10, 27, p.deep)
            c.circle(wx, -10, 11, p.glow)
        c.circle(-176, -44, 10, p.light)
        c.glow(-182, -44, 60, p.light, 0.7)
