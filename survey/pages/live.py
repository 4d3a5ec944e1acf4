"""What the streams of `pages` carry."""

from __future__ import annotations

from survey.live.hub import Surface

SURFACES: dict[str, Surface] = {}
