"""Turns npm packages and our own sources into the files of `static/vendor/`, each under a name that holds its hash.

Pure functions from folders to bytes; when they run, and where the bytes go, is `hatch_build.py`.
"""

from __future__ import annotations

import hashlib
import json
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import rcssmin
import rjsmin
import zopfli.gzip

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

HTMX = ("htmx.org/dist/htmx.min.js", "htmx.org/dist/ext/hx-sse.min.js")
# Of static/js/room/, in this order.
ROOM = ("page", "kept", "votes", "deck", "rows", "order", "polls", "queue", "stream", "start")
INSIDE_A_ROOM = ("document.body.dataset.base&&(()=>{", "})();")  # one scope for them all, and none elsewhere
FONT = "@fontsource/be-vietnam-pro"
WEIGHTS = (400, 600)
SERIF = "@fontsource/tinos"  # as wide as Times New Roman, for papers as PDF; no page of ours asks for it
CUTS = tuple((weight, slope) for weight in (400, 700) for slope in ("normal", "italic"))
LICENCES = {
    "htmx.org/LICENSE": "LICENSE-htmx.txt", f"{FONT}/LICENSE": "fonts/LICENSE-be-vietnam-pro.txt",
    f"{SERIF}/LICENSE": "fonts/LICENSE-tinos.txt",
}  # fmt: skip

