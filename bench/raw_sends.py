"""The floor of a fan-out: a Python loop that sends the same bytes to each of N sockets. `python -m bench.raw_sends N BYTES`.

Prints its port, takes N connections, answers each with a little, and then sends once to all for each line of its input.
"""

from __future__ import annotations

import resource
import socket
import sys


def main() -> None:
    """Serve until the input ends."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    number, size = int(sys.argv[1]), int(sys.argv[2])
    data = b"data: " + b"x" * (size - 20) + b"\nid: 1\n\n"
    server = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(server.getsockname()[1], flush=True)
    sockets = []
    for _ in range(number):
        phone, _address = server.accept()
        phone.recv(4096)
        phone.send(b"HTTP/1.1 200 OK\r\n\r\n")
        phone.setblocking(False)
        sockets.append(phone)
    for _line in sys.stdin:
        for phone in sockets:
            phone.send(data)


if __name__ == "__main__":
    main()
