"""Views of the staff's home and of managing one dialogue."""

from __future__ import annotations
