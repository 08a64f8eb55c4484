"""To whoever has a share of tickets: a deal waits or was answered, a screening is settled, a settlement was made true, a share waits."""

from __future__ import annotations

from typing import Any

from crowdfund.boxoffice.models import Deal, DealEvent, DealState, LineOf, Settlement
from crowdfund.boxoffice.pages.words import names_in
from crowdfund.boxoffice.queries import lines_of
from crowdfund.boxoffice.writing_rows import terms_of
from crowdfund.database.ids import public
from crowdfund.database.outbox import Job
from crowdfund.letters.letter import Letter
from crowdfund.letters.orders import where_of
from crowdfund.letters.teams import tell_organisation
from crowdfund.people.models import Organisation
from crowdfund.screenings.models import Booking
from crowdfund.screenings.queries import shown_screening
from crowdfund.titles.models import Title
from crowdfund.web.formats import money, number
from crowdfund.web.i18n import _, ngettext


async def _told_of_deal(payload: dict[str, Any]) -> None:
    """What the other side did with a version; nobody is bothered about an offer that was answered meanwhile."""
    deal, what = await Deal.get(id=payload["deal"]), payload["what"]
    if what == DealState.OFFERED and deal.state != DealState.OFFERED:
        return
    booking = await Booking.get(id=deal.booking_id)
    title, cinema = await Title.get(id=booking.title_id), await Organisation.get(id=booking.organisation_id)
    sides = {one.id: one for one in (await Organisation.get(id=title.organisation_id), cinema)}
    reader = sides[payload["to"]]
    other = next(one for one in sides.values() if one.id != reader.id)
    event = await DealEvent.filter(deal_id=deal.id).order_by("-id").first()
    taken_back = event is not None and event.because == "taken back"

    def write() -> Letter:
        facts = {"film": title.name, "other": other.name, "number": deal.version, "currency": deal.currency}
        if what == DealState.OFFERED:
            subject, sentence = (
                _("%(other)s offers a deal for %(film)s"),
                _(
                    "%(other)s offers version %(number)s of the deal for %(film)s in %(currency)s: who gets what of each ticket."
                ),
            )
        elif what == DealState.AGREED:
            subject, sentence = (
                _("Agreed: the deal for %(film)s"),
                _(
                    "%(other)s agrees to version %(number)s of the deal for %(film)s. It counts from the next settlement on."
                ),
            )
        elif taken_back:
            subject, sentence = (
                _("Taken back: the deal for %(film)s"),
                _("%(other)s has taken version %(number)s of the deal for %(film)s back, before you answered."),
            )
        else:
            subject, sentence = (
                _("Declined: the deal for %(film)s"),
                _(
                    "%(other)s has declined version %(number)s of the deal for %(film)s. Write another one, or talk to them."
                ),
            )
        words = [deal.note] if deal.note and what == DealState.OFFERED else []
        button = _("Read it, and answer") if what == DealState.OFFERED else _("Look at it")
        path = f"{reader.desk_path}/bookings/{public(booking.id)}/deal"
        return Letter(subject % facts, [sentence % facts, *words], button, path)

    await tell_organisation(payload, reader.id, write)


async def _lines(row: Settlement, organisation_id: int) -> list[tuple[str, str, int]]:
    """What an organisation has of a row: kind of line, payee, amount."""
    return [
        (one["what"], one["payee"], one["amount_minor"])
        for one in await lines_of(row.id) if one["organisation_id"] == organisation_id
    ]  # fmt: skip


def _said(lines: list[tuple[str, str, int]], names: dict[str, str], currency: str) -> str:
    what = {LineOf.COST: _("of what the payment company took"), LineOf.FEE: _("left of booking fees")}
    parts = [
        _("%(payee)s: %(amount)s")
        % {"payee": what.get(LineOf(kind)) or names.get(payee, payee), "amount": money(minor, currency)}
        for kind, payee, minor in lines
    ]
    return "; ".join(parts)


def _when(organisation: Organisation) -> str:
    if organisation.payouts_state == "enabled" and organisation.is_verified:
        return _("It is sent to your account now, less what you owe from before.")
    return _("It is kept for you until the payment company can pay you.")


async def _settled(payload: dict[str, Any]) -> None:
    """The cinema and the producer hear what a screening came to, and each of its own lines."""
    row, organisation = await Settlement.get(id=payload["settlement"]), await Organisation.get(id=payload["to"])
    shown, lines = await shown_screening(row.screening_id), await _lines(row, organisation.id)
    terms, mine = terms_of(await Deal.get(id=row.deal_id)), sum(minor for _what, _payee, minor in lines)

    def write() -> Letter:
        facts = {"film": shown.title.name, "amount": money(mine, row.currency)}
        came = ngettext("%(num)s ticket stands.", "%(num)s tickets stand.", row.admissions)
        gross = _("Its gross is %(gross)s.") % {"gross": money(row.gross_minor, row.currency)}
        yours = (
            _("Your part of it: %(lines)s. Together %(amount)s.")
            % {"lines": _said(lines, names_in(terms), row.currency), **facts}
            if lines
            else _("Nothing of it is yours.")
        )
        return Letter(
            _("Settled: %(amount)s of %(film)s is yours") % facts if mine > 0 else _("Settled: %(film)s") % facts,
            [where_of(shown), f"{gross} {came % {'num': number(row.admissions)}}", yours, *([_when(organisation)] if mine > 0 else [])],
            _("See the settlement"),
            f"{organisation.desk_path}/screenings/{public(row.screening_id)}/settlement",
        )  # fmt: skip

    await tell_organisation(payload, organisation.id, write)


async def _corrected(payload: dict[str, Any]) -> None:
    """What was booked is made true by another row: whoever it gives something, or takes it from, hears why and how much."""
    row, organisation = await Settlement.get(id=payload["settlement"]), await Organisation.get(id=payload["to"])
    title = await Title.get(id=(await Booking.get(id=row.booking_id)).title_id)
    mine = sum(minor for _what, _payee, minor in await _lines(row, organisation.id))
    if not mine:
        return

    def write() -> Letter:
        facts = {"film": title.name, "amount": money(abs(mine), row.currency)}
        why = _(
            "By the deal as it is agreed now, and by all tickets that stand, shares of screenings that were settled before come to"
            " something else. Nothing that was booked has changed: the difference is an entry of its own."
        )
        what = (
            _("%(amount)s more is yours.") % facts
            if mine > 0
            else _("%(amount)s less is yours. What was paid out already is kept from your next shares.") % facts
        )
        return Letter(
            _("A settlement of %(film)s was made true") % facts, [why, what], _("See your shares"),
            f"{organisation.desk_path}/shares",
        )  # fmt: skip

    await tell_organisation(payload, organisation.id, write)


async def _waits(payload: dict[str, Any]) -> None:
    """A share is there and can't be paid. Nobody hears it who has put that right meanwhile."""
    organisation = await Organisation.get(id=payload["to"])
    if organisation.payouts_state == "enabled" and organisation.is_verified:
        return

    def write() -> Letter:
        return Letter(
            _("A share of tickets waits for you, and can't be paid yet"),
            [
                _("A screening was settled, and a part of it is yours. It is kept for you."),
                _("The payment company can't pay you before your account there is complete. Then all that waits is paid at once."),
            ],
            _("Complete your account"),
            f"{organisation.desk_path}/verification",
        )  # fmt: skip

    await tell_organisation(payload, organisation.id, write)


JOBS: dict[str, Job] = {
    "deal_told": _told_of_deal, "screening_settled": _settled, "settlement_corrected": _corrected, "share_waits": _waits,
}  # fmt: skip
