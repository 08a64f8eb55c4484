"""What a fan agrees to when she pledges: kept word for word before anything says that somebody agreed to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from crowdfund import clock, settings
from crowdfund.database import Sql, as_rows
from crowdfund.database.atomic import after_commit

# In English; shown through gettext. Amount, time and fund stand with the pledge, the fund's rule on its page. Changed words are
# another text under another hash: who agreed to these stays bound by these.
TEXT = (
    "I promise this amount to the fund, and agree that crowdfund charges my card for it once the fund has closed, within seven days "
    "(they begin later if cards could not be charged at first), without asking me again. When cards are charged, and what the fund "
    "has to collect, stands on its page under “What happens to your money”. If it collects less than that, I get everything back, "
    "fees included. In a fund for a transfer the money waits until the player is registered; if he does not come, I decide where mine "
    "goes, and if I say nothing, what I ticked is done, or else I get everything back. In a fund with milestones its makers are paid "
    "piece by piece: before each I can object for five days, and of what is never released I get my share back, without a fee. "
    "Until it closes I can change or cancel my pledge on its page; in the last 24 hours not so that the fund falls below its goal. "
    "If I raise my pledge, the same holds for the raised amount. The money makes something that does not exist yet: it may come "
    "late, or not as planned."
)

_KEEP = Sql("""
    INSERT INTO terms (hash, locale, text, made_at)
    SELECT value->>'hash', value->>'locale', value->>'text', CAST(value->>'made_at' AS BIGINT)
    FROM {rows} WHERE TRUE ON CONFLICT (hash) DO NOTHING""")


@dataclass(frozen=True, slots=True)
class Wording:
    """The terms in one language, as they are shown."""

    hash: str
    locale: str
    text: str


@lru_cache(maxsize=16)
def wording(locale: str, text: str) -> Wording:
    digest = hashlib.blake2b(f"{locale}\n{text}".encode(), digest_size=16).hexdigest()
    return Wording(digest, locale, text)


_kept: set[tuple[str, str]] = set()  # database and hash: a rush looks here, the database is asked once


async def keep(wordings: Iterable[Wording | None]) -> None:
    """See to it that these texts are kept, in the transaction that writes down who agreed to them."""
    database = settings.current().database_url
    new = [one for one in set(wordings) if one is not None and (database, one.hash) not in _kept]
    if not new:
        return
    now = clock.now_us()
    await _KEEP(as_rows({"hash": w.hash, "locale": w.locale, "text": w.text, "made_at": now} for w in new))

    async def remember() -> None:
        _kept.update((database, one.hash) for one in new)

    after_commit(remember)
