"""Templates as they were compiled at the last start: compiling all of them anew is more than half of a restart.

One file in DATA_DIR, sealed under the key that signs the sessions: what is read here is run. Where it is missing, torn, of
another version or another key, everything is compiled as if it had never been there.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import marshal
import os
import secrets
import sys
from importlib.metadata import version
from pathlib import Path
from typing import cast

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from survey.core.paths import PACKAGE

FILE = "compiled-templates"
_SEAL = 32


def compile_all(app: Flask, folder: Path, key: bytes) -> int:
    """Have every template ready, and remember them in `folder` for the next start; how many had to be compiled."""
    kept = Compiled(folder / FILE, hmac.digest(key, b"templates\0" + _program(), "sha256"))
    app.jinja_env.bytecode_cache = kept
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    app.jinja_env.bytecode_cache = None  # what is written later is compiled when it is asked for
    kept.save()
    return kept.new


class Compiled(BytecodeCache):
    """Code of templates by the checksum of their text; `new` says how many were not there."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._there = self._read()
        self._used: dict[str, bytes] = {}
        self.new = 0

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was kept of this template, unless its text is another now."""
        found = self._there.get(bucket.key)
        if found is not None:
            bucket.bytecode_from_string(found)
            self._used[bucket.key] = found

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it: it was not there, or of another text."""
        self._used[bucket.key] = bucket.bytecode_to_string()
        self.new += 1

    def save(self) -> None:
        """Put what was used in the file's place; a full disk costs the next start a second and nothing else."""
        if not self.new and len(self._used) == len(self._there):
            return
        content = marshal.dumps(self._used)
        half = self._path.with_name(f"{FILE}.{secrets.token_hex(8)}.half")
        try:
            half.touch(mode=0o600)
            half.write_bytes(hmac.digest(self._key, content, "sha256") + content)
            half.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                half.unlink()

    def _read(self) -> dict[str, bytes]:
        try:
            sealed = self._path.read_bytes()
        except OSError:
            return {}
        seal, content = sealed[:_SEAL], sealed[_SEAL:]
        if not hmac.compare_digest(seal, hmac.digest(self._key, content, "sha256")):
            return {}
        return cast(dict[str, bytes], marshal.loads(content))  # noqa: S302 -- nobody without our key has written it


def _program() -> bytes:
    """A digest of everything but the templates' own text that compiled code depends on: constant filters are run then."""
    found = hashlib.sha256(f"{sys.version} {version('jinja2')}".encode())
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", "_bundle"})
        for name in sorted(name for name in names if name.endswith(".py")):
            there = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 -- 700 files, and a Path costs ten times that
            found.update(f"{name} {there.st_size} {there.st_mtime_ns}\n".encode())
    return found.digest()
