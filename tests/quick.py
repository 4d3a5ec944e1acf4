"""An app for each test, without computing what is the same in each: templates and routes are compiled once a process.

Measured: of the time of a test of pages, a third went into compiling templates and a quarter into compiling routes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

_compile = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


class Kept(BytecodeCache):
    """Compiled templates in memory; a template that changed on the disk has another checksum and is compiled anew."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was kept of this template, if anything."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Kept()


def _builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function that builds this rule's address: it depends on the rule alone and gets its object when it is called."""
    defaults: Any = rule.defaults or {}
    key = (rule.rule, tuple(rule._trace), tuple(sorted(defaults.items())), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


def share_routes() -> None:
    """Compile each rule once a process."""
    Rule._compile_builder = _builder  # type: ignore[assignment,method-assign]


def share_templates(app: Flask) -> Flask:
    """Compile each template once a process."""
    app.jinja_env.bytecode_cache = TEMPLATES
    return app
