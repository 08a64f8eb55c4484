"""Scenes of the match: floodlights, the tunnel, the shirt, the corner, the terrace."""

from __future__ import annotations

import math

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice, at, disc, polygon, stars
from crowdfund.titles.art.colour import Palette, mix
from crowdfund.titles.art.figures import player

_GRASS = ("#0c3b26", "#14603a", "#2c9150")


def _pitch(c: Canvas, horizon: float, vanish: float, p: Palette) -> None:
    """Mown stripes that run to one point, and the halfway line."""
    near, middle, far = (mix(colour, p.mid, 0.12) for colour in _GRASS)
    c.rect(0, horizon, WIDTH, HEIGHT - horizon, c.linear((0, far), (0.45, middle), (1, near)))
    stripes = ""
    for i in range(-9, 9, 2):
        stripes += polygon(
            [
                (vanish + i * 74, horizon),
                (vanish + (i + 1) * 74, horizon),
                (vanish + (i + 1) * 300, HEIGHT),
                (vanish + i * 300, HEIGHT),
            ]
        )
    c.path(stripes, "#ffffff", opacity=0.07)


def floodlights(c: Canvas, d: Dice, p: Palette) -> None:
    """A full ground at night, one player at the spot."""
    x = d.real(900, 1020)
    c.sky((0, p.deep), (0.5, p.top), (1, p.mid), down_to=560)
    stars(c, d, 50, 240, p.light)
    c.path("M0 520V330Q400 250 800 244T1600 330V520Z", mix(p.mid, p.top, 0.5))
    c.path("M-20 330Q400 226 800 220T1620 330V300Q1200 176 800 176T-20 300Z", p.deep)
    for row in range(9):
        y = 300 + row * 26
        dots = f"M0 {y + 60}Q400 {y - 14} 800 {y - 18}T1600 {y + 60}"
        c.stroke(
            dots,
            d.pick((p.accent, p.light, p.low, p.glow)),
            7,
            stroke_dasharray=f"0 {d.whole(13, 19)}",
            stroke_linecap="round",
            opacity=0.28 + row * 0.05,
        )
    c.rect(0, 528, WIDTH, 34, p.deep)
    c.stroke("M0 545H1600", p.accent, 14, stroke_dasharray="150 26", opacity=0.75)
    _pitch(c, 560, x, p)
    for lamp in (170, 560, 1090, 1450):
        _mast(c, lamp, 150 + abs(lamp - 800) * 0.06, p)
    c.ellipse(x, 760, 420, 78, "none", stroke="#ffffff", stroke_width=6, opacity=0.75)
    c.stroke("M0 760H1600", "#ffffff", 6, opacity=0.75)
    c.ellipse(x, 766, 560, 130, c.radial((0, p.light, 0.4), (1, p.light, 0)))
    for sx in (-300, -130, 130, 300):
        c.path(f"M{x - 10:.0f} 800l{sx} 54 26 4L{x + 14:.0f} 802Z", p.deep, opacity=0.28)
    player(c, x, 806, 330, p.deep, p.accent, p.light)
    _ball(c, x + 96, 790, 25, p)


def _mast(c: Canvas, x: float, y: float, p: Palette) -> None:
    c.path(polygon([(x - 5, y + 50), (x + 5, y + 50), (x + 9, 330), (x - 9, 330)]), p.deep)
    c.glow(x, y, 330, p.light, 0.55)
    c.rect(x - 66, y - 46, 132, 96, p.deep, rx=6)
    c.stroke(
        "".join(f"M{x - 50:.0f} {y - 28 + i * 29:.0f}h101" for i in range(3)),
        p.light,
        20,
        stroke_dasharray="0 25",
        stroke_linecap="round",
    )


