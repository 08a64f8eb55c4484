"""What is for sale, drawn large and once: the blue enamel lamp and the pearl drop; and the boat that carries them."""

from __future__ import annotations

from functools import cache

from PIL import Image

from crowdfund.demo.filming.paint import Sheet, curve, round_of
from crowdfund.demo.filming.river_moon import BOAT_SIZE, LAMP_SIZE, PEARL_SIZE


@cache
def lamp() -> Image.Image:
    """A storm lamp in chipped blue enamel: handle, hood, glass with a flame, tank. The flame's light is laid over it later."""
    s = Sheet(*LAMP_SIZE)
    s.line(curve([(92, 150), (84, 60), (160, 8), (236, 60), (228, 150)], closed=False), "#6f7f95", 5)
    s.line(curve([(92, 150), (84, 60), (160, 8), (236, 60), (228, 150)], closed=False), "#c9d7e6", 1.6)
    s.shape(
        curve([(128, 118), (134, 98), (160, 92), (186, 98), (192, 118), (196, 128), (124, 128)]), ("#3d7fd0", "#173f86")
    )
    hood = curve(
        [(84, 182), (104, 138), (140, 122), (180, 122), (216, 138), (236, 182), (226, 192), (94, 192)], steps=8
    )
    s.shape(hood, ("#4f97e6", "#1d55ad", "#10336f"))
    s.shape(round_of(122, 152, 22, 12), "#cfe6ffd0", blur=5, within=hood)
    s.line([(90, 188), (230, 188)], "#eef5fb", 3.4)
    glass = curve(
        [(110, 196), (92, 256), (104, 330), (124, 352), (196, 352), (216, 330), (228, 256), (210, 196)], steps=8
    )
    s.shape(glass, ("#ffd98c66", "#ffbf5c99", "#ff9d3c7a"))
    s.shape(round_of(160, 290, 46, 62), "#ffe9b0c0", blur=14, within=glass)
    s.shape(
        curve([(160, 236), (178, 288), (172, 326), (160, 336), (148, 326), (142, 288)]),
        ("#fff8dc", "#ffd45e", "#ff9a2e"),
        blur=1.5,
    )
    s.shape(curve([(160, 286), (167, 312), (160, 330), (153, 312)]), "#7fb4ff", blur=2)
    s.shape(curve([(116, 214), (106, 258), (114, 318), (122, 318), (116, 258), (126, 214)]), "#ffffff78", blur=1.5)
    for x, lean in ((96, -12), (224, 12)):
        s.line(curve([(x, 190), (x + lean, 270), (x, 356)], closed=False), "#1d4c98", 6)
        s.line(curve([(x - 1, 190), (x + lean - 1, 270), (x - 1, 356)], closed=False), "#8fc0f5", 1.4)
    tank = curve([(96, 356), (66, 392), (62, 436), (78, 464), (242, 464), (258, 436), (254, 392), (224, 356)], steps=8)
    s.shape(tank, ("#559eea", "#2160bd", "#0d2d66"))
    s.shape(
        curve([(92, 380), (78, 412), (84, 444), (96, 444), (92, 412), (104, 382)]), "#e6f3ffc8", blur=3, within=tank
    )
    s.shape(round_of(206, 430, 40, 22), "#0a1f4a90", blur=10, within=tank)
    s.line(curve([(97, 357), (160, 362), (223, 357)], closed=False), "#eef5fb", 4)
    s.line(curve([(76, 463), (160, 469), (244, 463)], closed=False), "#eef5fb", 4)
    for x, y, r in ((228, 388, 6), (234, 396, 4), (120, 452, 5), (206, 132, 4)):  # where the enamel has sprung off
        s.shape(round_of(x, y, r + 1.6, r), "#f4f1e8")
        s.shape(round_of(x, y, r * 0.6, r * 0.5), "#3a2e2a")
    s.shape(round_of(250, 420, 9, 7), ("#e7edf4", "#8795a8"))
    return s.done()


@cache
def pearl() -> Image.Image:
    s = Sheet(*PEARL_SIZE)
    s.line(curve([(60, 2), (66, 12), (60, 22), (55, 14), (60, 8)], closed=False), "#f3dfa6", 3)
    s.line([(60, 22), (60, 62)], "#f3dfa6", 3)
    s.shape(curve([(48, 66), (52, 54), (60, 50), (68, 54), (72, 66), (60, 72)]), ("#fff0bf", "#c99d4a"))
    drop = curve([(60, 56), (78, 84), (92, 116), (88, 150), (60, 168), (32, 150), (28, 116), (42, 84)])
    s.shape(drop, ("#fffdf6", "#f1e3d6", "#b9a2b8"))
    s.shape(round_of(76, 136, 24, 32), "#8f7ba655", blur=10, within=drop)
    s.shape(round_of(66, 152, 24, 9), "#ffd9c0b0", blur=6, within=drop)
    s.shape(round_of(48, 104, 10, 18), "#ffffff", blur=4, within=drop)
    s.shape(round_of(45, 98, 4, 7), "#ffffff")
    return s.done()


@cache
def hull() -> Image.Image:
    """The ferry from its side, with an arch of bent bamboo that the lamp hangs from."""
    s = Sheet(*BOAT_SIZE)
    for shift, colour in ((0, "#1a1218"), (10, "#2a1d22")):
        arch = [(470 + shift, 780), (486 + shift, 470), (690, 292 + shift), (886 - shift, 470), (902 - shift, 780)]
        s.line(curve(arch, closed=False, steps=24), colour, 13 - shift * 0.5)
    s.line(curve([(478, 770), (494, 474), (690, 300), (878, 474), (894, 770)], closed=False, steps=24), "#8a5a3c", 2)
    side = curve([(60, 716), (200, 776), (420, 802), (700, 808), (980, 802), (1200, 772), (1346, 700), (1300, 812), (1180, 868),
                  (900, 886), (500, 886), (220, 866), (110, 806)], steps=16)  # fmt: skip
    s.shape(side, ("#4a2f2a", "#2a1a1f", "#130c14"))
    for low, colour, width in ((0, "#b07a4e", 5), (20, "#5b3a30", 3), (44, "#3a2528", 2.5)):
        plank = [
            (70, 722 + low),
            (200, 779 + low),
            (420, 804 + low),
            (700, 810 + low),
            (980, 804 + low),
            (1200, 775 + low),
            (1338, 708 + low),
        ]
        s.line(curve(plank, closed=False, steps=16), colour, width)
    for x in (300, 560, 820, 1080):
        s.line([(x, 812), (x + 4, 876)], "#120b12", 3)
    return s.done()
