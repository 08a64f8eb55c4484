"""The network address of who asks. A proxy's word is taken only from the proxies that the operator named."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from starlette.requests import Request

from crowdfund.settings import current

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=8)
def _trusted(named: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in named)


def _is_trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _trusted(current().trusted_proxies))


def address_of(request: Request) -> str:
    """The nearest address that is no proxy of ours; of an IPv6 one its /64, since a household has a whole one."""
    address = request.scope["client"][0] if request.scope.get("client") else ""
    if current().trusted_proxies and _is_trusted(address):
        hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
        for hop in reversed(hops):
            address = hop
            if not _is_trusted(hop):
                break
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)
