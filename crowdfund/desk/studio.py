"""An organisation's desk: its campaigns, and what waits for somebody there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from crowdfund import clock
from crowdfund.campaigns.pages.shown import Card, cards_of, next_update
from crowdfund.campaigns.queries import campaigns_of
from crowdfund.campaigns.recipients import queries as recipients
from crowdfund.community.polls.queries import late_polls_of
from crowdfund.desk.programme import bookings_todo, coming_days
from crowdfund.people.models import Organisation, Role
from crowdfund.people.rules import may
from crowdfund.web import formats
from crowdfund.web.i18n import _
from crowdfund.web.page import page, redirect
from crowdfund.web.routes import get, member

Todo = tuple[str, str, str, str]  # a sentence, the words of a link, its address, and `late`, `soon` or nothing


async def studio(request: Request) -> Response:
    organisation: Organisation = request.state.organisation
    if organisation.kind == "shop":
        return redirect(request, f"{organisation.desk_path}/shop")
    cards = cards_of(await campaigns_of(organisation.id))
    todo = [
        *_todo(organisation, cards), *await bookings_todo(organisation), *await _polls_todo(organisation, cards),
        *await _reports_todo(organisation),
    ]  # fmt: skip
    return page(
        request,
        "desk/studio.html",
        organisation=organisation,
        cards=cards,
        todo=todo,
        may_write=may(request.state.role, Role.MANAGER),
        days=await coming_days(organisation),
    )


def _todo(organisation: Organisation, cards: list[Card]) -> list[Todo]:
    rows: list[Todo] = []
    verification = f"{organisation.desk_path}/verification"
    if organisation.state in ("unverified", "declined"):
        sentence = _("Before a fund can open we have to know who you are.")
        if organisation.kind == "cinema":
            sentence = _("Before you can book films we have to know who you are.")
        rows.append((sentence, _("Show us"), verification, "soon"))
    if organisation.state == "suspended":
        rows.append((_("Your organisation is stopped for now."), _("Why"), verification, "late"))
    if organisation.payouts_state != "enabled" and organisation.is_verified:
        rows.append((_("Nothing can be paid out to you yet."), _("Set it up"), verification, "soon"))
    for card in cards:
        found = next_update(card, clock.now())
        if found is not None and found.overdue_since is not None:
            sentence = _("%(name)s: the update that you promised by %(day)s is overdue.")
            facts = {"name": card.name, "day": formats.day(found.day)}
            rows.append((sentence % facts, _("Write it now"), f"{card.desk_path}/updates/new", "late"))
        rows += _card_todo(card)
    return rows


def _card_todo(card: Card) -> list[Todo]:
    facts = {"name": card.name}
    if card.state == "changes_requested":
        return [(_("The reviewer asks for changes in %(name)s.") % facts, _("Look"), card.desk_path, "soon")]
    if card.state == "approved":
        return [(_("%(name)s is approved: open it when you are ready.") % facts, _("Open it"), card.desk_path, "")]
    if card.state == "suspended":
        return [(_("%(name)s is paused by us.") % facts, _("Look"), card.desk_path, "late")]
    if card.state in ("funded_held", "deal_agreed"):
        sentence = _("%(name)s: the money waits for the deal. Say here how it ends.")
        return [(sentence % facts, _("How it ends"), f"{card.desk_path}/outcome", "soon")]
    if card.state == "settling":
        return [(_("Cards are being charged for %(name)s.") % facts, _("Look"), card.desk_path, "")]
    return []


async def _polls_todo(organisation: Organisation, cards: list[Card]) -> list[Todo]:
    """Decisions that fans still wait for after the day that was promised."""
    desks = {card.id: card.desk_path for card in cards}
    return [
        (
            _("Your decision is overdue, and all can see that: %(question)s") % {"question": poll.question},
            _("Decide"), poll.path_in(desks[poll.campaign_id]), "late",
        )
        for poll in await late_polls_of(organisation.id)
    ]  # fmt: skip


async def _reports_todo(organisation: Organisation) -> list[Todo]:
    """Gifts that backers were promised word of."""
    found = {one.id: one for one in await recipients.of_organisation(organisation.id)}
    rows: list[Todo] = []
    for one, (by, is_late) in (await recipients.reports_due(list(found))).items():
        facts = {"name": found[one].name, "day": formats.day(by)}
        sentence = _("%(name)s was given money: tell its backers by %(day)s what became of it.")
        if is_late:
            sentence = _("%(name)s owes word of what it was given since %(day)s, and all can see that.")
        path = f"{organisation.desk_path}/recipients/{found[one].slug}"
        rows.append((sentence % facts, _("Tell what became of it"), path, "late" if is_late else "soon"))
    return rows


routes = [get("/desk/{organisation}", studio, may=member("viewer"))]
