"""Draws River Moon and writes it beside this file: `python -m crowdfund.demo.filming`, some minutes, with `pip install -e '.[film]'`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from PIL import Image

from crowdfund.demo.filming.encode import encode
from crowdfund.demo.filming.river_moon import DURATION_MS, FPS, POSTER, SIZE, STILLS, VIDEO, still_path
from crowdfund.demo.filming.shots import frame

POSTER_SECOND = 5.0


def frames() -> Iterator[Image.Image]:
    whole = DURATION_MS * FPS // 1000
    for number in range(whole):
        if number % FPS == 0:
            sys.stdout.write(f"\r{number // FPS} of {DURATION_MS // 1000} s")
            sys.stdout.flush()
        yield frame(number / FPS).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def stills() -> None:
    """A picture of each thing for sale, cut from the film where it is seen best."""
    for product, still in STILLS.items():
        left, top, width = still.left, still.top, still.width
        cut = frame(still.second).convert("RGB").crop((left, top, left + width, top + width * 3 // 4))
        cut.resize((960, 720), Image.Resampling.LANCZOS).save(still_path(product), "WEBP", quality=80, method=6)


def main() -> None:
    stills()
    frame(POSTER_SECOND).convert("RGB").save(POSTER, "WEBP", quality=82, method=6)
    encode(frames(), VIDEO, FPS)
    sys.stdout.write(f"\r{VIDEO.name}: {VIDEO.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
