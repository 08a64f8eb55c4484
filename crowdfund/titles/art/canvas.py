"""What scenes are drawn with: a canvas of SVG with presentation attributes only, and dice that fall the same way for ever."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

WIDTH, HEIGHT = 1600, 900

Point = tuple[float, float]
Thing = TypeVar("Thing")
Stop = tuple[float, str] | tuple[float, str, float]


class Dice:
    """A small generator of our own (splitmix64): pictures must not change with a Python version."""

    def __init__(self, seed: int) -> None:
        self._state = seed & (2**64 - 1)

    def bits(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return z ^ (z >> 31)

    def real(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * (self.bits() >> 11) / 2**53

    def whole(self, low: int, high: int) -> int:
        """low and high included."""
        return low + self.bits() % (high - low + 1)

    def pick(self, things: Sequence[Thing]) -> Thing:
        return things[self.bits() % len(things)]

    def chance(self, share: float) -> bool:
        return self.real() < share


class Canvas:
    """Collects shapes and gradients; `svg()` is the picture. Later shapes lie over earlier ones."""

    def __init__(self) -> None:
        self._defs: list[str] = []
        self._names: dict[str, str] = {}
        self._shapes: list[str] = []

    def linear(self, *stops: Stop, line: tuple[float, float, float, float] = (0, 0, 0, 1), page: bool = False) -> str:
        """A linear gradient as a fill. line: x1 y1 x2 y2, in shares of the shape, or in units of the page."""
        x1, y1, x2, y2 = line
        units = ' gradientUnits="userSpaceOnUse"' if page else ""
        ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
        return self._gradient("linearGradient", ends + units, stops)

    def radial(self, *stops: Stop, at: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> str:
        """A radial gradient as a fill. at: centre and radius, in shares of the shape."""
        x, y, radius = at
        return self._gradient("radialGradient", f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"', stops)

    def _gradient(self, kind: str, where: str, stops: Iterable[Stop]) -> str:
        inner = "".join(
            f'<stop offset="{_n(stop[0])}" stop-color="{stop[1]}"'
            + (f' stop-opacity="{_n(stop[2])}"' if len(stop) == 3 else "")
            + "/>"
            for stop in sorted(stops, key=lambda stop: stop[0])
        )
        return f"url(#{self._define(kind, where, inner)})"

    def _define(self, kind: str, where: str, inner: str) -> str:
        """The same gradient asked for twice is written once."""
        written = f"{where}>{inner}</{kind}>"
        if kind + written not in self._names:
            name = self._names[kind + written] = f"d{len(self._defs)}"
            self._defs.append(f'<{kind} id="{name}" {written}')
        return self._names[kind + written]

    def folds(self, width: float, *stops: Stop) -> str:
        """A gradient across `width` units that goes on for ever, like cloth."""
        where = f'x1="0" y1="0" x2="{_n(width)}" y2="0" gradientUnits="userSpaceOnUse" spreadMethod="repeat"'
        return self._gradient("linearGradient", where, stops)

    def clip(self, outline: str) -> str:
        """A clip made of a path, for `group(clip_path=…)`."""
        name = self._define("clipPath", "", f'<path d="{outline}"/>')
        return f"url(#{name})"

    def stamp(self, shape: str) -> str:
        """Markup kept for `use`, for what is drawn many times; answers its name."""
        return self._define("g", "", shape)

    def use(self, stamp: str, x: float, y: float, size: float = 1, **more: str | float | None) -> None:
        self._shapes.append(
            f'<use href="#{stamp}" transform="translate({_n(x)} {_n(y)}) scale({_n(size)})"{_attributes(more)}/>'
        )

    def raw(self, tag: str, **attributes: str | float | None) -> None:
        self._shapes.append(f"<{tag}{_attributes(attributes)}/>")

    def open(self, **attributes: str | float | None) -> None:
        self._shapes.append(f"<g{_attributes(attributes)}>")

    def close(self) -> None:
        self._shapes.append("</g>")

    @contextmanager
    def moved(self, x: float, y: float = 0, size: float = 1, turn: float = 0) -> Iterator[None]:
        """What is drawn in this block stands at x, y, so that shapes may be written down as plain paths."""
        turned = f" rotate({_n(turn)})" if turn else ""
        scaled = f" scale({_n(size)})" if size != 1 else ""
        self.open(transform=f"translate({_n(x)} {_n(y)}){turned}{scaled}")
        yield
        self.close()

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: str | float | None) -> None:
        self.raw("rect", x=x, y=y, width=width, height=height, fill=fill, **more)

    def circle(self, x: float, y: float, radius: float, fill: str, **more: str | float | None) -> None:
        self.raw("circle", cx=x, cy=y, r=radius, fill=fill, **more)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str, **more: str | float | None) -> None:
        self.raw("ellipse", cx=x, cy=y, rx=rx, ry=ry, fill=fill, **more)

    def path(self, d: str, fill: str, **more: str | float | None) -> None:
        self.raw("path", d=d, fill=fill, **more)

    def stroke(self, d: str, colour: str, width: float, **more: str | float | None) -> None:
        self.raw("path", d=d, fill="none", stroke=colour, stroke_width=width, **more)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """Light in air: bright in the middle, nothing at the rim."""
        soft = (
            (0.0, colour, strength),
            (0.25, colour, strength * 0.5),
            (0.55, colour, strength * 0.16),
            (1.0, colour, 0.0),
        )
        self.circle(x, y, radius, self.radial(*soft))

    def sky(self, *stops: Stop, down_to: float = HEIGHT) -> None:
        self.rect(0, 0, WIDTH, down_to, self.linear(*stops))

    def svg(self) -> str:
        defs = f"<defs>{''.join(self._defs)}</defs>" if self._defs else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'preserveAspectRatio="xMidYMid slice">{defs}{"".join(self._shapes)}</svg>'
        )


def _n(value: float) -> str:
    """A number as short as it can be: `.5`, `12`, `-.25`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    if text in ("-0", ""):
        return "0"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _attributes(attributes: dict[str, str | float | None]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else _n(value)}"'
        for name, value in attributes.items()
        if value is not None
    )


