"""Draws River Moon and writes it beside this file: `python -m crowdfund.demo.filming`, some minutes, with `pip install -e '.[film]'`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from PIL import Image

from crowdfund.demo.filming.encode import encode
from crowdfund.demo.filming.river_moon import DURATION_MS, FPS, POSTER, VIDEO
from crowdfund.demo.filming.shots import frame

POSTER_SECOND = 5.0


def frames() -> Iterator[Image.Image]:
    whole = DURATION_MS * FPS // 1000
    for number in range(whole):
        if number % FPS == 0:
            sys.stdout.write(f"\r{number // FPS} of {DURATION_MS // 1000} s")
            sys.stdout.flush()
        yield frame(number / FPS)


def main() -> None:
    frame(POSTER_SECOND).convert("RGB").save(POSTER, "WEBP", quality=82, method=6)
    encode(frames(), VIDEO, FPS)
    sys.stdout.write(f"\r{VIDEO.name}: {VIDEO.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
