"""What a page says to search engines and assistants, in schema.org's words."""

from __future__ import annotations

from typing import Any

import orjson
from markupsafe import Markup

# What could end the script element, or the line of an old parser, is written as an escape: it reads the same as JSON.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script_of(content: dict[str, Any]) -> Markup:
    """As the text of a `<script type="application/ld+json">`: nothing in it can end the element."""
    text = orjson.dumps(content).decode()
    for letter, escape in _ESCAPES.items():
        text = text.replace(letter, escape)
    return Markup(text)  # noqa: S704 - escaped just now
