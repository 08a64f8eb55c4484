"""The key that signs statements: set by the operator, or made on first use and kept beside the data, as the secret is."""

from __future__ import annotations

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crowdfund import clock
from crowdfund.desk.statements.models import StatementKey
from crowdfund.desk.statements.rules import in_letters, key_id_of
from crowdfund.settings import current, kept

FILE = "statement-key"


def own_key() -> Ed25519PrivateKey:
    """The key in force. Another one set, or another file, is a new key: what the old one signed stays good."""
    letters = current().statement_key or kept(current().data / FILE, _new)
    return Ed25519PrivateKey.from_private_bytes(b64decode(letters))


def _new() -> str:
    return b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode("ascii")


async def publish(key: Ed25519PrivateKey) -> str:
    """Write down the public half for as long as there are statements, in the caller's transaction; gives its name."""
    raw = key.public_key().public_bytes_raw()
    key_id = key_id_of(raw)
    if not await StatementKey.exists(id=key_id):
        await StatementKey.create(id=key_id, public_key=in_letters(raw), made_at=clock.now())
    return key_id


async def published() -> list[StatementKey]:
    """Every key that ever signed a statement, the oldest first."""
    return await StatementKey.all().order_by("made_at", "id")
