"""Who gets what of a price, when a product is public, and how long a clip says that it is: pure, with the numbers visible."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from crowdfund.merch.applications.net import net_of
from crowdfund.merch.previews.clips import NotAClip, read_clip
from crowdfund.merch.previews.rules import TooMuchShown, is_public, public_at, refuse_preview

DAY = datetime(2027, 3, 1, tzinfo=UTC)


def test_the_parts_of_a_price_sum_to_what_is_paid() -> None:
    net = net_of(40_50, "USD", commission_bps=1_000, royalty_bps=800, tax_bps=700, shipping_minor=6_00, units=2)
    assert (net.items_minor, net.tax_minor, net.paid_minor) == (81_00, 5_67, 92_67)
    assert (net.commission_minor, net.royalty_minor, net.processor_minor) == (8_10, 6_48, 2_99)
    assert net.net_minor == 69_43 and sum(share.amount_minor for share in net.shares) == 92_67
    assert net.net_a_unit_minor == (69_43 - 6_00) // 2


def test_public_is_the_last_of_embargo_licence_and_airing() -> None:
    second = timedelta(seconds=1)
    assert public_at(None, None, None) is None and is_public(None, DAY)
    assert public_at(DAY, DAY + second, DAY - second) == DAY + second
    assert [is_public(DAY, DAY + n * second) for n in (-1, 0, 1)] == [False, True, True]


def test_a_clip_says_how_long_it_is_and_more_than_its_part_is_refused() -> None:
    movie = struct.pack(">I4s12xII", 28, b"mvhd", 1_000, 7_000)
    content = struct.pack(">I4s8x", 16, b"ftyp") + struct.pack(">I4s", 8 + len(movie), b"moov") + movie
    clip = read_clip(content)
    assert (clip.ending, clip.length_ms) == (".mp4", 7_000)
    told = {"duration_ms": 600_000, "product_ms": [], "title_ms": []}
    refuse_preview("clip", 10_000, 17_000, clip_ms=clip.length_ms, **told)  # type: ignore[arg-type]
    for start, end, product in ((10_000, 15_000, []), (10_000, 31_000, []), (10_000, 17_000, [54_000])):
        with pytest.raises(TooMuchShown):
            refuse_preview("clip", start, end, clip_ms=7_000, **{**told, "product_ms": product})  # type: ignore[arg-type]
    with pytest.raises(NotAClip):
        read_clip(b"nonsense")