# What Vietnamese and English text needs. The combining marks serve what phones paste in pieces (NFD).
BASIC = {*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—…“”‘’•‹›−‐‑€₫")}
VIETNAMESE = {*map(ord, "ĂăĐđĨĩŨũƠơƯư"), *range(0x1EA0, 0x1EFA)}
MARKS = {0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323}
FEATURES = ["kern", "ccmp", "liga", "mark", "mkmk"]


class BuildError(Exception):
    """What stops the build, in one line that says what to do."""


def make_assets(root: Path) -> dict[str, bytes]:
    """All files of `static/vendor/` by name, the manifest among them."""
    packages = root / "node_modules"
    fonts = {f"fonts/be-vietnam-pro-{weight}.woff2": make_font(packages / FONT, weight) for weight in WEIGHTS}
    fonts |= {
        f"fonts/tinos-{weight}-{slope}.woff2": make_font(packages / SERIF, weight, slope) for weight, slope in CUTS
    }
    names = {name: hashed_name(name, content) for name, content in fonts.items()}
    texts = make_scripts(root, packages) | make_styles(root, names)
    names |= {name: hashed_name(name, content) for name, content in texts.items()}
    outputs = {names[name]: content for name, content in (fonts | texts).items()}
    # Compressed once, sent to every phone: zopfli looks longer and finds 3 % more than gzip's best.
    outputs |= {f"{names[name]}.gz": zopfli.gzip.compress(content) for name, content in texts.items()}
    outputs |= {place: (packages / licence).read_bytes() for licence, place in LICENCES.items()}
    return outputs | {"manifest.json": (json.dumps(names, indent=1, sort_keys=True) + "\n").encode()}


def hashed_name(name: str, content: bytes) -> str:
    """`app.js` becomes `app-0a1b2c3d.js`: a new content is a new address, so the old may be kept for ever."""
    path = Path(name)
    return path.with_name(f"{path.stem}-{hashlib.sha256(content).hexdigest()[:8]}{path.suffix}").as_posix()


def make_scripts(root: Path, packages: Path) -> dict[str, bytes]:
    """`htmx.js` has its event streams, `app.js` the room's files too; every other script of ours stands alone."""
    ours = {path.name: minify_script(path) for path in sorted((root / "static/js").glob("*.js"))}
    parts = [(packages / name).read_text(encoding="utf-8") for name in HTMX]
    ours["htmx.js"] = _joined(parts)
    ours["app.js"] = _joined([*parts, join_room(root / "static/js/room")])
    return {name: text.encode() for name, text in ours.items()}


def _joined(parts: list[str]) -> str:
    return "\n;".join(part.strip() for part in parts) + "\n"


def join_room(folder: Path) -> str:
    """The files of the members' room as one function, so that they share names among themselves and with nobody."""
    found = {path.stem: path for path in folder.glob("*.js")}
    if found and found.keys() != set(ROOM):
        raise BuildError(f"{folder.name}/ has {', '.join(sorted(found))}; ROOM in hatch_assets.py orders other files.")
    return "\n".join([INSIDE_A_ROOM[0], *(minify_script(found[name]) for name in ROOM if found), INSIDE_A_ROOM[1]])


def minify_script(path: Path) -> str:
    """Strip comments and blanks; refuse the one construct that the minifier takes for a comment."""
    source = path.read_text(encoding="utf-8")
    for literal in re.finditer(r"`(?:\\.|[^`\\])*`", source, re.DOTALL):
        if literal[0].count("${") > literal[0].count("}"):
            line = source.count("\n", 0, literal.start()) + 1
            raise BuildError(f"{path.name}:{line}: a template literal inside another would be cut; use a variable.")
    return str(rjsmin.jsmin(source))


def make_styles(root: Path, fonts: dict[str, str]) -> dict[str, bytes]:
    """Our stylesheets, minified, with fonts under their hashed names; `app.css` always exists."""
    sheets = {path.name: path.read_text(encoding="utf-8") for path in sorted((root / "static/css").glob("*.css"))}
    sheets.setdefault("app.css", "")
    return {name: _with_hashed_fonts(str(rcssmin.cssmin(text)), fonts).encode() for name, text in sheets.items()}


def _with_hashed_fonts(sheet: str, fonts: dict[str, str]) -> str:
    def rename(reference: re.Match[str]) -> str:
        if reference[1] not in fonts:
            raise BuildError(f"A stylesheet asks for {reference[1]}; there are {', '.join(sorted(fonts))}.")
        return f"url({fonts[reference[1]]})"

    return re.sub(r"""url\(["']?(?:\.\./|\./)*(fonts/[^"')]+)["']?\)""", rename, sheet)


def make_font(package: Path, weight: int, slope: str = "normal") -> bytes:
    """One woff2 with just the letters of Vietnamese and English, joined from the two files that are published."""
    from fontTools.merge import Merger  # noqa: PLC0415 -- slow to load, seldom needed
    from fontTools.merge import Options  # noqa: PLC0415 -- slow to load, seldom needed

    letters = BASIC | VIETNAMESE | MARKS
    latin, published = _subset(package, "latin", f"{weight}-{slope}", letters)
    vietnamese, _ = _subset(package, "vietnamese", f"{weight}-{slope}", letters - set(published.getBestCmap()))
    merged = Merger(Options()).merge([latin, vietnamese])
    merged.flavor = "woff2"
    # The date of the build must not change the file, or every build would have another hash.
    merged.recalcTimestamp = False
    merged["head"].created = merged["head"].modified = published["head"].created
    target = BytesIO()
    merged.save(target)
    return target.getvalue()


def _subset(package: Path, script: str, cut: str, letters: set[int]) -> tuple[BytesIO, TTFont]:
    """A published file cut down to these letters, uncompressed, and as an object to ask what it has."""
    from fontTools.subset import Options  # noqa: PLC0415 -- slow to load, seldom needed
    from fontTools.subset import Subsetter  # noqa: PLC0415 -- slow to load, seldom needed
    from fontTools.ttLib import TTFont  # noqa: PLC0415 -- slow to load, seldom needed

    font = TTFont(package / f"files/{package.name}-{script}-{cut}.woff2", recalcTimestamp=False)
    # Hints of the two files do not agree, and the screens of today do not use them.
    subsetter = Subsetter(Options(hinting=False, layout_features=FEATURES, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14]))
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.flavor = None
    target = BytesIO()
    font.save(target)
    target.seek(0)
    return target, font
