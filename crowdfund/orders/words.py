"""How things that were bought are called, and where their buyer finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crowdfund.database.ids import public
from crowdfund.orders.goods.models import GoodsLine, GoodsOrder


def bought_path(order: GoodsOrder) -> str:
    """A buyer's page of what one seller sends her."""
    return f"/bought/{public(order.id)}"


def thing(line: GoodsLine) -> str:
    return f"{line.name}, {line.variant_name}" if line.variant_name else str(line.name)


def in_words(lines: Sequence[GoodsLine], pieces: Mapping[int, int]) -> str:
    """`2 × Pearl earring, gold; River jacket`."""
    named = [(thing(line), pieces[line.id]) for line in lines if pieces.get(line.id)]
    return "; ".join(f"{number} × {name}" if number > 1 else name for name, number in named)