def tunnel(c: Canvas, d: Dice, p: Palette) -> None:
    """The last ten metres before the noise."""
    x = d.real(900, 1000)
    left, right, top, floor = x - 190, x + 190, 250, 660
    wall = mix(p.mid, p.top, 0.2)
    c.rect(0, 0, WIDTH, HEIGHT, p.deep)
    c.path(f"M0 0H1600L{at(right, top)}H{left:.0f}Z", c.linear((0, p.deep), (1, mix(p.top, p.mid, 0.3))))
    c.path(f"M0 0L{at(left, top)}V{floor}L0 900Z", c.linear((0, p.deep), (1, wall), line=(0, 0, 1, 0)))
    c.path(f"M1600 0L{at(right, top)}V{floor}L1600 900Z", c.linear((0, wall), (1, p.deep), line=(0, 0, 1, 0)))
    for k, colour in ((0.36, p.accent), (0.44, p.light)):
        for edge, end in ((0, left), (WIDTH, right)):
            high, low = 900 * k, 900 * (k + 0.05)
            band = polygon([(edge, high), (end, top + 410 * k), (end, top + 410 * (k + 0.05)), (edge, low)])
            c.path(band, colour, opacity=0.6)
    c.path(f"M0 900L{at(left, floor)}H{right:.0f}L1600 900Z", c.linear((0, mix(p.mid, p.low, 0.5)), (1, p.deep)))
    for t in (0.0, 0.3, 0.55, 0.76, 0.9):
        y, half, middle = top * t, 800 - 610 * t, 800 + (x - 800) * t
        near, far, deep = half * 0.3, half * 0.27, y + 22 * (1.1 - t)
        lamp = polygon([(middle - near, y), (middle + near, y), (middle + far, deep), (middle - far, deep)])
        c.path(lamp, p.light, opacity=0.85)
    _out_there(c, d, x, p)
    c.glow(x, 440, 560, p.light, 0.65)
    with c.moved(x):
        c.path("M-190 660H190L430 900H-430Z", c.linear((0, p.light, 0.75), (1, p.light, 0)))
        c.path("M-60 800L-190 900h380L60 800Z", p.deep, opacity=0.55)
    player(c, x, 816, 470, p.deep, mix(p.accent, p.deep, 0.25), mix(p.light, p.deep, 0.35))
    _ball(c, x + 118, 640, 44, p)


def _out_there(c: Canvas, d: Dice, x: float, p: Palette) -> None:
    """What is seen through the end of the tunnel: the far stand and the grass."""
    with c.moved(x):
        c.open(clip_path=c.clip("M-190 250H190V660H-190Z"))
        c.rect(-190, 250, 380, 250, c.linear((0, p.light), (1, p.glow)))
        for row in range(6):
            seats = f"M-190 {330 + row * 26}h380"
            colour = d.pick((p.low, p.accent, p.mid))
            c.stroke(seats, colour, 9, stroke_dasharray="0 14", stroke_linecap="round", opacity=0.8)
        c.rect(-190, 490, 380, 180, c.linear((0, "#6fd08a"), (1, "#1c7a45")))
        c.stroke("M-190 540h380M0 490L-60 680", "#ffffff", 6)
        c.close()


def shirt(c: Canvas, d: Dice, p: Palette) -> None:
    """A shirt on a peg that waits for somebody."""
    x = d.real(880, 1000)
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, mix(p.top, p.deep, 0.4)), (1, p.deep)))
    c.stroke("".join(f"M{i * 320 - 60} 0V700" for i in range(7)), p.deep, 14)
    for i in range(6):
        c.rect(i * 320 - 53, 0, 306, 700, c.linear((0, p.mid, 0.55), (1, p.top, 0.2), line=(0, 0, 1, 0)))
    c.path(f"M{x - 60:.0f} -20h120L{x + 470:.0f} 780H{x - 470:.0f}Z", c.linear((0, p.light, 0.6), (1, p.light, 0.02)))
    c.rect(0, 700, WIDTH, 40, mix(p.low, p.mid, 0.45))
    c.rect(0, 740, WIDTH, 160, p.deep)
    c.rect(0, 92, WIDTH, 22, mix(p.low, p.mid, 0.5))
    with c.moved(x):
        _jersey(c, d, p)
    scarf = "M300 84h74v380h-74ZM306 464h6v30h-6Zm14 0h6v30h-6Zm14 0h6v30h-6Zm14 0h6v30h-6Zm14 0h6v30h-6Z"
    c.path(scarf, mix(p.accent, p.mid, 0.25))
    c.path("".join(f"M300 {140 + i * 92}h74v46h-74Z" for i in range(4)), p.light, opacity=0.85)
    _ball(c, 1390, 636, 66, p)


