"""Colours of other systems, as the nearest of ours: pages have a palette of classes, and no free colours."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

from PIL import ImageColor

from crowdfund.screenings.seating.plan import Colour

# Where ours stand on the circle of hues, in degrees.
_HUES = {Colour.ROSE: 339, Colour.AMBER: 24, Colour.PITCH: 150, Colour.TEAL: 187, Colour.SKY: 216, Colour.VIOLET: 257}


def nearest_colours(written: Sequence[str]) -> list[Colour]:
    """For each colour as CSS writes it one of ours, near in hue: each once, as long as there are any left.

    What can't be read, and grey, gets what is left over.
    """
    given: list[Colour] = []
    for text in written:
        hue = _hue(text)
        free = [colour for colour in Colour if colour not in given] or list(Colour)
        given.append(free[0] if hue is None else min(free, key=lambda colour: _apart(_HUES[colour], hue)))
    return given


def _hue(text: str) -> float | None:
    try:
        red, green, blue = ImageColor.getrgb(text.strip()[:40])[:3]
    except ValueError:
        return None
    hue, _, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    return hue * 360 if saturation > 0.08 else None


def _apart(one: float, other: float) -> float:
    return min(abs(one - other), 360 - abs(one - other))
