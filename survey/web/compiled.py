"""Templates as they were compiled at the last start: compiling all of them anew is more than half of a restart.

One file in DATA_DIR, sealed under the key that signs the sessions: what is read here is run. Where it is missing, torn, of
another version or another key, everything is compiled as if it had never been there. What is compiled is loaded when a
page asks for it: that takes a fifth of a millisecond, and most templates are asked for by few.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import marshal
import os
import secrets
import sys
from collections.abc import Mapping
from collections.abc import MutableMapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from typing import cast

from flask import Flask
from jinja2 import BaseLoader
from jinja2 import Environment
from jinja2 import Template

from survey.core.paths import PACKAGE

FILE = "compiled-templates"
_SEAL = 32


def compile_all(app: Flask, folder: Path, key: bytes) -> int:
    """Have every template ready, and remember them in `folder` for the next start; how many had to be compiled."""
    kept = _Kept(folder / FILE, hmac.digest(key, b"templates\0" + _program(), "sha256"))
    environment, others = app.jinja_env, cast(BaseLoader, app.jinja_env.loader)
    for name in environment.list_templates(extensions=["html"]):
        kept.take(environment, name, others)
    environment.loader = _Ready(kept.ready, others)
    environment.cache = {}  # no template goes again: Jinja would keep 400, and there are more
    kept.save()
    return kept.new


class _Ready(BaseLoader):
    """Templates as they were when the process started, whatever is written in their place while it lives.

    What is not among them is left to `others`, and compiled when it is asked for.
    """

    def __init__(self, ready: Mapping[str, bytes], others: BaseLoader) -> None:
        self._ready = ready
        self.get_source = others.get_source  # type: ignore[method-assign]
        self.list_templates = others.list_templates  # type: ignore[method-assign]

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:  # noqa: A002 -- Jinja's word
        """A template made of its code, without a look at its text."""
        if name not in self._ready:
            return super().load(environment, name, globals)
        code = marshal.loads(self._ready[name])  # noqa: S302 -- compiled by this process, or out of the sealed file
        return environment.template_class.from_code(environment, code, {} if globals is None else globals)


class _Kept:
    """Code of templates by a digest of their name and text; `new` says how many were not there."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._there = self._read()
        self._used: dict[bytes, bytes] = {}
        self.ready: dict[str, bytes] = {}
        self.new = 0

    def take(self, environment: Environment, name: str, loader: BaseLoader) -> None:
        """Have the code of one template, as its text is now."""
        source, filename, _uptodate = loader.get_source(environment, name)
        mark = hashlib.sha256(f"{name}\0{filename}\0{source}".encode()).digest()
        if mark not in self._there:
            self._there[mark] = marshal.dumps(environment.compile(source, name, filename))
            self.new += 1
        self.ready[name] = self._used[mark] = self._there[mark]

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

    def _read(self) -> dict[bytes, bytes]:
        try:
            sealed = self._path.read_bytes()
        except OSError:
            return {}
        seal, content = sealed[:_SEAL], sealed[_SEAL:]
        if not hmac.compare_digest(seal, hmac.digest(self._key, content, "sha256")):
            return {}
        return cast(dict[bytes, bytes], marshal.loads(content))  # noqa: S302 -- nobody without our key has written it


def _program() -> bytes:
    """A digest of everything but the templates' own text that compiled code depends on: constant filters are run then."""
    found = hashlib.sha256(f"{sys.version} {version('jinja2')}".encode())
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", "_bundle"})
        for name in sorted(name for name in names if name.endswith(".py")):
            there = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 -- 700 files, and a Path costs ten times that
            found.update(f"{name} {there.st_size} {there.st_mtime_ns}\n".encode())
    return found.digest()
