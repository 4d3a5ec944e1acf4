"""Whether phones in the hall can open an address of this machine, and which address that is."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

ANY = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, never bound


def only_here(host: str | None) -> bool:
    """Whether a host name means the very machine that reads it, so that no phone finds us under it."""
    if not host or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def can_sign(url: str) -> bool:
    """Whether a browser on a page of this address has the means to make a blind-signed ballot: HTTPS, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or only_here(parts.hostname)


def lan_address() -> str | None:
    """The address under which the local network knows this machine; None without a network.

    Nothing is sent: a datagram socket that is connected only asks the system for the way it would take.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if only_here(found) else found
