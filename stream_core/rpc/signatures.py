"""A function's signature read into data and checks, once for each method of a target."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from stream_core.errors import InvalidValue
from stream_core.rpc.annotations import AnnotationType, EnumType, RecordType, text
from stream_core.rpc.binder import Slot
from stream_core.rpc.checks import Check, compile_check
from stream_core.rpc.declarations import python_signature, resolved_hints
from stream_core.rpc.descriptions import MethodDescription
from stream_core.rpc.hints import Hints, written
from stream_core.rpc.mismatch import MismatchError
from stream_core.rpc.parameters import KINDS, ParameterDescription
from stream_core.wire import objects

__all__ = ["Signature", "caller_slots", "read_signature"]

EMPTY = inspect.Parameter.empty
UNKNOWN = inspect.Signature(
    [
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


class Signature(NamedTuple):
    """What is known of a function's arguments and result.

    Attributes:
        parameters: for the description.
        slots: for the target's binder.
        returns: type of the result, of a generator's each result.
        returns_text: the return annotation as text.
        result_form: see `Method`.
    """

    parameters: tuple[ParameterDescription, ...]
    slots: tuple[Slot, ...]
    returns: AnnotationType
    returns_text: str
    result_form: Check | None


def read_signature(path: str, function: Callable[..., Any], *, streams: bool) -> Signature:
    """Read a function's signature.

    Raises:
        InvalidValue: it has none that can be described.
    """
    signature = _signature(path, function)
    annotations = resolved_hints(function)
    hints = Hints()
    parameters = tuple(
        _describe(parameter, annotations, hints) for parameter in signature.parameters.values()
    )
    annotation = annotations.get("return", EMPTY)
    returns = hints.read_stream(annotation) if streams else hints.read(annotation)
    slots = tuple(
        Slot(
            described.name,
            described.kind,
            described.required,
            compile_check(described.annotation, hints.classes),
        )
        for described in parameters
    )
    returns_text = _written(annotation, returns, streams=streams)
    return Signature(parameters, slots, returns, returns_text, _result_form(returns))


def caller_slots(method: MethodDescription) -> tuple[Slot, ...]:
    """The slots for the binder of a caller, who has the description only."""
    return tuple(
        Slot(
            described.name,
            described.kind,
            described.required,
            compile_check(described.annotation),
        )
        for described in method.parameters
    )


def _signature(path: str, function: Callable[..., Any]) -> inspect.Signature:
    try:
        return python_signature(function)
    except ValueError:  # a function in C that does not tell
        return UNKNOWN
    except TypeError as error:
        raise InvalidValue(f"method {path!r} cannot be described: {error}") from None


def _describe(
    parameter: inspect.Parameter, annotations: dict[str, Any], hints: Hints
) -> ParameterDescription:
    annotation = annotations.get(parameter.name, parameter.annotation)
    kind = hints.read(annotation, optional=parameter.default is None)
    has_default = parameter.default is not EMPTY
    default, default_text = _default(parameter.default, kind) if has_default else (None, "")
    return ParameterDescription(
        name=parameter.name,
        kind=KINDS[parameter.kind],
        annotation=kind,
        annotation_text="" if annotation is EMPTY else text(kind),
        has_default=has_default,
        default=default,
        default_text=default_text,
    )


def _default(default: Any, annotation: AnnotationType) -> tuple[Any, str]:
    """The default in the form in which it travels, if it can, and as text."""
    shown = str(default) if isinstance(default, enum.Enum) else repr(default)
    try:
        travelling = compile_check(annotation)(default)
        objects.encode(travelling)
    except (MismatchError, InvalidValue):
        return None, shown
    return travelling, shown


def _written(annotation: Any, read: AnnotationType, *, streams: bool) -> str:
    if annotation is EMPTY:
        return ""
    return written(annotation) if streams else text(read)


def _result_form(returns: AnnotationType) -> Check | None:
    """A check that makes classes in a result travel; None where there are none."""
    if not _has_classes(returns):
        return None
    check = compile_check(returns)

    def form(value: Any) -> Any:
        try:
            return check(value)
        except MismatchError:
            return value  # the annotation is not held against a result; it must only travel

    return form


def _has_classes(annotation: Any) -> bool:
    if isinstance(annotation, EnumType | RecordType):
        return True
    inner = (getattr(annotation, name, ()) for name in ("item", "items", "key", "value", "members"))
    return any(
        _has_classes(part)
        for parts in inner
        for part in (parts if isinstance(parts, tuple) else (parts,))
    )
