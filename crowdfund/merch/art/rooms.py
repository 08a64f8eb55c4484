"""What stands in a set: lamps, a chair, porcelain, a mirror."""

from __future__ import annotations

import math

from crowdfund.merch.art.light import X, Y, cloth, metal, shadow
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import Palette, mix


def lamp(c: Canvas, d: Dice, p: Palette) -> None:
    """A table lamp that is lit."""
    shade, brass = d.pick((p.accent, p.glow, mix(p.cold, p.light, 0.3), p.low)), metal(c, p, "#c2903f")
    shadow(c, p, 806, 300)
    c.glow(X, 330, 470, p.light, 0.75)
    c.path(f"M{X - 20} 440h40l14 250q80 20 110 96H{X - 144}q30-76 110-96Z", brass)
    c.ellipse(X, 786, 146, 26, mix("#c2903f", p.deep, 0.4))
    c.circle(X, 560, 46, brass)
    c.path(
        f"M{X - 130} 130H{X + 130}L{X + 270} 450Q{X} 512 {X - 270} 450Z",
        c.linear((0, mix(shade, p.light, 0.3)), (0.6, mix(shade, p.light, 0.62)), (1, shade)),
    )
    for i in range(-4, 5):
        c.stroke(f"M{X + i * 29} 132L{X + i * 60} {470 - abs(i) * 5}", mix(shade, p.deep, 0.35), 4, opacity=0.35)
    c.path(f"M{X - 272} 446Q{X} 508 {X + 272} 446v22Q{X} 532 {X - 272} 468Z", mix(shade, p.deep, 0.35))
    for i in range(19):
        x = X - 262 + i * 29
        c.stroke(
            f"M{x} {470 + 38 * math.sin(math.pi * i / 18):.0f}v30", mix(shade, p.deep, 0.25), 7, stroke_linecap="round"
        )
    c.stroke(f"M{X + 70} 480V600", p.light, 4)
    c.circle(X + 70, 608, 11, brass)


def chair(c: Canvas, d: Dice, p: Palette) -> None:
    """An armchair that somebody has just left."""
    colour, wood = (
        d.pick((p.mid, mix(p.low, p.mid, 0.4), mix(p.cold, p.mid, 0.4), mix(p.top, p.mid, 0.4))),
        mix("#6b3f22", p.deep, 0.2),
    )
    dark = mix(colour, p.deep, 0.4)
    shadow(c, p, 800, 420)
    for x in (-250, 250):
        c.path(f"M{X + x - 22} 700h44l{-10 if x > 0 else 10} 100h-24Z", wood)
    c.path(f"M{X - 230} 480V250q0-150 230-150t230 150V480Z", cloth(c, p, colour))
    for x, y in ((-100, 240), (0, 220), (100, 240), (-50, 330), (50, 330)):
        c.circle(X + x, y, 11, dark)
        c.stroke(f"M{X + x} {y}l-42 44m42-44l42 44", dark, 4, opacity=0.4)
    c.path(f"M{X - 246} 500q246-70 492 0v130H{X - 246}Z", mix(colour, p.light, 0.16))
    c.path(f"M{X - 320} 430a70 70 0 0 1 120 30V710H{X - 300}Z", cloth(c, p, mix(colour, p.deep, 0.12)))
    c.path(f"M{X + 320} 430a70 70 0 0 0-120 30V710H{X + 300}Z", cloth(c, p, mix(colour, p.deep, 0.25)))
    c.path(f"M{X - 206} 600H{X + 206}V716H{X - 206}Z", dark)
    for x in (-262, 262):
        c.circle(X + x, 446, 42, mix(colour, p.light, 0.1), stroke=dark, stroke_width=6)


def teapot(c: Canvas, d: Dice, p: Palette) -> None:
    """Porcelain, with a branch painted on it."""
    glaze, ink = mix(p.light, "#ffffff", 0.4), d.pick((p.mid, "#21509c", mix(p.cold, p.top, 0.5)))
    body = c.radial((0, "#ffffff"), (0.55, glaze), (1, mix(glaze, p.mid, 0.45)), at=(0.36, 0.3, 0.8))
    shadow(c, p, 760, 400)
    c.stroke(
        f"M{X + 216} 400C{X + 420} 330 {X + 420} 640 {X + 200} 620", mix(glaze, p.mid, 0.2), 40, stroke_linecap="round"
    )
    c.path(f"M{X - 220} 560Q{X - 330} 500 {X - 400} 330l64-26Q{X - 280} 440 {X - 190} 450Z", mix(glaze, p.mid, 0.15))
    c.ellipse(X, 530, 262, 226, body)
    c.ellipse(X, 326, 118, 26, mix(glaze, p.mid, 0.3))
    c.path(f"M{X - 116} 322Q{X} 220 {X + 116} 322Q{X} 350 {X - 116} 322Z", body)
    c.circle(X, 248, 30, ink)
    c.stroke(f"M{X - 200} 640Q{X - 60} 600 {X} 500T{X + 170} 400", ink, 10, stroke_linecap="round")
    for _ in range(9):
        share = d.real()
        with c.moved(X - 180 + 330 * share, 630 - 220 * share + d.whole(-50, 40), d.real(0.7, 1.3)):
            for i in range(5):
                c.circle(17 * math.cos(i * 1.257), 17 * math.sin(i * 1.257), 13, mix(ink, p.accent, 0.5))
            c.circle(0, 0, 9, p.accent)
    c.ellipse(X, 742, 150, 20, mix(glaze, p.mid, 0.4))


