"""Scenes under the sky: rivers, deserts, woods, the sea."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, ground, hill, polygon, ridge, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import deer, forest, gull, person, pine


def river_moon(c: Canvas, d: Dice, p: Palette) -> None:
    """A ferryman under a rising moon."""
    x, y = d.real(980, 1180), d.real(230, 300)
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
    _ferry(c, d.real(400, 520), 735, p)
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
    far = mix(p.mid, p.low, 0.35)
    c.path(f"M0 {horizon}V430H150l24 40h60l30 90ZM1600 {horizon}V400H1450l-30 50h-70l-30 40h-60l-34 70Z", far)
    c.path(
        f"M250 {horizon}l36-80h90l10-30h70l14 46 60 64ZM1130 {horizon}l20-40h40l8-24h50l12 34 40 30Z",
        mix(p.mid, p.top, 0.3),
    )
    c.rect(
        0,
        horizon,
        WIDTH,
        HEIGHT - horizon,
        c.linear((0, mix(p.low, p.mid, 0.35)), (0.3, mix(p.mid, p.top, 0.45)), (1, p.deep)),
    )
    c.path(
        f"M{x - 5:.0f} {horizon}H{x + 5:.0f}L{x + 330:.0f} 900H{x - 560:.0f}Z",
        c.linear((0, p.low), (0.25, mix(p.top, p.deep, 0.3)), (1, p.deep)),
    )
    for i in range(7):
        near, far_end = (0.04 + 0.96 * ((i + 0.5) / 7) ** 2), (0.04 + 0.96 * (i / 7) ** 2)
        y1, y2 = horizon + 340 * far_end, horizon + 340 * near
        x1, x2 = x - 115 * far_end, x - 115 * near
        c.path(
            polygon([(x1 - 7 * far_end, y1), (x1 + 7 * far_end, y1), (x2 + 7 * near, y2), (x2 - 7 * near, y2)]),
            p.glow,
            opacity=0.8,
        )
    poles = wires = ""
    last: tuple[float, float, float] | None = None
    for i in range(7):
        size = 0.035 + 0.965 * (i / 6) ** 2.2
        px, py, tall = x + 20 + 520 * size, horizon + 250 * size, 560 * size
        poles += f"M{px:.0f} {py:.0f}v{-tall:.0f}m{-60 * size:.0f} {50 * size:.0f}h{120 * size:.0f}"
        if last:
            lx, ly, ls = last
            wires += f"M{lx:.0f} {ly:.0f}Q{(lx + px) / 2:.0f} {(ly + py - tall + 50 * size) / 2 + 40 * size:.0f} {px - 50 * size:.0f} {py - tall + 50 * size:.0f}"
        last = (px - 50 * size, py - tall + 50 * size, size)
    c.stroke(poles, p.deep, 7)
    c.stroke(wires, p.deep, 2)
    for side in (-9, 9):
        c.glow(x - 28 + side, horizon + 42, 26, "#ff4a3d", 0.9)
    c.path(f"M{x - 46:.0f} {horizon + 52}v-14l6-14h24l6 14v14Z", p.deep)
    c.circle(x - 37, horizon + 42, 3, "#ff8a70")
    c.circle(x - 19, horizon + 42, 3, "#ff8a70")
    c.path(
        "M110 900V700q0-26 20-26t20 26v60q24 0 24-30v-30q0-14 13-14t13 14v44q0 46-50 50v106ZM110 800q-52-4-52-52v-30q0-12 11-12t11 12v24q0 26 30 28Z",
        p.deep,
    )


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
                trunks += f"M{tx:.0f} {up:.0f}q{reach * 0.5:.0f} {-wide * 0.4:.0f} {reach:.0f} {-wide * 1.9:.0f}Q{tx + reach * 0.6:.0f} {up:.0f} {tx:.0f} {up + wide * 0.8:.0f}Z"
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


def lighthouse(c: Canvas, d: Dice, p: Palette) -> None:
    """A light on a cliff over a rolling sea."""
    x, lamp = d.real(1120, 1220), 268
    c.sky((0, p.deep), (0.35, p.top), (0.75, p.mid), (1, p.low), down_to=640)
    stars(c, d, 90, 420, p.light)
    c.glow(x, lamp, 520, p.accent, 0.5)
    for tip_y, spread in ((90, 120), (430, 130)):
        c.path(
            f"M{x:.0f} {lamp}L-60 {tip_y}V{tip_y + spread}Z",
            c.linear((0, p.light, 0), (1, p.light, 0.8), line=(0, 0, 1, 0)),
        )
    c.path(
        f"M{x:.0f} {lamp}L1700 {lamp - 130}V{lamp - 10}Z",
        c.linear((0, p.light, 0.7), (1, p.light, 0), line=(0, 0, 1, 0)),
    )
    c.rect(0, 600, WIDTH, 300, c.linear((0, mix(p.low, p.mid, 0.25)), (1, p.deep)))
    _ship(c, 300, 606, p)
    for row in range(6):
        y = 622 + row * 46
        shift, swell = d.real(0, 200), 9 + row * 6
        waves = "".join(f"q{60 + row * 9} {-swell} {120 + row * 18} 0t{120 + row * 18} 0" for _ in range(9 - row // 2))
        c.path(f"M{-shift:.0f} {y}{waves}V900H-200Z", mix(mix(p.low, p.mid, 0.5), p.deep, 0.16 + row * 0.16))
        c.stroke(f"M{-shift:.0f} {y}{waves}", p.glow, 2.5, opacity=0.5 - row * 0.06)
    c.path(f"M{x - 230:.0f} 900l30-110 40-20 14-90 60-30 16-60 70-22 110 6 60 40 90 20 60 90 150 40 V900Z", p.deep)
    c.path(
        f"M{x - 34:.0f} 570L{x - 22:.0f} 310h44L{x + 34:.0f} 570Z",
        c.linear((0, p.light), (0.45, p.glow), (1, p.mid), line=(0, 0, 1, 0)),
    )
    for i in range(3):
        top, half = 352 + i * 74, 24 + i * 3.4
        c.path(
            polygon([(x - half, top), (x + half, top), (x + half + 1.8, top + 38), (x - half - 1.8, top + 38)]), p.mid
        )
    c.rect(x - 36, 300, 72, 12, p.deep)
    c.rect(x - 20, 250, 40, 50, p.light)
    c.path(f"M{x - 28:.0f} 252Q{x:.0f} 190 {x + 28:.0f} 252Z", p.deep)
    c.stroke(f"M{x:.0f} 222v-34M{x - 32:.0f} 300v-14h64v14M{x - 7:.0f} 250v50M{x + 7:.0f} 250v50", p.deep, 3)
    c.path(f"M{x + 70:.0f} 580v-60l44-30 44 30v60Z", p.deep)
    c.rect(x + 102, 530, 22, 22, p.accent)
    c.stroke(gull(520, 300, 60) + gull(600, 260, 44) + gull(690, 330, 36), p.deep, 4, stroke_linecap="round")


def _ship(c: Canvas, x: float, y: float, p: Palette) -> None:
    c.path(f"M{x} {y}l-14-26h150l-18 26ZM{x + 22} {y - 26}v-26h64v26ZM{x + 44} {y - 52}v-26h16v26Z", p.deep)
    c.stroke(f"M{x + 34} {y - 40}h0m14 0h0m14 0h0m14 0h0", p.accent, 6, stroke_linecap="round")


def mountain_train(c: Canvas, d: Dice, p: Palette) -> None:
    """The evening train over the viaduct."""
    c.sky((0, p.top), (0.35, p.mid), (0.7, p.low), (1, p.glow), down_to=700)
    sun = d.real(300, 420)
    c.glow(sun, 420, 520, p.light, 0.8)
    c.circle(sun, 420, 84, p.light)
    c.path(ground(polygon(ridge(d, 560, 190, steps=24, rough=1))[:-1]), mix(p.low, p.glow, 0.35))
    for px, py, wide in ((960, 120, 520), (1330, 210, 430), (620, 300, 330)):
        _peak(c, d, px, py, wide, p)
    c.rect(0, 470, WIDTH, 230, c.linear((0, p.glow, 0), (1, p.glow, 0.55)))
    c.path(ground(smooth(hill(d, 720, 90))), mix(p.mid, p.top, 0.35))
    c.path(forest(d, 760, 90, 26), mix(p.mid, p.top, 0.6))
    arches = "".join(f"M{i * 134 - 40} 900V640a54 54 0 0 1 108 0V900Z" for i in range(13))
    c.path(f"M0 566H1600V900H0Z{arches}", mix(p.top, p.deep, 0.45), fill_rule="evenodd")
    c.rect(0, 556, WIDTH, 12, p.deep)
    _train(c, d.real(560, 700), 556, p)
    c.path(forest(d, 930, 250, 9, 0, 620) + forest(d, 940, 300, 6, 1150, 1640), p.deep)
    c.path("M0 900V872Q400 830 800 878T1600 860V900Z", p.deep)


def _peak(c: Canvas, d: Dice, x: float, y: float, wide: float, p: Palette) -> None:
    foot = 690
    left = [
        (x, y),
        (x - wide * 0.12, y + 90),
        (x - wide * 0.2, y + 110),
        (x - wide * 0.5, foot - 120),
        (x - wide * 0.72, foot),
    ]
    edge = [(x, y), (x + 26, y + 70), (x - 14, y + 150), (x + 40, y + 260), (x + 6, foot)]
    right = [
        (x, y),
        (x + wide * 0.1, y + 70),
        (x + wide * 0.2, y + 110),
        (x + wide * 0.44, foot - 160),
        (x + wide * 0.7, foot),
    ]
    c.path(polygon(left + edge[::-1]), mix(p.low, p.mid, 0.35))
    c.path(polygon(right + edge[::-1]), mix(p.mid, p.top, 0.4))
    snow_l = [
        (x, y),
        (x - wide * 0.12, y + 90),
        (x - wide * 0.2, y + 110),
        (x - wide * 0.27, y + 175),
        (x - wide * 0.17, y + 150),
        (x - wide * 0.13, y + 205),
        (x - wide * 0.06, y + 150),
        (x - 14, y + 190),
        (x - 14, y + 150),
        (x + 26, y + 70),
    ]
    snow_r = [
        (x, y),
        (x + 26, y + 70),
        (x - 14, y + 150),
        (x + 6, y + 190),
        (x + wide * 0.08, y + 140),
        (x + wide * 0.14, y + 190),
        (x + wide * 0.2, y + 110),
        (x + wide * 0.1, y + 70),
    ]
    c.path(polygon(snow_l), p.light)
    c.path(polygon(snow_r), mix(p.low, p.light, 0.45))


def _train(c: Canvas, x: float, y: float, p: Palette) -> None:
    for i in range(9):
        c.circle(x + 470 - i * 74 - i * i * 4, y - 104 - i * 24, 17 + i * 10, p.light, opacity=0.5 - i * 0.045)
    cars = "".join(f"M{x - i * 206:.0f} {y}v-54q0-12 12-12h174q12 0 12 12v54Z" for i in range(4))
    engine = f"M{x + 212:.0f} {y}v-80h84v22h130q26 0 34 30l8 28Z"
    c.path(f"{cars}{engine}M{x + 450:.0f} {y - 50}v-38h-7l4-14h26l4 14h-7v44Z", p.deep)
    c.stroke("".join(f"M{x + 16 - i * 206:.0f} {y - 38}h168" for i in range(4)), p.accent, 22, stroke_dasharray="18 10")
    c.rect(x + 228, y - 66, 34, 26, p.accent)
    c.glow(x + 474, y - 28, 120, p.light, 0.8)


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
        for x in range(-20, 1640, 50):
            y = base + 70 * math.sin(x / 260 + phase) + 26 * math.sin(x / 95 + phase * 2)
            c.use(ray, x, round(y), d.real(0.7, 1.15), opacity=d.real(0.45, 1))
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
    trunk = f"M{x + 150:.0f} 716q22-130-10-210q-30-70-100-96 70 6 110 60-4-70-50-120 66 40 74 120 26-60 96-78-62 36-76 112-6 96 20 212Z"
    c.path(trunk, p.deep)
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
