"""Whose offer stands first, what is dropped, and no more than five at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import perf_counter

import orjson
import pytest
import webvtt

from crowdfund.merch.listings.rules import Offer
from crowdfund.merch.screen.cues import Cue, CueDocument, OnProduct, OnScene, OnWearer
from crowdfund.merch.screen.rules import Box
from crowdfund.merch.watching import wire
from crowdfund.merch.watching.rules import Standing, lines_of, ranked, turn_ends_at
from tests.pace import slowness

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BOXES = (Box(0, 0.62, 0.31, 0.08, 0.12), Box(2.4, 0.58, 0.30, 0.08, 0.12))


def an_offer(
    seller: int, match: str = "inspired", *, price: int = 4500, stock: str = "in_stock", listing: int = 0
) -> Offer:
    return Offer(
        listing or seller * 10, seller * 100, 1, seller, f"Seller {seller}", f"/listings/{seller}", "Pearl drops", match, price, price,
        price, "USD", stock, 5 if stock != "sold_out" else 0, NOW + timedelta(days=9), None, "",
    )  # fmt: skip


def a_cue(number: int, start_ms: int = 42_000, end_ms: int = 49_000, *, product: int = 1, boxes: Sequence[Box] = BOXES,
          prominence: int = 2, name: str = "Pearl drop", spoiler: int = 0) -> Cue:  # fmt: skip
    lin = OnWearer(7, "Lin", "Zhao Wei")
    what = OnProduct(product, name, "jewellery", "", "Mo Chen", "", None, "", lin)
    scene = OnScene(3, "S5", "Lin listens", 42_000, 55_000, 0)
    return Cue(number, what, scene, lin, start_ms, end_ms, tuple(boxes), prominence, "left ear", spoiler, "jewellery")


def a_document(*cues: Cue) -> CueDocument:
    scenes = (OnScene(3, "S5", "Lin listens", 42_000, 55_000, 0),)
    return CueDocument(9, 2, "ab" * 32, 84_000, scenes, cues, {cue.product.id: cue.product for cue in cues})


def sellers(offers: Sequence[Offer]) -> list[int]:
    return [offer.organisation_id for offer in offers]


# --- ranking ---


def test_the_best_match_first_then_what_is_there_and_sold_out_last() -> None:
    offers = [
        an_offer(1, "inspired", price=900),
        an_offer(2, "licensed_replica", price=9900),
        an_offer(3, "licensed_replica", price=4500, stock="preorder"),
        an_offer(4, "identical", price=100, stock="sold_out"),
        an_offer(5, "same_maker"),
        an_offer(6, "identical", stock="low"),
    ]
    assert sellers(ranked(offers, 77, NOW)) == [2, 3, 6, 5, 1, 4]


def test_three_small_sellers_each_stand_first_once_in_three_days() -> None:
    offers = [an_offer(seller, price=seller * 1000) for seller in (1, 2, 3)]
    firsts = [ranked(offers, 77, NOW + timedelta(days=day))[0].organisation_id for day in range(6)]
    assert sorted(firsts[:3]) == [1, 2, 3] and firsts[3:] == firsts[:3]


def test_on_one_day_the_turns_are_spread_over_the_cues() -> None:
    offers = [an_offer(seller) for seller in (1, 2, 3)]
    firsts = Counter(ranked(offers, cue, NOW)[0].organisation_id for cue in range(1, 3001))
    assert all(900 < count < 1100 for count in firsts.values()), firsts


def test_who_lists_ten_has_one_turn_like_who_lists_one() -> None:
    offers = [an_offer(1, price=100 + i, listing=i + 1) for i in range(10)] + [an_offer(2, price=9900, listing=99)]
    first = [ranked(offers, 5, NOW + timedelta(days=day)) for day in range(10)]
    assert Counter(one[0].organisation_id for one in first) == {1: 5, 2: 5}
    assert all(one[1].organisation_id != one[0].organisation_id for one in first)


def test_the_turn_is_the_same_all_day_and_ends_at_midnight() -> None:
    offers = [an_offer(seller) for seller in (1, 2)]
    ends = turn_ends_at(NOW)
    assert ends == datetime(2026, 11, 28, tzinfo=UTC)
    before, after = ranked(offers, 5, ends - timedelta(seconds=1)), ranked(offers, 5, ends)
    assert sellers(before) == sellers(ranked(offers, 5, NOW)) and sellers(after) == sellers(before)[::-1]


# --- what is shown ---


def test_what_cannot_be_had_here_is_dropped_and_what_looks_for_a_maker_is_only_listed() -> None:
    document = a_document(a_cue(1, product=1), a_cue(2, product=2), a_cue(3, product=3))
    lines = lines_of(document, {1: [an_offer(1)]}, {2}, NOW)
    assert [(line.cue.id, line.standing, line.is_marked) for line in lines] == [
        (1, Standing.OFFERED, True),
        (2, Standing.LOOKING, False),
    ]


def test_of_seven_at_one_moment_the_five_most_prominent_are_marked() -> None:
    cues = [a_cue(n, 42_000 + n, 49_000, product=n, prominence=3 if n > 3 else 1) for n in range(1, 8)]
    lines = lines_of(a_document(*cues), {n: [an_offer(n)] for n in range(1, 8)}, (), NOW)
    assert [line.cue.id for line in lines if line.is_marked] == [1, 4, 5, 6, 7]
    assert len(lines) == 7


def test_what_follows_one_another_is_all_marked() -> None:
    cues = [a_cue(n, n * 1000, n * 1000 + 1000, product=n) for n in range(1, 9)]
    lines = lines_of(a_document(*cues), {n: [an_offer(n)] for n in range(1, 9)}, (), NOW)
    assert all(line.is_marked for line in lines)


@pytest.mark.alone
def test_a_film_with_two_thousand_appearances_is_looked_through_in_a_moment() -> None:
    cues = [a_cue(n, n * 2500, n * 2500 + 7000, product=n % 200 + 1) for n in range(1, 2001)]
    offers = {n: [an_offer(1), an_offer(2)] for n in range(1, 201)}
    began = perf_counter()
    lines = lines_of(a_document(*cues), offers, (), NOW)
    text = wire.vtt(a_document(*cues), lines, "/watch/x")
    assert perf_counter() - began < slowness(), (
        "0.1 s on an idle machine; each second looked through for each would be minutes"
    )
    assert len(lines) == 2000 and text.count("-->") == 2001


# --- as it is sent ---


def test_a_library_reads_the_track_and_json_reads_its_cues() -> None:
    nasty = "Pearl --> drop <b>\u2028\n\n&amp; “Lin”\r\n00:00.000 --> 99:00.000"
    document = a_document(a_cue(1, name=nasty), a_cue(2, 50_000, 51_250, product=2))
    text = wire.vtt(document, lines_of(document, {1: [an_offer(1, "licensed_replica")]}, {2}, NOW), "/watch/x")
    captions = webvtt.from_string(text)
    told = [orjson.loads(caption.text) for caption in captions]
    assert [(one["k"], one.get("item", one.get("name"))) for one in told] == [
        ("item", nasty), ("scene", "Lin listens"), ("item", "Pearl drop"),
    ]  # fmt: skip
    first = told[0]
    assert (captions[0].start, captions[0].end) == ("00:00:42.000", "00:00:49.000")
    assert (first["match"], first["from"], first["cur"], first["st"], first["by"], first["sc"], first["spoiler"]) == (
        "licensed_replica", 4500, "USD", "in_stock", "Lin", "S5", 0,
    )  # fmt: skip
    assert first["box"] == [[0, 0.62, 0.31, 0.08, 0.12], [2.4, 0.58, 0.30, 0.08, 0.12]]
    assert first["href"].endswith("?t=42")
    assert "box" not in told[2] and told[2]["st"] == "looking" and "from" not in told[2]
    assert text.count("-->") == 3 and "<" not in text.removeprefix("WEBVTT")
    assert all(len(block.splitlines()) == 3 for block in text.split("\n\n")[1:])


def test_the_same_rows_as_json() -> None:
    document = a_document(a_cue(1), a_cue(2, product=2))
    lines = lines_of(document, {1: [an_offer(1)]}, {2}, NOW)
    rows = wire.rows(document, lines, "/watch/x", name="River Moon", region="CN", changes_at=turn_ends_at(NOW))
    assert (rows["revision"], rows["region"], rows["duration"], rows["changes"]) == (
        2,
        "CN",
        84.0,
        "2026-11-28T00:00:00Z",
    )
    assert [(cue["start"], cue["end"], cue["st"]) for cue in rows["cues"]] == [
        (42.0, 49.0, "in_stock"),
        (42.0, 49.0, "looking"),
    ]
    assert rows["scenes"][0]["sc"] == "S5"