def _jersey(c: Canvas, d: Dice, p: Palette) -> None:
    """Stripes, hoops, a sash or halves: clubs are told apart by them."""
    outline = (
        "M-70 176Q0 226 70 176L150 206L296 352L206 436L160 392"
        "Q150 520 176 684Q0 716-176 684Q-150 520-160 392L-206 436L-296 352L-150 206Z"
    )
    main, trim = d.pick(((p.accent, p.deep), (p.light, p.mid), (p.low, p.light), (p.mid, p.accent)))
    kind = d.whole(0, 3)
    patterns = (
        "".join(f"M{i * 92 - 300} 150h46V720h-46Z" for i in range(7)),
        "".join(f"M-310 {250 + i * 112}h620v56h-620Z" for i in range(5)),
        "M-300 190l120-40L330 660l-120 70Z",
        "M0 150H320V730H0Z",
    )
    c.stroke("M0 104v40q0 22 24 22t20-24", p.glow, 8, stroke_linecap="round")
    c.path(outline, p.deep, transform="translate(26 22)", opacity=0.5)
    c.path(outline, main)
    c.open(clip_path=c.clip(outline))
    c.path(patterns[kind], trim)
    c.path("M60 150q60 240 30 590h260V150ZM-40 420q-50 120-24 300h-20q-24-170 44-300Z", p.deep, opacity=0.22)
    c.path("M-300 352l94 84 14-18-92-84ZM296 352l-90 84-14-18 90-84Z", trim if kind else p.light)
    c.close()
    c.stroke("M-70 176Q0 226 70 176", trim, 16, stroke_linecap="round")
    c.path("M64 290h56v36q0 30-28 42-28-12-28-42Z", p.light, stroke=p.deep, stroke_width=4)


def corner(c: Canvas, d: Dice, p: Palette) -> None:
    """Ninety-third minute, a corner."""
    x = d.real(1020, 1140)
    c.sky((0, p.deep), (0.6, p.top), (1, p.mid), down_to=600)
    for _ in range(80):
        c.circle(
            d.real(0, 1600),
            d.real(60, 560),
            d.real(12, 46),
            d.pick((p.accent, p.light, p.low, p.glow, p.cold)),
            opacity=d.real(0.06, 0.34),
        )
    for lamp in (220, 330, 440):
        c.glow(lamp, 110, 230, p.light, 0.8)
    c.rect(0, 560, WIDTH, 60, p.deep)
    c.stroke("M0 590H1600", p.accent, 26, stroke_dasharray="260 40", opacity=0.6)
    _pitch(c, 620, 500, p)
    c.path(f"M-20 800L{x:.0f} 738L1640 790V806L{x:.0f} 756L-20 818Z", "#ffffff", opacity=0.9)
    c.stroke(f"M{x - 260:.0f} 772Q{x - 150:.0f} 850 {x + 40:.0f} 838T{x + 250:.0f} 774", "#ffffff", 12, opacity=0.9)
    c.path(f"M{x - 8:.0f} 752V150h16V752Z", c.linear((0, p.light), (0.5, p.glow), (1, p.mid), line=(0, 0, 1, 0)))
    flag = f"M{x + 8:.0f} 156q90-50 180 0t190-6q-30 90 0 190-100 50-190 4t-180 0Z"
    c.path(flag, p.accent)
    c.open(clip_path=c.clip(flag))
    c.path(f"M{x + 8:.0f} 120h200v120h-200ZM{x + 200:.0f} 246h200v140h-200Z", mix(p.low, p.mid, 0.35))
    c.path(f"M{x + 150:.0f} 100q70 140 10 300h70q60-160-10-300Z", p.deep, opacity=0.2)
    c.close()
    c.ellipse(x - 200, 862, 96, 16, p.deep, opacity=0.5)
    _ball(c, x - 206, 786, 78, p)


