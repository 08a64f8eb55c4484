"""What people may send about draws."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData, UploadFile

from crowdfund.community.draws import rules
from crowdfund.community.draws.models import Draw, DrawWinner
from crowdfund.community.draws.rules import Content
from crowdfund.database.ids import private, public
from crowdfund.web import fields
from crowdfund.web.fields import Field
from crowdfund.web.form import Form
from crowdfund.web.i18n import _
from crowdfund.web.rate_limit import Limit

NEW_DRAWS = Limit("new_draw", 20, 3600, by="person")
ANNOUNCING = Limit("announce_draw", 6, 3600, by="person")  # each is a letter to every backer
ENTERING = Limit("enter_draw", 60, 3600, by="person")
VERIFYING = Limit("verify_draw", 30, 600)

FILE_MAX = 4 * 1024 * 1024  # of what the page takes: the command takes more
ENTRIES_MAX = 200_000
NAME_MAX = 80
CONTACT_MAX = 200
NOTE_MAX = 1_000
VALUE_MAX = 200


def _given_tiers(given: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = given["tiers"]
    return found


class DrawForm(Form):
    """What a draw says. Read with the fund's tiers, names by public id."""

    title = fields.text(max=rules.TITLE_MAX)
    about = fields.text(max=rules.TEXT_MAX, min=10, lines=True)
    place = fields.text(max=rules.LINE_MAX)
    included = fields.text(max=rules.TEXT_MAX, min=0, lines=True)
    not_included = fields.text(max=rules.TEXT_MAX, min=0, lines=True)
    travel = fields.text(max=rules.TEXT_MAX, min=0, lines=True)
    happens_at = fields.instant()
    places = fields.whole(min=1, max=rules.PLACES_MAX)
    persons_each = fields.whole(min=1, max=rules.PERSONS_EACH_MAX)
    reserves = fields.whole(min=0, max=rules.PLACES_MAX)
    entries_min = fields.whole(min=1, max=rules.ENTRIES_MIN_MAX)
    capacity = fields.maybe(fields.whole(min=1, max=rules.CAPACITY_MAX))
    capacity_by = fields.text(max=rules.LINE_MAX, min=0)
    closes_at = fields.instant()
    public_what = fields.text(max=rules.LINE_MAX, min=0)
    public_at = fields.maybe(fields.instant())
    answer_by = fields.instant()
    tiers = fields.several(_given_tiers)
    key = fields.text(max=64, min=0)

    @property
    def content(self) -> Content:
        return Content(
            title=self.title, about=self.about, place=self.place, included=self.included, not_included=self.not_included,
            travel=self.travel, happens_at=self.happens_at, places=self.places, persons_each=self.persons_each,
            reserves=self.reserves, entries_min=self.entries_min, capacity=self.capacity, capacity_by=self.capacity_by,
            closes_at=self.closes_at, public_what=self.public_what, public_at=self.public_at, answer_by=self.answer_by,
            tier_ids=sorted(private(one) for one in self.tiers),
        )  # fmt: skip


class AnnounceForm(Form):
    sure = fields.must_tick("Tick the box: the place has to hold everybody who wins.")


class CancelDrawForm(Form):
    reason = fields.text(max=600, min=10, lines=True)
    sure = fields.must_tick("Tick the box: this can't be taken back.")


class ResultForm(Form):
    """The announced number, typed twice: what is drawn with a slip of the finger stays drawn."""

    public_value = fields.text(max=VALUE_MAX)
    public_value_again = fields.text(max=VALUE_MAX)
    public_source = fields.text(max=rules.LINE_MAX)

    def check(self) -> None:
        if self.public_value != self.public_value_again:
            self.refuse("public_value_again", _("These two are not the same. Look at the source once more."))


class AcceptForm(Form):
    """What a winner says of herself: only for those who await her."""

    contact_name = fields.text(max=NAME_MAX)
    contact = fields.text(max=CONTACT_MAX)
    note = fields.text(max=NOTE_MAX, min=0, lines=True)
    show_name = fields.checkbox()


class _Upload(Field[bytes | None]):
    async def take(self, name: str, sent: FormData, form: Form) -> bytes | None:
        found = sent.get(name)
        return (await found.read() or None) if isinstance(found, UploadFile) else None


class VerifyForm(Form):
    """A draw file: chosen, or pasted as text. The chosen one counts."""

    file = _Upload(lambda typed, form: None)
    pasted = fields.text(max=FILE_MAX, min=0, lines=True)

    def check(self) -> None:
        if not self.content:
            self.refuse("pasted", _("Choose a draw file, or paste what stands in one."))

    @property
    def content(self) -> bytes:
        return self.file or self.pasted.encode()


# --- what stands in them at first ---


def _moment(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}" if instant else ""


def draw_typed(draw: Draw, tier_ids: list[int]) -> dict[str, Any]:
    """A draft as its form shows it."""
    words = ("title", "about", "place", "included", "not_included", "travel", "capacity_by", "public_what")
    numbers = ("places", "persons_each", "reserves", "entries_min")
    moments = ("happens_at", "closes_at", "public_at", "answer_by")
    return {
        **{name: getattr(draw, name) for name in words}, **{name: str(getattr(draw, name)) for name in numbers},
        **{name: _moment(getattr(draw, name)) for name in moments},
        "capacity": "" if draw.capacity is None else str(draw.capacity), "tiers": [public(one) for one in tier_ids],
    }  # fmt: skip


def answer_typed(winner: DrawWinner, name: str) -> dict[str, Any]:
    """What she said before. How she is reached the makers learn from her alone: it is not filled in from her account."""
    if winner.contact:
        shown = "yes" if winner.public_name else ""
        return {"contact_name": winner.contact_name, "contact": winner.contact, "note": winner.note, "show_name": shown}
    return {"contact_name": name}
