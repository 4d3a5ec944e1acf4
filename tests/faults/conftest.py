"""What faults strike; see `hall`."""

from __future__ import annotations

from tests.faults.hall import hall

__all__ = ["hall"]
