"""A walk through every pair of states of a row that goes by `database.moves`: legal moves work once, all others change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest
from tortoise.models import Model

from crowdfund.database import atomic
from crowdfund.database.moves import MoveRefused, move

Changes = Callable[[Any], dict[str, Any]]


def nothing(_state: Any) -> dict[str, Any]:
    return {}


async def walk_every_pair(
    row: Any,
    moves: Mapping[Any, set[Any]],
    events: type[Model],
    *,
    being: Changes = nothing,
    becoming: Changes = nothing,
) -> None:
    """being: what else a row has that is in a state; becoming: what is written with a move into one."""
    model: type[Model] = type(row)
    told = {"moves": moves, "because": "a walk", "by": None, "events": events}
    for was, to in product(moves, repeat=2):
        await atomic(model.filter(pk=row.pk).update)(state=was, **being(was))
        first, second = await model.get(pk=row.pk), await model.get(pk=row.pk)
        if to not in moves[was]:
            with pytest.raises(MoveRefused):
                await move(first, to, **told)  # type: ignore[arg-type]
            assert (await model.get(pk=row.pk)).state == was  # type: ignore[attr-defined]
            continue
        await move(first, to, **told, **becoming(to))  # type: ignore[arg-type]
        if was != to:
            with pytest.raises(MoveRefused):
                await move(second, to, **told, **becoming(to))  # type: ignore[arg-type]
        assert (first.state, (await model.get(pk=row.pk)).state) == (to, to)  # type: ignore[attr-defined]
    history = {f"{model._meta.db_table}_id": row.pk, "because": "a walk"}
    assert await events.filter(**history).count() == sum(len(to) for to in moves.values())
