"""Browsers inside other apps: their own cookies, and a host that sees everything. Known by what they call themselves.

The text is looked at where it arrives and kept nowhere. Pure functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_APPS = (  # Messenger names Facebook too, so it comes first
    ("Zalo", re.compile(r"\bZalo\b", re.IGNORECASE)),
    ("Messenger", re.compile(r"FBAN/Messenger|FB_IAB/(?:Orca|MESSENGER)|\bMessengerLite", re.IGNORECASE)),
    ("Instagram", re.compile(r"\bInstagram\b")),
    ("Line", re.compile(r"\bLine/")),
    ("Facebook", re.compile(r"\bFBA[NV]/|\bFB_IAB/")),
)


@dataclass(frozen=True, slots=True)
class Inside:
    """The app around this browser, and the system's own browser to leave for."""

    app: str
    system: str  # "android", "ios" or ""

    @property
    def browser(self) -> str:
        """The browser that the phone certainly has."""
        return "Safari" if self.system == "ios" else "Chrome"


def app_around(agent: str) -> Inside | None:
    """The app inside which a browser that calls itself `agent` runs; None for a browser of its own."""
    name = next((name for name, sign in _APPS if sign.search(agent)), None)
    if name is None:
        return None
    system = "ios" if re.search(r"iPhone|iPad|iPod", agent) else "android" if "Android" in agent else ""
    return Inside(name, system)
