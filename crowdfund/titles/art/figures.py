"""Silhouettes that scenes share: people, animals, trees. Each stands with its feet on (x, y) and is `tall` units high."""

from __future__ import annotations

from crowdfund.titles.art.canvas import Canvas, Dice, at

# Drawn 100 high, feet at 0,0; scaled where they stand.
_STANDING = (
    "M-9-82q9-5 18 0 5 3 6 12l3 27q1 5-2 6-3 0-4-4l-4-20-1 22 3 55q0 4-4 4h-4l-3-50-3 50h-4q-4 0-4-4l3-55-1-22"
    "-4 20q-1 4-4 4-3-1-2-6l3-27q1-9 6-12Z"
)
_COAT = "M-10-82q10-5 20 0 6 4 7 14l6 44h-9l2 24h-8l-3-22h-4l-4 22h-8l1-24h-8l5-44q1-10 3-14Z"
_RUNNING = (
    "M6-84q8-2 9 5l-3 22 12 10q3 3 0 6-3 2-6 0L2-50l-4 16 13 12q3 3 2 7L7 0h-8l4-15-14-11q-4 7-10 9l-18 6-3-7 17-7"
    "q6-9 8-21l-1-14-8 7-8 12q-3 3-6 1-3-2-1-6l9-15 16-12q6-5 12-7Z"
)
_LEGS = "M-12-34l-1 16-1 14-4 4h10l2-4 1-13 2-16ZM12-34l1 16 1 14 4 4H8l-2-4-1-13-2-16Z"
_SHORTS = "M-11-50h22l3 18-11 3-3-8-3 8-11-3Z"
_SHIRT = "M-6-82q6 4 12 0l8 3 6 22-6 3-4-11 1 16h-22l1-16-4 11-6-3 6-22Z"
_ARMS = "M-20-58l-1 17 4 2 4-16ZM20-58l1 17-4 2-4-16Z"
_DRESS = "M-6-83q6-3 12 0l3 14-4 13 22 52q-27 9-54 0l22-52-4-13Z"


def person(
    canvas: Canvas, x: float, y: float, tall: float, fill: str, kind: str = "standing", flip: bool = False
) -> None:
    """kind: standing, coat, dress, running."""
    scale = tall / 100
    turn = f"translate({x:.0f} {y:.0f}) scale({-scale if flip else scale:.2f} {scale:.2f})"
    canvas.open(transform=turn, fill=fill)
    outline = {"standing": _STANDING, "coat": _COAT, "dress": _DRESS, "running": _RUNNING}[kind]
    canvas.raw("path", d=outline)
    canvas.raw("circle", cx=9 if kind == "running" else 0, cy=-92, r=8)
    canvas.close()


def player(canvas: Canvas, x: float, y: float, tall: float, skin: str, shirt: str, shorts: str) -> None:
    """Somebody in a kit, seen from behind."""
    canvas.open(transform=f"translate({x:.0f} {y:.0f}) scale({tall / 100:.2f})", fill=skin)
    canvas.raw("path", d=_LEGS + _ARMS + "M-3-86h6v6h-6Z")
    canvas.raw("ellipse", cx=0, cy=-91, rx=5.2, ry=7)
    canvas.path(_SHIRT, shirt)
    canvas.path("M2-81q3 0 4-1l8 3 6 22-6 3-4-11 1 16H3Z", skin, opacity=0.25)
    canvas.path(_SHORTS, shorts)
    canvas.close()


def umbrella(canvas: Canvas, x: float, y: float, tall: float, fill: str, lining: str) -> None:
    """Somebody in a long coat under an umbrella."""
    person(canvas, x, y, tall, fill, "coat")
    top = y - tall * 1.3
    wide = tall * 0.52
    canvas.stroke(f"M{x + 4:.0f} {top:.0f}V{y - tall * 0.55:.0f}", fill, 4)
    dome = f"M{x - wide:.0f} {top + wide * 0.62:.0f}Q{x:.0f} {top - wide * 0.75:.0f} {x + wide:.0f} {top + wide * 0.62:.0f}"
    canvas.path(
        f"{dome}q{-wide * 0.3:.0f} {-wide * 0.2:.0f} {-wide * 0.66:.0f} 0t{-wide * 0.68:.0f} 0t{-wide * 0.66:.0f} 0Z",
        lining,
    )


def deer(canvas: Canvas, x: float, y: float, tall: float, fill: str) -> None:
    """A stag that looks at us over its shoulder."""
    scale = tall / 200
    canvas.open(transform=f"translate({x:.0f} {y:.0f}) scale({scale:.2f})", fill=fill)
    canvas.raw(
        "path",
        d="M-66-98q-8 4-8 12 2-4 6-5-2 10 0 18l-6 30 1 43h9l5-40 12-24q24 5 46 1l7 24-3 39h9l4-42 8-24 5 25 6 41h9l-5-46"
        " 2-34q8-10 9-26l3-22q9 2 17 8 6-2 4-8l-13-17q-2-7-7-9 5-4 6-11-9 1-13 8l-4 4q-9 8-13 20-5 13-16 17-16 5-40 4-26-1-39 14Z",
    )
    antlers = (
        "M46-140q-14-10-14-28-2-12 4-20M34-160q-12-2-18-14M33-172q-6-8-5-18"
        "M54-142q0-14 8-24 8-12 4-26M62-164q12-2 16-14M66-176q8-6 8-16"
    )
    canvas.stroke(antlers, fill, 4.5, stroke_linecap="round")
    canvas.close()


def pine(x: float, y: float, tall: float) -> str:
    """A fir as a piece of path, so that a whole forest is one shape."""
    w, h = tall * 0.2, tall / 4
    steps = "".join(f"l{w * wide:.0f} {h:.0f}h{-w * wide * 0.45:.0f}" for wide in (0.5, 0.75, 1.0))
    back = "".join(f"h{-w * wide * 0.45:.0f}l{w * wide:.0f} {-h:.0f}" for wide in (1.0, 0.75, 0.5))
    half = w * (0.5 + 0.75 + 1.0) * 0.55
    trunk, foot = w * 0.14, h * 0.5
    side = half - trunk
    return f"M{x:.0f} {y - tall:.0f}{steps}h{-side:.0f}v{foot:.0f}h{-2 * trunk:.0f}v{-foot:.0f}h{-side:.0f}{back}Z"


def forest(dice: Dice, y: float, tall: float, count: int, left: float = 0, right: float = 1600) -> str:
    return "".join(
        pine(
            left + (right - left) * (i + dice.real(0.1, 0.9)) / count,
            y + dice.real(-8, 20),
            tall * dice.real(0.55, 1.1),
        )
        for i in range(count)
    )


def gull(x: float, y: float, span: float) -> str:
    """A bird as a piece of stroke."""
    s = span / 2
    left, right = at(s * 0.6, -s * 0.3, s, s * 0.35), at(s * 0.4, -s * 0.65, s, -s * 0.35)
    return f"M{at(x - s, y - s * 0.35)}q{left}q{right}"
