"""Start here: `python app.py` prepares everything it needs and serves; `python app.py <command>` runs a command."""

from __future__ import annotations

import gc
import os
import sys

STARTED = __name__ == "__main__" or os.path.basename(sys.argv[0]).startswith("doithoai")  # noqa: PTH119 -- before imports
SERVING = STARTED and sys.argv[1:] in ([], ["demo"])
if SERVING:  # patched before anything else is imported, and only when serving
    from gevent import monkey

    monkey.patch_all()
    gc.disable()  # until `factory.start`: nothing of what is loaded goes again, and looking it through is a tenth of a start

from flask import Flask  # noqa: E402

from survey import factory  # noqa: E402
from survey.core.migrations import upgrade  # noqa: E402
from survey.core.settings import BadSetting  # noqa: E402
from survey.core.settings import load  # noqa: E402
from survey.web.assets import AssetsMissing  # noqa: E402


def create_app() -> Flask:
    """The program as the environment says, with both databases at the newest schema."""
    settings = load(os.environ)
    upgrade(settings.database_url, "main")
    upgrade(settings.roll_database_url, "roll")
    return factory.create_app(settings)


def serving() -> Flask:
    """For several processes: `gunicorn -k gevent 'app:serving()'`, which patches by itself before it calls this."""
    made = create_app()
    factory.start(made)
    factory.welcome(made)
    return made


def main() -> None:
    """Serve, or run the command that was named; a bad setting is one line, not a traceback."""
    try:
        app = create_app()
    except (BadSetting, AssetsMissing) as error:
        sys.exit(str(error))
    if SERVING:
        factory.serve(app, demo=sys.argv[1:] == ["demo"])
    else:
        app.cli.main(args=sys.argv[1:], prog_name="doithoai")


if __name__ == "__main__":
    main()
