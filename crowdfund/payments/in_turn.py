"""Regular work on many things: one that fails, or that Stripe says nothing of, doesn't keep the others waiting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from crowdfund.payments import stripe
from crowdfund.refusal import Refusal

T = TypeVar("T")
_log = logging.getLogger("crowdfund.work")


async def in_turn(things: Iterable[T], verb: Callable[[T], Awaitable[object]]) -> int:
    """Do something for each thing, one after the other; gives how many said that they moved.

    What Stripe leaves unknown waits for the next round; an error is logged, for a person, and the rest goes on.
    """
    moved = 0
    for thing in things:
        try:
            moved += bool(await verb(thing))
        except stripe.Unknown as unknown:
            _log.warning("%s of %s waits: %s", verb.__qualname__, thing, unknown)
        except Refusal as refusal:
            _log.warning("%s of %s was refused: %s", verb.__qualname__, thing, refusal)
        except Exception:
            _log.exception("%s of %s failed", verb.__qualname__, thing)
    return moved
