"""Words of a command line as the arguments of a call, led by the method's signature.

Checks nothing that the call itself checks, but for a name that the method does not have;
evaluates nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stream_core.cli.text import parse
from stream_core.rpc import MethodDescription, ParameterDescription
from stream_core.rpc.annotations import AnnotationType, ArrayOf, Plain
from stream_core.rpc.checks import compile_check
from stream_core.rpc.mismatch import MismatchError

__all__ = ["arguments"]


def arguments(words: list[str], method: MethodDescription) -> tuple[list[Any], dict[str, Any]]:
    """Give the arguments that `words` are; `name=value` is one by name where the method has it.

    Raises:
        TypeError: the method does not have the name, and the word does not fit as a value either.
    """
    named = {parameter.name: parameter for parameter in method.parameters}
    in_order = [p for p in method.parameters if p.kind in ("positional_only", "positional")]
    rest = _of_kind(method, "var_positional")
    other = _of_kind(method, "var_keyword")
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if equals and name.isidentifier() and (name in named or other):
            kwargs[name] = _value(text, named.get(name, other))
        else:
            expected = in_order[len(args)] if len(args) < len(in_order) else rest
            if equals and name.isidentifier() and not _fits(word, expected):
                raise TypeError(_no_argument(name, method))
            args.append(_value(word, expected))
    return args, kwargs


def _fits(word: str, parameter: ParameterDescription | None) -> bool:
    """Whether a word such as `a=b` can be a value: only where text is welcome."""
    if parameter is None:
        return False
    try:
        compile_check(parameter.annotation)(_value(word, parameter))
    except MismatchError:
        return False
    return True


def _no_argument(name: str, method: MethodDescription) -> str:
    known = ", ".join(parameter.name for parameter in method.parameters) or "none"
    return f"{method.path}() has no argument {name!r}; it has {known}"


def _of_kind(method: MethodDescription, kind: str) -> ParameterDescription | None:
    return next((p for p in method.parameters if p.kind == kind), None)


def _value(text: str, parameter: ParameterDescription | None) -> Any:
    return parse(text) if parameter is None else _as_type(text, parameter.annotation)


def _as_type(text: str, annotation: AnnotationType) -> Any:
    match annotation:
        case Plain(name="str"):
            return text
        case Plain(name="float"):
            return _or_text(float, text)
        case Plain(name="datetime"):
            return _or_text(datetime.fromisoformat, text)
        case ArrayOf(dtype=dtype):
            import numpy as np

            return _or_text(lambda t: np.asarray(parse(t), dtype=dtype), text)
        case _:
            return parse(text)


def _or_text(convert: Any, text: str) -> Any:
    try:
        return convert(text)
    except (TypeError, ValueError):
        return parse(text)
