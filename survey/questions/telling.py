"""What one process tells the others of a phone's tokens: sealed under the dialogue's own key `judge`, which dies with it.

Whoever writes down what goes over the bus reads nothing of it once that key is destroyed, whatever else is kept.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.core.ids import mark
from survey.core.keys import KeyMissing

TOLD = "token:"  # before a dialogue's id and what is told, sealed
_NONCE, _MARK = 12, 16  # bytes

Keys = Callable[[str], bytes]  # the key `judge` of a dialogue; raises `KeyMissing`


class Taken(NamedTuple):
    """One token of a phone: for which question, under which mark of its ballot, and the token's digest."""

    question_id: str
    mark: bytes
    token: bytes


def told(key: bytes, dialogue_id: str, phone: bytes, taken: Collection[Taken]) -> frozenset[str]:
    """What to publish of these tokens of one phone; `key` is the dialogue's key `judge`."""
    who = mark(key, "phone", phone.hex())
    contents = (who + one.mark + one.token + one.question_id.encode() for one in taken)
    return frozenset(f"{TOLD}{dialogue_id}:{_seal(key, content)}" for content in contents)


def heard(keys: Keys, channels: Collection[str]) -> Iterator[tuple[str, bytes, Taken]]:
    """For each token that was told: of which dialogue, of which phone. What was sealed under no living key is passed over."""
    for channel in channels:
        if channel.startswith(TOLD):
            dialogue_id, _, sealed = channel.removeprefix(TOLD).partition(":")
            content = _opened(keys, dialogue_id, sealed)
            if content is not None:
                who, mark_, token = (content[at : at + _MARK] for at in range(0, 3 * _MARK, _MARK))
                yield dialogue_id, who, Taken(content[3 * _MARK :].decode(), mark_, token)


def _seal(key: bytes, content: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + AESGCM(_sealing(key)).encrypt(nonce, content, None)).decode()


def _opened(keys: Keys, dialogue_id: str, sealed: str) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(sealed)
        return AESGCM(_sealing(keys(dialogue_id))).decrypt(raw[:_NONCE], raw[_NONCE:], None)
    except (KeyMissing, ValueError, InvalidTag):  # anybody who reaches Redis may say anything
        return None


def _sealing(key: bytes) -> bytes:
    return hmac.digest(key, b"told on the bus", "sha256")
