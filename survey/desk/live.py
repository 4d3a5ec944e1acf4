"""What the streams of `desk` carry."""

from __future__ import annotations

from survey.live.hub import Surface

SURFACES: dict[str, Surface] = {}
