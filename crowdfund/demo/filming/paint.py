"""What the film is painted with: sheets drawn at twice their size, gradients, light, and placing one on another smoothly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, cos, floor, radians, sin

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from crowdfund.demo.filming.motion import Pose

Point = tuple[float, float]
Fill = str | tuple[str, str] | tuple[str, str, str]  # a colour, or a gradient from above to below
FINE = 2


def rgba(colour: str) -> tuple[int, int, int, int]:
    found = ImageColor.getcolor(colour, "RGBA")
    assert isinstance(found, tuple)
    return found  # type: ignore[return-value]


def gradient(size: tuple[int, int], *stops: tuple[float, str]) -> Image.Image:
    """From above to below. stops: where, 0 to 1, and the colour there."""
    column = Image.new("RGBA", (1, 256))
    colours = [(at, rgba(colour)) for at, colour in stops]
    for y in range(256):
        at = y / 255
        after = next((i for i, stop in enumerate(colours) if stop[0] >= at), len(colours) - 1)
        before = max(0, after - 1)
        (low, a), (high, b) = colours[before], colours[after]
        part = 0.0 if high == low else min(1.0, max(0.0, (at - low) / (high - low)))
        column.putpixel((0, y), tuple(round(m + (n - m) * part) for m, n in zip(a, b, strict=True)))
    return column.resize(size, Image.Resampling.BILINEAR)


def curve(points: Sequence[Point], closed: bool = True, steps: int = 12) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    n, found = len(points), []
    for i in range(n if closed else n - 1):
        a, b, c, d = (
            points[k % n] if closed else points[min(n - 1, max(0, k))] for k in (i - 1, i, i + 1, i + 2)
        )  # fmt: skip
        for step in range(steps):
            u = step / steps
            found.append(tuple(_between(a[k], b[k], c[k], d[k], u) for k in (0, 1)))
    return [*found, points[0] if closed else points[-1]]  # type: ignore[list-item]


def _between(a: float, b: float, c: float, d: float, u: float) -> float:
    return 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u * u + (3 * b - a - 3 * c + d) * u * u * u)


def round_of(x: float, y: float, rx: float, ry: float | None = None) -> list[Point]:
    ry = rx if ry is None else ry
    return [(x + rx * cos(radians(k * 6)), y + ry * sin(radians(k * 6))) for k in range(60)]


class Sheet:
    """Transparent paper. Coordinates are its own; it is drawn at twice the size, so that edges are smooth."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width * FINE, height * FINE)
        self.image = Image.new("RGBA", self.size)

    def mask(self, points: Sequence[Point], blur: float = 0) -> Image.Image:
        found = Image.new("L", self.size)
        ImageDraw.Draw(found).polygon([(x * FINE, y * FINE) for x, y in points], fill=255)
        return found.filter(ImageFilter.GaussianBlur(blur * FINE)) if blur else found

    def shape(
        self, points: Sequence[Point], fill: Fill, *, blur: float = 0, within: Sequence[Point] | None = None
    ) -> None:
        """A filled outline. blur: how soft its edge is. within: only inside this other outline."""
        mask = self.mask(points, blur)
        if within is not None:
            mask = ImageChops.multiply(mask, self.mask(within))
        self.paste(fill, mask, points)

    def paste(self, fill: Fill, mask: Image.Image, points: Sequence[Point]) -> None:
        if isinstance(fill, str):
            painted = Image.new("RGBA", self.size, rgba(fill))
        else:
            top, bottom = min(y for _, y in points), max(y for _, y in points)
            high = max(1, round((bottom - top) * FINE))
            stops = [(i / (len(fill) - 1), colour) for i, colour in enumerate(fill)]
            painted = Image.new("RGBA", self.size, rgba(fill[-1]))
            painted.paste(gradient((self.size[0], high), *stops), (0, round(top * FINE)))
            painted.paste(rgba(fill[0]), (0, 0, self.size[0], max(0, round(top * FINE))))
        painted.putalpha(ImageChops.multiply(painted.getchannel("A"), mask))
        self.image.alpha_composite(painted)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        laid = Image.new("RGBA", self.size)
        scaled = [(x * FINE, y * FINE) for x, y in points]
        pen = ImageDraw.Draw(laid)
        pen.line(scaled, fill=rgba(colour), width=max(1, round(width * FINE)), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            r = width * FINE / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=rgba(colour))
        self.image.alpha_composite(laid)

    def done(self) -> Image.Image:
        return self.image.reduce(FINE)


@lru_cache(maxsize=64)
def glow(radius: int, colour: str, strength: float = 1.0, hard: float = 2.2) -> Image.Image:
    """Light in air: bright in the middle, nothing at the rim."""
    fall: Callable[[int], int] = lambda v: round(255 * strength * max(0.0, 1 - v / 181.0) ** hard)  # noqa: E731
    alpha = Image.radial_gradient("L").point([fall(v) for v in range(256)]).resize((radius * 2, radius * 2))
    found = Image.new("RGBA", alpha.size, rgba(colour))
    found.putalpha(alpha)
    return found


def lit(canvas: Image.Image, x: float, y: float, radius: int, colour: str, strength: float = 1.0) -> None:
    place(
        canvas,
        glow(min(radius, 128), colour, round(strength, 2)),
        Pose(x, y, (min(radius, 128),) * 2, max(1.0, radius / 128)),
    )


def faded(layer: Image.Image, opacity: float) -> Image.Image:
    if opacity >= 0.999:
        return layer
    found = layer.copy()
    found.putalpha(layer.getchannel("A").point([round(v * max(0.0, opacity)) for v in range(256)]))
    return found


def place(canvas: Image.Image, layer: Image.Image, pose: Pose, opacity: float = 1.0) -> None:
    """Lay a drawing on the frame in this pose, with parts of pixels, so that slow movement doesn't jump."""
    if opacity <= 0.003:
        return
    x, y, width, height = pose.around((0, 0, layer.width, layer.height))
    left, top = max(0, floor(x) - 1), max(0, floor(y) - 1)
    right, bottom = min(canvas.width, ceil(x + width) + 1), min(canvas.height, ceil(y + height) + 1)
    if right <= left or bottom <= top:
        return
    angle, size = radians(pose.turn), pose.size
    a, b = cos(angle) / size, sin(angle) / size
    ox, oy = left - pose.x, top - pose.y  # a point of the frame back into the drawing
    back = (a, b, a * ox + b * oy + pose.pivot[0], -b, a, -b * ox + a * oy + pose.pivot[1])
    moved = layer.transform((right - left, bottom - top), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
    canvas.alpha_composite(faded(moved, opacity), (left, top))


def smaller(layer: Image.Image, size: float) -> Image.Image:
    """A drawing at another size, well sampled: for what is used small."""
    return layer.resize((round(layer.width * size), round(layer.height * size)), Image.Resampling.LANCZOS)
