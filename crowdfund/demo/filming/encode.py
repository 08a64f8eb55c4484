"""Frames into a film: VP9 in WebM, which every current browser plays, with an index at the front so that one can jump."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image

# As good as it gets in the room there is; a whole picture each four seconds, so that a jump shows at once.
_VP9 = {
    "crf": "37",
    "b": "0",
    "deadline": "good",
    "cpu-used": "2",
    "row-mt": "1",
    "tile-columns": "1",
    "auto-alt-ref": "1",
    "lag-in-frames": "25",
}
_KEY_SECONDS = 4


def encode(frames: Iterable[Image.Image], to: Path, fps: int) -> None:
    """Raises ImportError where the extra `film` isn't installed."""
    import av  # of the extra [film]: only who draws the film anew needs it

    unfinished = to.with_name(f"unfinished-{to.name}")
    with av.open(str(unfinished), "w", format="webm", container_options={"cues_to_front": "1"}) as film:
        stream: Any = None
        for number, picture in enumerate(frames):
            if stream is None:
                stream = film.add_stream("libvpx-vp9", rate=fps, options=_VP9)
                stream.width, stream.height = picture.size
                stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, fps)
                stream.codec_context.gop_size = fps * _KEY_SECONDS
            frame = av.VideoFrame.from_image(picture.convert("RGB"))
            frame.pts, frame.time_base = number, Fraction(1, fps)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    unfinished.replace(to)
