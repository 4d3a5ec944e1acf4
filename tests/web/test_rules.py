"""Rules that are made ready late write the addresses that Werkzeug's own write, and are in use."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import BuildError
from werkzeug.routing import Map
from werkzeug.routing import Rule

from survey.web.rules import LateRule

RULES = ("/", "/d/<code>", "/d/<code>/questions/<uuid:id>", "/s/<code>/sites/<int:number>/screen")


def addresses(kind: type[Rule]) -> list[str]:
    """What a map of such rules writes, each address twice."""
    made = Map([kind(text, endpoint=text) for text in RULES]).bind("x.vn", "/")
    values: list[dict[str, Any]] = [
        {}, {"code": "ĐỐI THOẠI"}, {"code": "A/B", "id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "next": "ế&"},
        {"code": "A", "number": 3},
    ]  # fmt: skip
    with pytest.raises(BuildError):
        made.build(RULES[3], {"code": "A"})
    return [
        made.build(text, given, append_unknown=more)
        for text, given in zip(RULES, values, strict=True)
        for more in (True, False, True)
    ]


def test_late_rules_write_the_same_addresses() -> None:
    assert addresses(LateRule) == addresses(Rule)


def test_nothing_is_compiled_before_the_first_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule once, and only of the kind that is asked for."""
    compiled: list[str] = []
    own = Rule._compile_builder

    def counted(rule: Rule, append_unknown: bool = True) -> Any:
        compiled.append(rule.rule)
        return own(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", counted)
    made = Map([LateRule(text, endpoint=text) for text in RULES]).bind("x.vn", "/")
    assert compiled == []
    assert [made.build(RULES[1], {"code": "A"}) for _ in range(2)] == ["/d/A", "/d/A"]
    assert compiled == [RULES[1]]
    assert {type(rule) for rule in app.url_map.iter_rules()} == {LateRule}
