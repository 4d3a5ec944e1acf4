"""What `static/vendor/` holds: hashed names, every Vietnamese letter, small files, the same bytes at every build."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

import hatch_assets
import hatch_build

ROOT = Path(__file__).resolve().parents[2]

TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
PACKAGES = ROOT / "node_modules"


def letters() -> set[str]:
    """The letters that Vietnamese adds to the alphabet, tones included, small and capital."""
    lower = {"đ"} | {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES}
    return {letter for letter in lower | {letter.upper() for letter in lower} if not letter.isascii()}


@pytest.fixture(scope="module")
def outputs() -> dict[str, bytes]:
    """The files of a fresh build of this checkout."""
    hatch_build.build(ROOT)
    hatch_build.install_packages(ROOT)
    return hatch_assets.make_assets(ROOT)


@pytest.fixture
def bare(tmp_path: Path, outputs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with packages, but without a line of ours; its fonts are not worth a second each."""
    monkeypatch.setattr(hatch_assets, "make_font", lambda _package, weight, _slope="": b"font %d" % weight)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(PACKAGES, target_is_directory=True)
    return tmp_path


def test_names_carry_the_hash_of_their_content(outputs):
    names = json.loads(outputs["manifest.json"])
    assert {"app.js", "app.css", "fonts/be-vietnam-pro-400.woff2", "fonts/be-vietnam-pro-600.woff2"} <= names.keys()
    for hashed in names.values():
        digest = re.search(r"-([0-9a-f]{8})\.\w+$", hashed)
        assert digest is not None
        assert hashlib.sha256(outputs[hashed]).hexdigest().startswith(digest[1])


def test_text_lies_beside_its_compressed_twin(outputs):
    texts = [name for name in outputs if name.endswith((".js", ".css"))]
    assert {name: gzip.decompress(outputs[f"{name}.gz"]) for name in texts} == {name: outputs[name] for name in texts}


def test_licences_lie_beside(outputs):
    assert b"Permission to use, copy, modify" in outputs["LICENSE-htmx.txt"]
    assert b"SIL Open Font License" in outputs["fonts/LICENSE-be-vietnam-pro.txt"]
    assert b"Tinos" in outputs["fonts/LICENSE-tinos.txt"]


def test_two_builds_are_the_same(outputs, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    assert hatch_assets.make_assets(ROOT) == outputs


@pytest.mark.parametrize("weight", [400, 600])
def test_font_has_every_letter_and_sign(outputs, weight):
    names = json.loads(outputs["manifest.json"])
    font = TTFont(BytesIO(outputs[names[f"fonts/be-vietnam-pro-{weight}.woff2"]]))
    assert len(letters()) == 134
    signs = {chr(code) for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]} | set("–—…“”‘’•€₫")
    assert {sign for sign in letters() | signs if ord(sign) not in font.getBestCmap()} == set()
    assert {"kern", "mark"} <= {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}
    assert font["OS/2"].usWeightClass == weight


def test_fonts_are_small(outputs):
    fonts = {name: content for name, content in outputs.items() if name.endswith(".woff2")}
    sent = [content for name, content in fonts.items() if "be-vietnam-pro" in name]
    assert len(sent) == 2
    assert sum(map(len, sent)) < 31_000


def test_papers_have_four_cuts_that_no_page_asks_for(outputs):
    names = json.loads(outputs["manifest.json"])
    cuts = {name: names[name] for name in names if "tinos" in name}
    assert sorted(cuts) == [
        f"fonts/tinos-{weight}-{slope}.woff2" for weight in (400, 700) for slope in ("italic", "normal")
    ]
    for name, hashed in cuts.items():
        assert {
            sign for sign in letters() if ord(sign) not in TTFont(BytesIO(outputs[hashed])).getBestCmap()
        } == set(), name
    sheets = b"".join(content for name, content in outputs.items() if name.endswith((".css", ".js")))
    assert b"tinos" not in sheets.lower()


def test_missing_sources_are_empty_ones(bare):
    outputs = hatch_assets.make_assets(bare)
    names = json.loads(outputs["manifest.json"])
    assert outputs[names["app.css"]] == b""
    assert b"htmx" in outputs[names["app.js"]]


def test_the_room_is_joined_in_order_and_other_scripts_stand_alone(bare):
    scripts = bare / "static/js"
    (scripts / "room").mkdir(parents=True)
    for name in hatch_assets.ROOM:
        (scripts / f"room/{name}.js").write_text(f"// why\nconst  {name} = `a  b ${{ 1 }}`;\n", encoding="utf-8")
    (scripts / "desk.js").write_text("/* why */ const desk = /a  \\/b/;\n", encoding="utf-8")
    outputs = hatch_assets.make_assets(bare)
    names = json.loads(outputs["manifest.json"])
    assert {name for name in names if name.endswith(".js")} == {"app.js", "desk.js", "htmx.js"}
    joined = "\n".join(f"const {name}=`a  b ${{ 1 }}`;" for name in hatch_assets.ROOM)
    assert outputs[names["app.js"]].endswith(f"dataset.base&&(()=>{{\n{joined}\n}})();\n".encode())
    assert outputs[names["app.js"]].startswith(outputs[names["htmx.js"]].rstrip())
    assert b"dataset.base" not in outputs[names["htmx.js"]], "nothing of the room is in it"
    assert outputs[names["desk.js"]] == b"const desk=/a  \\/b/;"


def test_a_file_of_the_room_without_a_place_in_the_order_is_refused(bare):
    (bare / "static/js/room").mkdir(parents=True)
    for name in (*hatch_assets.ROOM, "other"):
        (bare / f"static/js/room/{name}.js").write_text("let a;\n", encoding="utf-8")
    with pytest.raises(hatch_assets.BuildError, match="other"):
        hatch_assets.make_assets(bare)


def test_template_literal_inside_another_is_refused(bare):
    scripts = bare / "static/js"
    scripts.mkdir(parents=True)
    (scripts / "desk.js").write_text("let a;\nlet b = `x ${ a ? `//  y` : '' }`;\n", encoding="utf-8")
    with pytest.raises(hatch_assets.BuildError, match=r"desk\.js:2"):
        hatch_assets.make_assets(bare)


@pytest.mark.parametrize("reference", ["fonts/be-vietnam-pro-400.woff2", "'../fonts/be-vietnam-pro-400.woff2'"])
def test_stylesheet_names_fonts_by_their_hash(bare, reference):
    (bare / "static/css").mkdir(parents=True)
    (bare / "static/css/app.css").write_text(f"@font-face {{ src: url({reference}) }}", encoding="utf-8")
    outputs = hatch_assets.make_assets(bare)
    names = json.loads(outputs["manifest.json"])
    assert outputs[names["app.css"]].decode() == f"@font-face{{src:url({names['fonts/be-vietnam-pro-400.woff2']})}}"


def test_stylesheet_with_an_unknown_font_is_refused(bare):
    (bare / "static/css").mkdir(parents=True)
    (bare / "static/css/app.css").write_text("@font-face { src: url(fonts/other.woff2) }", encoding="utf-8")
    with pytest.raises(hatch_assets.BuildError, match=r"other\.woff2"):
        hatch_assets.make_assets(bare)
