"""`python -m survey.exports.paper_worker docx|pdf|letters-docx|letters-pdf|check`: a paper in, its file out.

For `docx` the description of the paper comes in, for `pdf` the page made from it; for letters a list of such, each behind
the name that it gets in the ZIP that comes out. It reads our fonts and nothing else.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

from survey.core.paths import resources

FACE = '@font-face{{font-family:Tinos;font-weight:{weight};font-style:{slope};src:url({url}) format("woff2")}}'


def faces(static: Path) -> str:
    """Our own fonts, from this machine's disk."""
    names = json.loads((static / "vendor/manifest.json").read_text(encoding="utf-8"))
    cuts = [(weight, slope) for weight in (400, 700) for slope in ("normal", "italic")]
    paths = {cut: static / "vendor" / names["fonts/tinos-{}-{}.woff2".format(*cut)] for cut in cuts}
    return "".join(FACE.format(weight=cut[0], slope=cut[1], url=path.as_uri()) for cut, path in paths.items())


def pdf(page: str) -> bytes:
    """The page as PDF, its letters embedded."""
    import weasyprint  # noqa: PLC0415 - an extra, which may be missing or lack its libraries
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - the same

    ours = URLFetcher(allowed_protocols={"file", "data"}, fail_on_errors=True)
    fonts = FontConfiguration()
    css = weasyprint.CSS(string=faces(resources("static")), url_fetcher=ours, font_config=fonts)
    made = weasyprint.HTML(string=page, url_fetcher=ours).write_pdf(stylesheets=[css], font_config=fonts)
    return bytes(made)


def docx(raw: bytes) -> bytes:
    """The described paper as DOCX."""
    from survey.exports import packing  # noqa: PLC0415 - each format costs only whoever asks for it
    from survey.exports import write_docx  # noqa: PLC0415 - as above

    return write_docx.write(packing.unpack(raw))


def letters(raw: bytes, fmt: str) -> bytes:
    """A ZIP of many papers."""
    write = docx if fmt == "docx" else lambda page: pdf(page.decode())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, sent in json.loads(raw):
            bundle.writestr(zipfile.ZipInfo(name), write(sent.encode()))  # without the time of now
    return out.getvalue()


def main() -> int:
    """Write the file; on an error say only its kind, because a traceback would carry what was asked and answered."""
    try:
        fmt = sys.argv[1]
        made = pdf("<p>ắ</p>") if fmt == "check" else b""
        if fmt == "docx":
            made = docx(sys.stdin.buffer.read())
        elif fmt == "pdf":
            made = pdf(sys.stdin.buffer.read().decode())
        elif fmt.startswith("letters-"):
            made = letters(sys.stdin.buffer.read(), fmt.removeprefix("letters-"))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
