"""Whether a request comes from inside, for what is none of the public's business."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from flask import Request

# Who sends one of these has somebody behind them: a proxy that TRUSTED_PROXIES does not name stands at 127.0.0.1, too.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


def is_inside(request: Request, networks: Iterable[str]) -> bool:
    """Whether whoever asks sits on this machine or in one of `networks`; behind a trusted proxy that one's client counts."""
    if any(name in request.headers for name in _FORWARDED) and not _is_told(request):
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or any(address in ipaddress.ip_network(one, strict=False) for one in networks)


def _is_told(request: Request) -> bool:
    """Whether a proxy that we trust says for whom it asks; one that leaves that out would pass as the machine itself."""
    return "werkzeug.proxy_fix.orig" in request.environ and "X-Forwarded-For" in request.headers
