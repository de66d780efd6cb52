"""A server in a process of its own, for other programs to join: `python server.py [PORT]`.

Its address is known when `start`, here the `with`, is done. It runs until Ctrl-C; its secret, if it
has one, comes from the environment, never from the command line.
"""

import contextlib
import os
import sys

import stream_core as sc

port = int(sys.argv[1]) if sys.argv[1:] else 50012
secret = os.environ.get("STREAMSCOPE_SECRET")
limits = sc.Limits(clients=100)

with sc.ServerProcess("127.0.0.1", port, name="lab", secret=secret, limits=limits) as server:
    print(f"{server.address}, process {server.pid}; Ctrl-C ends it", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.join()
