"""Props: what somebody holds, opens, plays or hides."""

from __future__ import annotations

from crowdfund.merch.art.light import X, Y, cloth, gem, metal, shadow
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import Palette, mix

_WOOD = "#7b4a28"


def chest(c: Canvas, d: Dice, p: Palette) -> None:
    """A box with a lock: for whatever has no picture of its own."""
    wood, iron = mix(d.pick((_WOOD, p.mid, p.low)), p.deep, 0.2), metal(c, p, d.pick((p.accent, "#9c9aa3")))
    shadow(c, p, 776, 420)
    c.path(f"M{X - 320} 420Q{X - 320} 220 {X} 220T{X + 320} 420Z", cloth(c, p, mix(wood, p.light, 0.12)))
    c.rect(X - 320, 420, 640, 340, cloth(c, p, wood), rx=12)
    c.stroke(f"M{X - 320} 530h640M{X - 320} 640h640", mix(wood, p.deep, 0.5), 5, opacity=0.6)
    for x in (-270, 210):
        c.rect(X + x, 236, 60, 526, iron, rx=6, opacity=0.92)
        for y in (300, 470, 600, 720):
            c.circle(X + x + 30, y, 10, mix(wood, p.deep, 0.6))
    c.rect(X - 326, 404, 652, 40, iron, rx=8)
    c.rect(X - 66, 392, 132, 150, iron, rx=16)
    c.path(f"M{X - 16} 470a16 16 0 1 1 32 0l10 44h-52Z", p.deep)


def book(c: Canvas, d: Dice, p: Palette) -> None:
    """Bound in leather, standing half open."""
    leather, gold = mix(d.pick((p.mid, p.low, "#7a2431", "#1f4a3f")), p.deep, 0.2), metal(c, p, "#d1a049")
    shadow(c, p, 800, 380)
    c.path(f"M{X + 190} 150L{X + 300} 190V770L{X + 190} 790Z", mix(p.light, p.glow, 0.5))
    c.stroke("".join(f"M{X + 200 + i * 16} {158 + i * 6}V{784 - i * 3}" for i in range(6)), mix(p.glow, p.mid, 0.5), 3)
    c.path(f"M{X - 250} 120H{X + 170}q30 0 30 30V780q0 20-30 20H{X - 250}Z", cloth(c, p, leather))
    c.rect(X - 290, 116, 62, 688, mix(leather, p.deep, 0.35), rx=14)
    for y in (200, 330, 600, 720):
        c.rect(X - 294, y, 70, 18, gold)
    c.rect(X - 180, 180, 324, 560, "none", stroke=gold, stroke_width=9, rx=6)
    c.rect(X - 156, 204, 276, 512, "none", stroke=gold, stroke_width=3)
    for i in range(4):
        with c.moved(X - 18, 440, turn=i * 90):
            c.path("M0-30C50-60 50-120 0-166-50-120-50-60 0-30Z", gold, opacity=0.9)
    gem(c, p, X - 18, 440, 40, d.pick((p.cold, p.accent)))
    c.path(f"M{X + 60} 800h46v66l-23-22-23 22Z", p.accent)


def camera(c: Canvas, d: Dice, p: Palette) -> None:
    leather, steel = mix(d.pick((p.top, p.mid, "#2a2426")), p.deep, 0.3), metal(c, p, "#bfc1c9")
    shadow(c, p, 742, 430)
    c.rect(X - 150, 214, 300, 110, steel, rx=22)
    c.rect(X - 290, 250, 100, 50, steel, rx=14)
    c.rect(X + 200, 240, 84, 60, mix(p.accent, p.low, 0.2), rx=14)
    c.rect(X - 370, 290, 740, 440, cloth(c, p, leather), rx=42)
    c.rect(X - 370, 290, 740, 84, steel, rx=36)
    c.rect(X - 84, 236, 168, 66, mix(p.cold, p.deep, 0.35), rx=10)
    c.circle(X, 530, 190, steel)
    for r, tone in ((160, p.deep), (120, mix(p.cold, p.deep, 0.55)), (78, mix(p.cold, p.deep, 0.25)), (40, p.deep)):
        c.circle(X, 530, r, tone)
    c.path(f"M{X - 104} 470a126 126 0 0 1 110-66q-60 34-74 96Z", "#ffffff", opacity=0.65)
    c.circle(X + 50, 576, 16, p.light, opacity=0.7)
    c.circle(X + 292, 430, 26, p.accent)


