"""States change by moves: legal ones only, one winner each, and a row in the subject's history that says who and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tortoise import fields
from tortoise.models import Model

from crowdfund import clock
from crowdfund.database.atomic import atomic
from crowdfund.database.fields import InstantField
from crowdfund.database.ids import new_id
from crowdfund.refusal import Refusal


class MoveRefused(Refusal):
    """The state doesn't lead there, or somebody else moved first."""


class Event(Model):
    """A row of a history: which move it was, whose, and why. Each table adds the key of what moved."""

    id = fields.BigIntField(primary_key=True, generated=False)
    from_state = fields.TextField()
    to_state = fields.TextField()
    because = fields.TextField()
    by_person_id = fields.BigIntField(null=True)
    at = InstantField()

    class Meta:
        abstract = True


@atomic
async def move(
    row: Any,
    to: str,
    *,
    moves: Mapping[Any, Collection[Any]],
    because: str,
    by: int | None,
    events: type[Event],
    **changes: Any,
) -> None:
    """Move a row to another state and write its history; compare-and-set, so of two who move at once one is told.

    row: of a model with a state. moves: where each state leads. by: the person's id, none for the site itself. events: the
    table of the history, with `<table>_id` for the row's key. changes: other columns set in the same step. The row object is brought
    up to date. Raises MoveRefused.
    """
    model: type[Model] = type(row)
    before = str(row.state)
    if to not in moves.get(before, ()):
        raise MoveRefused("That is not possible as things stand now. Please load the page again.")
    if not await model.filter(pk=row.pk, state=before).update(state=str(to), **changes):
        raise MoveRefused("Somebody else changed this a moment ago. Please load the page again.")
    for name, value in {"state": to, **changes}.items():
        setattr(row, name, value)
    await _write(row, before, because, by, events)


async def begin(row: Any, *, because: str, by: int | None, events: type[Event]) -> None:
    """The first row of a history: the state in which something was made, by whom, and why. In the caller's transaction."""
    await _write(row, "", because, by, events)


async def _write(row: Any, before: str, because: str, by: int | None, events: type[Event]) -> None:
    await events.create(
        id=new_id(), **{f"{type(row)._meta.db_table}_id": row.pk}, from_state=before, to_state=str(row.state), because=because,
        by_person_id=by, at=clock.now(),
    )  # fmt: skip
