"""Blind signatures, the server's half: RFC 9474, RSABSSA-SHA384-PSS-Randomized, one 2048-bit key a dialogue.

The roll signs what a phone made unreadable (`sign`), and the room checks what the phone made of it (`verify`) with the
public key alone; what is kept of the one does not lead to the other. The standard asks of a signer: blinding against
timing, a check of each signature before it leaves (a fault would give the key away), a key for nothing else, and never
a word from the other side about the salt. All of that is here. The phone's half is `blinding`.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.hazmat.primitives.serialization import PublicFormat
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.hazmat.primitives.serialization import load_der_public_key

try:
    from gmpy2 import invert as _inverse  # type: ignore[import-untyped]
    from gmpy2 import powmod as _open_pow
    from gmpy2 import powmod_sec as _pow  # four times as fast, and even in time
except ImportError:
    _pow = _open_pow = pow

    def _inverse(value: int, n: int) -> int:
        return pow(value, -1, n)


BITS = 2048
SIZE = BITS // 8  # bytes of a request, of an answer and of a signature
EXPONENT = 65537
SALT = 48  # bytes, as long as the hash
PREFIX = 32  # random bytes that the phone puts before its message: "Randomized"
PURPOSE = b"ballot1\0"  # what a message of ours begins with, then the key's fingerprint, then 32 bytes of the phone's
MESSAGE = PREFIX + len(PURPOSE) + 32 + 32  # bytes of a message, with its prefix
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT)


def new_key() -> bytes:
    """A private key in DER (PKCS #8), for one dialogue and for nothing but `sign`."""
    made = rsa.generate_private_key(public_exponent=EXPONENT, key_size=BITS)
    return made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_of(private: bytes) -> bytes:
    """The public key that belongs to it, in DER (SubjectPublicKeyInfo), which browsers and OpenSSL read as it is."""
    key = _private(private)
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(public: bytes) -> bytes:
    """The 32 bytes by which phones compare keys, and from which the key phrase is made: SHA-256 of the DER."""
    return hashlib.sha256(public).digest()


def sign(private: bytes, blinded: bytes) -> bytes:
    """BlindSign of RFC 9474 4.3: the answer to a request of as many bytes as the key has. Raises `ValueError`."""
    numbers = _private(private).private_numbers()
    n, e = numbers.public_numbers.n, numbers.public_numbers.e
    size = (n.bit_length() + 7) // 8
    request = int.from_bytes(blinded, "big")
    if len(blinded) != size or not 1 < request < n or math.gcd(request, n) != 1:
        raise ValueError("not a blinded message for this key")
    mask = _unit(n)
    masked = request * _pow(mask, e, n) % n  # what is raised to the secret power is random, so its time says nothing
    signed = _root(numbers, masked) * _inverse(mask, n) % n
    if _open_pow(signed, e, n) != request:  # of what leaves anyway, so its time may say it
        raise ArithmeticError("a signature came out wrong and was kept back")
    return int(signed).to_bytes(size, "big")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature holds for this message (with its random prefix) under this very key."""
    try:
        _public(public).verify(signature, message, _PSS, hashes.SHA384())
    except (InvalidSignature, ValueError):
        return False
    return True


def is_credential(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a credential of the dialogue that this key belongs to: its form, its key and its signature."""
    expected = PURPOSE + fingerprint(public)
    return (
        len(message) == MESSAGE
        and len(signature) == SIZE
        and message[PREFIX : PREFIX + len(expected)] == expected
        and verify(public, message, signature)
    )


def _root(numbers: rsa.RSAPrivateNumbers, value: int) -> int:
    """`value ** d mod n` by the Chinese remainder theorem."""
    p, q = numbers.p, numbers.q
    at_p, at_q = _pow(value % p, numbers.dmp1, p), _pow(value % q, numbers.dmq1, q)
    return int(at_q + (at_p - at_q) * numbers.iqmp % p * q)


def _unit(n: int) -> int:
    while True:
        found = secrets.randbelow(n - 2) + 2
        if math.gcd(found, n) == 1:
            return found


def _private(der: bytes) -> rsa.RSAPrivateKey:
    # Unchecked: the key is our own, its check takes ten times as long as signing, and each signature is checked.
    key = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


@lru_cache(maxsize=64)
def _public(der: bytes) -> rsa.RSAPublicKey:
    key = load_der_public_key(der)
    assert isinstance(key, rsa.RSAPublicKey)
    return key
