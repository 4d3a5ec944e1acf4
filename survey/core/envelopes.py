"""What is inside a record of a box, and how it looks from outside: of one size, and noise without the key of its filling."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survey.core.errors import TooLarge
from survey.core.text import N_

SIZE = 32 * 1024  # bytes of every record, whatever is in it
_NONCE, _LENGTH, _TAG = 12, 4, 16
_ROOM = SIZE - _NONCE - _LENGTH - _TAG

Record = Mapping[str, Any]


def pack(content: Record) -> bytes:
    """The content as so many bytes as every content has. Raises `TooLarge`."""
    packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "ignore"), 9)
    if len(packed) > _ROOM:
        raise TooLarge(N_("Phiếu dài quá nên không vừa một phong bì. Hãy rút gọn; những gì bạn viết vẫn còn đây."))
    return len(packed).to_bytes(_LENGTH, "big") + packed + bytes(_ROOM - len(packed))


def seal(key: bytes, name: str, packed: bytes) -> bytes:
    """A packed content as it lies on the disk; it opens under this key and this name alone."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + ChaCha20Poly1305(_part(key, "seal")).encrypt(nonce, packed, name.encode())


def unseal(key: bytes, path: Path) -> Record:
    """The content of a file that `seal` made. Raises `InvalidTag` for one that was damaged or is called otherwise."""
    sealed = path.read_bytes()
    plain = ChaCha20Poly1305(_part(key, "seal")).decrypt(sealed[:_NONCE], sealed[_NONCE:], path.name.encode())
    length = int.from_bytes(plain[:_LENGTH], "big")
    return cast(Record, json.loads(zlib.decompress(plain[_LENGTH : _LENGTH + length])))


def name_of(key: bytes, whose: str) -> str:
    """What the record of somebody is called in the filling with this key: the same each time, and nothing to anybody else."""
    return _part(key, f"name\0{whose}")[:16].hex()


def _part(key: bytes, what: str) -> bytes:
    return hmac.new(key, what.encode(), hashlib.sha256).digest()
