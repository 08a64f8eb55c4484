"""Draws as templates show them, in the reader's words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowdfund import clock
from crowdfund.community.draws.models import Draw, DrawEntry, DrawEvent, DrawState, DrawWinner, WinnerState
from crowdfund.web import formats
from crowdfund.web.i18n import _, lazy, ngettext, pgettext

Step = tuple[str, object, str, str]  # as ui/steps.html has it
# Words and tone of a winner's state, as everybody reads them and as the makers do.
_WINNERS = {
    WinnerState.WAITING: (lazy("In line"), "plain"),
    WinnerState.ASKED: (lazy("Asked"), "wait"),
    WinnerState.CONFIRMED: (lazy("Comes"), "go"),
    WinnerState.DECLINED: (lazy("Can't come"), "plain"),
    WinnerState.LAPSED: (lazy("Did not answer"), "plain"),
}


def state_shown(draw: Draw, now: datetime) -> tuple[str, str]:
    """The word and the tone of a draw's state; closed is closed, whoever has worked that off."""
    if draw.state == DrawState.DRAFT:
        return pgettext("state", "Draft"), "plain"
    if draw.state == DrawState.CANCELLED:
        return pgettext("draw", "Called off"), "stop"
    if draw.is_drawn:
        return (_("Drawn"), "go") if draw.state == DrawState.DRAWN else (_("Over"), "plain")
    return (_("Open"), "go") if draw.is_open(now) else (_("Closed, to be drawn"), "wait")


def places_text(draw: Draw) -> str:
    """`2 places`, or `2 places, each for 3 persons`."""
    places = ngettext("%(num)s place", "%(num)s places", draw.places) % {"num": formats.number(draw.places)}
    if draw.persons_each == 1:
        return places
    each = ngettext("each for %(num)s person", "each for %(num)s persons", draw.persons_each)
    return f"{places}, {each % {'num': formats.number(draw.persons_each)}}"


def entries_text(draw: Draw) -> str:
    """How many take part; once it has closed, how long the list is."""
    if draw.list_hash is not None:
        return ngettext("%(num)s entry", "%(num)s entries", draw.entries) % {"num": formats.number(draw.entries)}
    return ngettext("%(num)s takes part", "%(num)s take part", draw.entries) % {"num": formats.number(draw.entries)}


@dataclass(frozen=True, slots=True)
class Card:
    """A draw in a list. at: the moment that comes next, or the day itself."""

    path: str
    desk_id: str
    title: str
    state: str
    tone: str
    line: str
    at: datetime
    mine: bool = False


def card_of(draw: Draw, *, mine: bool = False) -> Card:
    now = clock.now()
    state, tone = state_shown(draw, now)
    waits = draw.is_open(now) or draw.state == DrawState.DRAFT
    line = [places_text(draw)]
    if draw.state != DrawState.DRAFT:
        line.append(entries_text(draw))
    if draw.is_open(now):
        line.append(_("closes on %(when)s") % {"when": formats.moment_text(draw.closes_at)})
    elif draw.state not in (DrawState.DRAFT, DrawState.CANCELLED):
        line.append(_("takes place on %(day)s") % {"day": formats.day(draw.happens_at)})
    return Card(
        path=draw.path, desk_id=draw.path.rsplit("/", 1)[1], title=draw.title, state=state, tone=tone, line=" · ".join(line),
        at=draw.closes_at if waits else draw.happens_at, mine=mine,
    )  # fmt: skip


def cards_of(draws: Sequence[Draw], entered: Collection[int] = ()) -> list[Card]:
    return [card_of(draw, mine=draw.id in entered) for draw in draws]


@dataclass(frozen=True, slots=True)
class WinnerShown:
    rank: int
    entry: str
    state: str
    tone: str
    name: str
    mine: bool
    in_line: int  # her number in line, 0 for who won a place at once


def winners_shown(draw: Draw, rows: Sequence[dict[str, Any]], person_id: int | None) -> list[WinnerShown]:
    """As everybody reads them: an entry, and a name only of who agreed to that."""
    shown = []
    for row in rows:
        state = WinnerState(row["state"])
        words, tone = _WINNERS[state]
        in_line, mine = max(0, row["rank"] - draw.places), row["person_id"] == person_id
        shown.append(WinnerShown(row["rank"], row["entry"], str(words), tone, row["public_name"], mine, in_line))
    return shown


def winner_state(state: str) -> tuple[str, str]:
    words, tone = _WINNERS[WinnerState(state)]
    return str(words), tone


def steps_of(draw: Draw, events: Sequence[DrawEvent]) -> list[Step]:
    """What happened and what comes, in order; what was called off has no rest."""
    now = clock.now()
    rows: list[Step] = [(_("Announced"), draw.announced_at, _("The hash of the seed is published."), "done")]
    ended = next((event for event in events if event.to_state == DrawState.CANCELLED), None)
    if draw.closed_at is not None or ended is None:
        frozen = _("The list of entries is frozen and published.")
        rows.append((_("Closes"), draw.closes_at, frozen, "done" if draw.closed_at else "now"))
    if ended is not None:
        return [*rows, (_("Called off"), ended.at, formats.said(ended.because), "stopped")]
    if draw.public_at is not None:
        rows.append((_("The number is known"), draw.public_at, draw.public_what, _done(draw.is_drawn, draw.closed_at)))
    if draw.drawn_at is not None:
        rows.append((_("Drawn"), draw.drawn_at, _("The seed and the winners are published."), "done"))
    else:
        is_next = draw.closed_at is not None and draw.public_at is None
        rows.append((_("Drawn"), draw.can_be_drawn_from, "", "now" if is_next else ""))
    rows.append((_("Winners answer by"), draw.answer_by, "", _done(now >= draw.answer_by, draw.drawn_at)))
    rows.append((_("The day itself"), draw.happens_at, "", "done" if draw.state == DrawState.COMPLETED else ""))
    return rows


def _done(done: bool, before: object) -> str:
    return "done" if done else "now" if before else ""


@dataclass(frozen=True, slots=True)
class Mine:
    """What somebody has to do with a draw. may: she could enter it. stands: she takes part."""

    may: bool = False
    is_maker: bool = False
    entry: DrawEntry | None = None
    winner: DrawWinner | None = None

    @property
    def stands(self) -> bool:
        return self.entry is not None and self.entry.stands

    @property
    def is_listed(self) -> bool:
        return self.entry is not None and self.entry.listed_at is not None

    @property
    def waits_for_her(self) -> bool:
        return self.winner is not None and self.winner.can_answer(clock.now())
