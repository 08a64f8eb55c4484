"""Scenes on land: a river, a desert, a wood, mountains."""

from __future__ import annotations

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, at, ground, hill, polygon, ridge, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import deer, forest, person


def river_moon(c: Canvas, d: Dice, p: Palette) -> None:
    """A ferryman under a rising moon."""
    x, y = d.real(1060, 1200), d.real(230, 300)
    c.sky((0, p.deep), (0.3, p.top), (0.62, p.mid), (0.86, p.low), (1, p.glow), down_to=620)
    stars(c, d, 70, 330, p.light)
    c.glow(x, y, 430, p.light, 0.75)
    c.circle(x, y, 118, p.light)
    c.path(
        f"M{x - 50:.0f} {y - 40:.0f}a34 34 0 1 0 1 0M{x + 30:.0f} {y + 10:.0f}a22 22 0 1 0 1 0", p.glow, opacity=0.35
    )
    c.path(ground(polygon(ridge(d, 560, 190, steps=26, rough=0.9))[:-1]), mix(p.low, p.mid, 0.45))
    c.path(ground(polygon(ridge(d, 600, 120, steps=22, rough=0.8))[:-1]), mix(p.mid, p.top, 0.45))
    c.rect(0, 600, WIDTH, 300, c.linear((0, mix(p.low, p.mid, 0.3)), (0.35, p.mid), (1, p.deep)))
    for row in range(13):
        wide = (190 - abs(row - 3) * 11) * d.real(0.55, 1.1)
        shift = d.real(-18, 18)
        c.rect(x - wide + shift, 612 + row * 20, 2 * wide, 7, p.light, rx=3.5, opacity=0.75 - row * 0.05)
    c.path(ground(smooth([(0, 590), (150, 575), (420, 640), (600, 618), (760, 640), (0, 640)])), "none")
    c.path("M-20 612Q190 560 400 604T700 622L-20 640Z", mix(p.top, p.deep, 0.5))
    _ferry(c, d.real(640, 740), 740, p)
    c.path("M0 900V800Q240 776 470 838T960 880T1600 850V900Z", p.deep)
    reeds = "".join(f"M{40 + i * 23} 850q{d.whole(-6, 14)}-60 {d.whole(8, 44)}-{d.whole(70, 150)}" for i in range(16))
    c.stroke(reeds, p.deep, 5, stroke_linecap="round")


def _ferry(c: Canvas, x: float, y: float, p: Palette) -> None:
    c.rect(x - 150, y + 8, 340, 6, p.deep, rx=3, opacity=0.5)
    c.path(f"M{x - 180:.0f} {y - 34:.0f}q190 62 380 0l-38 40q-150 16-300 0Z", p.deep)
    c.path(f"M{x - 50:.0f} {y - 14:.0f}v-46q60-44 120 0v46Z", p.deep)
    c.glow(x + 150, y - 78, 90, p.accent, 0.9)
    c.stroke(f"M{x + 150:.0f} {y - 20:.0f}v-66", p.deep, 4)
    c.circle(x + 150, y - 78, 9, p.light)
    person(c, x - 120, y - 14, 120, p.deep, "coat")
    c.stroke(f"M{x - 70:.0f} {y - 150:.0f}l-96 190", p.deep, 5, stroke_linecap="round")


