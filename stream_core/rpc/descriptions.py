"""What a target tells of itself: its methods as data, from which a caller builds its proxy.

It travels as plain dicts and lists, is checked as a whole when it arrives, and never holds a
function.
"""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Any

import msgspec

from stream_core.errors import ProtocolError
from stream_core.rpc.annotations import ANY, AnnotationType, Shown, shown
from stream_core.rpc.parameters import ParameterDescription

__all__ = [
    "Description",
    "MethodDescription",
    "MethodKind",
    "description_from_wire",
    "description_to_wire",
]


class MethodKind(StrEnum):
    """How a method is written, and so how it is run."""

    DEF = "def"
    ASYNC = "async def"
    GENERATOR = "generator"
    ASYNC_GENERATOR = "async generator"

    @property
    def streams(self) -> bool:
        """Whether results arrive one by one."""
        return self is _GENERATOR or self is _ASYNC_GENERATOR


_GENERATOR = MethodKind.GENERATOR  # the members of an enum are slow to reach and to hash
_ASYNC_GENERATOR = MethodKind.ASYNC_GENERATOR


class MethodDescription(msgspec.Struct, frozen=True, kw_only=True):
    """One method of a target.

    Attributes:
        path: its name, with its groups in front: "calc.add".
        parameters: in order.
        returns: type of the result; of a streaming method the type of each result.
        returns_text: the return annotation as text; "" where nothing was said.
        doc: its docstring.
        kind: how it is written.
    """

    path: str
    parameters: tuple[ParameterDescription, ...] = ()
    returns: AnnotationType = ANY
    returns_text: str = ""
    doc: str = ""
    kind: MethodKind = MethodKind.DEF

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def streams(self) -> bool:
        """Whether results arrive one by one."""
        kind = self.kind
        return kind is _GENERATOR or kind is _ASYNC_GENERATOR

    @property
    def signature(self) -> inspect.Signature:
        """Its signature with annotations and defaults, as far as they exist here."""
        returns = shown(self.returns) if self.returns_text else inspect.Signature.empty
        if self.returns_text and self.streams:
            returns = Shown(self.returns_text)
        parameters = [described.parameter for described in self.parameters]
        return inspect.Signature(parameters, return_annotation=returns)

    @property
    def text(self) -> str:
        """Its name and signature as one line: "add(a: float, b: float = 1.0) -> float"."""
        return f"{self.name}{self.signature}"


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A target and all that it can be asked for.

    Attributes:
        target: the target's name.
        methods: sorted by path.
    """

    target: str = ""
    methods: tuple[MethodDescription, ...] = ()

    def method(self, path: str) -> MethodDescription | None:
        """The method of that path, or None."""
        return next((method for method in self.methods if method.path == path), None)


def description_to_wire(description: Description) -> dict[str, Any]:
    """The description as plain dicts and lists; defaults stay the values that they are."""
    return {
        "target": description.target,
        "methods": [_method_to_wire(method) for method in description.methods],
    }


def _method_to_wire(method: MethodDescription) -> dict[str, Any]:
    wire = {name: getattr(method, name) for name in ("path", "returns_text", "doc")}
    return wire | {
        "kind": method.kind.value,
        "returns": _plain(method.returns),
        "parameters": [_parameter_to_wire(parameter) for parameter in method.parameters],
    }


def _parameter_to_wire(parameter: ParameterDescription) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(msgspec.structs.replace(parameter, default=None))
    return plain | {"default": parameter.default}


def _plain(value: Any) -> Any:
    """Structs as dicts; bytes, which may stand in literals, stay bytes."""
    return msgspec.to_builtins(value, builtin_types=(bytes,))


def description_from_wire(value: Any) -> Description:
    """The description that a target sent.

    Raises:
        ProtocolError: it is none, or describes methods that cannot exist.
    """
    try:
        description = msgspec.convert(value, Description)
        for method in description.methods:
            _check_path(method.path)
            _ = method.signature  # a wrong order of parameters shows here
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise ProtocolError(f"the description of a target is malformed: {error}") from None
    _check_distinct(description)
    return description


def _check_path(path: str) -> None:
    for part in path.split("."):
        if not part.isidentifier() or part.startswith("_"):
            raise ValueError(f"{path!r} cannot be the name of a method")


def _check_distinct(description: Description) -> None:
    """No path twice, and no method that is a group as well."""
    paths = {method.path for method in description.methods}
    groups = {path[:index] for path in paths for index, sign in enumerate(path) if sign == "."}
    if len(paths) != len(description.methods) or groups & paths:
        raise ProtocolError("the description of a target names a method twice")
