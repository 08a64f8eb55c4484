"""What is worn: on a hanger, on a stand, laid out."""

from __future__ import annotations

from crowdfund.merch.art.light import X, Y, cloth, metal, shadow
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import Palette, mix


def _colour(d: Dice, p: Palette) -> str:
    """Of a stuff that stands out before any of the backdrops."""
    return d.pick(
        (mix(p.mid, p.low, 0.4), mix(p.top, p.mid, 0.45), mix(p.cold, p.mid, 0.35), mix(p.accent, p.mid, 0.3))
    )


def _hanger(c: Canvas, p: Palette) -> None:
    c.stroke(f"M{X} 118V92q0-18 16-24 22-8 22-30a30 30 0 0 0-58-8", metal(c, p, "#b9b6bd"), 9, stroke_linecap="round")
    c.path(
        f"M{X} 104q20 0 190 92l-8 18q-166-70-182-70t-182 70l-8-18Q{X - 20} 104 {X} 104Z", mix("#8a5a33", p.deep, 0.15)
    )


def coat(c: Canvas, d: Dice, p: Palette) -> None:
    """A long coat with its collar up."""
    colour, long = _colour(d, p), d.chance(0.6)
    hem = 830 if long else 690
    dark, fill = mix(colour, p.deep, 0.55), cloth(c, p, colour)
    c.path(f"M{X - 190} 200L{X + 240} 220L{X + 300} {hem + 20}H{X - 180}Z", p.deep, opacity=0.18)
    _hanger(c, p)
    c.path(f"M{X - 70} 140Q{X - 190} 160 {X - 222} 214L{X - 318} 590l86 30 72-240Z", mix(colour, p.deep, 0.28))
    c.path(f"M{X + 70} 140Q{X + 190} 160 {X + 222} 214L{X + 318} 590l-86 30-72-240Z", mix(colour, p.deep, 0.42))
    c.path(
        f"M{X - 70} 136L{X - 196} 182Q{X - 168} 400 {X - 226} {hem}q226 34 452 0Q{X + 168} 400 {X + 196} 182L{X + 70} 136Z",
        fill,
    )
    c.path(f"M{X - 74} 128L{X} 330L{X + 74} 128Q{X} 176 {X - 74} 128Z", mix(p.light, p.glow, 0.4))
    c.path(f"M{X - 74} 126l-46 28 22 132 98 96-14-96Z", mix(colour, p.light, 0.16))
    c.path(f"M{X + 74} 126l46 28-22 132-98 96 14-96Z", mix(colour, p.deep, 0.18))
    c.stroke(f"M{X} 380V{hem + 14}", dark, 5)
    for i in range(4 if long else 3):
        for side in (-1, 1):
            c.circle(X + side * 46, 420 + i * 84, 13, metal(c, p, p.accent))
    for side in (-1, 1):
        c.stroke(f"M{X + side * 80} 580l{side * 90} -18", dark, 9, stroke_linecap="round")
        c.stroke(f"M{X + side * 90} 640Q{X + side * 104} 740 {X + side * 120} {hem + 6}", dark, 4, opacity=0.5)
    c.path(f"M{X - 188} 470q188 30 376 0l2 38q-190 30-380 0Z", mix(colour, p.deep, 0.3))
    c.rect(X - 34, 478, 68, 50, "none", stroke=metal(c, p, p.accent), stroke_width=9, rx=6)


