"""Keys sealed to a public key, whose private half is sealed under the words. Whoever seals needs no words.

The words go through argon2id, the private half is sealed by ChaCha20-Poly1305. A key is sealed to an X25519 key: a pair of
the moment, its secret through HKDF-SHA256, ChaCha20-Poly1305 with the key's own name beside it, so that no sealed copy can
stand in the place of another.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from argon2.low_level import Type
from argon2.low_level import hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.spare import words

MEMORY, PASSES = 128 * 1024, 3  # KiB and rounds of argon2id: some tenths of a second on a laptop
_NONCE, _PUBLIC = 12, 32
_ONCE = bytes(_NONCE)  # under a key that seals one thing and never another


@dataclass(frozen=True, slots=True)
class Pair:
    """What may lie anywhere: the public half, and the private one under the words. `id` stands on the sheet."""

    id: str
    public: str
    salt: str
    sealed: str
    memory: int
    passes: int
    proof: str = field(default="", repr=False)  # by which the server proves what it sends; never leaves KEY_DIR

    def plain(self) -> dict[str, str | int]:
        """As it may lie anywhere."""
        return {name: value for name, value in asdict(self).items() if name != "proof"}


def new() -> tuple[str, Pair]:
    """New words, and the pair that they open. The words are in no other place."""
    phrase, salt, private = words.make(), secrets.token_bytes(16), X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    under = ChaCha20Poly1305(_under(words.read(phrase), salt, MEMORY, PASSES))
    sealed = under.encrypt(_ONCE, private.private_bytes_raw(), public)
    made = Pair(_id(public), _text(public), _text(salt), _text(sealed), MEMORY, PASSES)
    return phrase, proving(made, private)


def proving(pair: Pair, private: X25519PrivateKey) -> Pair:
    """The pair with what proves its sender: a key that only the words, or the server that made them, can tell."""
    return replace(pair, proof=_text(proof(private)))


def proof(private: X25519PrivateKey) -> bytes:
    """The key of the sums. Whoever can write to the spare has the public half, so sealing proves nothing."""
    return HKDF(SHA256(), 32, None, b"doi-thoai spare proof").derive(private.private_bytes_raw())


def proof_of(pair: Pair | None) -> bytes:
    """The same where the pair is kept; b"" without words."""
    return _bytes(pair.proof) if pair is not None else b""


def opened(pair: Pair, syllables: list[str]) -> X25519PrivateKey:
    """The private half. Raises `Invalid` for other words than those of its sheet."""
    public = _bytes(pair.public)
    under = ChaCha20Poly1305(_under(syllables, _bytes(pair.salt), pair.memory, pair.passes))
    try:
        return X25519PrivateKey.from_private_bytes(under.decrypt(_ONCE, _bytes(pair.sealed), public))
    except InvalidTag:
        raise Invalid(N_("Tám từ này không mở được bản dự phòng. Hãy xem lại từng từ, và mã của tờ giấy.")) from None


def seal(pair: Pair, name: str, key: bytes) -> str:
    """The key as it lies on the spare."""
    once, public = X25519PrivateKey.generate(), _bytes(pair.public)
    mine = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return _text(mine + ChaCha20Poly1305(_joint(shared, mine, public)).encrypt(_ONCE, key, name.encode()))


def unseal(private: X25519PrivateKey, name: str, sealed: str) -> bytes:
    """The key again. Raises `InvalidTag` for what was damaged, or has another name."""
    content, public = _bytes(sealed), private.public_key().public_bytes_raw()
    mine = content[:_PUBLIC]
    shared = private.exchange(X25519PublicKey.from_public_bytes(mine))
    return ChaCha20Poly1305(_joint(shared, mine, public)).decrypt(_ONCE, content[_PUBLIC:], name.encode())


def _under(syllables: list[str], salt: bytes, memory: int, passes: int) -> bytes:
    return hash_secret_raw(" ".join(syllables).encode(), salt, passes, memory, 1, 32, Type.ID)


def _joint(shared: bytes, mine: bytes, public: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"doi-thoai spare 1\0" + mine + public).derive(shared)


def _id(public: bytes) -> str:
    """Six letters, by which a sheet and what it opens are known to belong together."""
    return base64.b32encode(hashlib.sha256(b"sheet\0" + public).digest()).decode()[:6]


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
