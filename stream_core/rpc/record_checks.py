"""The checks of enumerations and records: to the wire at the caller, rebuilt at the target.

Only the target's own classes, found in its own annotations, are ever instantiated.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stream_core.rpc.annotations import EnumType, RecordField, RecordType
from stream_core.rpc.mismatch import MismatchError

__all__ = ["enum_check", "record_check"]

Check = Callable[[Any], Any]


def enum_check(annotation: EnumType, local: type | None) -> Check:
    """A check that takes a member, a name or a value of an enumeration.

    Args:
        annotation: the enumeration.
        local: its class, at the target; None gives the wire form.
    """
    to_wire = _flag_value(annotation) if annotation.flags else _member_name(annotation)
    if local is None:
        return to_wire
    build = _builder(local, flags=annotation.flags)

    def rebuild(value: Any) -> Any:
        wire = to_wire(value)
        try:
            return build(wire)
        except (ValueError, TypeError, KeyError):
            raise MismatchError(annotation.name, value) from None

    return rebuild


def _builder(local: type, *, flags: bool) -> Check:
    """What makes a member of that enumeration from its wire form."""
    if flags:
        return _flag_builder(local)
    members: Mapping[str, Any] = getattr(local, "__members__", {})
    return members.__getitem__


def _flag_builder(local: type) -> Check:
    """What makes a combination of flags; early releases of Python 3.11 drop bits that are none."""

    def build(value: Any) -> Any:
        made = local(value)
        if value > 0 and getattr(made, "value", made) != value:
            raise ValueError(value)
        return made

    return build


def _member_name(annotation: EnumType) -> Check:
    names = frozenset(name for name, _value in annotation.members)
    class_name = annotation.name.rpartition(".")[2]
    expected = f"one of {', '.join(name for name, _value in annotation.members)} ({class_name})"

    def check(value: Any) -> Any:
        if isinstance(value, enum.Enum):
            if value.name in names and type(value).__name__ == class_name:
                return value.name
            raise MismatchError(expected, value)
        if isinstance(value, str) and value in names:
            return str.__str__(value)
        for name, allowed in annotation.members:
            if type(allowed) is type(value) and allowed == value:
                return name
        raise MismatchError(expected, value)

    return check


def _flag_value(annotation: EnumType) -> Check:
    values = dict(annotation.members)
    expected = f"a combination of {', '.join(values)} ({annotation.name})"

    def check(value: Any) -> Any:
        if isinstance(value, enum.Flag):
            value = value.value
        if isinstance(value, str) and value in values:
            return values[value]
        if type(value) is int:
            return value
        raise MismatchError(expected, value)

    return check


def record_check(
    annotation: RecordType, fields: Sequence[tuple[RecordField, Check]], local: type | None
) -> Check:
    """A check that takes a dict or an object with the record's fields.

    Args:
        annotation: the record.
        fields: each field with its check.
        local: its class, at the target; None gives a dict, the wire form.
    """
    names = frozenset(field.name for field, _check in fields)

    def check(value: Any) -> dict[str, Any]:
        given = _fields_given(value, annotation.name, names)
        if unknown := [name for name in given if name not in names]:
            detail = f"has no field {unknown[0]!r}; {annotation.name} has {_listed(annotation)}"
            raise MismatchError(annotation.name, value, detail=detail)
        return {
            field.name: _checked_field(annotation, field, check_field, given)
            for field, check_field in fields
            if field.required or field.name in given
        }

    return check if local is None else _rebuilding(check, annotation.name, local)


def _listed(annotation: RecordType) -> str:
    return ", ".join(field.name for field in annotation.fields) or "none"


def _fields_given(value: Any, name: str, names: frozenset[str]) -> Mapping[str, Any]:
    """What the value has for the record's fields."""
    if isinstance(value, Mapping):
        return value
    given = {field: getattr(value, field) for field in names if _is_record(value, field)}
    if not given and (names or type(value).__name__ != name):
        raise MismatchError(f"{name} or a dict of its fields", value)
    return given


def _is_record(value: Any, field: str) -> bool:
    """Whether the value's class declares that field, as dataclasses and structs do."""
    kind = type(value)
    declaring = ("__dataclass_fields__", "__struct_fields__", "_fields")
    declared = any(field in getattr(kind, name, ()) for name in declaring)
    return declared and hasattr(value, field)


def _checked_field(
    annotation: RecordType, field: RecordField, check: Check, given: Mapping[str, Any]
) -> Any:
    if field.name not in given:
        detail = f"lacks the field {field.name!r} of {annotation.name}"
        raise MismatchError(annotation.name, given, detail=detail)
    try:
        return check(given[field.name])
    except MismatchError as mismatch:
        raise mismatch.inside(f".{field.name}") from None


def _rebuilding(check: Check, name: str, local: type) -> Check:
    def rebuild(value: Any) -> Any:
        fields = check(value)
        try:
            return local(**fields)
        except Exception as error:  # the class refuses what its fields allowed
            detail = f"cannot be made into {name}: {error}"
            raise MismatchError(name, value, detail=detail) from None

    return rebuild