def dress(c: Canvas, d: Dice, p: Palette) -> None:
    colour = d.pick((p.accent, mix(p.low, p.accent, 0.4), p.cold, mix(p.light, p.glow, 0.35)))
    fill = cloth(c, p, colour)
    _hanger(c, p)
    for side in (-1, 1):
        c.stroke(f"M{X + side * 70} 150L{X + side * 62} 240", mix(colour, p.deep, 0.2), 14)
    c.path(f"M{X - 96} 220Q{X} 290 {X + 96} 220Q{X + 116} 330 {X + 74} 430H{X - 74}Q{X - 116} 330 {X - 96} 220Z", fill)
    waves = "".join(f"q-39 {44 if i % 2 else -6} -78 6" for i in range(8))
    c.path(f"M{X - 74} 426H{X + 74}Q{X + 140} 640 {X + 312} 800{waves}Q{X - 140} 640 {X - 74} 426Z", fill)
    for i, x in enumerate((-190, -104, -20, 64, 150, 230)):
        c.stroke(f"M{X - 60 + i * 24} 440Q{X + x * 0.5:.0f} 640 {X + x} 818", mix(colour, p.deep, 0.5), 5, opacity=0.4)
    c.path(f"M{X - 78} 412q78 26 156 0l4 36q-82 26-164 0Z", mix(colour, p.deep, 0.45))
    for _ in range(34):
        c.circle(X + d.whole(-80, 80), d.whole(270, 400), d.real(3, 6), p.light, opacity=0.75)


def shirt(c: Canvas, d: Dice, p: Palette) -> None:
    """A shirt or a jersey, with a stripe."""
    colour, stripe = _colour(d, p), d.pick((p.light, p.accent, p.cold))
    fill = cloth(c, p, colour)
    _hanger(c, p)
    c.path(
        f"M{X - 96} 138L{X - 330} 260l70 150 92-44v410h336V366l92 44 70-150L{X + 96} 138Q{X} 214 {X - 96} 138Z", fill
    )
    for y in (420, 476) if d.chance(0.5) else (560,):
        c.rect(X - 168, y, 336, 34, stripe, opacity=0.92)
    for side in (-1, 1):
        c.stroke(f"M{X + side * 296} 240l{side * -70} 152", stripe, 18)
        c.stroke(
            f"M{X + side * 168} 360Q{X + side * 150} 560 {X + side * 168} 770", mix(colour, p.deep, 0.5), 5, opacity=0.5
        )
    c.stroke(f"M{X - 96} 140Q{X} 218 {X + 96} 140", stripe, 20)


def hat(c: Canvas, d: Dice, p: Palette) -> None:
    colour, band = _colour(d, p), d.pick((p.accent, p.light, p.cold))
    shadow(c, p, 700, 430)
    fill = cloth(c, p, colour)
    c.ellipse(X, 612, 410, 96, mix(colour, p.deep, 0.35))
    c.ellipse(X, 596, 410, 90, fill)
    c.path(
        f"M{X - 226} 590Q{X - 230} 330 {X - 150} 270q70-46 150 8 80-54 150-8Q{X + 230} 330 {X + 226} 590Q{X} 664 {X - 226} 590Z",
        fill,
    )
    c.path(f"M{X - 18} 280q18 110 0 180q54-80 60-196Z", mix(colour, p.deep, 0.5), opacity=0.5)
    c.path(f"M{X - 229} 500q229 76 458 0v92q-229 74-458 0Z", mix(band, p.deep, 0.15))
    if d.chance(0.6):
        c.path(f"M{X + 150} 560Q{X + 210} 330 {X + 330} 220Q{X + 330} 420 {X + 190} 566Z", metal(c, p, p.cold))
        c.stroke(f"M{X + 168} 566Q{X + 230} 380 {X + 322} 236", p.light, 5)


def scarf(c: Canvas, d: Dice, p: Palette) -> None:
    """Hung over a peg, with tassels."""
    colour, stripe = _colour(d, p), d.pick((p.light, p.accent, p.cold))
    fill = c.folds(
        62,
        (0, mix(colour, p.deep, 0.25)),
        (0.4, colour),
        (0.6, mix(colour, p.light, 0.25)),
        (1, mix(colour, p.deep, 0.25)),
    )
    c.circle(X, 148, 34, mix("#8a5a33", p.deep, 0.2))
    for side, low in ((-1, 720), (1, 610)):
        c.path(
            f"M{X + 60} 170H{X - 60}Q{X + side * 130} 420 {X + side * 84 - 100} {low}h200Q{X + side * 150} 400 {X + 60} 170Z",
            fill,
        )
        for i in range(4):
            c.path(
                f"M{X + side * 84 - 99} {low - 40 - i * 74}q100 20 198 0v30q-100 18-198 0Z",
                stripe,
                opacity=0.9 - i * 0.12,
            )
        for i in range(11):
            c.stroke(
                f"M{X + side * 84 - 92 + i * 18} {low}q{d.whole(-8, 8)} 40 {d.whole(-8, 8)} 74",
                stripe,
                7,
                stroke_linecap="round",
            )
    c.path(f"M{X - 84} 190Q{X} 110 {X + 84} 190Q{X} 270 {X - 84} 190Z", fill)


