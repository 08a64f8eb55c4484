"""The two who are aboard: the ferryman in his coat, from behind, and Lin, seated and close."""

from __future__ import annotations

from functools import cache
from math import sin

from PIL import Image

from crowdfund.demo.filming.paint import Sheet, curve, round_of
from crowdfund.demo.filming.river_moon import BOAT_SIZE, EAR, HEAD_SIZE, MAN_SIZE

HEMS = 24  # drawings of the coat, as its hem moves


@cache
def man(step: int = 0) -> Image.Image:
    """The ferryman from behind, half turned to the left. step: of HEMS, how the wind holds his hem."""
    wind = 12 * sin(step / HEMS * 6.2832)
    s = Sheet(*MAN_SIZE)
    s.shape(curve([(268, 860), (262, 985), (330, 985), (336, 860)]), "#120e18")
    s.shape(curve([(374, 860), (372, 985), (442, 985), (432, 860)]), "#0e0a13")
    coat = _coat(wind)
    s.shape(coat, ("#3f6f7c", "#234a5e", "#132a40"))
    s.shape(curve([(366, 240), (380, 520), (420, 900), (540, 900), (500, 240)]), "#08142a90", blur=26, within=coat)
    s.shape(
        curve([(230, 300), (206, 560), (176 + wind, 880), (200, 880), (236, 560), (262, 310)]),
        "#a9d6d8a0",
        blur=9,
        within=coat,
    )
    for x, lean, depth in ((300, -34, 0.9), (352, -10, 0.6), (410, 26, 0.8)):
        fold = [(x, 520), (x + lean * 0.4, 660), (x + lean + wind * 0.7, 872)]
        s.line(curve(fold, closed=False), f"#0a1a2c{round(200 * depth):02x}", 6)
        s.line(curve([(px - 7, py) for px, py in fold], closed=False), f"#7fb3bd{round(110 * depth):02x}", 2.2)
    for y in range(300, 500, 26):  # quilting over the shoulders
        s.line(curve([(226, y + 26), (340, y), (470, y + 26)], closed=False), "#8fc3c870", 1.6)
    belt = [(214, 508), (340, 522), (470, 508), (474, 540), (340, 556), (210, 540)]
    s.shape(curve(belt), ("#c58b4b", "#8a5524"), within=coat)
    s.shape(round_of(262, 532, 13, 17), ("#f1d9a0", "#a8762f"))
    _arms(s)
    collar = curve([(238, 262), (262, 214), (340, 196), (420, 214), (446, 262), (430, 306), (340, 322), (252, 306)])
    s.shape(collar, ("#e7d2ad", "#b88b5c", "#7d5434"))
    s.line(curve([(246, 272), (340, 306), (438, 272)], closed=False), "#6b4428", 3)
    s.shape(curve([(296, 214), (300, 150), (340, 130), (384, 150), (388, 214), (340, 232)]), ("#2a1c22", "#5e4034"))
    _hat(s)
    return s.done()


def _coat(wind: float) -> list[tuple[float, float]]:
    return curve([(246, 262), (340, 236), (438, 262), (478, 330), (470, 500), (486, 640), (506 + wind * 0.4, 800), (500 + wind, 874),
                  (420 + wind, 862 - wind * 0.4), (340 + wind, 882), (260 + wind, 864 + wind * 0.4), (172 + wind, 878),
                  (184 + wind * 0.5, 780), (212, 640), (216, 500), (204, 340)], steps=8)  # fmt: skip


def _arms(s: Sheet) -> None:
    far = curve(
        [(438, 290), (470, 360), (440, 470), (330, 452), (250, 408), (246, 372), (300, 386), (392, 410), (412, 340)]
    )
    near = curve([(242, 286), (206, 350), (170, 430), (150, 520), (176, 548), (206, 530), (226, 450), (268, 360)])
    s.shape(far, ("#37667488", "#1d4256", "#12293c"))
    s.shape(near, ("#4d8390", "#27526a", "#16324a"))
    s.line(curve([(214, 352), (182, 432), (160, 520)], closed=False), "#a4d2d4b0", 3)
    s.shape(round_of(162, 548, 20, 24), ("#c98d6a", "#7d4d3c"))
    s.shape(round_of(246, 392, 18, 20), ("#b87f60", "#6d4235"))
    s.shape(curve([(146, 512), (180, 534), (208, 520), (204, 542), (176, 558), (144, 536)]), ("#e7d2ad", "#a87b4e"))


