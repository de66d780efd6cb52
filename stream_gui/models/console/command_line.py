"""The text line of a call, `target.method(1.5, mode="fast", tto=3)`: parsed, never evaluated.

Arguments are what `expressions` understands. A target whose name is no Python identifier may be
quoted: `"daq@host-12".reset()`; where the name is known the quotes may be left out.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from stream_gui.models.console.expressions import CommandError, literal, syntax_problem, value_of

__all__ = [
    "TIME_LIMIT",
    "CallText",
    "Command",
    "CommandError",
    "command_text",
    "literal",
    "literal_text",
    "parse",
    "split",
    "target_text",
]

TIME_LIMIT = "tto"
QUOTED = "quoted_target"


@dataclass(frozen=True)
class Command:
    """What a line asks for.

    Attributes:
        target: name of the client, or "server".
        method: path of the method, such as "calibration.run".
        args: positional arguments.
        kwargs: keyword arguments, that of the time limit included.
    """

    target: str
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class CallText:
    """The parts of a line, each argument still as it was written.

    Attributes:
        target, method: as in `Command`.
        args, kwargs: the text of each argument.
    """

    target: str
    method: str
    args: tuple[str, ...] = ()
    kwargs: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The whole line."""
        return f"{target_text(self.target)}.{self.method}({self.arguments})"

    @property
    def arguments(self) -> str:
        """What stands between the parentheses."""
        return ", ".join([*self.args, *(f"{name}={text}" for name, text in self.kwargs.items())])


def parse(line: str, targets: Iterable[str] = ()) -> Command:
    """Read a line.

    Args:
        line: the text.
        targets: known names, so that "daq@host-12.reset()" can be told apart.

    Raises:
        CommandError: It is not a call of a method with arguments that are understood.
    """
    _, call, target, method = _parsed(line, targets)
    args = tuple(value_of(each) for each in call.args)
    kwargs = {name: value_of(node) for name, node in _keywords(call).items()}
    return Command(target, method, args, kwargs)


def split(line: str, targets: Iterable[str] = ()) -> CallText:
    """The parts of a line, whether or not its arguments have values.

    Raises:
        CommandError: It is not a call of a method.
    """
    text, call, target, method = _parsed(line, targets)
    args = tuple(_source(text, each) for each in call.args)
    kwargs = {name: _source(text, node) for name, node in _keywords(call).items()}
    return CallText(target, method, args, kwargs)


def command_text(command: Command) -> str:
    """The line that asks for `command`."""
    args = tuple(literal_text(each) for each in command.args)
    kwargs = {name: literal_text(each) for name, each in command.kwargs.items()}
    return CallText(command.target, command.method, args, kwargs).line


def target_text(target: str) -> str:
    """A target's name as it may stand in a line."""
    if target.isidentifier() and not keyword.iskeyword(target):
        return target
    return _quoted(target)


def literal_text(value: Any) -> str:
    """A plain value as it may stand in a line."""
    if isinstance(value, str) and value.isprintable():
        return _quoted(value)
    return repr(value)


def _parsed(line: str, targets: Iterable[str]) -> tuple[str, ast.Call, str, str]:
    text = line.strip()
    target, text = _take_target(text, targets)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CommandError(syntax_problem(error)) from None
    if not isinstance(tree, ast.Call):
        raise CommandError("a call looks like target.method(1.5, mode='fast')")
    first, path = _names(tree.func)
    if not path:
        raise CommandError(f"say which method of {target or first!r} to call")
    return text, tree, target or first, ".".join(path)


def _take_target(text: str, targets: Iterable[str]) -> tuple[str, str]:
    for name in sorted(targets, key=len, reverse=True):
        if text.startswith(f"{name}.") and not name.isidentifier():
            return name, QUOTED + text[len(name) :]
    return "", text


def _names(node: ast.expr) -> tuple[str, list[str]]:
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return node.id, path
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and path:
        return node.value, path
    raise CommandError("a call begins with the name of a target")


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in call.keywords:
        if node.arg is None:
            raise CommandError("** is not understood here; write the arguments out")
        if node.arg in found:
            raise CommandError(f"{node.arg} is given twice")
        found[node.arg] = node.value
    return found


def _source(text: str, node: ast.expr) -> str:
    source = ast.get_source_segment(text, node)
    return ast.unparse(node) if source is None else source


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
