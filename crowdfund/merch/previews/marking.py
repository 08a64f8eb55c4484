"""A picture that says who looks at it: a name and a day all over it, drawn into the pixels for each viewer."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from crowdfund.database import outside_transaction

_marking = ThreadPoolExecutor(1, thread_name_prefix="marks")


def _begin_anew() -> None:
    """In a forked process, as the server's are: threads stay behind, and what is given to their pool would never be done."""
    global _marking
    _marking = ThreadPoolExecutor(1, thread_name_prefix="marks")


os.register_at_fork(after_in_child=_begin_anew)


def mark_of(name: str, email: str, day: str) -> str:
    """What is written over the picture. The letters at hand are Latin ones: who is called otherwise stands there by her address."""
    who = name if name.isascii() and name.isprintable() else ""
    return "  ".join(part for part in (who, email, day) if part)


async def marked(content: bytes, mark: str) -> bytes:
    """The picture as WebP with these words tiled over it."""
    outside_transaction("marking a picture")
    return await asyncio.get_running_loop().run_in_executor(_marking, _marked, content, mark)


def _marked(content: bytes, mark: str) -> bytes:
    with Image.open(BytesIO(content)) as opened:
        whole = opened.convert("RGB")
    size = max(14, round(whole.width / 36))
    font = ImageFont.load_default(size)
    left, top, right, bottom = ImageDraw.Draw(whole).textbbox((0, 0), mark, font=font)
    step_x, step_y = int(right - left) + 2 * size, int(bottom - top) + 3 * size
    side = int((whole.width**2 + whole.height**2) ** 0.5) + step_x
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    for row, y in enumerate(range(0, side, step_y)):
        for x in range(-(row % 2) * step_x // 2, side, step_x):
            # light with a dark edge, so that it can be read on any ground
            pen.text((x, y), mark, font=font, fill=(255, 255, 255, 96), stroke_width=1, stroke_fill=(0, 0, 0, 72))
    turned = sheet.rotate(24, resample=Image.Resampling.BICUBIC)
    at = ((side - whole.width) // 2, (side - whole.height) // 2)
    mask = turned.crop((*at, at[0] + whole.width, at[1] + whole.height))
    whole.paste(mask.convert("RGB"), (0, 0), mask.getchannel("A"))
    written = BytesIO()
    whole.save(written, "WEBP", quality=80, method=3)
    return written.getvalue()