def _hat(s: Sheet) -> None:
    hat = curve(
        [
            (180, 176),
            (250, 108),
            (328, 52),
            (344, 44),
            (362, 52),
            (442, 108),
            (520, 172),
            (440, 192),
            (344, 200),
            (250, 194),
        ],
        steps=8,
    )
    s.shape(hat, ("#f0d59a", "#b98a4c", "#6e4a2a"))
    for k in range(-5, 6):
        s.line(
            curve([(345, 50), (345 + k * 17, 116), (345 + k * 33, 190 - abs(k) * 3)], closed=False), "#5a3a20a0", 1.6
        )
    for y, half in ((92, 64), (124, 108), (156, 146)):
        s.line(curve([(345 - half, y + 12), (345, y + 22), (345 + half, y + 12)], closed=False), "#5a3a2080", 1.6)
    s.shape(
        curve([(196, 170), (260, 108), (338, 54), (338, 66), (270, 122), (212, 178)]), "#fff3cf90", blur=5, within=hat
    )


@cache
def lin_seated() -> Image.Image:
    """Lin on the bench, from her left: on the boat's own sheet, so that she sits where she sits."""
    s = Sheet(*BOAT_SIZE)
    s.shape(curve([(300, 800), (318, 700), (350, 610), (400, 566), (470, 560), (512, 596), (530, 680), (640, 716), (664, 770), (660, 806)], steps=8),
            ("#b0466a", "#7c2a52", "#43163a"))  # fmt: skip
    s.line(curve([(416, 580), (400, 660), (404, 760)], closed=False), "#e58aa880", 4)
    s.line(curve([(520, 690), (580, 724), (640, 736)], closed=False), "#e58aa870", 4)
    s.shape(curve([(430, 574), (436, 530), (474, 530), (484, 570), (458, 588)]), ("#d39a76", "#a9694e"))
    face = curve(
        [
            (430, 476),
            (446, 432),
            (484, 424),
            (512, 446),
            (514, 470),
            (526, 488),
            (516, 496),
            (516, 512),
            (508, 528),
            (478, 538),
            (446, 526),
        ]
    )
    s.shape(face, ("#e9b48f", "#c98a68"))
    s.shape(
        curve(
            [(418, 500), (412, 440), (446, 402), (492, 404), (514, 436), (480, 446), (466, 486), (460, 520), (440, 528)]
        ),
        ("#2c1a2e", "#140b18"),
    )
    s.shape(round_of(404, 452, 28), ("#2c1a2e", "#120a16"))
    s.line(curve([(392, 436), (410, 428), (430, 436)], closed=False), "#8c5f7e", 3)
    s.shape(round_of(461, 504, 8, 12), "#d89a78")
    s.shape(curve([(461, 516), (469, 534), (461, 548), (453, 534)]), ("#ffffff", "#d8c6d4"))
    arm = curve([(430, 606), (410, 680), (450, 742), (560, 748), (566, 726), (480, 706), (470, 630)])
    s.shape(arm, ("#c25a7e", "#7c2a52"))
    s.shape(round_of(574, 738, 17, 13), ("#e9b48f", "#b67a5a"))
    return s.done()


FACE = [(706, 150), (738, 214), (744, 250), (764, 290), (800, 346), (792, 364), (766, 372), (786, 398), (776, 412), (782, 430), (762, 448),
        (764, 470), (760, 506), (722, 534), (664, 520), (610, 484), (596, 540), (604, 640), (628, 760), (430, 760), (456, 640),
        (440, 520), (420, 400), (430, 250), (540, 130)]  # fmt: skip


