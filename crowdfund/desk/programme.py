"""What a desk shows of cinemas: who waits for an answer, what is not on sale yet, what is shown in the next days."""

from __future__ import annotations

from datetime import timedelta

from crowdfund import clock
from crowdfund.database.ids import public
from crowdfund.people.models import Organisation, OrganisationKind
from crowdfund.screenings.desk import queries
from crowdfund.screenings.models import BookingState
from crowdfund.screenings.pages.shown import Row, by_day, rows_of
from crowdfund.web.i18n import _, ngettext

Todo = tuple[str, str, str, str]
SHOWN_DAYS = 7
DRAFTS_SOON = timedelta(days=7)


async def bookings_todo(organisation: Organisation) -> list[Todo]:
    """Whoever asked waits; and a draft that begins soon is sold to nobody."""
    rows: list[Todo] = []
    for one in await queries.answers_due(organisation.id):
        sentence = _("%(producer)s offers you %(film)s.")
        if one["state"] == BookingState.ASKED:
            sentence = _("%(cinema)s would like to show %(film)s.")
        facts = {"producer": one["producer"], "cinema": one["cinema"], "film": one["title"]}
        rows.append((sentence % facts, _("Answer"), f"{organisation.desk_path}/bookings/{public(one['id'])}", "soon"))
    drafts = await queries.drafts_soon(organisation.id, DRAFTS_SOON // timedelta(microseconds=1))
    if drafts:
        sentence = ngettext(
            "%(num)s screening begins within a week and is not on sale.",
            "%(num)s screenings begin within a week and are not on sale.", drafts,
        )  # fmt: skip
        rows.append((sentence % {"num": drafts}, _("Look"), f"{organisation.desk_path}/screenings", "late"))
    return rows


async def coming_days(organisation: Organisation) -> list[tuple[str, list[Row]]] | None:
    """A cinema's next days; none for who is no cinema."""
    if organisation.kind != OrganisationKind.CINEMA:
        return None
    until = clock.now() + timedelta(days=SHOWN_DAYS)
    now = clock.to_us(clock.now() - timedelta(hours=4))
    found = await queries.programme_of(organisation.id, from_us=now, until_us=clock.to_us(until), limit=60)
    return by_day(rows_of(found, organisation.desk_path))
