"""The sandbox's controls from afar: cards by the thousand, faults, time, for the account of this process's key."""

from __future__ import annotations

from typing import Any

import httpx

from crowdfund import settings

TIMEOUT_SECONDS = 120


async def control(path: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> Any:
    """One call below /_sandbox/, and what it answers. Raises httpx.HTTPStatusError where it was refused."""
    ours = settings.current()
    encrypted = ours.sandbox_origin.startswith(
        "https:"
    )  # if not, reading all certificates would take longer than the call
    async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS, verify=encrypted) as client:
        answer = await client.request(
            method,
            f"{ours.sandbox_origin}/_sandbox/{path}",
            json=body or {},
            headers={"Authorization": f"Bearer {ours.stripe_key}"},
        )
    answer.raise_for_status()
    return answer.json()
