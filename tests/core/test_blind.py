"""RFC 9474: the official vectors, credentials there and back, and what must not pass."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat

from survey.core import blind
from survey.core import blinding

VECTORS = json.loads(Path(__file__).with_name("rfc9474_test_vectors.json").read_text())


@pytest.fixture(scope="module")
def private() -> bytes:
    """One key for this file: making one takes a while."""
    return blind.new_key()


def _number(vector: dict[str, Any], name: str) -> int:
    return int(vector[name], 16)


def _bytes(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector[name].removeprefix("0x"))


def _key(vector: dict[str, Any]) -> bytes:
    p, q, d, n, e = (_number(vector, name) for name in "pqdne")
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), rsa.RSAPublicNumbers(e, n)
    )
    return numbers.private_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.claim("anonymity", "all official vectors of RFC 9474 pass")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any], figure: Any) -> None:
    """Each step gives the bytes of the standard: request, answer, signature."""
    private = _key(vector)
    public, message = blind.public_of(private), _bytes(vector, "input_msg")
    assert message == _bytes(vector, "msg_prefix") + _bytes(vector, "msg")
    n = _number(vector, "n")
    mask = pow(_number(vector, "inv"), -1, n)
    salt = _bytes(vector, "salt")
    blinded = blinding.conceal(public, message, salt=salt, mask=mask) if salt else None
    request = _bytes(vector, "blinded_msg")
    if blinded is None:  # the suites without salt differ in the encoding alone
        encoded = int.from_bytes(blinding.encode(message, n.bit_length() - 1, b""), "big")
        assert (encoded * pow(mask, _number(vector, "e"), n) % n).to_bytes(len(request), "big") == request
    else:
        assert blinded.request == request
    answer = blind.sign(private, request)
    assert answer == _bytes(vector, "blind_sig")
    signature = int.from_bytes(answer, "big") * _number(vector, "inv") % n
    assert signature.to_bytes(len(request), "big") == _bytes(vector, "sig")
    if blinded is not None:
        assert blinding.reveal(public, blinded, answer) == _bytes(vector, "sig")
    figure(f"{vector['name']}: request, answer and signature byte for byte")


def test_a_credential_passes_and_says_nothing_to_the_signer(private: bytes) -> None:
    """There and back; the same message asks in other bytes each time."""
    public = blind.public_of(private)
    message = blinding.new_message(public)
    first, second = blinding.conceal(public, message), blinding.conceal(public, message)
    assert first.request != second.request
    signature = blinding.reveal(public, first, blind.sign(private, first.request))
    assert blind.is_credential(public, message, signature)
    assert blind.sign(private, first.request) == blind.sign(private, first.request)


def test_nothing_forged_altered_or_foreign_passes(private: bytes) -> None:
    """One bit, another dialogue's key, another purpose, another length."""
    public, other = blind.public_of(private), blind.public_of(blind.new_key())
    message = blinding.new_message(public)
    asked = blinding.conceal(public, message)
    signature = blinding.reveal(public, asked, blind.sign(private, asked.request))
    bad = bytes([signature[0], signature[1] ^ 1]) + signature[2:]
    assert not blind.is_credential(public, message, bad)
    assert not blind.is_credential(public, message[:-1] + bytes([message[-1] ^ 1]), signature)
    assert not blind.is_credential(other, message, signature)
    assert not blind.is_credential(public, message, b"")
    assert not blind.is_credential(public, message, secrets.token_bytes(blind.SIZE))
    plain = message.replace(blind.PURPOSE, b"ballot2\0")
    asked = blinding.conceal(public, plain)
    signature = blinding.reveal(public, asked, blind.sign(private, asked.request))
    assert blind.verify(public, plain, signature), "the premise: the signature is good"
    assert not blind.is_credential(public, plain, signature)


def test_a_member_who_was_given_another_key_notices(private: bytes) -> None:
    """A signer who keeps a key for one member, to know the ballot again, is found out by the phone."""
    public, own = blind.public_of(private), blind.new_key()
    asked = blinding.conceal(public, blinding.new_message(public))
    with pytest.raises(ValueError, match="announced key"):
        blinding.reveal(public, asked, blind.sign(own, _below(own, asked.request)))


def _below(private: bytes, request: bytes) -> bytes:
    """The request, made small enough for another modulus."""
    try:
        blind.sign(private, request)
    except ValueError:
        return bytes(1) + request[1:]
    return request


@pytest.mark.parametrize("blinded", [b"", bytes(blind.SIZE), bytes(blind.SIZE - 1) + b"\x01", b"\xff" * blind.SIZE, bytes(10)],
                         ids=["empty", "zero", "one", "too large", "too short"])  # fmt: skip
def test_what_is_no_request_is_not_signed(private: bytes, blinded: bytes) -> None:
    """Zero and one would show nothing new, and numbers beyond the key are none of its own."""
    with pytest.raises(ValueError, match="not a blinded message"):
        blind.sign(private, blinded)