def desert_road(c: Canvas, d: Dice, p: Palette) -> None:
    """A road into the setting sun."""
    x, horizon = d.real(860, 1000), 560
    c.sky((0, p.top), (0.4, p.mid), (0.78, p.low), (1, p.glow), down_to=horizon)
    c.glow(x, horizon - 60, 620, p.glow, 0.9)
    c.circle(x, horizon - 70, 190, c.linear((0, p.light), (1, p.accent)))
    for i in range(5):
        c.rect(x - 200, horizon - 150 + i * 38, 400, 4 + i * 4, mix(p.low, p.glow, 0.15 + i * 0.14), opacity=0.85)
    far, near = mix(p.mid, p.low, 0.35), mix(p.mid, p.top, 0.3)
    c.path("M0 560V430H150l24 40h60l30 90ZM1600 560V400H1450l-30 50h-70l-30 40h-60l-34 70Z", far)
    c.path("M250 560l36-80h90l10-30h70l14 46 60 64ZM1130 560l20-40h40l8-24h50l12 34 40 30Z", near)
    sand = c.linear((0, mix(p.low, p.mid, 0.35)), (0.3, mix(p.mid, p.top, 0.45)), (1, p.deep))
    c.rect(0, horizon, WIDTH, HEIGHT - horizon, sand)
    with c.moved(x, horizon):
        tar = c.linear((0, p.low), (0.25, mix(p.top, p.deep, 0.3)), (1, p.deep))
        c.path("M-5 0H5L330 340H-560Z", tar)
        for i in range(7):
            a, b = 0.04 + 0.96 * (i / 7) ** 2, 0.04 + 0.96 * ((i + 0.5) / 7) ** 2
            dash = [(-122 * a, 340 * a), (-108 * a, 340 * a), (-108 * b, 340 * b), (-122 * b, 340 * b)]
            c.path(polygon(dash), p.glow, opacity=0.8)
        _poles(c, p)
        for side in (-37, -19):
            c.glow(side, 42, 26, "#ff4a3d", 0.9)
        c.path("M-46 52v-14l6-14h24l6 14v14Z", p.deep)
        c.stroke("M-37 42h0M-19 42h0", "#ff8a70", 6, stroke_linecap="round")
    cactus = (
        "M110 900V700q0-26 20-26t20 26v60q24 0 24-30v-30q0-14 13-14t13 14v44q0 46-50 50v106Z"
        "M110 800q-52-4-52-52v-30q0-12 11-12t11 12v24q0 26 30 28Z"
    )
    c.path(cactus, p.deep)


def _poles(c: Canvas, p: Palette) -> None:
    """Telegraph poles that come towards us, and the wire between them."""
    poles = wire = ""
    for i in range(7):
        size = 0.035 + 0.965 * (i / 6) ** 2.2
        x, y = 20 + 520 * size, 250 * size
        arm = (x - 50 * size, y - 510 * size)
        poles += f"M{at(x, y)}v{at(-560 * size)}m{at(-60 * size, 50 * size)}h{at(120 * size)}"
        wire += f"Q{at(arm[0] - 60 * size, arm[1] + 70 * size, *arm)}" if wire else f"M{at(*arm)}"
    c.stroke(poles, p.deep, 7)
    c.stroke(wire, p.deep, 2)


def forest_light(c: Canvas, d: Dice, p: Palette) -> None:
    """A stag in the light between the trunks."""
    x = d.real(880, 1040)
    c.rect(
        0,
        0,
        WIDTH,
        HEIGHT,
        c.radial((0, p.light), (0.22, p.glow), (0.5, p.low), (0.8, p.mid), (1, p.top), at=(x / WIDTH, 0.5, 0.72)),
    )
    for depth in range(4):
        colour = (mix(p.glow, p.low, 0.7), mix(p.low, p.mid, 0.55), mix(p.mid, p.top, 0.55), p.deep)[depth]
        trunks = ""
        for i in range((15, 11, 8, 5)[depth]):
            tx = WIDTH * (i + d.real(0.1, 0.9)) / (15, 11, 8, 5)[depth]
            wide = (9, 17, 32, 66)[depth] * d.real(0.7, 1.25)
            if abs(tx - x) < (30, 70, 150, 330)[depth]:
                continue
            lean = d.real(-18, 18)
            trunks += (
                f"M{tx - wide / 2:.0f} 900L{tx - wide * 0.38 + lean:.0f} 0h{wide * 0.76:.0f}L{tx + wide / 2:.0f} 900Z"
            )
            if depth > 1:
                up, reach = d.real(120, 330), d.pick((-1, 1)) * wide * 2.2
                out = at(reach * 0.5, -wide * 0.4, reach, -wide * 1.9)
                trunks += f"M{at(tx, up)}q{out}Q{at(tx + reach * 0.6, up, tx, up + wide * 0.8)}Z"
        c.path(trunks, colour)
        if depth == 1:
            _shafts(c, d, x, p)
        if depth == 2:
            c.path("M0 720Q420 660 820 712T1600 690V900H0Z", mix(p.top, p.deep, 0.25))
            deer(c, x, 728, 270, mix(p.deep, p.top, 0.2))
            c.rect(0, 640, WIDTH, 120, c.linear((0, p.glow, 0), (0.6, p.glow, 0.22), (1, p.glow, 0)))
    ferns = "".join(
        f"M{fx} 900q{d.whole(-8, 8)}-50 {d.whole(-50, 50)}-{d.whole(60, 120)}" for fx in range(-10, 1610, 20)
    )
    c.path("M0 900V848Q400 800 800 846T1600 822V900Z", p.deep)
    c.stroke(ferns, p.deep, 8, stroke_linecap="round")
    dots = "".join(f"M{d.whole(500, 1400)} {d.whole(240, 760)}h0" for _ in range(34))
    c.stroke(dots, p.light, 6, stroke_linecap="round", opacity=0.7)