def vase(c: Canvas, d: Dice, p: Palette) -> None:
    glaze = d.pick((p.cold, p.accent, mix(p.light, p.glow, 0.2), p.mid))
    shadow(c, p, 812, 260)
    for _ in range(7):
        lean, tall = d.whole(-210, 210), d.whole(120, 260)
        c.stroke(
            f"M{X + lean * 0.12:.0f} 420Q{X + lean * 0.3:.0f} {tall + 130} {X + lean} {tall}",
            mix("#2f6b45", p.deep, 0.2),
            8,
        )
        with c.moved(X + lean, tall, d.real(0.8, 1.25)):
            for i in range(7):
                c.circle(
                    34 * math.cos(i * 0.898), 34 * math.sin(i * 0.898), 24, mix(p.accent, p.light, 0.2 + 0.08 * (i % 3))
                )
            c.circle(0, 0, 20, p.low)
    c.path(
        f"M{X - 66} 400h132l-14 60Q{X + 220} 560 {X + 140} 740q-20 66-60 66h-160q-40 0-60-66Q{X - 220} 560 {X - 52} 460Z",
        metal(c, p, glaze),
    )
    c.path(f"M{X - 150} 620q150 46 300 0l-6 44q-144 40-288 0Z", p.light, opacity=0.5)
    c.ellipse(X, 402, 68, 15, mix(glaze, p.deep, 0.6))


def lantern(c: Canvas, d: Dice, p: Palette) -> None:
    """Paper around a light, with a tassel."""
    paper, wood = d.pick(("#c9302c", p.accent, p.low, mix(p.glow, p.light, 0.3))), mix("#4a2a1a", p.deep, 0.3)
    c.glow(X, 400, 480, mix(paper, p.light, 0.4), 0.8)
    c.stroke(f"M{X} -10V150", wood, 8)
    c.rect(X - 90, 148, 180, 36, wood, rx=8)
    c.ellipse(
        X,
        400,
        272,
        226,
        c.radial((0, p.light), (0.4, mix(paper, p.glow, 0.4)), (1, mix(paper, p.deep, 0.3)), at=(0.5, 0.55, 0.6)),
    )
    for i in range(1, 6):
        c.ellipse(X, 400, 272 * i / 6, 226, "none", stroke=mix(paper, p.deep, 0.5), stroke_width=5, opacity=0.5)
    c.rect(X - 90, 612, 180, 36, wood, rx=8)
    c.rect(X - 14, 648, 28, 50, p.accent, rx=8)
    for i in range(7):
        c.stroke(
            f"M{X - 18 + i * 6} 696q{d.whole(-9, 9)} 70 {-24 + i * 8} 140",
            mix(paper, p.accent, 0.35),
            6,
            stroke_linecap="round",
        )


def mirror(c: Canvas, d: Dice, p: Palette) -> None:
    frame = metal(c, p, "#c9983f")
    c.ellipse(X + 24, Y + 30, 276, 376, p.deep, opacity=0.2)
    for i in range(28):
        turn = i * math.tau / 28
        c.circle(X + 262 * math.cos(turn), Y + 360 * math.sin(turn), 30 if i % 2 else 22, frame)
    c.ellipse(X, Y, 262, 360, frame)
    c.ellipse(
        X,
        Y,
        218,
        316,
        c.linear(
            (0, mix(p.cold, "#ffffff", 0.55)),
            (0.5, mix(p.glow, "#ffffff", 0.4)),
            (1, mix(p.mid, p.cold, 0.4)),
            line=(0, 0, 1, 1),
        ),
    )
    c.path(
        f"M{X - 130} {Y - 230}L{X + 60} {Y - 300}L{X - 110} {Y + 260}Q{X - 220} {Y} {X - 130} {Y - 230}Z",
        "#ffffff",
        opacity=0.3,
    )


def poster(c: Canvas, d: Dice, p: Palette) -> None:
    """A picture on the wall, in its frame."""
    c.rect(X - 260, 90, 560, 740, p.deep, opacity=0.22)
    c.rect(X - 290, 60, 580, 740, mix("#3b2417", p.deep, 0.3))
    c.rect(X - 264, 86, 528, 688, mix(p.light, "#ffffff", 0.5))
    c.rect(X - 214, 136, 428, 588, c.linear((0, p.top), (0.6, p.low), (1, p.glow)))
    c.circle(X + d.whole(-90, 90), d.whole(280, 380), d.whole(60, 110), p.light)
    for i in range(3):
        y = 500 + i * 70
        c.path(
            f"M{X - 214} {y}q110 {d.whole(-110, -40)} 214 0t214 {d.whole(-30, 20)}V724H{X - 214}Z",
            mix(p.mid, p.deep, 0.25 + i * 0.28),
        )
