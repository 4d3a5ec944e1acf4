"""Blind signatures, the phone's half: RFC 9474 sections 4.1, 4.2 and 4.4 in Python.

Phones do this in their browser (`static/js`); this half stands beside it for tests, for measurements and for
`demo-trust`, and to show that two programs that were written apart understand each other.
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from survey.core import blind

HASH = hashlib.sha384
_LENGTH = HASH().digest_size


@dataclass(frozen=True, slots=True)
class Blinded:
    """A request for a signature, and what only the phone knows of it: the message and the inverse of its mask."""

    request: bytes
    message: bytes
    inverse: int


def b64(raw: bytes) -> str:
    """Bytes as phones send them: base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """And as they read them."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_message(public: bytes) -> bytes:
    """A fresh message for a ballot of the dialogue with this key, with its random prefix (Randomized)."""
    return (
        secrets.token_bytes(blind.PREFIX)
        + blind.PURPOSE
        + blind.fingerprint(public)
        + secrets.token_bytes(blind.MESSAGE - blind.PREFIX - len(blind.PURPOSE) - 32)
    )


def conceal(public: bytes, message: bytes, *, salt: bytes | None = None, mask: int | None = None) -> Blinded:
    """Blind (4.2): the request that the signer sees. `salt` and `mask` are random unless a test vector gives them."""
    n, e = _numbers(public)
    encoded = int.from_bytes(encode(message, n.bit_length() - 1, salt or secrets.token_bytes(blind.SALT)), "big")
    if math.gcd(encoded, n) != 1:
        raise ValueError("not invertible")
    while mask is None or math.gcd(mask, n) != 1:
        mask = secrets.randbelow(n - 2) + 2
    request = encoded * pow(mask, e, n) % n
    return Blinded(request.to_bytes((n.bit_length() + 7) // 8, "big"), message, pow(mask, -1, n))


def reveal(public: bytes, blinded: Blinded, answer: bytes) -> bytes:
    """Finalize (4.4): the signature. Raises `ValueError` where the signer used another key than this one."""
    n, _e = _numbers(public)
    size = (n.bit_length() + 7) // 8
    if len(answer) != size:
        raise ValueError("not an answer for this key")
    signature = (int.from_bytes(answer, "big") * blinded.inverse % n).to_bytes(size, "big")
    if not blind.verify(public, blinded.message, signature):
        raise ValueError("the server did not use the announced key")
    return signature


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017 9.1.1 with SHA-384 and MGF1."""
    size = (bits + 7) // 8
    inner = HASH(bytes(8) + HASH(message).digest() + salt).digest()
    block = bytes(size - len(salt) - _LENGTH - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf(inner, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + inner + b"\xbc"


def _mgf(seed: bytes, length: int) -> bytes:
    """MGF1 of RFC 8017 B.2.1."""
    parts = (HASH(seed + count.to_bytes(4, "big")).digest() for count in range(-(-length // _LENGTH)))
    return b"".join(parts)[:length]


def _numbers(public: bytes) -> tuple[int, int]:
    key = load_der_public_key(public)
    assert isinstance(key, rsa.RSAPublicKey)
    numbers = key.public_numbers()
    return numbers.n, numbers.e
