"""Addresses: what a rule needs to write its address is made when the first address of it is written.

Werkzeug makes Python code out of each of our 430 rules, twice, while the program is put together: that is a tenth of a
start. A page writes the addresses of some twenty.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule

Address = tuple[str, str]  # host and path


class LateRule(Rule):
    """A rule like any other, only ready later. If Werkzeug ever makes that code elsewhere, nothing but the time is lost."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Address]:
        made: Callable[..., Address] | None = None
        compiled = super()._compile_builder

        def build(rule: Rule, /, **values: object) -> Address:
            nonlocal made
            if made is None:
                made = compiled(append_unknown)
            return made(rule, **values)

        return build