def _shafts(c: Canvas, d: Dice, x: float, p: Palette) -> None:
    beam = c.linear((0, p.light, 0.5), (1, p.light, 0))
    for i in range(6):
        top = x - 420 + i * 190 + d.real(-40, 40)
        wide = d.real(36, 110)
        c.path(
            polygon([(top, 0), (top + wide, 0), (top + wide * 2.3 - 260, 800), (top - 300, 800)]), beam, opacity=0.55
        )


def mountain_train(c: Canvas, d: Dice, p: Palette) -> None:
    """The evening train over the viaduct."""
    c.sky((0, p.top), (0.35, p.mid), (0.7, p.low), (1, p.glow), down_to=700)
    sun = d.real(300, 420)
    c.glow(sun, 420, 520, p.light, 0.8)
    c.circle(sun, 420, 84, p.light)
    c.path(ground(polygon(ridge(d, 560, 190, steps=24, rough=1))[:-1]), mix(p.low, p.glow, 0.35))
    for px, py, wide in ((960, 120, 520), (1330, 210, 430), (620, 300, 330)):
        _peak(c, px, py, wide, p)
    c.rect(0, 470, WIDTH, 230, c.linear((0, p.glow, 0), (1, p.glow, 0.55)))
    c.path(ground(smooth(hill(d, 720, 90))), mix(p.mid, p.top, 0.35))
    c.path(forest(d, 760, 90, 26), mix(p.mid, p.top, 0.6))
    arches = "".join(f"M{i * 134 - 40} 900V640a54 54 0 0 1 108 0V900Z" for i in range(13))
    c.path(f"M0 566H1600V900H0Z{arches}", mix(p.top, p.deep, 0.45), fill_rule="evenodd")
    c.rect(0, 556, WIDTH, 12, p.deep)
    _train(c, d.real(560, 700), 556, p)
    c.path(forest(d, 930, 250, 9, 0, 620) + forest(d, 940, 300, 6, 1150, 1640), p.deep)
    c.path("M0 900V872Q400 830 800 878T1600 860V900Z", p.deep)


def _peak(c: Canvas, x: float, y: float, wide: float, p: Palette) -> None:
    """A mountain of two faces that meet in a crooked edge, and the snow on each. Points: shares of the width, and units down."""

    def points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + wide * share, y + down) for share, down in pairs]

    edge = [(x, y), (x + 26, y + 70), (x - 14, y + 150)]
    foot = [*edge, (x + 40, y + 260), (x + 6, 690)]
    west = points((-0.12, 90), (-0.2, 110), (-0.5, 570 - y), (-0.72, 690 - y))
    east = points((0.1, 70), (0.2, 110), (0.44, 530 - y), (0.7, 690 - y))
    c.path(polygon([*west, *foot[::-1]]), mix(p.low, p.mid, 0.35))
    c.path(polygon([*east, *foot[::-1]]), mix(p.mid, p.top, 0.4))
    snow = points((-0.12, 90), (-0.2, 110), (-0.27, 175), (-0.17, 150), (-0.13, 205), (-0.06, 150))
    c.path(polygon([*snow, (x - 14, y + 190), *edge[::-1]]), p.light)
    shaded = points((0.08, 140), (0.14, 190), (0.2, 110), (0.1, 70))
    c.path(polygon([*edge, (x + 6, y + 190), *shaded]), mix(p.low, p.light, 0.45))


def _train(c: Canvas, x: float, y: float, p: Palette) -> None:
    for i in range(9):
        c.circle(x + 470 - i * 74 - i * i * 4, y - 104 - i * 24, 17 + i * 10, p.light, opacity=0.5 - i * 0.045)
    cars = "".join(f"M{x - i * 206:.0f} {y}v-54q0-12 12-12h174q12 0 12 12v54Z" for i in range(4))
    engine = f"M{x + 212:.0f} {y}v-80h84v22h130q26 0 34 30l8 28Z"
    c.path(f"{cars}{engine}M{x + 450:.0f} {y - 50}v-38h-7l4-14h26l4 14h-7v44Z", p.deep)
    c.stroke("".join(f"M{x + 16 - i * 206:.0f} {y - 38}h168" for i in range(4)), p.accent, 22, stroke_dasharray="18 10")
    c.rect(x + 228, y - 66, 34, 26, p.accent)
    c.glow(x + 474, y - 28, 120, p.light, 0.8)
