"""The eight shots, one function each: seconds of the film in, a frame out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from crowdfund.demo.filming import scenery as sc
from crowdfund.demo.filming.motion import HEIGHT, WIDTH, Pose, ease, eased, share, swing
from crowdfund.demo.filming.paint import Sheet, curve, faded, lit, place, smaller
from crowdfund.demo.filming.people import HEMS, lin_head, lin_seated, man
from crowdfund.demo.filming.river_moon import (
    BOAT_MIDDLE,
    BOAT_SIZE,
    LAMP_ABOARD,
    LIN_EAR_ABOARD,
    MAN_ABOARD,
    NAME,
    PEARL_HOOK,
    boat_aboard,
    boat_crossing,
    boat_leaving,
    lamp_ashore,
    lamp_close,
    lin_close,
    man_close,
    pearl_close,
)  # fmt: skip
from crowdfund.demo.filming.things import hull, lamp, pearl

FLAME = (160.0, 290.0)


@cache
def boat(step: int, size: float) -> Image.Image:
    """The ferry with all that is on it, ready at about the size it is used in."""
    whole = Image.new("RGBA", BOAT_SIZE)
    whole.alpha_composite(lin_seated())
    place(whole, smaller(man(step), 0.7), _scaled(MAN_ABOARD, 0.7))
    whole.alpha_composite(hull())
    place(whole, smaller(lamp(), 0.5), _scaled(LAMP_ABOARD, 0.5))
    return smaller(whole, size)


def _scaled(pose: Pose, by: float) -> Pose:
    """The same place for a drawing that was made smaller before."""
    return Pose(pose.x, pose.y, (pose.pivot[0] * by, pose.pivot[1] * by), pose.size / by, pose.turn)


def put_boat(canvas: Image.Image, t: float, pose: Pose, ready: float, light: float = 1.0) -> None:
    drawn = boat(int(t * 8) % HEMS, ready)
    flipped = ImageOps.flip(drawn)
    x, y = pose.x, pose.y + 92 * pose.size
    upside = Pose(
        x, y + 84 * pose.size, (BOAT_MIDDLE[0] * ready, (BOAT_SIZE[1] - 884) * ready), pose.size / ready, -pose.turn
    )
    place(canvas, flipped, upside, 0.26)
    _pole(canvas, t, pose)
    place(canvas, drawn, _scaled(pose, ready))
    lx, ly = pose.point(*LAMP_ABOARD.point(*FLAME))
    breath = 1 + 0.06 * swing(t, 0.7) + 0.05 * swing(t, 1.9, 1)
    lit(canvas, lx, ly, round(560 * pose.size), "#ffb45e", 0.5 * light * breath)
    lit(canvas, lx, ly, round(150 * pose.size), "#ffe2a0", 0.8 * light * breath)


def _pole(canvas: Image.Image, t: float, pose: Pose) -> None:
    hand, beat = pose.point(*MAN_ABOARD.point(162, 548)), swing(t, 6.2)
    length, width = 900 * pose.size, max(2, round(11 * pose.size))
    drawn = Image.new("RGBA", (width * 2, round(length) * 2))
    ImageDraw.Draw(drawn).rounded_rectangle(
        (width // 2, 0, width * 2 - width // 2, drawn.height), width, fill=(70, 44, 34, 255)
    )
    place(canvas, drawn, Pose(*hand, (width, length * 0.9), 0.5, -14 + 9 * beat))


def _river(t: float, stops: tuple[tuple[float, str], ...], horizon: int) -> Image.Image:
    """Sky, and the same sky in the water below the horizon."""
    canvas = sc.sky(stops, horizon).copy()
    below = ImageOps.flip(sc.sky(stops, horizon).crop((0, 0, WIDTH, horizon))).resize((WIDTH, HEIGHT - horizon))
    canvas.paste(Image.blend(below, Image.new("RGBA", below.size, (9, 7, 22, 255)), 0.42), (0, horizon))
    return canvas


def moonrise(t: float) -> Image.Image:
    canvas = _river(t, sc.DUSK, 520)
    place(canvas, sc.stars(), Pose(0, 0), 0.7)
    sc.put_moon(canvas, 980, eased(t, -1, 9, 450, 200), 86)
    pan = eased(t, 0, 9, 0, 1)
    for seed, top, rough, light, dark, y, slide in (
        (3, 130, 150, "#7d3d66", "#d0785a", 120, 30), (21, 210, 120, "#4a2352", "#9a4a5e", 128, 70), (8, 300, 70, "#241232", "#4d2444", 120, 130),
    ):  # fmt: skip
        place(canvas, sc.hills(seed, top, rough, light, dark), Pose(-40 - slide * pan, y))
    sc.put_mist(canvas, t, 410, 2, "#ffc9a0", 9, 0.5)
    canvas.paste(_river(t, sc.DUSK, 520).crop((0, 520, WIDTH, HEIGHT)), (0, 520))
    sc.ripples(canvas, t, 520, "#ffd6a8")
    sc.shimmer(canvas, t, 980, 522, "#ffe0a8")
    seen = ease(share(t, 1.6, 3.2)) * (1 - ease(share(t, 6.4, 7.6)))
    place(canvas, _words(NAME.upper(), 74, 26), Pose(470, 250, (800, 90), 0.9 + 0.008 * t), seen)
    return canvas


@cache
def _words(text: str, size: int, apart: int) -> Image.Image:
    """Letters with room between them. Pillow's own face: nothing is looked for on the machine."""
    font = ImageFont.load_default(size)
    found = Image.new("RGBA", (1600, 180))
    pen, widths = ImageDraw.Draw(found), [font.getlength(letter) for letter in text]
    x = (1600 - sum(widths) - apart * (len(text) - 1)) / 2
    for letter, width in zip(text, widths, strict=True):
        pen.text((x, 90), letter, font=font, fill="#fff6e2", anchor="lm")
        x += width + apart
    return found


