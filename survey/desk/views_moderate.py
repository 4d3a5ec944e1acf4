"""Views of the moderator's page."""

from __future__ import annotations
