"""Paying on the processor's simulated page, as a fan's browser does it."""

from __future__ import annotations

import re

import httpx


async def pay_at(url: str, client: httpx.AsyncClient) -> None:
    """Fill in the page's form with a card that works, and send it."""
    html = (await client.get(url)).text
    action = re.search(r'<form[^>]*action="([^"]+)"', html)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    where = httpx.URL(url).join(action[1] if action else "")
    await client.post(where, data={"email": "fan@demo.example", **fields, "card": "ok"})