def crossing(t: float) -> Image.Image:
    canvas = _river(t, sc.DUSK, 470)
    place(canvas, sc.stars(), Pose(0, 0), 0.8)
    sc.put_moon(canvas, 900, 190, 66)
    slide = eased(t, 7, 22, 0, 1)
    place(canvas, sc.hills(31, 150, 140, "#6b3460", "#c06a58"), Pose(-30 - 50 * slide, 70))
    place(canvas, sc.hills(12, 280, 80, "#2c1638", "#5a2a48"), Pose(-30 - 120 * slide, 70))
    sc.put_mist(canvas, t - 8, 360, 4, "#ffc9a0", 7, 0.45)
    canvas.paste(_river(t, sc.DUSK, 470).crop((0, 470, WIDTH, HEIGHT)), (0, 470))
    sc.shimmer(canvas, t, 900, 474, "#ffe0a8", 130)
    put_boat(canvas, t, boat_crossing(t), 0.34)
    sc.ripples(canvas, t, 590, "#ffd6a8", 0.5)
    return canvas


def aboard(t: float) -> Image.Image:
    canvas = _river(t, sc.NIGHT, 430)
    place(canvas, sc.stars(), Pose(-10 * share(t, 20, 31), 0), 1)
    sc.put_moon(canvas, 270 + 20 * share(t, 20, 31), 150, 58, "#cfe0ff", 0.7)
    place(canvas, sc.hills(44, 220, 110, "#1b2c54", "#44648c"), Pose(-60 - 60 * share(t, 20, 31), 30))
    sc.put_mist(canvas, t - 20, 320, 6, "#b9cdf0", 6, 0.5)
    canvas.paste(_river(t, sc.NIGHT, 430).crop((0, 430, WIDTH, HEIGHT)), (0, 430))
    sc.shimmer(canvas, t, 290, 434, "#dfe9ff", 110, 0.8)
    put_boat(canvas, t, boat_aboard(t), 0.9)
    pose = boat_aboard(t)
    x, y, width, height = pose.around(LIN_EAR_ABOARD)
    _glint(canvas, x + width / 2, y + height * 0.7, 26, share(t, 25, 25.5) - share(t, 25.5, 26.2))
    sc.ripples(canvas, t, 640, "#c9d8f4", 0.4)
    return canvas


def the_lamp(t: float) -> Image.Image:
    canvas = sc.sky(sc.DEEP).copy()
    sc.put_moon(canvas, 300 + 3 * (t - 31), 180, 70, "#cfe0ff", 0.5)
    place(canvas, sc.lights(5, ("#ffcf8a", "#8ab4ff", "#ff9d7a")), Pose(-190 + 7 * (t - 31), 0), 0.9)
    sc.ripples(canvas, t, 560, "#9db4ea", 0.4)
    pose = lamp_close(t)
    x, y = pose.point(*FLAME)
    breath = 1 + 0.05 * swing(t, 0.8) + 0.05 * swing(t, 2.1, 1)
    lit(canvas, x, y, 520, "#ff9f4a", 0.62 * breath)
    place(canvas, _beam(), Pose(pose.x, pose.y + 10, (742, 76), pose.size, -2))
    place(canvas, lamp(), pose)
    lit(canvas, x, y, 230, "#ffd27a", 0.66 * breath)
    for k, seconds in ((0, 2.3), (1, 3.1)):  # moths
        mx, my = x + (120 + 50 * k) * swing(t, seconds, k), y + 90 * swing(t, seconds * 0.63, 2 * k) - 20
        _moth(canvas, mx, my, t * 9 + k)
    return canvas


