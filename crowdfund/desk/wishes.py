"""What a film's backers are asked whether they would buy it, on the page of its fund: some of it with pictures, and the way there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowdfund.database.ids import public
from crowdfund.merch.screen.models import OnscreenProduct
from crowdfund.merch.screen.pages.shown import picture_of
from crowdfund.titles.models import Title

SHOWN = 4


def wishes_shown(asked: Sequence[OnscreenProduct], title: Title) -> dict[str, Any] | None:
    """asked: the most wanted first; none where nobody is asked."""
    if not asked:
        return None
    things = [{"name": one.name, "art_url": picture_of(one, title), "wanted": one.wanted} for one in asked[:SHOWN]]
    return {"path": f"/watch/{public(title.id)}/wishes", "count": len(asked), "things": things}