@cache
def lin_head() -> Image.Image:
    """Lin from her right side, close: hair up with a pin, the collar of her dress, moonlight along her face."""
    s = Sheet(*HEAD_SIZE)
    face = curve(FACE, steps=8)
    s.shape([(x + 6, y - 3) for x, y in face], "#dfe8ff", blur=2.5)
    s.shape(face, ("#f0bf9c", "#dc9d78", "#a8664f"))
    s.shape(
        curve([(440, 250), (560, 300), (610, 420), (640, 520), (600, 700), (420, 760), (400, 400)]),
        "#5d2a4aa8",
        blur=34,
        within=face,
    )
    s.shape(
        curve([(600, 470), (664, 516), (724, 532), (690, 570), (620, 600), (590, 540)]),
        "#5a2540b0",
        blur=14,
        within=face,
    )
    s.shape(round_of(694, 380, 34, 24), "#e8735f70", blur=18, within=face)
    s.shape(
        curve([(752, 406), (786, 398), (778, 412), (784, 430), (756, 436), (744, 418)]),
        "#b1433f",
        blur=1.4,
        within=face,
    )
    s.line(curve([(742, 417), (760, 415), (776, 413)], closed=False), "#6d1f2c", 2.2)
    s.line(curve([(676, 292), (704, 302), (730, 296), (738, 286)], closed=False), "#241019", 4.4)
    for lx, ly, dx, dy in ((738, 288, 14, 4), (728, 296, 13, 9), (714, 301, 9, 11)):
        s.line([(lx, ly), (lx + dx, ly + dy)], "#241019", 2.4)
    s.line(curve([(672, 250), (706, 232), (736, 238)], closed=False), "#2a141d", 6)
    _hair(s)
    x, y = EAR
    ear = curve(
        [
            (x - 12, y - 84),
            (x + 20, y - 104),
            (x + 46, y - 80),
            (x + 40, y - 36),
            (x + 16, y - 2),
            (x - 4, y + 4),
            (x - 12, y - 30),
        ]
    )
    s.shape(ear, ("#e7ad89", "#c07d60"))
    s.line(
        curve([(x + 2, y - 76), (x + 22, y - 86), (x + 32, y - 64), (x + 22, y - 34), (x + 6, y - 18)], closed=False),
        "#8d4f40",
        3.4,
    )
    s.shape(
        curve([(430, 690), (520, 716), (640, 700), (668, 780), (900, 900), (180, 900), (392, 780)]),
        ("#b0466a", "#6d2348", "#35112e"),
    )
    s.line(curve([(424, 700), (520, 728), (648, 708)], closed=False), "#f0b6c6", 4)
    return s.done()


def _hair(s: Sheet) -> None:
    hair = curve([(718, 168), (640, 226), (580, 300), (540, 318), (470, 316), (462, 420), (446, 500), (430, 600), (398, 560), (372, 430),
                  (384, 270), (450, 150), (570, 84), (670, 96)], steps=10)  # fmt: skip
    s.shape(round_of(372, 210, 98, 92), ("#3a2140", "#1b0f22", "#0f0814"))
    s.shape(hair, ("#3d2444", "#1d1026", "#0f0814"))
    for k in range(7):
        strand = [
            (700 - k * 22, 150 - k * 7),
            (590 - k * 26, 180 + k * 4),
            (480 - k * 14, 262 + k * 16),
            (436 - k * 4, 380 + k * 18),
        ]
        s.line(curve(strand, closed=False, steps=16), f"#8f6a9a{90 - k * 8:02d}", 2.2)
    for k in range(4):
        s.line(
            curve([(300 + k * 16, 176 + k * 22), (372, 150 + k * 26), (446 - k * 10, 190 + k * 20)], closed=False),
            "#8f6a9a60",
            2.2,
        )
    s.line([(286, 136), (462, 268)], "#2160bd", 8)
    s.line([(286, 134), (462, 266)], "#9cc8ff", 2)
    s.shape(round_of(284, 134, 13), ("#fffdf6", "#b9a2b8"))
    for points in (
        [(452, 470), (440, 560), (458, 640)],
        [(572, 306), (580, 350), (566, 396)],
        [(580, 300), (592, 338), (588, 366)],
    ):
        s.line(curve(points, closed=False, steps=16), "#1d1026c0", 1.6)
