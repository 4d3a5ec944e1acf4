"""Behind a proxy: believe `X-Forwarded-*` from the addresses of TRUSTED_PROXIES and from nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """WSGI middleware; a stranger who sends the headers himself is answered as if he had not."""

    def __init__(self, app: WSGI, trusted: Iterable[str]) -> None:
        self._app = app
        self._fixed = ProxyFix(app)
        self._networks = [ipaddress.ip_network(part, strict=False) for part in trusted]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer with the scheme, host and address that a trusted proxy names."""
        app = self._fixed if self._trusts(environ.get("REMOTE_ADDR", "")) else self._app
        return app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False  # a Unix socket has no address
        return any(peer in network for network in self._networks)
