"""River, hills, sky and mist: layers that slide over each other, and water that keeps moving."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFilter

from crowdfund.demo.filming.motion import HEIGHT, WIDTH, Pose, swing
from crowdfund.demo.filming.paint import Sheet, curve, faded, gradient, lit, place, rgba, round_of
from crowdfund.titles.art.canvas import Dice

WIDER = 1600  # hills are wider than the frame, so that they can slide

DUSK = ((0.0, "#120d2a"), (0.38, "#4a2455"), (0.62, "#a8466a"), (0.8, "#ec8a4c"), (1.0, "#f9cf8a"))
NIGHT = ((0.0, "#070a1c"), (0.5, "#142448"), (0.85, "#2f4a78"), (1.0, "#5b7ba0"))
DEEP = ((0.0, "#0a0c20"), (0.55, "#1b2150"), (1.0, "#3a3770"))
ROSE = ((0.0, "#160b22"), (0.5, "#471a3c"), (0.85, "#7a2f50"), (1.0, "#b0535a"))
DAWN = ((0.0, "#20305c"), (0.45, "#7a6a92"), (0.72, "#e9a890"), (1.0, "#fde2b4"))


@cache
def sky(stops: tuple[tuple[float, str], ...], horizon: int = HEIGHT) -> Image.Image:
    found = Image.new("RGBA", (WIDTH, HEIGHT), rgba(stops[-1][1]))
    found.paste(gradient((WIDTH, horizon), *stops), (0, 0))
    return found


@cache
def hills(seed: int, top: int, rough: int, light: str, dark: str) -> Image.Image:
    """A ridge, steep as on the river in old paintings, with mist at its foot."""
    dice, s = Dice(seed), Sheet(WIDER, 420)
    points: list[tuple[float, float]] = [(-80, 440)]
    x = -60.0
    while x < WIDER + 120:
        points.append((x, top + dice.real(0, rough)))
        x += dice.real(70, 190)
    points.append((WIDER + 80, 440))
    s.shape(curve(points, steps=8), (light, dark))
    return s.done()


@cache
def stars() -> Image.Image:
    dice, found = Dice(11), Image.new("RGBA", (WIDTH * 2, HEIGHT))
    pen = ImageDraw.Draw(found)
    for _ in range(150):
        x, y, r = dice.real(0, WIDTH * 2), dice.real(0, 640), dice.pick((1, 1.4, 1.4, 2.2))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(255, 246, 224, dice.whole(90, 230)))
    return found.resize((WIDTH, HEIGHT // 2), Image.Resampling.LANCZOS)


_UNIT = round_of(0, 0, 1)


@cache
def moon(radius: int) -> Image.Image:
    s = Sheet(radius * 2, radius * 2)
    disc = [(radius + radius * 0.985 * x, radius + radius * 0.985 * y) for x, y in _UNIT]
    s.shape(disc, ("#fffaf0", "#fff1d2", "#f6dcae"))
    for x, y, r in ((0.72, 0.62, 0.24), (1.22, 0.86, 0.3), (0.92, 1.3, 0.26), (1.4, 1.36, 0.14), (0.5, 1.08, 0.14)):
        crater = [(radius * (x + r * a), radius * (y + r * 0.8 * b)) for a, b in _UNIT]
        s.shape(crater, "#d9b98a50", blur=radius * 0.05, within=disc)
    return s.done()


def put_moon(
    canvas: Image.Image, x: float, y: float, radius: int, colour: str = "#ffdca0", strength: float = 0.75
) -> None:
    lit(canvas, x, y, radius * 5, colour, strength * 0.5)
    lit(canvas, x, y, radius * 2, colour, strength)
    place(canvas, moon(radius), Pose(x, y, (radius, radius)))


@cache
def _pieces(seed: int, number: int) -> tuple[tuple[float, float, float, float], ...]:
    dice = Dice(seed)
    return tuple((dice.real(), dice.real(), dice.real(2.6, 6.0), dice.real(0, 6.28)) for _ in range(number))


def shimmer(
    canvas: Image.Image, t: float, x: float, top: int, colour: str, wide: float = 150, strength: float = 1.0
) -> None:
    """The way of light on the water below the moon: dashes that breathe, wider the nearer they are."""
    mask = Image.new("L", (WIDTH * 2, (HEIGHT - top) * 2))
    pen, depth = ImageDraw.Draw(mask), (HEIGHT - top) * 2
    for down, across, seconds, phase in _pieces(5, 84):
        y = down**1.3 * depth
        breath = 0.5 + 0.5 * swing(t, seconds, phase)
        half = (10 + wide * (0.25 + down)) * (0.25 + 0.75 * breath) * (0.4 + across * 0.6)
        middle = 2 * x + (across - 0.5) * wide * (0.7 + 1.6 * down) + 8 * swing(t, seconds * 1.7, phase)
        thick = 1.5 + 4.5 * down
        pen.ellipse(
            (middle - half, y - thick, middle + half, y + thick),
            fill=round(strength * (90 + 150 * breath) * (1 - 0.55 * down)),
        )
    light = Image.new("RGBA", (WIDTH, HEIGHT - top), rgba(colour))
    light.putalpha(mask.reduce(2))
    canvas.alpha_composite(light, (0, top))


def ripples(canvas: Image.Image, t: float, top: int, colour: str, strength: float = 0.35) -> None:
    """Long quiet lines on the whole river, going slowly to the right."""
    mask = Image.new("L", (WIDTH * 2, (HEIGHT - top) * 2))
    pen, depth = ImageDraw.Draw(mask), (HEIGHT - top) * 2
    for down, across, seconds, phase in _pieces(9, 44):
        y = 6 + down**1.5 * depth
        x = (across * WIDTH * 2.4 + t * (10 + 40 * down)) % (WIDTH * 2.4) - WIDTH * 0.2
        half, thick = 40 + 190 * down, 0.8 + 2 * down
        fill = round(255 * strength * (0.4 + 0.6 * (0.5 + 0.5 * swing(t, seconds * 2, phase))))
        pen.ellipse((x - half, y - thick, x + half, y + thick), fill=fill)
    light = Image.new("RGBA", (WIDTH, HEIGHT - top), rgba(colour))
    light.putalpha(mask.reduce(2))
    canvas.alpha_composite(light, (0, top))


@cache
def mist(seed: int, colour: str) -> Image.Image:
    dice, found = Dice(seed), Image.new("L", (WIDER // 2, 120))
    pen = ImageDraw.Draw(found)
    for _ in range(26):
        x, y, rx, ry = dice.real(0, WIDER / 2), dice.real(34, 86), dice.real(60, 150), dice.real(6, 20)
        pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=dice.whole(70, 150))
    soft = found.filter(ImageFilter.GaussianBlur(14)).resize((WIDER, 240), Image.Resampling.BICUBIC)
    layer = Image.new("RGBA", soft.size, rgba(colour))
    layer.putalpha(soft)
    return layer


def put_mist(
    canvas: Image.Image, t: float, y: float, seed: int, colour: str, speed: float, opacity: float = 1.0
) -> None:
    place(canvas, mist(seed, colour), Pose(-160 + speed * t, y), opacity)


@cache
def lights(seed: int, colours: tuple[str, ...]) -> Image.Image:
    """Lights far away and out of focus."""
    dice, s = Dice(seed), Image.new("RGBA", (WIDER, HEIGHT))
    for _ in range(34):
        x, y, r = dice.whole(0, WIDER), dice.whole(360, 690), dice.whole(14, 46)
        dot = Image.new("RGBA", s.size)
        ImageDraw.Draw(dot).ellipse((x - r, y - r, x + r, y + r), fill=rgba(dice.pick(colours)))
        s.alpha_composite(faded(dot, dice.real(0.1, 0.34)))
    return s.filter(ImageFilter.GaussianBlur(4))
