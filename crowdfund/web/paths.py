"""Where a visitor may be sent on to: paths of this site, and nothing that a browser would read as another one."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

# Printable ASCII without backslash; a browser reads `\` as `/`, drops tabs and newlines, and takes `//e` for a host.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,500}", re.ASCII)


def own_path(text: str | None) -> str | None:
    """The path where it is one of ours, else none; what a proxy would make of it by decoding it is looked at too."""
    if not text or not _OWN_PATH.fullmatch(text):
        return None
    decoded = unquote(text)
    if decoded.startswith("//") or "\\" in decoded or any(ord(letter) < 32 for letter in decoded):
        return None
    return text


def sign_in_path(path: str) -> str:
    """The sign-in page that leads on to a path of this site."""
    return f"/sign-in?next={quote(path, safe='/')}"