def radio(c: Canvas, d: Dice, p: Palette) -> None:
    wood, dial = mix(d.pick((_WOOD, p.mid)), p.deep, 0.1), mix(p.light, p.glow, 0.4)
    shadow(c, p, 770, 430)
    c.path(f"M{X - 370} 760V330q0-160 160-160h420q160 0 160 160v430Z", cloth(c, p, wood))
    c.rect(X - 310, 270, 340, 400, mix(wood, p.deep, 0.5), rx=60)
    c.rect(
        X - 310,
        270,
        340,
        400,
        c.folds(26, (0, mix(p.accent, wood, 0.45)), (0.5, mix(wood, p.deep, 0.4)), (1, mix(p.accent, wood, 0.45))),
        rx=60,
        opacity=0.85,
    )
    c.circle(X + 200, 380, 120, metal(c, p, "#c9983f"))
    c.circle(X + 200, 380, 100, dial)
    for i in range(11):
        with c.moved(X + 200, 380, turn=-110 + i * 22):
            c.rect(-3, -92, 6, 22, p.deep)
    with c.moved(X + 200, 380, turn=d.whole(-100, 100)):
        c.stroke("M0 10V-74", "#b3263e", 8, stroke_linecap="round")
    for x in (130, 270):
        c.circle(X + x, 600, 46, metal(c, p, "#c9983f"))
        c.circle(X + x, 600, 16, mix(wood, p.deep, 0.5))


def umbrella(c: Canvas, d: Dice, p: Palette) -> None:
    colour = d.pick((p.accent, p.low, p.cold, mix(p.mid, p.low, 0.5)))
    shadow(c, p, 836, 130)
    c.stroke(f"M{X} 120V770q0 64-52 64t-52-58", mix(_WOOD, p.deep, 0.2), 18, stroke_linecap="round")
    c.stroke(f"M{X} 110V60", metal(c, p, "#b9b6bd"), 12, stroke_linecap="round")
    edge = "".join("q-47-56-94 0" for _ in range(8))
    c.path(
        f"M{X - 376} 500C{X - 360} 240 {X - 170} 110 {X} 104S{X + 360} 240 {X + 376} 500{edge}Z", cloth(c, p, colour)
    )
    for i in range(-3, 4):
        c.stroke(f"M{X} 106Q{X + i * 80} 220 {X + i * 94} 498", mix(colour, p.deep, 0.45), 5, opacity=0.55)
    for i in range(-3, 4):
        c.circle(X + i * 94, 500, 8, p.light)


def key(c: Canvas, d: Dice, p: Palette) -> None:
    """An old one, as long as a hand."""
    brass = metal(c, p, d.pick(("#c9983f", "#9c9aa3", p.accent)))
    with c.moved(X + 16, Y + 26, turn=-32):
        c.rect(-60, -22, 420, 44, p.deep, opacity=0.18)
        c.circle(-210, 0, 150, p.deep, opacity=0.12)
    with c.moved(X, Y, turn=-32):
        c.rect(-70, -22, 430, 44, brass, rx=20)
        c.path("M230 16h44v70h-30v34h34v36h-48ZM310 16h44v140h-48v-36h30v-24h-30Z", brass)
        for y in (-86, 86):
            c.circle(-246, y, 74, "none", stroke=brass, stroke_width=40)
        c.circle(-140, 0, 74, "none", stroke=brass, stroke_width=40)
        c.rect(-96, -44, 40, 88, brass, rx=10)
        c.rect(-20, -34, 22, 68, brass, rx=8)
    c.stroke(f"M{X - 178} 590q-90 120 30 210", mix(p.accent, p.low, 0.4), 12, stroke_linecap="round")


