"""What products stand before: a lit studio in a few ways, and the shadow they throw."""

from __future__ import annotations

from crowdfund.titles.art.canvas import HEIGHT, WIDTH, Canvas, Dice
from crowdfund.titles.art.colour import Palette, mix

X, Y = 800, 450  # where the thing stands


def backdrop(c: Canvas, d: Dice, p: Palette) -> None:
    d.pick((_paper, _arch, _disc, _window, _stage))(c, d, p)


def _wall(c: Canvas, p: Palette, top: str, bottom: str) -> None:
    c.rect(0, 0, WIDTH, HEIGHT, c.linear((0, top), (0.72, bottom), (1, mix(bottom, p.top, 0.35))))


def _paper(c: Canvas, d: Dice, p: Palette) -> None:
    """A roll of paper, lit from one side."""
    _wall(c, p, mix(p.glow, p.low, 0.25), mix(p.light, p.glow, 0.55))
    c.glow(X + d.pick((-260, 260)), 260, 620, p.light, 0.75)
    c.rect(0, 730, WIDTH, 170, c.linear((0, p.low, 0), (1, p.mid, 0.38)))


def _arch(c: Canvas, d: Dice, p: Palette) -> None:
    """A niche in a painted wall."""
    _wall(c, p, mix(p.mid, p.low, 0.35), mix(p.low, p.mid, 0.25))
    niche = c.linear((0, mix(p.light, p.glow, 0.6)), (1, mix(p.glow, p.low, 0.35)))
    c.path(f"M{X - 350} 900V430a350 350 0 0 1 700 0V900Z", niche)
    c.path(f"M{X - 350} 900V430a350 350 0 0 1 350-350q-268 40-290 350V900Z", p.mid, opacity=0.16)
    c.rect(0, 800, WIDTH, 100, c.linear((0, mix(p.low, p.mid, 0.6)), (1, mix(p.mid, p.top, 0.4))))


def _disc(c: Canvas, d: Dice, p: Palette) -> None:
    """A full moon of a lamp behind it."""
    _wall(c, p, p.top, mix(p.mid, p.top, 0.35))
    c.glow(X, 410, 640, p.low, 0.8)
    c.circle(X, 410, 330, c.linear((0, mix(p.light, p.glow, 0.35)), (1, mix(p.glow, p.low, 0.4))))
    c.ellipse(X, 850, 620, 120, c.radial((0, mix(p.low, p.mid, 0.4)), (1, p.top, 0)))


def _window(c: Canvas, d: Dice, p: Palette) -> None:
    """The light of a window, fallen on the wall."""
    _wall(c, p, mix(p.low, p.glow, 0.35), mix(p.glow, p.low, 0.3))
    lean = d.whole(90, 190)
    for i in range(4):
        x = 420 + i * 190
        for y, tall in ((60, 300), (390, 300)):
            c.path(f"M{x} {y}h160l{-lean} {tall}h-160Z", p.light, opacity=0.42)
    c.rect(0, 760, WIDTH, 140, c.linear((0, mix(p.mid, p.low, 0.45)), (1, mix(p.mid, p.top, 0.3))))


def _stage(c: Canvas, d: Dice, p: Palette) -> None:
    """One beam from above, on boards."""
    _wall(c, p, p.deep, mix(p.top, p.mid, 0.55))
    c.path(f"M{X - 90} -20h180L{X + 470} 900H{X - 470}Z", c.linear((0, p.light, 0.55), (1, p.glow, 0.28)))
    c.glow(X, 430, 520, p.glow, 0.6)
    c.ellipse(X, 832, 480, 76, c.radial((0, p.glow, 0.95), (0.75, p.low, 0.55), (1, p.low, 0)))


def shadow(c: Canvas, p: Palette, y: float, wide: float, strength: float = 0.5) -> None:
    """Under what stands: soft, wider than tall."""
    c.ellipse(
        X, y, wide, max(wide * 0.13, 16), c.radial((0, p.deep, strength), (0.5, p.deep, strength * 0.6), (1, p.deep, 0))
    )


def cloth(c: Canvas, p: Palette, colour: str) -> str:
    """A fill that hangs: light on the left shoulder, dark where it turns away."""
    return c.linear(
        (0, mix(colour, p.light, 0.22)), (0.45, colour), (1, mix(colour, p.deep, 0.5)), line=(0, 0, 1, 0.35)
    )


def metal(c: Canvas, p: Palette, colour: str) -> str:
    """A fill that shines twice."""
    return c.linear(
        (0, mix(colour, p.light, 0.75)), (0.3, colour), (0.52, mix(colour, p.deep, 0.45)), (0.7, mix(colour, p.light, 0.5)),
        (1, mix(colour, p.deep, 0.35)), line=(0, 0, 1, 1),
    )  # fmt: skip


def gem(c: Canvas, p: Palette, x: float, y: float, size: float, colour: str) -> None:
    """A cut stone seen from above."""
    r = size
    pts = [(x - r * 0.55, y - r), (x + r * 0.55, y - r), (x + r, y - r * 0.2), (x, y + r), (x - r, y - r * 0.2)]
    outline = "M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in pts) + "Z"
    c.path(outline, c.linear((0, mix(colour, p.light, 0.5)), (1, mix(colour, p.deep, 0.4)), line=(0, 0, 1, 1)))
    c.path(
        f"M{x - r:.0f} {y - r * 0.2:.0f}H{x + r:.0f}L{x:.0f} {y + r:.0f}ZM{x - r * 0.55:.0f} {y - r:.0f}L{x - r * 0.3:.0f} "
        f"{y - r * 0.2:.0f}L{x:.0f} {y + r:.0f}L{x + r * 0.3:.0f} {y - r * 0.2:.0f}L{x + r * 0.55:.0f} {y - r:.0f}",
        p.light, opacity=0.24,
    )  # fmt: skip
    c.stroke(outline, mix(colour, p.light, 0.7), 3, opacity=0.7)


def pearl(c: Canvas, p: Palette, x: float, y: float, size: float) -> None:
    c.circle(
        x,
        y,
        size,
        c.radial(
            (0, "#ffffff"), (0.45, mix(p.light, p.glow, 0.25)), (1, mix(p.glow, p.mid, 0.55)), at=(0.36, 0.3, 0.75)
        ),
    )
    c.circle(x - size * 0.32, y - size * 0.36, size * 0.2, "#ffffff", opacity=0.85)
