"""What the operator does, as the Python that does the same; it runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

import stream_core as sc
from stream_gui.models.console.array_files import COLUMN_FILES, column_form
from stream_gui.models.console.command_line import CallText, literal_text
from stream_gui.models.console.expressions import NAMED_VALUES, NUMPY_NAMES
from stream_gui.models.python_client import SECRET, Access, tls_text

__all__ = [
    "call_line",
    "call_script",
    "client_lines",
    "preamble",
    "python_call",
    "python_value",
    "server_lines",
    "stop_lines",
]


def python_call(function: str, *args: Any, **kwargs: Any) -> str:
    """The line that calls a function with plain values: `client.kick("daq", ban_s=5)`."""
    texts = [_written(each) for each in args]
    texts += [f"{name}={_written(each)}" for name, each in kwargs.items()]
    return f"{function}({', '.join(texts)})"


def call_line(call: CallText) -> str:
    """The line that makes a remote call with the client `client`."""
    return f"client.remote({literal_text(call.target)}).{call.method}({_arguments(call)})"


def call_script(call: CallText, access: Access, *, streams: bool = False) -> str:
    """A program that makes one remote call and prints what it gives.

    Args:
        call: the call.
        access: how the server is joined.
        streams: whether results come one by one.
    """
    made = f"target.{call.method}({_arguments(call)})"
    use = [f"    for result in {made}:", "        print(result)"]
    client = access.client()
    lines = [
        *preamble([made, client]),
        "",
        f"with {client} as client:",
        f"    target = client.remote({literal_text(call.target)})",
        *(use if streams else [f"    print({made})"]),
    ]
    return "\n".join(lines) + "\n"


def client_lines(access: Access) -> str:
    """The lines that make the client `client` of the others."""
    return f"client = {access.client()}\nclient.connect()"


def server_lines(arguments: Mapping[str, Any], *, in_window: bool) -> str:
    """The lines that start a server; a secret is not told.

    Args:
        arguments: of `stream_core.Server`; those that are None are left out.
        in_window: whether it lives in the program, else in a process of its own.
    """
    texts = [literal_text(arguments["host"]), literal_text(arguments["port"])]
    for name, value in arguments.items():
        if value is None or name in ("host", "port"):
            continue
        if name == "secret":
            texts.append(SECRET)
        elif isinstance(value, sc.Tls):
            texts.append(tls_text(value))
        elif isinstance(value, sc.Limits):
            usual = msgspec.structs.asdict(sc.Limits())
            other = {k: v for k, v in msgspec.structs.asdict(value).items() if v != usual[k]}
            texts += [f"limits={python_call('sc.Limits', **other)}"] if other else []
        else:
            texts.append(f"{name}={literal_text(value)}")
    made = f"({', '.join(texts)})"
    if not in_window:
        return f"server = sc.ServerProcess{made}\nserver.start()"
    return f"thread = sc.LoopThread().start()\nserver = sc.Server{made}\nthread.run(server.start())"


def stop_lines(*, in_window: bool) -> str:
    """The lines that stop the server of `server_lines`."""
    if in_window:
        return "thread.run(server.stop())\nthread.stop()"
    return "server.terminate()\nserver.join()"


def preamble(lines: Iterable[str]) -> list[str]:
    """The imports that the lines need."""
    text = "\n".join(lines)
    own = [f"import {name}" for name in ("getpass", "os", "signal", "time") if f"{name}." in text]
    numpy = ["import numpy as np"] if "np." in text else []
    return [*own, *([""] if own else []), *numpy, "import stream_core as sc"]


def python_value(source: str) -> str:
    """An argument of the call's line as Python: the names of functions are numpy's there."""
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return source
    names = _NumpyNames()
    rewritten = names.visit(tree)
    return ast.unparse(rewritten) if names.changed else source.strip()


def _written(value: Any) -> str:
    """A value as Python writes it; what is not plain is made of plain ones by numpy."""
    if isinstance(value, np.ndarray | np.generic):
        return f'np.array({value.tolist()!r}, "{value.dtype}")'
    return literal_text(value)


def _arguments(call: CallText) -> str:
    texts = [python_value(each) for each in call.args]
    texts += [f"{name}={python_value(each)}" for name, each in call.kwargs.items()]
    return ", ".join(texts)


class _NumpyNames(ast.NodeTransformer):
    """Puts numpy's name before what is numpy's."""

    changed = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = node.id if node.id in NUMPY_NAMES else node.id.lower()
        if known in NUMPY_NAMES:
            self.changed = True
            return ast.Attribute(ast.Name("np", ast.Load()), known, ast.Load())
        if known in NAMED_VALUES:
            self.changed = True
            return ast.Constant(NAMED_VALUES[known])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.args[0] if node.args else None
        if ast.unparse(node.func) != "np.load" or not isinstance(name, ast.Constant):
            return node
        path = Path(str(name.value)).expanduser()
        name.value = str(path)
        if path.suffix.lower() in COLUMN_FILES:
            node.func = ast.Attribute(ast.Name("np", ast.Load()), "loadtxt", ast.Load())
            form = column_form(str(path))
            node.keywords += [ast.keyword(key, ast.Constant(each)) for key, each in form.items()]
        return node
