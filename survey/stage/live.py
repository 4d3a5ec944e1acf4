"""What the streams of `stage` carry: the whole area at each change, because screens and desks are few."""

from __future__ import annotations

from flask import render_template
from sqlalchemy.orm import Session

from survey.live.hub import Event
from survey.live.hub import Surface
from survey.stage import queries
from survey.stage.desk import Desk
from survey.stage.desk import desk
from survey.stage.queries import Screen


class ScreenSurface:
    """The projector: what the whole hall may see. With a scene: a screen that keeps to it."""

    def __init__(self, scene: str = "") -> None:
        self._scene = scene

    def snapshot(self, session: Session, dialogue_id: str) -> Screen | None:
        """The projector of this moment."""
        return queries.screen(session, dialogue_id, self._scene)

    def events(self, before: Screen | None, after: Screen) -> list[Event]:
        """All areas of the screen; rows that changed their place are marked."""
        return [Event(render_template("stage/_screen_live.html", s=after, moved=moved(before, after)))]


class LeaderSurface:
    """The leader's desk: the board and the secretary's notes, never the queue."""

    def snapshot(self, session: Session, dialogue_id: str) -> Desk | None:
        """The desk of this moment."""
        return desk(session, dialogue_id)

    def events(self, before: Desk | None, after: Desk) -> list[Event]:
        """All areas of the desk."""
        return [Event(render_template("stage/_lead_live.html", d=after, base=f"/s/{after.code}"))]


def moved(before: Screen | None, after: Screen) -> frozenset[str]:
    """The ids of the rows that stand elsewhere than before, or are new."""
    if before is None or before.mode != after.mode:
        return frozenset()
    places = {line.id: place for place, line in enumerate(before.lines)}
    return frozenset(line.id for place, line in enumerate(after.lines) if places.get(line.id) != place)


SURFACES: dict[str, Surface] = {
    "screen": ScreenSurface(),
    **{f"screen-{scene}": ScreenSurface(scene) for scene in queries.SCENES},
    "leader": LeaderSurface(),
}
