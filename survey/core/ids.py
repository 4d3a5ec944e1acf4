"""Identifiers: random, never counting, so that none tells an order or leads back to a person (rule D1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, 1, O, I: easy to say and to type
CODE_LETTERS = frozenset(CODE_ALPHABET)
CODE_LENGTH = 6
CARD_CODE_LENGTH = 8


def new_id() -> str:
    """A random identifier of 60 bits in 12 lower-case characters; safe in a URL, a DOM id and a CSS selector."""
    return base64.b32encode(secrets.token_bytes(8)).decode().lower()[:12]


def new_code() -> str:
    """A join code of six characters that can be read aloud (30 bits; guessing is limited, see `web.limits`)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def new_card_code() -> str:
    """A code of eight characters to type from a card (40 bits; stored only under a key, see `mark`)."""
    bits = secrets.randbits(5 * CARD_CODE_LENGTH)  # at once: a thousand cards are made in one write
    return "".join(CODE_ALPHABET[bits >> 5 * place & 31] for place in range(CARD_CODE_LENGTH))


def new_digits() -> str:
    """Six digits to be told by telephone. One of them is a 0 or a 1, so that they are never a join code."""
    while True:
        digits = f"{secrets.randbelow(1_000_000):06}"
        if not CODE_LETTERS.issuperset(digits):
            return digits


def code_from(key: bytes, *parts: str) -> str:
    """Such a code that whoever holds `key` can make again."""
    bits = int.from_bytes(mark(key, *parts)[:8], "big")
    return "".join(CODE_ALPHABET[bits >> 5 * place & 31] for place in range(CARD_CODE_LENGTH))


def token_from(key: bytes, *parts: str) -> str:
    """A secret like `new_token` that whoever holds `key` can make again."""
    raw = hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()[:20]
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def normal_code(typed: str) -> str:
    """A typed join code in its one form: upper case, without spaces and dashes."""
    return "".join(c for c in typed.upper() if c.isalnum())


def new_token() -> str:
    """A secret of 160 bits for links and cookies, URL-safe."""
    return secrets.token_urlsafe(20)


def digest(secret: str) -> bytes:
    """What is stored of a secret of at least 128 random bits: 16 bytes of SHA-256."""
    return hashlib.sha256(secret.encode()).digest()[:16]


def mark(key: bytes, *parts: str) -> bytes:
    """`HMAC(key, parts)` cut to 16 bytes: the pseudonym of a ballot for one purpose and one object."""
    return hmac.digest(key, "\0".join(parts).encode(), "sha256")[:16]  # at once: a page asks for one a question


def new_tie() -> int:
    """Random 62-bit key that breaks ties for good: being early is no advantage."""
    return secrets.randbits(62)