@cache
def _beam() -> Image.Image:
    s = Sheet(1400, 90)
    s.shape(curve([(-20, 20), (700, 8), (1420, 26), (1420, 62), (700, 52), (-20, 60)]), ("#7a5236", "#38222a"))
    s.line(curve([(0, 22), (700, 12), (1400, 28)], closed=False), "#c79462", 3)
    s.line(curve([(742, 46), (742, 70), (750, 80), (742, 86), (735, 80)], closed=False), "#8795a8", 5)
    return s.done()


def _moth(canvas: Image.Image, x: float, y: float, beat: float) -> None:
    wing = 5 + 6 * abs(swing(beat, 2))
    s = Sheet(40, 30)
    s.shape(curve([(20, 15), (20 - wing, 5), (20 - wing * 1.4, 15), (20 - wing, 22)]), "#ffe8c0d0")
    s.shape(curve([(20, 15), (20 + wing, 5), (20 + wing * 1.4, 15), (20 + wing, 22)]), "#ffe8c0d0")
    place(canvas, s.done(), Pose(x, y, (20, 15), 1.1, 20 * swing(beat, 7)))


def lin(t: float) -> Image.Image:
    canvas = sc.sky(sc.ROSE).copy()
    sc.put_moon(canvas, 1010 - 4 * (t - 42), 230, 130, "#ffd9c0", 0.7)
    place(canvas, sc.lights(8, ("#ffb38a", "#ff86a0", "#ffd9a0")), Pose(-60 - 9 * (t - 42), 0), 0.75)
    sc.ripples(canvas, t, 590, "#ffc9b8", 0.35)
    place(canvas, lin_head(), lin_close(t))
    pose = pearl_close(t)
    place(canvas, pearl(), pose)
    x, y = pose.point(48, 108)
    for at in (46.2, 51.4):
        _glint(canvas, x, y, 58, ease(share(t, at, at + 0.45)) - ease(share(t, at + 0.45, at + 1.5)))
    lit(canvas, *pose.point(PEARL_HOOK[0], 120), 90, "#fff3e0", 0.28)
    return canvas


def _glint(canvas: Image.Image, x: float, y: float, size: int, strength: float) -> None:
    if strength <= 0:
        return
    lit(canvas, x, y, size, "#ffffff", 0.85 * strength)
    star = Image.new("RGBA", (size * 4, size * 4))
    pen, m = ImageDraw.Draw(star), size * 2
    for dx, dy in ((1.9, 0.035), (0.035, 1.9)):
        pen.ellipse((m - size * dx, m - size * dy, m + size * dx, m + size * dy), fill=(255, 255, 255, 235))
    place(canvas, star, Pose(x, y, (m, m), 0.5 + 0.5 * strength, 18 * strength), strength)


def ferryman(t: float) -> Image.Image:
    canvas = _river(t, sc.NIGHT, 560)
    place(canvas, sc.stars(), Pose(0, 0), 1)
    sc.put_moon(canvas, 700 - 3 * (t - 55), 250, 190, "#bcd2ff", 0.6)
    place(canvas, sc.hills(52, 300, 90, "#14244a", "#2c4876"), Pose(-120 + 60 * share(t, 55, 67), 150))
    sc.put_mist(canvas, t - 55, 440, 14, "#b9cdf0", 8, 0.55)
    canvas.paste(_river(t, sc.NIGHT, 560).crop((0, 560, WIDTH, HEIGHT)), (0, 560))
    sc.shimmer(canvas, t, 700, 562, "#dfe9ff", 180, 0.8)
    pose = man_close(t)
    hand = pose.point(162, 548)
    drawn = Image.new("RGBA", (40, 2200))
    ImageDraw.Draw(drawn).rounded_rectangle((10, 0, 30, 2200), 10, fill=(92, 60, 42, 255))
    ImageDraw.Draw(drawn).rectangle((12, 0, 15, 2200), fill=(190, 150, 110, 255))
    place(canvas, drawn, Pose(*hand, (20, 1300), 0.5, -11 + 7 * swing(t, 6.2)))
    place(canvas, man(int(t * 8) % HEMS), pose)
    lit(canvas, pose.x + 420, 560, 420, "#ffb45e", 0.34 + 0.03 * swing(t, 0.9))
    sc.put_mist(canvas, t - 55, 600, 18, "#9db6e0", 14, 0.4)
    return canvas


