"""River Moon: its shots, and where on the frame the earring, the coat, the lamp and the hat stand at each moment.

The painters read the same poses, so a box follows what it is around. Times are whole milliseconds of the film as it is encoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crowdfund.demo.filming.motion import Pose, Rect, eased, on_frame, swing

NAME = "River Moon"
FPS = 12  # drawn on twos, as drawn films are: half the pictures, and room for better ones
SIZE = (960, 540)
DURATION_MS = 84_000
VIDEO = Path(__file__).with_name("river-moon.webm")
VIDEO_TYPE = "video/webm"
CAPTIONS = Path(__file__).with_name("river-moon.vtt")
POSTER = Path(__file__).with_name("river-moon.webp")

# --- parts of the drawings, in their own pixels ---

LAMP_SIZE, LAMP_HOOK, LAMP_BODY = (320, 500), (160.0, 8.0), (62.0, 96.0, 196.0, 374.0)
MAN_SIZE, MAN_FEET, COAT, HAT = (700, 1000), (350.0, 985.0), (170.0, 218.0, 336.0, 664.0), (176.0, 40.0, 348.0, 160.0)
HEAD_SIZE, HEAD_NECK, EAR = (900, 900), (520.0, 720.0), (474.0, 424.0)
PEARL_SIZE, PEARL_HOOK, PEARL = (120, 190), (60.0, 8.0), (22.0, 4.0, 76.0, 172.0)
BOAT_SIZE, BOAT_MIDDLE = (1400, 900), (700.0, 780.0)
# On board, in pixels of the boat's drawing.
LAMP_ABOARD, MAN_ABOARD, LIN_ABOARD = Pose(690, 300, LAMP_HOOK, 0.34), Pose(1096, 800, MAN_FEET, 0.66), (330.0, 470.0)
LIN_EAR_ABOARD: Rect = (446.0, 506.0, 30.0, 46.0)


# --- poses, by seconds of the film ---


def boat_crossing(t: float) -> Pose:
    x = eased(t, 7, 22, 250, 900)
    return Pose(x, 566 + 3 * swing(t, 4.6), BOAT_MIDDLE, 0.34, 0.7 * swing(t, 5.4, 1))


def boat_aboard(t: float) -> Pose:
    return Pose(640 - eased(t, 19, 33, 0, 26), 690 + 5 * swing(t, 5.2), BOAT_MIDDLE, eased(t, 19, 33, 0.8, 0.87),
                0.8 * swing(t, 6.1, 2))  # fmt: skip


def boat_leaving(t: float) -> Pose:
    return Pose(eased(t, 65, 79, 520, 846), eased(t, 65, 79, 560, 496) + 1.5 * swing(t, 4.2), BOAT_MIDDLE,
                eased(t, 65, 79, 0.26, 0.15), 0.6 * swing(t, 5))  # fmt: skip


def lamp_close(t: float) -> Pose:
    return Pose(
        690 - eased(t, 31, 42, 0, 50),
        96 + 3 * swing(t, 4.4),
        LAMP_HOOK,
        eased(t, 31, 42, 1.02, 1.14),
        4.2 * swing(t, 3.8),
    )


def lamp_ashore(t: float) -> Pose:
    return Pose(806, 330, LAMP_HOOK, 0.44, 0.6 * swing(t, 4))


def lin_close(t: float) -> Pose:
    lifted = eased(t, 44.5, 48.5, 5.0, -3.5)
    return Pose(590 - eased(t, 42, 55, 0, 34), 746 + 3 * swing(t, 5), HEAD_NECK, eased(t, 42, 55, 1.0, 1.1), lifted)


def pearl_close(t: float) -> Pose:
    """From the ear downwards, whatever the head does; it swings after the head has moved."""
    head = lin_close(t)
    x, y = head.point(*EAR)
    after = max(0.0, t - 44.5)
    return Pose(x, y, PEARL_HOOK, 0.86 * head.size, (1.5 + 8 * max(0.0, 1 - after / 9)) * swing(t, 2.1))


def man_close(t: float) -> Pose:
    return Pose(680 + 16 * swing(t, 6.2), 800, MAN_FEET, eased(t, 55, 67, 0.84, 0.9), 2.2 * swing(t, 6.2, -0.4))


def aboard(boat: Callable[[float], Pose], part: Pose, rect: Rect) -> Callable[[float], Rect]:
    """Where a part of something that is on the boat stands: poses in poses."""
    return lambda t: boat(t).around(part.around(rect))


# --- what is shown when ---


@dataclass(frozen=True, slots=True)
class Scene:
    code: str
    name: str
    start_ms: int
    end_ms: int
    spoiler: int = 0


@dataclass(frozen=True, slots=True)
class Still:
    """Where a thing's picture is cut from: a moment, and a rectangle of 4 to 3 in pixels of what is drawn."""

    second: float
    left: int
    top: int
    width: int