def _ball(c: Canvas, x: float, y: float, r: float, p: Palette) -> None:
    """One patch in the middle, five at the rim, seams between them."""
    leather = c.radial((0, "#ffffff"), (0.6, p.light), (1, mix(p.mid, p.glow, 0.4)), at=(0.35, 0.3, 0.8))
    c.circle(x, y, r, leather)
    c.open(clip_path=c.clip(disc(x, y, r)))
    around = [i * math.tau / 5 for i in range(5)]
    rays = [(x + r * math.cos(0.3 + a), y + r * math.sin(0.3 + a)) for a in around]
    c.stroke("".join(f"M{at(x, y)}L{at(*ray)}" for ray in rays), p.deep, r * 0.05)
    patches = _patch(x, y, r * 0.33, 0.3)
    for a in around:
        patches += _patch(
            x + r * 0.86 * math.cos(0.94 + a), y + r * 0.86 * math.sin(0.94 + a), r * 0.33, 0.94 + math.pi
        )
    c.path(patches, p.deep)
    c.close()


def _patch(x: float, y: float, size: float, turn: float) -> str:
    corners = (turn + i * math.tau / 5 for i in range(5))
    return polygon([(x + size * math.cos(a), y + size * math.sin(a)) for a in corners])


def terrace(c: Canvas, d: Dice, p: Palette) -> None:
    """The end that never sits down."""
    c.sky((0, p.top), (0.5, p.mid), (0.85, p.low), (1, p.glow))
    for x, y, r in ((1120, 330, 460), (560, 260, 330), (1420, 200, 300)):
        c.glow(x, y, r, d.pick((p.accent, p.light, p.glow)), 0.75)
    for _ in range(16):
        c.circle(d.real(500, 1500), d.real(40, 380), d.real(50, 130), d.pick((p.glow, p.low, p.accent)), opacity=0.16)
    c.path("M0 90L1600 30V-20H0ZM0 96l1600-60v14L0 110Z", p.deep)
    c.stroke("M140 96V460M620 78V440M1100 60V420M1560 44V400", p.deep, 14)
    colours = (p.accent, p.light)
    head = "M-40 120q-2-84 28-88h24q30 4 28 88ZM-20 0a20 20 0 1 0 40 0a20 20 0 1 0-40 0Z"
    calm = c.stamp(f'<path d="{head}"/>')
    loud = c.stamp(f'<path d="{head}M-38 50l-16-112h14l20 98ZM38 50l16-112h-14l-20 98Z"/>')
    for row in range(4):
        y, size = 480 + row * 108, 0.55 + row * 0.2
        shade = mix(mix(p.low, p.mid, 0.6), p.deep, (0.25, 0.5, 0.78, 1)[row])
        c.rect(0, y + 80 * size, WIDTH, 500, shade)
        for i in range(int(17 / size)):
            place = round(i * 100 * size + d.real(-16, 16) * size + (row % 2) * 40)
            c.use(calm if d.chance(0.45) else loud, place, round(y + d.real(-16, 16)), size, fill=shade)
        if row in (1, 2):
            for i in range(3):
                _scarf(c, 130 + i * 500 + d.real(-90, 90) + row * 90, y - 96 * size, size, colours, shade)
    c.circle(1130, 356, 20, p.light)
    c.stroke("M1130 362l10 74", p.deep, 10)


def _scarf(c: Canvas, x: float, y: float, s: float, colours: tuple[str, str], shade: str) -> None:
    wide, tall = 210 * s, 40 * s
    c.path(f"M{x + 6:.0f} {y:.0f}h10v{130 * s:.0f}h-10ZM{x + wide - 16:.0f} {y:.0f}h10v{130 * s:.0f}h-10Z", shade)
    for i in range(6):
        c.path(
            f"M{x + wide * i / 6:.0f} {y + (6 if i in (2, 3) else 0):.0f}h{wide / 6 + 1:.0f}v{tall:.0f}h{-wide / 6 - 1:.0f}Z",
            colours[i % 2],
        )
