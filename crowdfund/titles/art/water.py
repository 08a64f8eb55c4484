"""Scenes of the sea, above and below."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import WIDTH, Canvas, Dice, at, ground, hill, polygon, smooth, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import gull


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
    body = (
        "M250 470Q300 330 560 312T1010 392Q1140 430 1236 396q-8-70-84-110 90-4 134 72 52-52 134-28-72 34-84 96"
        "-100 90-330 106Q760 640 520 600T250 470Z"
    )
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
    curl = (
        "M-40 900V420Q60 210 330 170q250-24 380 120 60 84 20 150-40-90-130-110 30 40 22 92-52-70-140-60"
        " 40 30 44 84-66-50-140-24Q260 500 330 660T700 860Z"
    )
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


def radio_ship(c: Canvas, d: Dice, p: Palette) -> None:
    """A station on a ship that should not be on the air, and what it sends into the night."""
    x, tip = d.real(1030, 1130), 176
    c.sky((0, p.deep), (0.45, p.top), (0.85, p.mid), (1, p.low), down_to=660)
    stars(c, d, 120, 460, p.light)
    c.glow(x, tip, 420, p.accent, 0.5)
    for i in range(10):
        ring = mix(mix(p.accent, p.low, 0.4), p.top, i / 11)
        c.circle(x, tip, 54 + i * 84, "none", stroke=ring, stroke_width=9 - i * 0.6, opacity=0.85 - i * 0.075)
    c.rect(0, 640, WIDTH, 260, c.linear((0, mix(p.low, p.mid, 0.4)), (0.4, mix(p.mid, p.top, 0.6)), (1, p.deep)))
    c.stroke(f"M{x - 60:.0f} 700h150m-120 34h80m-150 40h180m-110 44h60", p.accent, 5, opacity=0.55)
    _station(c, x, p)
    for row in range(5):
        y, swell = 704 + row * 44, 8 + row * 5
        waves = "".join(f"q{70 + row * 8} {-swell} {140 + row * 16} 0t{140 + row * 16} 0" for _ in range(8 - row // 2))
        water = mix(mix(p.mid, p.top, 0.5), p.deep, 0.2 + row * 0.18)
        c.path(f"M{-d.whole(0, 240)} {y}{waves}V900H-300Z", water, opacity=0.9)
    c.stroke(gull(420, 330, 58) + gull(500, 286, 42) + gull(590, 350, 34), p.deep, 4, stroke_linecap="round")


def _station(c: Canvas, x: float, p: Palette) -> None:
    """The ship under its mast; the mast's foot is at x."""
    with c.moved(x, 0):
        c.path("M-330 612L-290 726H250L330 604L216 622V560H-40V622Z", p.deep)
        c.path("M-312 650H286L272 676H-302Z", mix(p.accent, p.mid, 0.35))
        c.path("M-30 562v-56h180v56ZM20 508v-44h84v44Z", mix(p.top, p.deep, 0.6))
        c.stroke("M0 534h26m20 0h26m20 0h26M40 486h18m14 0h18", p.accent, 20)
        c.path("M-250 612v-70h12v70ZM-258 540q14-40 28 0Z", p.deep)
        c.circle(-244, 536, 15, p.light)
        mast = "M-46 566L-6 180H6L46 566" + "".join(
            f"M{at(-46 + 40 * t, 566 - 386 * t)}L{at(46 - 40 * (t + 0.125), 566 - 386 * (t + 0.125))}"
            f"M{at(46 - 40 * t, 566 - 386 * t)}L{at(-46 + 40 * (t + 0.125), 566 - 386 * (t + 0.125))}"
            for t in (i / 8 for i in range(8))
        )
        c.stroke(mast, p.deep, 5, stroke_linejoin="round")
        c.stroke("M0 200L-318 610M0 200L318 602M0 320L-200 606M0 320L190 612", p.deep, 2)
        c.circle(0, 176, 15, p.light)
        c.circle(0, 176, 30, p.accent, opacity=0.5)
        c.stroke("M0 190v30", p.deep, 6)
