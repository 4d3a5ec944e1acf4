"""The server as `python app.py` serves it, again and again: each line on the input starts one and prints its process id.

What is loaded is loaded once and each server is a fork of it, so that thirty deaths do not cost thirty times the loading; what
opens the databases, reads the keys and listens is done by each. `early` serves the negative control.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app as program  # noqa: E402
from survey import factory  # noqa: E402


def main() -> None:
    """Until the input ends; a server that was killed leaves nothing behind but its databases."""
    if sys.argv[1:] == ["early"]:
        from tests.faults import early

        early.acknowledge_before_commit()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while os.read(0, 64):
        child = monkey.get_original("os", "fork")()  # gevent's own would keep the dead for whoever asks for them
        if child == 0:
            _serve()
        os.write(1, f"{child}\n".encode())


def _serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    gevent.reinit()
    nothing = os.open(os.devnull, os.O_RDWR)
    for one in (0, 1):
        os.dup2(nothing, one)
    factory.serve(program.create_app(), demo=False)
    os._exit(0)


if __name__ == "__main__":
    main()
