"""Pictures of products that have none yet: drawn from the product's number, the same picture for ever.

What is drawn follows the words of the product (`words.py`), its light and its colours the dice and the title's own colour. It
stands in the middle, so that the picture may be cut to a square. No text, no script, no style, as with titles' key art.
"""

from __future__ import annotations

from collections.abc import Callable

from crowdfund.merch.art import jewels, made, rooms, worn
from crowdfund.merch.art.light import backdrop
from crowdfund.titles.art import palette_of
from crowdfund.titles.art.canvas import Canvas, Dice
from crowdfund.titles.art.colour import PALETTES, Palette

Thing = Callable[[Canvas, Dice, Palette], None]

THINGS: dict[str, Thing] = {
    thing.__name__: thing
    for thing in (
        jewels.earring, jewels.necklace, jewels.ring, jewels.bracelet, jewels.brooch, jewels.watch,
        worn.coat, worn.dress, worn.hat, worn.scarf, worn.boot, worn.bag, worn.shirt, worn.spectacles,
        rooms.lamp, rooms.chair, rooms.teapot, rooms.vase, rooms.lantern, rooms.mirror, rooms.poster,
        made.book, made.camera, made.radio, made.umbrella, made.key, made.letter, made.chest, made.kite, made.violin,
    )
}  # fmt: skip
OF_KIND = {"jewellery": "earring", "costume": "coat", "prop": "chest", "set": "lamp"}
NUMBERS = 1_000_000  # of different pictures of one thing


def drawn(thing: str, mood: str, number: int) -> str:
    """An SVG of 1600 x 900, under 12 KB, of one of THINGS. mood: a palette's name. What is unknown is drawn as a chest, by the dice."""
    dice = Dice(number)
    palette = PALETTES.get(mood) or PALETTES[palette_of(number).removeprefix("key--")]
    canvas = Canvas()
    backdrop(canvas, dice, palette)
    THINGS.get(thing, made.chest)(canvas, dice, palette)
    return canvas.svg()
