"""Passwords: argon2id, hashed beside the event loop, never inside the writer."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError
from argon2.exceptions import VerificationError

from survey.core.errors import Invalid
from survey.core.offload import off_the_loop
from survey.core.text import N_

SHORTEST, LONGEST = 10, 200
TOO_SHORT = N_("Mật khẩu cần ít nhất 10 ký tự. Một câu dễ nhớ là tốt nhất; không cần ký hiệu lạ.")
TOO_LONG = N_("Mật khẩu dài nhất 200 ký tự.")

_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_TWO = threading.BoundedSemaphore(2)  # commits share the thread pool and must not queue behind a burst of sign-ins
# Of a password that nobody has, at the cost of all others; made once, because making it is a tenth of a start.
_NOBODY = "$argon2id$v=19$m=32768,t=3,p=1$6wSEGLmdVlSCwlzzASlSog$gZBAubQy/19o+po3f6Ezbc+qVrtwDDqxnyeem1jZ4Es"


def check_new(password: str) -> None:
    """Raise `Invalid` at the field `password`; length is the only rule."""
    message = TOO_SHORT if len(password) < SHORTEST else TOO_LONG if len(password) > LONGEST else None
    if message:
        raise Invalid(message, {"password": message})


def hashed(password: str) -> str:
    """The argon2id hash of a new password; raises `Invalid` where it is too short. Call it outside of a write."""
    check_new(password)
    return rehashed(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for a name that nobody has."""
    with _TWO:
        return off_the_loop(lambda: _matches(stored, password[: LONGEST + 1]))


def is_old(stored: str | None) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return stored is not None and _HASHER.check_needs_rehash(stored)


def rehashed(password: str) -> str:
    """A new hash of a password that was accepted already, whatever its length."""
    with _TWO:
        return off_the_loop(lambda: _HASHER.hash(password))


def _matches(stored: str | None, password: str) -> bool:
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
