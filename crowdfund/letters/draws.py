"""To backers, about a draw: it is announced, it has its result, you won, you moved up, answer, it is called off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crowdfund.campaigns.models import Campaign
from crowdfund.community.draws import queries
from crowdfund.community.draws.models import (
    Draw,
    DrawEntry,
    DrawEvent,
    DrawState,
    DrawWinner,
    WinnerState,
)
from crowdfund.database import Sql
from crowdfund.database.outbox import Job
from crowdfund.letters.crowds import PAGE
from crowdfund.letters.letter import Letter, ask_for_mails, mail_to, send
from crowdfund.people.models import Person
from crowdfund.web.formats import moment_text, number, said
from crowdfund.web.i18n import _, ngettext

# --- to many ---


async def _announced(payload: dict[str, Any]) -> None:
    """Whoever may enter and wants news hears of it once."""
    draw, fund = await _draw_and_fund(payload["draw"])
    if draw.state != DrawState.ANNOUNCED:
        return

    def write() -> Letter:
        facts = _facts(draw, fund)
        places = ngettext("%(num)s place is drawn.", "%(num)s places are drawn.", draw.places)
        sentences = [
            _("“%(title)s”: a draw among the backers of %(fund)s.") % facts
            + " "
            + places % {"num": number(draw.places)},
            _("Taking part is free and up to you. One entry a person, whatever you pledged. It closes on %(closes)s.")
            % facts,
        ]
        title = _("A draw at %(fund)s: %(title)s") % facts
        return Letter(title, sentences, _("See it, and take part"), draw.path, news_of=(fund.id, fund.name))

    await _tell(payload, draw, write, queries.told_of_start)


async def _drawn(payload: dict[str, Any]) -> None:
    """Who took part and is neither a winner nor in line: those have letters of their own."""
    draw, fund = await _draw_and_fund(payload["draw"])

    def write() -> Letter:
        sentences = [
            _("“%(title)s” was drawn, and your entry is not among the winners this time.") % _facts(draw, fund),
            _("Its page has the list, the seed and the file, so that you or anybody can draw it again and compare."),
        ]
        return Letter(_("The result of %(title)s") % _facts(draw, fund), sentences, _("See the result"), draw.path)

    await _tell(payload, draw, write, queries.told_of_result)


async def _cancelled(payload: dict[str, Any]) -> None:
    draw, fund = await _draw_and_fund(payload["draw"])
    event = await DrawEvent.filter(draw_id=draw.id, to_state=DrawState.CANCELLED).order_by("-id").first()
    assert event is not None

    def write() -> Letter:
        facts = _facts(draw, fund) | {"reason": said(event.because.rstrip(" ."))}
        sentences = [_("Why: %(reason)s.") % facts, _("Nobody has won anything, and your pledge is as it was.")]
        return Letter(_("%(title)s was called off") % facts, sentences, _("See its page"), draw.path)

    await _tell(payload, draw, write, queries.told_of_end)


async def _tell(payload: dict[str, Any], draw: Draw, write: Callable[[], Letter], readers: Sql) -> None:
    """A page of readers at a time, each from where the one before ended: redone after a crash, nobody is told twice."""
    after = payload.get("told", 0)
    while page := await readers(draw.id, after, PAGE):
        people = await Person.filter(id__in=[row["person_id"] for row in page]).order_by("id")
        after = page[-1]["place"]
        await ask_for_mails(payload, [mail_to(payload, reader, write) for reader in people], up_to=after)


# --- to one ---

Words = Callable[[Draw, DrawWinner, dict[str, str]], Letter]


def _to_winner(write: Words, *only: WinnerState) -> Job:
    """only: the letter is true in these states alone; what was answered meanwhile is not asked any more."""

    async def job(payload: dict[str, Any]) -> None:
        winner = await DrawWinner.get(id=payload["winner"])
        if winner.state not in only:
            return
        draw, fund = await _draw_and_fund(winner.draw_id)
        entry = await DrawEntry.get(id=winner.entry_id)

        def written() -> Letter:
            until = moment_text(winner.answer_by) if winner.answer_by else ""
            return write(draw, winner, _facts(draw, fund) | {"until": until})

        await send(payload, await Person.get(id=entry.person_id), written)

    return job


def _won(draw: Draw, winner: DrawWinner, facts: dict[str, str]) -> Letter:
    sentences = [
        _("Your entry was drawn: you have a place in “%(title)s” at %(fund)s, on %(when)s.") % facts,
        _("Please say by %(until)s whether you come. After that the place goes to the next in line.") % facts,
    ]
    return Letter(_("You won: %(title)s") % facts, sentences, _("Say whether you come"), f"{draw.path}/answer")


def _moved_up(draw: Draw, winner: DrawWinner, facts: dict[str, str]) -> Letter:
    sentences = [
        _("Somebody can't come, and you are next in line: you have a place in “%(title)s”, on %(when)s.") % facts,
        _("Please say by %(until)s whether you come. After that the place goes to the next in line.") % facts,
    ]
    return Letter(_("You moved up: %(title)s") % facts, sentences, _("Say whether you come"), f"{draw.path}/answer")


def _answer(draw: Draw, winner: DrawWinner, facts: dict[str, str]) -> Letter:
    sentences = [_("Your place waits for your answer until %(until)s. Then it goes to the next in line.") % facts]
    return Letter(_("Do you come? %(title)s") % facts, sentences, _("Say whether you come"), f"{draw.path}/answer")


def _reserve(draw: Draw, winner: DrawWinner, facts: dict[str, str]) -> Letter:
    facts |= {"number": number(winner.rank - draw.places)}
    sentences = [
        _("“%(title)s” was drawn. You have no place yet: you are number %(number)s in line.") % facts,
        _("If somebody can't come, the next in line is asked. We write to you then; there is nothing to do."),
    ]
    return Letter(_("You are in line: %(title)s") % facts, sentences, _("See the result"), draw.path)


def _lapsed(draw: Draw, winner: DrawWinner, facts: dict[str, str]) -> Letter:
    sentences = [_("We did not hear from you by %(until)s, so your place went to the next in line.") % facts]
    return Letter(_("Your place has gone: %(title)s") % facts, sentences, _("See the result"), draw.path)


async def _draw_and_fund(draw_id: int) -> tuple[Draw, Campaign]:
    draw = await Draw.get(id=draw_id)
    return draw, await Campaign.get(id=draw.campaign_id)


def _facts(draw: Draw, fund: Campaign) -> dict[str, str]:
    return {
        "title": draw.title, "fund": fund.name, "closes": moment_text(draw.closes_at), "when": moment_text(draw.happens_at),
    }  # fmt: skip


JOBS: dict[str, Job] = {
    "draw_announced": _announced,
    "draw_drawn": _drawn,
    "draw_cancelled": _cancelled,
    "draw_won": _to_winner(_won, WinnerState.ASKED),
    "draw_moved_up": _to_winner(_moved_up, WinnerState.ASKED),
    "draw_answer": _to_winner(_answer, WinnerState.ASKED),
    "draw_reserve": _to_winner(_reserve, WinnerState.WAITING),
    "draw_lapsed": _to_winner(_lapsed, WinnerState.LAPSED),
}
