"""How things move: easing, swinging, and the pose of a drawing, which also says where on the frame a part of it stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin

WIDTH, HEIGHT = 1280, 720

Rect = tuple[float, float, float, float]  # x, y, width, height in pixels of a drawing


def share(t: float, start: float, end: float) -> float:
    """How much of the time from start to end has passed, 0 to 1."""
    return min(1.0, max(0.0, (t - start) / (end - start)))


def ease(x: float) -> float:
    """Slow, quick, slow."""
    return x * x * (3 - 2 * x)


def eased(t: float, start: float, end: float, low: float, high: float) -> float:
    return low + (high - low) * ease(share(t, start, end))


def swing(t: float, seconds: float, phase: float = 0.0) -> float:
    """-1 to 1 and back, once in so many seconds."""
    return sin(2 * pi * t / seconds + phase)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a drawing stands: its pivot at x, y of the frame, turned by degrees (clockwise), enlarged by size."""

    x: float
    y: float
    pivot: tuple[float, float] = (0.0, 0.0)
    size: float = 1.0
    turn: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the drawing stands on the frame."""
        dx, dy, angle = (x - self.pivot[0]) * self.size, (y - self.pivot[1]) * self.size, radians(self.turn)
        return self.x + dx * cos(angle) - dy * sin(angle), self.y + dx * sin(angle) + dy * cos(angle)

    def around(self, part: Rect) -> Rect:
        """The upright box around a part of the drawing, in pixels of the frame."""
        x, y, width, height = part
        corners = [self.point(cx, cy) for cx in (x, x + width) for cy in (y, y + height)]
        left, top = min(c[0] for c in corners), min(c[1] for c in corners)
        return left, top, max(c[0] for c in corners) - left, max(c[1] for c in corners) - top


def on_frame(box: Rect) -> Rect | None:
    """The part of a box that is inside the frame, in shares of it; none where less than half is."""
    x, y, width, height = box
    left, top, right, bottom = max(0.0, x), max(0.0, y), min(WIDTH, x + width), min(HEIGHT, y + height)
    if right <= left or bottom <= top or (right - left) * (bottom - top) < width * height / 2:
        return None
    return left / WIDTH, top / HEIGHT, (right - left) / WIDTH, (bottom - top) / HEIGHT
