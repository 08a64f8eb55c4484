"""What comes of a scan, by what the site says and what the device did."""

from __future__ import annotations

import pytest

from crowdfund.screenings.codes.judging import Verdict as V
from crowdfund.screenings.door.rules import Scan, judged_at, outcome_of

WHY = "She only went out."
IN, BACK, CLASH, OUT = (True, True, False), (True, False, False), (True, False, True), (False, False, False)


@pytest.mark.parametrize(
    ("verdict", "said", "because", "outcome"),
    [
        # the site was asked
        (V.ADMITTED, None, "", IN), (V.FORGED, None, "", OUT), (V.ALREADY_USED, None, "", OUT), (V.TOO_EARLY, None, "", OUT),
        (V.ADMITTED, None, WHY, IN), (V.ALREADY_USED, None, WHY, BACK), (V.TOO_EARLY, None, WHY, IN), (V.TOO_LATE, None, WHY, IN),
        (V.FORGED, None, WHY, OUT), (V.CANCELLED, None, WHY, OUT), (V.GIVEN_AWAY, None, WHY, OUT), (V.UNKNOWN_KEY, None, WHY, OUT),
        (V.WRONG_SCREENING, None, WHY, OUT), (V.NOT_A_TICKET, None, WHY, OUT),
        # a device decided by itself: what happened has happened
        (V.ADMITTED, V.ADMITTED, "", IN), (V.ALREADY_USED, V.ADMITTED, "", CLASH), (V.CANCELLED, V.ADMITTED, "", CLASH),
        (V.GIVEN_AWAY, V.ADMITTED, "", CLASH), (V.FORGED, V.ADMITTED, "", CLASH), (V.TOO_EARLY, V.ADMITTED, "", IN),
        (V.TOO_LATE, V.ADMITTED, "", IN),
        (V.ALREADY_USED, V.ALREADY_USED, WHY, BACK), (V.ALREADY_USED, V.TOO_EARLY, WHY, CLASH), (V.TOO_EARLY, V.TOO_EARLY, WHY, IN),
        (V.ADMITTED, V.ALREADY_USED, WHY, IN), (V.GIVEN_AWAY, V.TOO_EARLY, WHY, CLASH), (V.FORGED, V.FORGED, WHY, CLASH),
        (V.ADMITTED, V.GIVEN_AWAY, "", OUT), (V.ALREADY_USED, V.ALREADY_USED, "", OUT),
    ],
)  # fmt: skip
def test_what_comes_of_it(verdict: V, said: V | None, because: str, outcome: tuple[bool, bool, bool]) -> None:
    assert outcome_of(verdict, Scan("n" * 20, "PT1.", said=said, because=because)) == outcome


def test_a_device_that_was_offline_is_believed_about_the_past_and_not_about_the_future() -> None:
    assert judged_at(Scan("n" * 20, "PT1.", scanned_at=5, said=V.ADMITTED), 10) == 5
    assert judged_at(Scan("n" * 20, "PT1.", scanned_at=15, said=V.ADMITTED), 10) == 10
    assert judged_at(Scan("n" * 20, "PT1.", scanned_at=5), 10) == 10, "the site was asked, and it is now"


def test_the_same_scan_has_one_fingerprint() -> None:
    one = Scan("n" * 20, "PT1.", scanned_at=5)
    assert one.fingerprint == Scan("n" * 20, "PT1.", scanned_at=9).fingerprint
    assert one.fingerprint != Scan("n" * 20, "PT1.", because=WHY).fingerprint
