"""`python -m survey.desk.pdf_worker`: a page of cards from the standard input as PDF to the standard output.

`--check` only says by its exit whether that could be done here. Nothing is read but our own style and fonts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from survey.core.paths import resources

FACE = '@font-face{{font-family:"Be Vietnam Pro";font-weight:{weight};src:url({url}) format("woff2")}}'


def style(static: Path) -> str:
    """The style of the sheets, with our own fonts from this machine's disk."""
    names = json.loads((static / "vendor/manifest.json").read_text(encoding="utf-8"))
    fonts = {weight: static / "vendor" / names[f"fonts/be-vietnam-pro-{weight}.woff2"] for weight in (400, 600)}
    faces = "".join(FACE.format(weight=weight, url=path.as_uri()) for weight, path in fonts.items())
    rest = 'html{--font:"Be Vietnam Pro",sans-serif}body,p,ul,li{margin:0;padding:0;list-style:none}b{font-weight:600}'
    sheet: str = (static / "vendor" / names["cards.css"]).read_text(encoding="utf-8")
    return faces + rest + sheet


def main() -> int:
    """Write the file; on an error say only its kind, because a traceback could carry a code."""
    try:
        import weasyprint  # noqa: PLC0415 - an extra, which may be missing or lack its libraries
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 - the same

        ours = URLFetcher(allowed_protocols={"file"}, fail_on_errors=True)
        fonts = FontConfiguration()
        css = weasyprint.CSS(string=style(resources("static")), url_fetcher=ours, font_config=fonts)
        page = "<p></p>" if "--check" in sys.argv else sys.stdin.buffer.read().decode()
        made = weasyprint.HTML(string=page, url_fetcher=ours).write_pdf(stylesheets=[css], font_config=fonts)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent needs one line and no content
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
