"""A server as a process of its own: how it is started, and how it serves there.

The parent runs `python -m stream_core serve --from-stdin`, writes the arguments, secrets included,
to its standard input as msgpack until end of file, and reads one line of JSON from its standard
output: the address and the process number, or the reason why there is no server. From then on the
child's standard output is its standard error, which it inherits, and its log goes there.
"""

from stream_core.process.server_process import ServerProcess
from stream_core.process.serving import serve_from_stdin, serve_until_signal

__all__ = ["ServerProcess", "serve_from_stdin", "serve_until_signal"]
