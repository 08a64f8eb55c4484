"""When a product is public, what a preview may be, and how long a link to one is good: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crowdfund.merch.previews.models import PreviewKind
from crowdfund.refusal import Invalid, NotAllowed, NotFound, Refusal

CLIP_MS_MAX = 20_000
PRODUCT_MS_MAX = 60_000  # of all clips of one product together
TITLE_PERCENT_MAX = 10  # of a film, of all its clips together: never the film
PREVIEWS_MAX = 12
WORDS_MAX = 200
LINK_SECONDS = 15 * 60  # of wall time, as with all that is signed
LENGTH_SLACK_MS = 500


class NoSuchPreview(NotFound):
    pass


class NotForYou(NotAllowed):
    pass


class ConsentNeeded(Refusal):
    """Before one looks, one agrees to keep it to oneself."""

    status_code = 403


class LinkOver(Refusal):
    """The link was good for some minutes only, and only for whom it was made."""

    status_code = 410


class TooMuchShown(Invalid):
    pass


def public_at(embargo_until: datetime | None, starts_at: datetime | None, airs_at: datetime | None) -> datetime | None:
    """From when on a product is public: the last of its embargo, the start of its licence, and the first airing of its film.

    None: there is nothing to wait for.
    """
    return max((at for at in (embargo_until, starts_at, airs_at) if at is not None), default=None)


def is_public(at: datetime | None, now: datetime) -> bool:
    return at is None or now >= at


def refuse_preview(
    kind: str,
    start_ms: int,
    end_ms: int,
    *,
    duration_ms: int | None,
    clip_ms: int | None,
    product_ms: Iterable[int],
    title_ms: Iterable[int],
) -> None:
    """Raises Invalid, TooMuchShown. duration_ms: of the film, where it is known. clip_ms: what the file itself says that it lasts.

    product_ms, title_ms: how long the clips are that there are already, of the product and of the whole film.
    """
    if duration_ms is not None and end_ms > duration_ms:
        raise Invalid("The film is shorter than that.", field="end")
    if kind == PreviewKind.CROP:
        return
    length = end_ms - start_ms
    if length <= 0:
        raise Invalid("A clip has to end after it begins.", field="end")
    if length > CLIP_MS_MAX:
        raise TooMuchShown("A clip lasts at most {most} seconds.", field="end", most=CLIP_MS_MAX // 1000)
    if clip_ms is None:
        raise Invalid("This file doesn't say how long it is. Please save the clip again as MP4 or WebM.", field="clip")
    if clip_ms > length + LENGTH_SLACK_MS:
        raise TooMuchShown("The file is longer than the part of the film that you name.", field="clip")
    if sum(product_ms) + length > PRODUCT_MS_MAX:
        sentence = "All clips of one product together last at most {most} seconds."
        raise TooMuchShown(sentence, field="end", most=PRODUCT_MS_MAX // 1000)
    if duration_ms is not None and (sum(title_ms) + length) * 100 > duration_ms * TITLE_PERCENT_MAX:
        sentence = "All clips of a film together show at most {most} % of it."
        raise TooMuchShown(sentence, field="end", most=TITLE_PERCENT_MAX)


def link_until(wall: datetime) -> datetime:
    return wall + timedelta(seconds=LINK_SECONDS)