STILLS = {
    "earring": Still(49.0, 280, 300, 480), "coat": Still(60.0, 380, 130, 760), "lamp": Still(36.0, 360, 60, 740),
    "hat": Still(57.0, 440, 0, 480),
}  # fmt: skip


def still_path(product: str) -> Path:
    return Path(__file__).with_name(f"{product}.webp")


@dataclass(frozen=True, slots=True)
class Shown:
    """An appearance as the registry takes it. product: earring, coat, lamp or hat. boxes: [seconds after start, x, y, w, h]."""

    product: str
    scene: str
    start_ms: int
    end_ms: int
    prominence: int
    alt: str
    boxes: list[list[float]]


SCENES = (
    Scene("S1", "Moonrise", 0, 8_000),
    Scene("S2", "The crossing", 8_000, 20_000),
    Scene("S3", "Aboard", 20_000, 31_000),
    Scene("S4", "The lamp", 31_000, 42_000),
    Scene("S5", "Lin listens", 42_000, 55_000),
    Scene("S6", "The ferryman", 55_000, 67_000),
    Scene("S7", "Into the mist", 67_000, 77_000),
    Scene("S8", "What stayed ashore", 77_000, 84_000, spoiler=1),
)


def _boxes(where: Callable[[float], Rect], start_ms: int, end_ms: int) -> list[list[float]]:
    """Corners of the way that a box takes, so that straight lines between them stay on what moves."""
    found: list[list[float]] = []
    for ms in range(start_ms, end_ms, 250):
        box = on_frame(where(ms / 1000))
        if box is not None:
            found.append([(ms - start_ms) / 1000, *(round(v, 4) for v in box)])
    kept = found[:1]
    for index in range(1, len(found) - 1):
        if not _on_the_way(kept[-1], found[index + 1], found[index]):
            kept.append(found[index])
    return [*kept, *found[-1:]] if len(found) > 1 else found


def _on_the_way(a: list[float], b: list[float], point: list[float]) -> bool:
    part = (point[0] - a[0]) / (b[0] - a[0])
    return part < 0.7 and all(
        abs(m + (n - m) * part - p) < 0.002 for m, n, p in zip(a[1:], b[1:], point[1:], strict=True)
    )


def _shown(
    product: str, scene: str, start: float, end: float, prominence: int, alt: str, where: Callable[[float], Rect]
) -> Shown:
    start_ms, end_ms = round(start * 1000), round(end * 1000)
    return Shown(product, scene, start_ms, end_ms, prominence, alt, _boxes(where, start_ms, end_ms))


APPEARANCES = (
    _shown("lamp", "S2", 9, 19.5, 1, "hanging amidships, small and lit", aboard(boat_crossing, LAMP_ABOARD, LAMP_BODY)),
    _shown("coat", "S2", 9, 19.5, 1, "on the ferryman, at the stern", aboard(boat_crossing, MAN_ABOARD, COAT)),
    _shown("lamp", "S3", 20.5, 30, 2, "between the two of them, lit", aboard(boat_aboard, LAMP_ABOARD, LAMP_BODY)),
    _shown("coat", "S3", 20.5, 30.8, 2, "on the ferryman, on the right", aboard(boat_aboard, MAN_ABOARD, COAT)),
    _shown("earring", "S3", 20.5, 30.8, 1, "at Lin's ear, on the left", lambda t: boat_aboard(t).around(LIN_EAR_ABOARD)),
    _shown("hat", "S3", 20.5, 30.8, 1, "on the ferryman's head", aboard(boat_aboard, MAN_ABOARD, HAT)),
    _shown("lamp", "S4", 31.2, 41.8, 3, "filling the frame, swinging", lambda t: lamp_close(t).around(LAMP_BODY)),
    _shown("earring", "S5", 42.2, 54.8, 3, "at Lin's ear, catching the moon", lambda t: pearl_close(t).around(PEARL)),
    _shown("coat", "S6", 55.2, 66.8, 3, "on the ferryman, from the collar to the hem", lambda t: man_close(t).around(COAT)),
    _shown("hat", "S6", 55.2, 66.8, 2, "above the coat, against the moon", lambda t: man_close(t).around(HAT)),
    _shown("lamp", "S8", 77.5, 83, 2, "alone on the jetty", lambda t: lamp_ashore(t).around(LAMP_BODY)),
)  # fmt: skip
