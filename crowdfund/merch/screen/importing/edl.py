"""The list of an edit (EDL, CMX3600): shots become scenes by the names of their clips, markers become products.

    TITLE: RIVER MOON
    FCM: NON-DROP FRAME
    001  A012     V     C        10:02:11:04 10:02:15:00 01:00:00:00 01:00:03:21
    * FROM CLIP NAME: S12-3A T4
    * LOC: 01:00:01:10 RED     PEARL EARRING | LIN
     |C:ResolveColorBlue |M:JACKET | LIN |D:48

Of two shots of one scene that touch, or with others between, a scene is made from the first to the last. A marker names a product,
after a bar who wears it: from the marker to the end of its shot, or for as long as the marker is. Timecodes are those of the
finished film (the last two of a line; the first two are the camera's); they are counted from the film's first frame. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from crowdfund.merch.screen.importing.rows import ROWS_MAX, Listed, ListNotUnderstood, Problem, SceneRow, SightingRow
from crowdfund.merch.screen.rules import NAME_MAX
from crowdfund.merch.screen.timecode import RATES, can_drop, frame_of, ms_of_frame, nominal, rate_name
from crowdfund.refusal import Sentence

_TC = r"(\d{1,2}:\d\d:\d\d[:;]\d\d)"
_EVENT = re.compile(
    rf"(\d{{1,6}}|M2)\s+(\S+)\s+(\S+)\s+(\S+)(?:\s+\d{{1,4}})?\s+{_TC}\s+{_TC}\s+{_TC}\s+{_TC}", re.ASCII
)
_MOTION = re.compile(r"M2\s", re.ASCII)
_CLIP = re.compile(r"\*\s*FROM CLIP NAME:\s*(.+)", re.IGNORECASE)
_LOCATOR = re.compile(rf"\*\s*LOC:\s*{_TC}\s+[A-Z]+\s+(.+)", re.IGNORECASE | re.ASCII)
_MARKER = re.compile(r"\|C:\S+\s+\|M:(.+?)\s+\|D:(\d{1,7})", re.IGNORECASE)
_MODE = re.compile(r"FCM:\s*(NON[- ]DROP|DROP)", re.IGNORECASE)
_SAYS_RATE = re.compile(r"\*?\s*(?:FRAME ?RATE|FPS)\s*[:=]\s*(\d{2}(?:[.,]\d{1,3})?)", re.IGNORECASE)
_SCENE = re.compile(r"([A-Z]{0,3}\d{1,4}[A-Z]?)(?=[\s_\-/.]|$)", re.ASCII)
_SURE_FROM = 100  # timecodes: that so many at 25 frames never have the 25th happens once in sixty times


class WrongFrameRate(ListNotUnderstood):
    """The list was made at another rate than the master."""


@dataclass(slots=True)
class _Shot:
    line: int
    start: int
    end: int
    scene: str = ""
    markers: list[tuple[int, int, int, str]] = field(default_factory=list)  # line, first and last frame, words


def read_edl(text: str, fps: Fraction, master_fps: Fraction, first: str = "") -> Listed:
    """What an edit says is on screen. fps: of the list. first: the timecode of the film's first frame; else its hour is guessed.

    Raises ListNotUnderstood, WrongFrameRate, NoSuchFrame.
    """
    if fps != master_fps:
        raise WrongFrameRate(
            "This list is at {list} frames a second, and the master at {master}: ask the editor for a list at the master's rate.",
            field="fps", list=rate_name(fps), master=rate_name(master_fps),
        )  # fmt: skip
    reading = _Reading(fps)
    for number, line in enumerate(text.split("\n"), 1):
        reading.take(line.strip(), number)
    if not reading.shots:
        raise ListNotUnderstood("There is no shot in this list: is it an EDL (CMX3600)?", field="file")
    begin = (
        frame_of(first, fps, drop=reading.drops)
        if first
        else _hour_of(min(s.start for s in reading.shots), fps, reading.drops)
    )
    return _listed(reading, begin, first or _hour_text(begin, fps, reading.drops))


class _Reading:
    """An EDL as it is read, line by line."""

    def __init__(self, fps: Fraction) -> None:
        self.fps, self.drops = fps, False
        self.shots: list[_Shot] = []
        self.highest, self.timecodes = 0, 0

    def take(self, line: str, number: int) -> None:
        if match := _MODE.match(line):
            self.drops = match[1].upper() == "DROP"
            if self.drops and not can_drop(self.fps):
                raise WrongFrameRate(
                    "Line {line}: this list drops frames, which only 29.97 and 59.94 do, and the master is at {rate}.",
                    field="fps", line=number, rate=rate_name(self.fps),
                )  # fmt: skip
        elif match := _SAYS_RATE.match(line):
            self._check_rate(match[1].replace(",", "."), number)
        elif _MOTION.match(line):
            pass  # the speed of a shot: where it stands in the film is told by its own line
        elif match := _EVENT.match(line):
            self._event(match, number)
        elif re.match(r"\d{3,6}\s+\S+\s+\S+\s", line):
            raise ListNotUnderstood(
                "Line {line}: a shot has four timecodes like 01:00:12:05.", field="file", line=number
            )
        elif self.shots:
            self._comment(line, number)

    def _check_rate(self, said: str, number: int) -> None:
        known = {name: rate for name, rate in RATES.items() if rate == self.fps or name == said}
        if known.get(said, self.fps) != self.fps:
            raise WrongFrameRate(
                "Line {line}: the list itself says {said} frames a second, and the master is at {rate}.",
                field="fps", line=number, said=said, rate=rate_name(self.fps),
            )  # fmt: skip

    def _event(self, match: re.Match[str], number: int) -> None:
        start, end = self._frame(match[7]), self._frame(match[8])
        if end < start:
            raise ListNotUnderstood("Line {line}: this shot ends before it starts.", field="file", line=number)
        if (
            re.search(r"V|B", match[3].upper()) and end > start
        ):  # sound alone is nothing to see, and nothing is seen of no frame
            self.shots.append(_Shot(number, start, end))
        if len(self.shots) > ROWS_MAX:
            raise ListNotUnderstood("At most {most} lines at once.", field="file", most=ROWS_MAX)

    def _frame(self, text: str) -> int:
        self.highest, self.timecodes = max(self.highest, int(text[-2:])), self.timecodes + 1
        return frame_of(text, self.fps, drop=self.drops)

    def _comment(self, line: str, number: int) -> None:
        shot = self.shots[-1]
        if match := _CLIP.match(line):
            scene = _SCENE.match(match[1].strip().upper())
            shot.scene = scene[1] if scene else ""
        elif match := _LOCATOR.match(line):
            shot.markers.append((number, self._frame(match[1]), shot.end, match[2].strip()))
        elif match := _MARKER.search(line):
            shot.markers.append((number, shot.start, shot.start + int(match[2]), match[1].strip()))


def _hour_of(frame: int, fps: Fraction, drops: bool) -> int:
    """The first frame of the hour that a list begins in: films begin at a whole one."""
    hour = frame
    for hours in range(24):
        begins = frame_of(f"{hours:02}:00:00:00", fps, drop=drops)
        if begins > frame:
            break
        hour = begins
    return hour


def _hour_text(frame: int, fps: Fraction, drops: bool) -> str:
    return next(f"{h:02}:00:00:00" for h in range(24) if frame_of(f"{h:02}:00:00:00", fps, drop=drops) == frame)


def _listed(reading: _Reading, begin: int, counted_from: str) -> Listed:
    fps = reading.fps
    if begin > min(shot.start for shot in reading.shots):
        raise ListNotUnderstood(
            "The list begins before {first}, where the film's first frame is said to be.",
            field="first",
            first=counted_from,
        )
    scenes: dict[str, SceneRow] = {}
    sightings: list[SightingRow] = []
    problems: list[Problem] = []
    for shot in sorted(reading.shots, key=lambda one: one.start):
        start, end = ms_of_frame(shot.start - begin, fps), ms_of_frame(shot.end - begin, fps)
        if shot.scene:
            before = scenes.get(shot.scene)
            line, first = (before.line, before.start_ms) if before else (shot.line, start)
            scenes[shot.scene] = SceneRow(line, shot.scene, "", first, max(end, before.end_ms if before else 0))
        for found in _marked(shot, begin, fps):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                sightings.append(found)
    return Listed(tuple(scenes.values()), tuple(sightings), tuple(problems), counted_from, tuple(_hints(reading)))


def _marked(shot: _Shot, begin: int, fps: Fraction) -> Iterator[SightingRow | Problem]:
    for line, first, last, words in shot.markers:
        product, _bar, wearer = (part.strip() for part in words.partition("|"))
        if not product or len(product) > NAME_MAX or len(wearer) > NAME_MAX:
            yield Problem(
                line, Sentence("A marker names a product, in at most {most} letters.", values={"most": NAME_MAX})
            )
        elif not shot.start <= first < max(last, first + 1):
            yield Problem(line, Sentence("This marker is outside its shot."))
        else:
            start, end = ms_of_frame(first - begin, fps), ms_of_frame(max(last, first + 1) - begin, fps)
            yield SightingRow(line, product, start, end, shot.scene, wearer=wearer)


def _hints(reading: _Reading) -> Iterator[Sentence]:
    """A list at 25 whose frames never pass 23 is probably one at 24."""
    each = nominal(reading.fps)
    lower = max((n for n in (24, 25, 30, 50) if n < each and reading.highest < n), default=None)
    if reading.timecodes >= _SURE_FROM and lower is not None:
        text = (
            "None of its {count} timecodes has a frame above {highest}: was it perhaps made at {lower} frames a second?"
        )
        yield Sentence(text, values={"count": reading.timecodes, "highest": reading.highest, "lower": lower})
