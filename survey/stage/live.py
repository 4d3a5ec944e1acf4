"""What the streams of `stage` carry."""

from __future__ import annotations

from survey.live.hub import Surface

SURFACES: dict[str, Surface] = {}
