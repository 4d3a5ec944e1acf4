"""Secret keys as files outside the databases and their backups, one random file a purpose (rule D4)."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from survey.core import durable

_NAME = re.compile(r"[a-z0-9-]{1,64}")
_GONE = ".gone"  # of a key that was destroyed, until that is recorded
_HALF = ".half"  # not yet a key: written, and perhaps not whole


def random_key() -> bytes:
    """What most keys are: 32 random bytes."""
    return secrets.token_bytes(32)


class KeyMissing(Exception):
    """The key was destroyed, or this machine never had it: nothing may be counted under a new one."""


class KeyStore:
    """Keys by (dialogue, purpose). A key is made once with `create` and is gone for good after `destroy`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cache: dict[tuple[str, str], tuple[bytes, str]] = {}

    def create(self, owner: str, purpose: str, make: Callable[[], bytes] = random_key) -> bytes:
        """Make the key if there is none yet, written durably before it is used; return it.

        A key is 32 random bytes, or what `make` gives: a private key in DER.
        """
        path = self._path(owner, purpose)
        if path.exists():
            return self.get(owner, purpose)
        made = make()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_name(f"{path.stem}.{secrets.token_hex(8)}{_HALF}")
        with durable.kept(self.folder), durable.kept(path.parent):
            try:
                durable.write(half, made)
                _name_once(half, path)
            except FileNotFoundError as error:  # destroyed by another process before it had its name
                raise KeyMissing(f"{owner}/{purpose}") from error
            finally:  # on a full disk nothing is left that would look like a key
                half.unlink(missing_ok=True)
        return self.get(owner, purpose)

    def get(self, owner: str, purpose: str) -> bytes:
        """The key; raises `KeyMissing` where there is none, also where another process has destroyed it meanwhile."""
        held = self._cache.get((owner, purpose))
        if held is not None and os.path.exists(held[1]):  # noqa: PTH110 -- asked by every vote, and a Path costs ten times that
            return held[0]
        self._cache.pop((owner, purpose), None)
        path = self._path(owner, purpose)
        try:
            known = path.read_bytes()
        except FileNotFoundError as error:
            raise KeyMissing(f"{owner}/{purpose}") from error
        if not _is_whole(known):
            raise KeyMissing(f"{owner}/{purpose}")
        self._cache[owner, purpose] = known, str(path)
        return known

    def exists(self, owner: str, purpose: str) -> bool:
        """Whether the key is there."""
        try:
            return bool(self.get(owner, purpose))
        except KeyMissing:
            return False

    def purposes(self, owner: str) -> list[str]:
        """What the keys of this owner are for, of those that are there."""
        return sorted(path.stem for path in (self.folder / owner).glob("*.key"))

    def owners(self) -> list[str]:
        """Whose keys are here."""
        return sorted({path.parent.name for path in self.folder.glob("*/*.key") if _NAME.fullmatch(path.parent.name)})

    def destroy(self, owner: str, purpose: str) -> None:
        """Overwrite and remove the key, and what a process that died left of it; calling it again changes nothing."""
        self._cache.pop((owner, purpose), None)
        path = self._path(owner, purpose)
        for one in (path, *path.parent.glob(f"{purpose}.*{_HALF}")):
            _wipe(one)

    def note_end(self, owner: str, purpose: str) -> None:
        """Remember, before the key is destroyed, that it is this house that destroys it; where there is none, nothing."""
        path = self._path(owner, purpose)
        if path.exists():
            with durable.kept(path.parent):
                path.with_suffix(_GONE).touch()

    def ended(self, owner: str) -> set[str]:
        """What was noted and not forgotten since."""
        return {path.stem for path in (self.folder / owner).glob(f"*{_GONE}")}

    def forget_end(self, owner: str, purpose: str) -> None:
        """It is recorded elsewhere now."""
        self._path(owner, purpose).with_suffix(_GONE).unlink(missing_ok=True)

    def tidy(self, owner: str, older: float) -> None:
        """Remove what processes left that died while they made a key, more than `older` seconds ago."""
        for half in (self.folder / owner).glob(f"*{_HALF}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - half.stat().st_ctime > older:
                    _wipe(half)

    def _path(self, owner: str, purpose: str) -> Path:
        if not (_NAME.fullmatch(owner) and _NAME.fullmatch(purpose)):
            raise ValueError(f"not a key name: {owner}/{purpose}")
        return self.folder / owner / f"{purpose}.key"


def _wipe(path: Path) -> None:
    """Overwrite the file where it lies, and remove it."""
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _name_once(half: Path, path: Path) -> None:
    """Give the finished file its name unless another process was quicker: then its key is the one."""
    try:
        os.link(half, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without links, on a stick perhaps
        if not path.exists():
            half.rename(path)


def _is_whole(content: bytes) -> bool:
    """Whether these bytes are a key: none that was torn, and none that was overwritten and not yet removed."""
    if content.startswith(b"\x30\x82"):  # DER says in its head how long it is
        return len(content) == 4 + int.from_bytes(content[2:4], "big")
    return len(content) == 32 and any(content)
