"""What functions and classes declare of themselves: annotations, signatures, fields.

The differences between the versions of Python, and between the kinds of records, end here.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

__all__ = ["python_signature", "record_fields", "resolved_hints"]


def resolved_hints(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a function with forward references resolved where that is possible.

    A reference that cannot be resolved stays the text that it is.
    """
    plain: Any = inspect.unwrap(function)
    while isinstance(plain, partial):
        plain = inspect.unwrap(plain.func)
    if not inspect.isroutine(plain):
        plain = type(plain).__call__
    names = getattr(plain, "__globals__", {})
    return {name: _resolved(hint, names) for name, hint in _annotations(plain).items()}


def _annotations(thing: Any) -> dict[str, Any]:
    """The annotations as they stand there; from Python 3.14 on they are made when asked for."""
    if sys.version_info >= (3, 14):
        import annotationlib

        try:
            return annotationlib.get_annotations(thing, format=annotationlib.Format.FORWARDREF)
        except TypeError:  # a function in C has none
            return {}
    return dict(getattr(thing, "__annotations__", {}))


def python_signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature, whatever its annotations mean."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return inspect.signature(function, annotation_format=annotationlib.Format.FORWARDREF)
    return inspect.signature(function)


def _resolved(annotation: Any, names: dict[str, Any]) -> Any:
    holder = types.SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(holder, names, include_extras=True)["it"]
    except Exception:  # any expression may stand in an annotation, and fail
        return annotation


def record_fields(kind: type) -> list[tuple[str, Any, bool]] | None:
    """Name, annotation and necessity of each field; None if the class is no record."""
    hints = _class_hints(kind)
    if dataclasses.is_dataclass(kind):
        return [
            (field.name, hints.get(field.name, field.type), not _has_default(field))
            for field in dataclasses.fields(kind)
            if field.init
        ]
    if issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return [(field.name, hints.get(field.name, Any), field.required) for field in fields]
    if typing.is_typeddict(kind):
        required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
        return [(name, annotation, name in required) for name, annotation in hints.items()]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        defaults: Mapping[str, Any] = getattr(kind, "_field_defaults", {})
        names: tuple[str, ...] = kind._fields
        return [(name, hints.get(name, Any), name not in defaults) for name in names]
    return None


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def _class_hints(kind: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(kind, include_extras=True)
    except Exception:  # as in _resolved: the texts are kept
        return _annotations(kind)
