"""Where the program's own files lie: beside the package in a checkout, inside it once installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
BUNDLE = PACKAGE / "_bundle"


def resources(name: str) -> Path:
    """The folder `templates`, `static`, `migrations` or `translations`, wherever this installation keeps it.

    A checkout has no bundle, so its root folders are used and edits show at once. An installed package uses only its
    bundle: a folder `templates` that happens to lie in site-packages belongs to somebody else.
    """
    return (BUNDLE if BUNDLE.is_dir() else PACKAGE.parent) / name
