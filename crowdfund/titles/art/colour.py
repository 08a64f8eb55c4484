"""Colours of key art: six palettes named like the site's key classes, and mixing that stays clean (OKLab)."""

from __future__ import annotations

from dataclasses import dataclass

Lab = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """One mood. From `deep` (what stands near, almost black) over the sky's height down to `glow` at the horizon."""

    deep: str
    top: str
    mid: str
    low: str
    glow: str
    light: str
    accent: str
    cold: str

    def at(self, height: float) -> str:
        """A colour of the ramp: 0 is the nearest shadow, 1 the light at the horizon. What is far is mixed from high values."""
        ramp = (self.deep, self.top, self.mid, self.low, self.glow)
        place = min(max(height, 0.0), 1.0) * (len(ramp) - 1)
        step = min(int(place), len(ramp) - 2)
        return mix(ramp[step], ramp[step + 1], place - step)


PALETTES = {
    "amber": Palette("#160a18", "#2a1338", "#8a2c4a", "#e2672f", "#ffc774", "#fff0c8", "#ffb238", "#63c9d6"),
    "pitch": Palette("#03130f", "#062c2a", "#0f5a4b", "#4aa06a", "#e2e8a0", "#fbffdc", "#f4cf3e", "#7fe0c4"),
    "rose": Palette("#15061c", "#2a0f42", "#7d1f62", "#e24d76", "#ffbb9e", "#ffeadb", "#ff6f9d", "#7db7ff"),
    "sky": Palette("#051026", "#0a2350", "#1c5299", "#5aa3da", "#dcefff", "#ffffff", "#ffd25e", "#8fe6ff"),
    "violet": Palette("#0a0722", "#150f42", "#43299a", "#9a63d8", "#f6bfe6", "#fff0fb", "#ff9ad5", "#7de3ff"),
    "teal": Palette("#03141d", "#073040", "#0e6271", "#3fae9f", "#f8dfa6", "#fff7dc", "#ff8f5e", "#a8f0e0"),
}


def mix(one: str, other: str, share: float) -> str:
    """share 0 is `one`, 1 is `other`, mixed in OKLab: a mix in RGB goes grey between orange and blue."""
    a, b = _lab(one), _lab(other)
    return _hex((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share))


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _channel(value: float) -> int:
    value = min(max(value, 0.0), 1.0)
    return round(255 * (value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def _lab(colour: str) -> Lab:
    # Matrices: Björn Ottosson, "A perceptual color space for image processing", 2020.
    r, g, b = (_linear(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(lab: Lab) -> str:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    r = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    g = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return f"#{_channel(r):02x}{_channel(g):02x}{_channel(blue):02x}"
