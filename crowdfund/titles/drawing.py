"""What the site draws for a title: chosen by its words when it is made, and kept with it."""

from __future__ import annotations

from typing import Any

from crowdfund.titles.art.words import colour_of, scene_of
from crowdfund.titles.models import Title


def drawing_of(title_id: int, kind: str, name: str, line: str = "") -> dict[str, Any]:
    """The scene and the colour of a title with this name and this line, as its columns."""
    scene = scene_of(name, line, kind, title_id)
    return {"scene": scene, "colour": colour_of(scene, title_id)}


def redrawn(title: Title, *, line_before: str, name: str, line: str) -> dict[str, Any]:
    """What changes of it when a draft is written: nothing, mostly.

    When the line is first written the words are looked at once more, unless the makers picked a scene; then it is kept for ever.
    """
    chosen_by_site = title.scene == scene_of(title.name, "", title.kind, title.id)
    return drawing_of(title.id, title.kind, name, line) if line and not line_before and chosen_by_site else {}
