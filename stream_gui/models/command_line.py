"""The text line of a call, `target.method(1.5, mode="fast", tto=3)`: parsed, never evaluated.

Arguments are literals only: numbers, strings, bytes, None, True, False, nan, inf, and lists,
tuples, dicts and sets of them. A target whose name is no Python identifier may be quoted:
`"daq@host-12".reset()`; where the name is known the quotes may be left out.
"""

from __future__ import annotations

import ast
import keyword
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Command", "CommandError", "argument_text", "command_text", "literal", "parse"]

NAMED_VALUES = {"nan": math.nan, "inf": math.inf, "true": True, "false": False, "none": None}
QUOTED = "quoted_target"
NUMBER = (int, float, complex)


class CommandError(ValueError):
    """The line is no call that can be made; the message says what is wrong with it."""


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


def parse(line: str, targets: Iterable[str] = ()) -> Command:
    """Read a line.

    Args:
        line: the text.
        targets: known names, so that "daq@host-12.reset()" can be told apart.

    Raises:
        CommandError: It is not a call of a method with literals.
    """
    text = line.strip()
    target, text = _take_target(text, targets)
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CommandError(_syntax(error)) from None
    if not isinstance(tree, ast.Call):
        raise CommandError("a call looks like target.method(1.5, mode='fast')")
    first, path = _names(tree.func)
    if not path:
        raise CommandError(f"say which method of {target or first!r} to call")
    args = tuple(_value(each) for each in tree.args)
    return Command(target or first, ".".join(path), args, _keywords(tree.keywords))


def literal(text: str) -> Any:
    """The value of one literal, such as an argument typed into a field.

    Raises:
        CommandError: It is not a literal.
    """
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CommandError(_syntax(error)) from None


def command_text(command: Command) -> str:
    """The line that asks for `command`."""
    return f"{target_text(command.target)}.{command.method}({argument_text(command)})"


def argument_text(command: Command) -> str:
    """What stands between the parentheses."""
    texts = [_literal_text(each) for each in command.args]
    texts += [f"{name}={_literal_text(each)}" for name, each in command.kwargs.items()]
    return ", ".join(texts)


def target_text(target: str) -> str:
    """A target's name as it may stand in a line."""
    if target.isidentifier() and not keyword.iskeyword(target):
        return target
    return _quoted(target)


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


def _keywords(nodes: Sequence[ast.keyword]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in nodes:
        if node.arg is None:
            raise CommandError("** is not understood here; write the arguments out")
        if node.arg in found:
            raise CommandError(f"{node.arg} is given twice")
        found[node.arg] = _value(node.value)
    return found


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value) if value is not Ellipsis:
            return value
        case ast.Name(id=name) if name.lower() in NAMED_VALUES:
            return NAMED_VALUES[name.lower()]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _signed(node.op, _value(operand))
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _complex(_value(left), node.op, _value(right))
        case ast.List(elts=members):
            return [_value(each) for each in members]
        case ast.Tuple(elts=members):
            return tuple(_value(each) for each in members)
        case ast.Set(elts=members):
            return _hashed(set, [_value(each) for each in members])
        case ast.Dict(keys=keys, values=values):
            return _hashed(
                dict, [_pair(key, value) for key, value in zip(keys, values, strict=True)]
            )
        case ast.Call(func=ast.Name(id="set"), args=[], keywords=[]):
            return set()
    raise CommandError(f"{ast.unparse(node)} is not a plain value")


def _pair(key: ast.expr | None, value: ast.expr) -> tuple[Any, Any]:
    if key is None:
        raise CommandError("** is not understood here; write the dict out")
    return _value(key), _value(value)


def _hashed(kind: type, members: list[Any]) -> Any:
    try:
        return kind(members)
    except TypeError as error:
        raise CommandError(str(error)) from None


def _signed(sign: ast.unaryop, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, NUMBER):
        raise CommandError(f"{value!r} has no sign")
    return -value if isinstance(sign, ast.USub) else value


def _complex(left: Any, sign: ast.operator, right: Any) -> complex:
    if type(left) not in (int, float) or type(right) is not complex:
        raise CommandError("nothing is computed here; write the result")
    return complex(left + right if isinstance(sign, ast.Add) else left - right)


def _literal_text(value: Any) -> str:
    if isinstance(value, str) and value.isprintable():
        return _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _syntax(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        where = f" at character {error.offset}" if error.offset else ""
        return f"{error.msg}{where}"
    return str(error) or "too long or too deep to be read"
