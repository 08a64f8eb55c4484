"""API tokens: shown once, stored as their hash, each with what it may do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from crowdfund import clock
from crowdfund.database import atomic, new_id
from crowdfund.people.audit import record
from crowdfund.people.models import ApiToken, Person
from crowdfund.people.rules import scopes_for
from crowdfund.refusal import Invalid, Refusal
from crowdfund.signing import fingerprint

TOKENS_MAX = 50


class UnknownScope(Invalid):
    pass


class TooManyTokens(Refusal):
    pass


@atomic
async def make_token(person_id: int, name: str, scopes: Iterable[str]) -> str:
    """A new token; the text given is the only copy. Raises UnknownScope, for staff's scopes to everybody else, TooManyTokens."""
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(scopes_for((await Person.get(id=person_id)).staff_role)):
        raise UnknownScope("Choose at least one of the scopes.", field="scopes")
    if await ApiToken.filter(person_id=person_id, revoked_at=None).count() >= TOKENS_MAX:
        raise TooManyTokens("{most} tokens are enough for anybody: revoke one first.", most=TOKENS_MAX)
    token, number = f"cf_{secrets.token_urlsafe(32)}", new_id()
    await ApiToken.create(
        hash=fingerprint(token), id=number, person_id=person_id, name=name, scopes=" ".join(wanted), made_at=clock.now()
    )
    await record("token_made", f"token:{number}", by=person_id, after={"scopes": wanted})
    return token


@atomic
async def revoke_token(person_id: int, token_id: int) -> None:
    """End a token of this person, from the next request on; somebody else's is left alone."""
    if await ApiToken.filter(person_id=person_id, id=token_id, revoked_at=None).update(revoked_at=clock.now_us()):
        await record("token_revoked", f"token:{token_id}", by=person_id)