def letter(c: Canvas, d: Dice, p: Palette) -> None:
    """Sealed, and never opened."""
    paper, wax = mix(p.light, p.glow, 0.3), d.pick(("#a3212f", p.accent, p.mid))
    turn = d.whole(-9, 9)
    with c.moved(X + 18, Y + 34, turn=turn):
        c.rect(-370, -250, 740, 500, p.deep, rx=8, opacity=0.2)
    with c.moved(X, Y, turn=turn):
        c.rect(-370, -250, 740, 500, paper, rx=8)
        c.path("M-370 246L-70-10H70L370 246Z", mix(paper, p.mid, 0.1))
        c.path(
            "M-370-246L-20 60q20 18 40 0L370-246Z",
            mix(paper, "#ffffff", 0.45),
            stroke=mix(paper, p.mid, 0.4),
            stroke_width=4,
        )
        c.circle(0, 56, 86, mix(wax, p.deep, 0.2))
        c.circle(-4, 50, 72, c.radial((0, mix(wax, p.light, 0.4)), (1, wax), at=(0.4, 0.35, 0.7)))
        c.path("M-4 2l14 34 36 2-28 23 10 36-32-20-32 20 10-36-28-23 36-2Z", mix(wax, p.deep, 0.45))


def kite(c: Canvas, d: Dice, p: Palette) -> None:
    one, other = p.accent, d.pick((p.cold, p.low, p.light))
    with c.moved(X, 400, turn=d.whole(12, 26)):
        c.path("M0-330L230-40 0 300-230-40Z", p.deep, opacity=0.16, transform="translate(26 34)")
        c.path("M0-330L230-40H0Z", one)
        c.path("M0-330L-230-40H0Z", mix(one, other, 0.8))
        c.path("M0 300L230-40H0Z", mix(other, p.deep, 0.12))
        c.path("M0 300L-230-40H0Z", mix(one, p.deep, 0.15))
        c.stroke("M0-330V300M-230-40H230", mix(_WOOD, p.deep, 0.2), 9)
        c.circle(0, -40, 54, p.light)
        c.circle(0, -40, 26, p.mid)
        c.stroke("M0 300q70 60 0 120t0 110", p.deep, 5)
        for y in (360, 420, 490):
            c.path(f"M0 {y}l-44-24v48ZM0 {y}l44-24v48Z", one if y != 420 else other)


def violin(c: Canvas, d: Dice, p: Palette) -> None:
    wood = mix("#a3561f", p.low, d.real(0, 0.35))
    with c.moved(X, 540, 0.9, turn=-18):
        body = (
            "M0-250C90-260 140-200 130-140 122-92 84-86 84-40c0 50 78 66 96 150 20 110-70 170-180 170s-200-60-180-170"
            "C-162 26-84 10-84-40c0-46-38-52-46-100C-140-200-90-260 0-250Z"
        )
        c.path(body, p.deep, opacity=0.18, transform="translate(30 34)")
        c.path(body, metal(c, p, wood), stroke=mix(wood, p.deep, 0.6), stroke_width=9)
        c.rect(-26, -560, 52, 420, mix("#2a1a14", p.deep, 0.3), rx=8)
        c.path("M-34-560h68l10-70q-44-60-88 0Z", mix(wood, p.deep, 0.3))
        for side in (-1, 1):
            c.stroke(
                f"M{side * 60} -30q{side * 30} 40 {side * 6} 90t{side * 18} 70",
                mix(wood, p.deep, 0.85),
                12,
                stroke_linecap="round",
            )
            for y in (-600, -570):
                c.rect(side * 44 - 14, y, 28, 14, p.deep)
        c.rect(-66, 90, 132, 14, p.light, opacity=0.9)
        c.path("M-30 120h60l-12 140h-36Z", "#241712")
        c.stroke("M-15-560V130M-5-560V130M5-560V130M15-560V130", p.light, 2.4)
