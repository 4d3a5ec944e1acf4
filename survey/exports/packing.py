"""A described paper as bytes and back, for a process of its own."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from survey.exports import papers
from survey.exports.papers import Paper

_KINDS = (
    papers.Run, papers.Heading, papers.Text, papers.Across, papers.Grid, papers.Bars, papers.Code, papers.Break,
    papers.Signature, papers.Paper,
)  # fmt: skip
_BY_NAME: dict[str, Any] = {kind.__name__: kind for kind in _KINDS}


def pack(paper: Paper) -> bytes:
    """The paper."""
    return json.dumps(_down(paper), ensure_ascii=False).encode()


def unpack(raw: bytes) -> Paper:
    """The same paper again."""
    found = _up(json.loads(raw))
    assert isinstance(found, Paper)
    return found


def _down(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        held = {field.name: _down(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"is": type(value).__name__, **held}
    return [_down(one) for one in value] if isinstance(value, tuple) else value


def _up(value: Any) -> Any:
    if isinstance(value, dict):
        kind = _BY_NAME[value.pop("is")]
        return kind(**{name: _up(one) for name, one in value.items()})
    return tuple(_up(one) for one in value) if isinstance(value, list) else value