def at(*numbers: float) -> str:
    """Coordinates for a path, as whole units."""
    return " ".join(str(round(number)) for number in numbers)


def disc(x: float, y: float, radius: float) -> str:
    """A circle as a piece of path, for clips and for many at once."""
    r = round(radius)
    return f"M{at(x - r, y)}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"


def polygon(points: Iterable[Point]) -> str:
    return "M" + " ".join(f"{round(x)} {round(y)}" for x, y in points) + "Z"


def smooth(points: Sequence[Point]) -> str:
    """A soft line through the middles of the points, without its beginning `M` closed: add `V900H0Z` for a hill."""
    x, y = points[0]
    parts = [f"M{round(x)} {round(y)}"]
    for (x1, y1), (x2, y2) in pairwise(points[1:]):
        parts.append(f"Q{round(x1)} {round(y1)} {round((x1 + x2) / 2)} {round((y1 + y2) / 2)}")
    x, y = points[-1]
    return "".join(parts) + f"L{round(x)} {round(y)}"


def ridge(dice: Dice, y: float, rise: float, *, steps: int = 32, rough: float = 0.5) -> list[Point]:
    """A skyline of mountains from edge to edge: three waves and noise. rise: how far peaks stand above y."""
    phases = [dice.real(0, math.tau) for _ in range(3)]
    points = []
    for step in range(steps + 1):
        x = WIDTH * step / steps
        wave = (
            math.sin(x / 330 + phases[0]) * 0.5
            + math.sin(x / 140 + phases[1]) * 0.3
            + math.sin(x / 61 + phases[2]) * 0.2
        )
        points.append((x, y - rise * ((wave + 1) / 2 * (1 - rough * 0.4) + dice.real(0, rough) * 0.6)))
    return points


def hill(dice: Dice, y: float, rise: float, steps: int = 7) -> list[Point]:
    """A soft skyline: few points, meant for `smooth`."""
    return [(WIDTH * step / steps, y - dice.real(0, rise)) for step in range(-1, steps + 2)]


def ground(line: str) -> str:
    """Close a skyline downwards."""
    return f"{line}V900H0Z"


def stars(canvas: Canvas, dice: Dice, count: int, down_to: float, colour: str) -> None:
    """A field of stars, three sizes, thinner towards the horizon."""
    for size, share, opacity in ((2.0, 0.7, 0.5), (3.0, 0.22, 0.75), (4.4, 0.08, 0.95)):
        dots = "".join(
            f"M{dice.whole(0, WIDTH)} {round(down_to * dice.real() ** 1.5)}h0" for _ in range(round(count * share))
        )
        if dots:
            canvas.stroke(dots, colour, size, stroke_linecap="round", opacity=opacity)
