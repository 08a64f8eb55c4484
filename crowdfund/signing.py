"""What only this site can write: keyed hashes by the site's secret, one purpose never good for another."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from crowdfund.settings import current


def signature(purpose: str, text: str) -> str:
    """43 letters that fit a URL and a cookie: 256 bits that nobody can guess without the secret."""
    return (
        urlsafe_b64encode(hmac.digest(_key(current().secret, purpose), text.encode(), "sha256")).rstrip(b"=").decode()
    )


def seed(purpose: str, text: str) -> bytes:
    """32 bytes that only this site can make again: for keys that nobody has to keep."""
    return hmac.digest(_key(current().secret, purpose), text.encode(), "sha256")


def is_signature(purpose: str, text: str, given: str) -> bool:
    """Whether this was signed here for this purpose; takes the same time for every answer."""
    return given.isascii() and hmac.compare_digest(signature(purpose, text), given)


@lru_cache(maxsize=64)
def _key(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def fingerprint(secret_text: str) -> str:
    """What a table keeps of a cookie, a link or a token, so that a stolen dump opens no door: SHA-256, hexadecimal."""
    return sha256(secret_text.encode()).hexdigest()
