"""A gevent loop that does nothing: how late its heartbeat is on this machine under this load."""

from __future__ import annotations

import sys
import time

from bench.loopwatch import longest_stall

if __name__ == "__main__":
    print(longest_stall(time.monotonic() + float(sys.argv[1])))
