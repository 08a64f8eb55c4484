"""A preview from what a studio sends: judged before any file is written, kept, and judged again when its row is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from crowdfund.merch.previews import actions
from crowdfund.merch.previews.actions import Shown
from crowdfund.merch.previews.clips import Clip
from crowdfund.merch.previews.files import FILES
from crowdfund.merch.previews.models import Preview, PreviewKind
from crowdfund.merch.screen.models import OnscreenProduct

Add = Callable[[Shown], Awaitable[Preview]]


async def put_up(
    product: OnscreenProduct,
    start_ms: int,
    end_ms: int,
    picture: bytes,
    words: str,
    *,
    clip: Clip | None = None,
    add: Add,
) -> Preview:
    """picture: what is shown, or what stands for the clip. add: writes its row. Of what is refused no file stays.

    Raises Invalid, TooMuchShown.
    """
    if clip is None:
        shown = Shown(PreviewKind.CROP, start_ms, start_ms, "", "image/webp", words=words)
    else:
        shown = Shown(PreviewKind.CLIP, start_ms, end_ms, "", clip.media_type, words=words, clip_ms=clip.length_ms)
    await actions.refuse_before_it_is_kept(product, shown)
    poster = await FILES.keep(picture, ".webp")
    if clip is None:
        shown = replace(shown, file=poster)
    else:
        shown = replace(shown, file=await FILES.keep(clip.content, clip.ending), poster=poster)
    try:
        preview = await add(shown)
    except Exception:  # not where the asker went away: then it is put up all the same
        await FILES.drop([shown.file, shown.poster])
        raise
    if preview.file != shown.file:  # the same request was faster in another process
        await FILES.drop([shown.file, shown.poster])
    return preview