def into_the_mist(t: float) -> Image.Image:
    canvas = _river(t, sc.NIGHT, 440)
    place(canvas, sc.stars(), Pose(0, 0), 1)
    sc.put_moon(canvas, 860, 210, 84, "#cfe0ff", 0.75)
    for seed, top, light, dark, y in ((61, 180, "#24386a", "#5a7aa6", 40), (62, 290, "#101c3c", "#2c4876", 40)):
        place(canvas, sc.hills(seed, top, 110, light, dark), Pose(-160 + 5 * (t - 67), y))
    canvas.paste(_river(t, sc.NIGHT, 440).crop((0, 440, WIDTH, HEIGHT)), (0, 440))
    sc.shimmer(canvas, t, 860, 444, "#eef3ff", 150)
    put_boat(canvas, t, boat_leaving(t), 0.26)
    for y, seed, speed, opacity in ((360, 21, 10, 0.8), (430, 22, -8, 0.7), (530, 23, 14, 0.5)):
        sc.put_mist(canvas, t - 67, y, seed, "#c3d4f2", speed, opacity * ease(share(t, 67, 75)))
    sc.ripples(canvas, t, 600, "#c9d8f4", 0.4)
    return canvas


def ashore(t: float) -> Image.Image:
    canvas = _river(t, sc.DAWN, 430)
    place(canvas, sc.stars(), Pose(0, 0), 0.4 * (1 - share(t, 77, 83)))
    sc.put_moon(canvas, 330, 150, 50, "#ffe9d0", 0.4)
    for seed, top, light, dark, y in ((71, 210, "#8a7598", "#f0b8a0", 20), (72, 300, "#4a4a72", "#a8808e", 30)):
        place(canvas, sc.hills(seed, top, 100, light, dark), Pose(-120 - 4 * (t - 77), y))
    sc.put_mist(canvas, t - 77, 330, 31, "#fff0dc", 8, 0.8)
    canvas.paste(_river(t, sc.DAWN, 430).crop((0, 430, WIDTH, HEIGHT)), (0, 430))
    sc.shimmer(canvas, t, 330, 434, "#fff3dc", 90, 0.6)
    sc.ripples(canvas, t, 440, "#fff0dc", 0.5)
    pose, burning = lamp_ashore(t), 1 - ease(share(t, 81, 82.4))
    place(canvas, _jetty(), Pose(0, 0))
    fx, fy = pose.point(*FLAME)
    lit(canvas, fx, fy, 260, "#ffb45e", 0.6 * burning)
    place(canvas, lamp(), pose)
    lit(canvas, fx, fy, 110, "#ffe2a0", 0.7 * burning)
    return faded_to_black(canvas, ease(share(t, 82.6, 83.8)))


@cache
def _jetty() -> Image.Image:
    s = Sheet(WIDTH, HEIGHT)
    s.shape([(560, 560), (1280, 530), (1280, 592), (552, 590)], ("#5a4048", "#2a1c2a"))
    for x in range(600, 1280, 62):
        s.line([(x, 559 - (x - 560) * 0.041), (x - 4, 590)], "#1c1220", 3)
    for post, low in ((590, 720), (780, 720), (1000, 720), (1210, 720)):
        s.shape([(post, 584), (post + 20, 584), (post + 24, low), (post - 4, low)], ("#38262e", "#140c18"))
    s.shape([(866, 300), (884, 300), (888, 560), (862, 560)], ("#6b4c4c", "#2a1c2a"))
    s.line([(874, 318), (800, 326)], "#4a343c", 9)
    return s.done()


def faded_to_black(canvas: Image.Image, share_black: float) -> Image.Image:
    if share_black > 0:
        canvas.alpha_composite(faded(Image.new("RGBA", canvas.size, (0, 0, 0, 255)), share_black))
    return canvas


SHOTS: tuple[tuple[float, Callable[[float], Image.Image]], ...] = (
    (0, moonrise), (8, crossing), (20, aboard), (31, the_lamp), (42, lin), (55, ferryman), (67, into_the_mist), (77, ashore),
)  # fmt: skip
MELT = 0.5  # seconds that one shot melts into the next, half on each side


def frame(t: float) -> Image.Image:
    """The picture at this second of the film."""
    index = max(i for i, (start, _) in enumerate(SHOTS) if t >= start)
    canvas = SHOTS[index][1](t)
    if index + 1 < len(SHOTS) and t > (cut := SHOTS[index + 1][0]) - MELT / 2:
        canvas = Image.blend(canvas, SHOTS[index + 1][1](t), ease(share(t, cut - MELT / 2, cut + MELT / 2)))
    elif index and t < (cut := SHOTS[index][0]) + MELT / 2:
        canvas = Image.blend(SHOTS[index - 1][1](t), canvas, ease(share(t, cut - MELT / 2, cut + MELT / 2)))
    return faded_to_black(canvas, 1 - ease(share(t, 0, 1.2)))
