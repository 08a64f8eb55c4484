"""The words that somebody agrees to before she sees what is under embargo. Another wording is another version; the old ones stay."""

from __future__ import annotations

VERSIONS = {
    1: (
        "What you see here is not public yet. You look at it for your shop, to decide whether to apply for a licence. "
        "You don't show it, describe it, copy it or pass it on to anybody outside your shop until the studio has made it public. "
        "Pictures carry your name and the day. Each time you look is written down, and the studio reads who looked and when. "
        "If something gets out, the studio may take your shop off its films, and claim what it has lost."
    )
}
CURRENT = max(VERSIONS)