def boot(c: Canvas, d: Dice, p: Palette) -> None:
    """One pair, the second behind."""
    leather = mix(d.pick(("#7a4526", p.mid, p.top)), p.deep, 0.15)
    shadow(c, p, 806, 470)
    for dx, shade in ((190, 0.42), (-150, 0.0)):
        colour = mix(leather, p.deep, shade)
        with c.moved(X + dx, 130, 0.82):
            c.path("M-130 190H90L84 520Q100 640 250 690q60 24 56 100H-140Z", cloth(c, p, colour))
            c.path("M-144 786H310v30q0 16-16 16H40l-16-18H-60l-10 40h-74Z", mix(colour, p.deep, 0.75))
            c.path("M-132 188H92v44H-132Z", mix(colour, p.light, 0.25))
            for i in range(6):
                y = 330 + i * 46
                c.stroke(f"M10 {y}l70 -22M80 {y}l-70 -22", mix(p.light, colour, 0.2), 7, stroke_linecap="round")
            c.path("M150 640q70 30 130 50-60-70-130-50Z", p.light, opacity=0.25)


def bag(c: Canvas, d: Dice, p: Palette) -> None:
    leather = mix(d.pick(("#8b4a2b", p.mid, p.low, p.cold)), p.deep, 0.18)
    shadow(c, p, 792, 400)
    c.stroke(f"M{X - 170} 400C{X - 190} 90 {X + 190} 90 {X + 170} 400", mix(leather, p.deep, 0.3), 30)
    c.path(f"M{X - 290} 380H{X + 290}L{X + 330} 750q4 40-36 40H{X - 294}q-40 0-36-40Z", cloth(c, p, leather))
    c.path(f"M{X - 296} 376H{X + 296}Q{X + 250} 600 {X} 610Q{X - 250} 600 {X - 296} 376Z", mix(leather, p.light, 0.12))
    c.stroke(
        f"M{X - 270} 400Q{X - 228} 576 {X} 586Q{X + 228} 576 {X + 270} 400",
        p.light,
        4,
        stroke_dasharray="15 11",
        opacity=0.6,
    )
    c.rect(X - 46, 566, 92, 84, metal(c, p, p.accent), rx=14)
    c.circle(X, 606, 13, p.deep)


def spectacles(c: Canvas, d: Dice, p: Palette) -> None:
    frame, tint = metal(c, p, d.pick(("#d9a441", "#3a2b26", p.accent))), d.pick((p.cold, p.mid, p.accent))
    round_ones = d.chance(0.5)
    c.ellipse(X, 650, 420, 30, p.deep, opacity=0.25)
    for side in (-1, 1):
        x = X + side * 190
        c.stroke(f"M{X + side * 350} 410Q{X + side * 410} 360 {X + side * 380} 250", frame, 18, stroke_linecap="round")
        lens = c.linear((0, mix(tint, p.light, 0.55), 0.75), (1, mix(tint, p.deep, 0.3), 0.8), line=(0, 0, 1, 1))
        if round_ones:
            c.circle(x, Y, 158, lens, stroke=frame, stroke_width=22)
        else:
            c.path(
                f"M{x - 160} 350h320q14 130-40 196-60 56-120 56t-120-56Q{x - 174} 480 {x - 160} 350Z",
                lens,
                stroke=frame,
                stroke_width=22,
            )
        c.path(f"M{x - 100} {Y - 60}l90-50-140 210q-10-90 50-160Z", "#ffffff", opacity=0.35)
    c.stroke(f"M{X - 36} 430Q{X} 380 {X + 36} 430", frame, 20)
