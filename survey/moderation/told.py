"""Telling the others at the table what was just decided: a few seconds of news on the bus, stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import cast

from flask import current_app
from flask import g

from survey.core.bus import Bus
from survey.moderation import presence


def tell(toast: Mapping[str, Any]) -> None:
    """Let the other moderators see this toast's act beside the name of whoever sent the request."""
    if toast.get("id"):
        place = presence.who(g.identity.sign_in_id)
        bus().publish(presence.deed(g.dialogue.id, place, g.actor, toast["act"], toast["id"]))


def bus() -> Bus:
    """The bus of this process."""
    return cast(Bus, current_app.extensions["bus"])
