"""What a surface hands to the hub so that its audience is served; the hub knows no feature."""

from __future__ import annotations

from typing import Any
from typing import Protocol

from sqlalchemy.orm import Session

from survey.live.wire import Event


class Snapshot(Protocol):
    """What an audience sees at one moment; `version` grows with every change that this audience may notice."""

    @property
    def version(self) -> int: ...


class Surface(Protocol):
    """How one audience is served. Both methods run without a request, inside the language of the stream."""

    def snapshot(self, session: Session, dialogue_id: str) -> Any:
        """Plain data of this moment (a `Snapshot`), or None when the dialogue is gone."""

    def events(self, before: Any, after: Any) -> list[Event]:
        """What brings a reader from `before` to `after`; the whole board where `before` is None."""


class Aside(Surface, Protocol):
    """A surface that also shows what holds for this moment only, such as who is where: nothing of it has a version."""

    def aside(self, session: Session, dialogue_id: str) -> list[Event]:
        """All of it. Sent to whoever joins, and to everybody when it reads differently than the last time."""
