"""Passes: what lets a phone from the roll's side into the room, when no blind signature does.

The roll seals the secret of a ballot under a key that the two sides share; the room opens it and learns no member. A
pass is good once and for a quarter of an hour by the server's own clock, and the same member's passes all hold the same
secret, so that a lost answer costs nobody a vote and no pass ever makes a second ballot.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from survey.core.errors import Invalid
from survey.core.text import N_

GOOD_FOR = 15 * 60  # seconds, before as well as after: a clock that was set back must not shut everybody out
_NONCE, _TIME, _MAC = 12, 8, 32  # bytes
_SECRET = 27  # characters of `ids.new_token`
_LENGTH = _NONCE + _TIME + _SECRET + _MAC


@dataclass(frozen=True, slots=True)
class Opened:
    """A pass that holds: the secret of the ballot, and the 16 bytes under which its one use is remembered."""

    secret: str
    use: bytes


def seal(key: bytes, dialogue_id: str, secret: str, moment: int) -> str:
    """A pass for `secret` (27 URL-safe characters), made at `moment` (seconds since 1970)."""
    content = secrets.token_bytes(_NONCE) + moment.to_bytes(_TIME, "big") + secret.encode("ascii")
    assert len(content) == _LENGTH - _MAC, "not the secret of a ballot"
    return base64.urlsafe_b64encode(content + _mac(key, dialogue_id, content)).decode().rstrip("=")


def unseal(key: bytes, dialogue_id: str, text: str, moment: int) -> Opened:
    """What a pass of this dialogue holds. Raises `Invalid` for one that was forged, altered or left lying too long."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    content, mac = raw[:-_MAC], raw[-_MAC:]
    if len(raw) != _LENGTH or not hmac.compare_digest(mac, _mac(key, dialogue_id, content)):
        raise Invalid(N_("Lượt vào này không đúng. Hãy mở lại đường dẫn của bạn và nhận phiếu kín lần nữa."))
    made = int.from_bytes(content[_NONCE : _NONCE + _TIME], "big")
    if abs(moment - made) > GOOD_FOR:
        raise Invalid(N_("Lượt vào này đã quá mười lăm phút. Hãy quay lại trang nhận phiếu và bấm nhận lần nữa."))
    return Opened(content[_NONCE + _TIME :].decode("ascii"), hashlib.sha256(raw).digest()[:16])


def _mac(key: bytes, dialogue_id: str, content: bytes) -> bytes:
    return hmac.new(key, b"pass\0" + dialogue_id.encode() + b"\0" + content, hashlib.sha256).digest()
