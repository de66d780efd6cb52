"""Types compiled to functions that check one value each; compiled once, they never look back.

At the caller a check turns the value into its wire form (a member of an enumeration into its name,
a dataclass into a dict); at the target the check rebuilds what the method asked for. Both give
Python's own numbers for numpy's scalars and for subclasses of the built-in types.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stream_core.rpc.annotations import (
    PLAIN_TYPES,
    AnnotationType,
    AnyType,
    ArrayOf,
    Bounded,
    DictOf,
    EnumType,
    ListOf,
    LiteralOf,
    Plain,
    RecordType,
    SelfType,
    SetOf,
    TupleOf,
    TupleRun,
    UnionOf,
    text,
)
from stream_core.rpc.array_checks import array_check
from stream_core.rpc.bounds import bounds_check
from stream_core.rpc.mismatch import MismatchError
from stream_core.rpc.record_checks import enum_check, record_check
from stream_core.wire.loaded import loaded_numpy

__all__ = ["Check", "compile_check", "passes_everything"]

Check = Callable[[Any], Any]


def passes_everything(value: Any) -> Any:
    """The check of a parameter that says nothing of its type."""
    return value


def compile_check(annotation: AnnotationType, classes: Mapping[str, type] | None = None) -> Check:
    """The check for a type.

    Args:
        annotation: the type.
        classes: at the target, its enumerations and records by name; None at the caller.

    Returns:
        a function that gives the value in the form wanted, or raises `MismatchError`.
    """
    return _Compiler(classes).compile(annotation)


class _Compiler:
    """Compiles one tree; remembers the records that it is inside of."""

    def __init__(self, classes: Mapping[str, type] | None) -> None:
        self._classes = classes
        self._records: dict[str, Check] = {}

    def compile(self, annotation: AnnotationType) -> Check:
        match annotation:
            case AnyType():
                return passes_everything
            case Plain(name=name):
                return _PLAIN_CHECKS.get(name, passes_everything)
            case Bounded(number=number):
                return bounds_check(annotation, self.compile(number))
            case LiteralOf(values=values):
                return _literal_check(values, text(annotation))
            case ArrayOf():
                return array_check(annotation)
            case EnumType():
                return enum_check(annotation, self._class_of(annotation.name))
            case SelfType(name=name):
                return lambda value: self._records.get(name, passes_everything)(value)
            case RecordType():
                return self._record(annotation)
            case UnionOf(members=members):
                return self._union(members, text(annotation))
        return self._container(annotation)

    def _class_of(self, name: str) -> type | None:
        return None if self._classes is None else self._classes.get(name)

    def _container(self, annotation: AnnotationType) -> Check:
        expected = text(annotation)
        match annotation:
            case ListOf(item=item, sequence=sequence):
                return _list_check(self.compile(item), sequence, expected)
            case SetOf(item=item, frozen=frozen):
                rebuilt = frozenset if frozen and self._classes is not None else set
                return _set_check(self.compile(item), rebuilt, expected)
            case TupleOf(items=items):
                return _tuple_check([self.compile(item) for item in items], expected)
            case TupleRun(item=item):
                return _tuple_run_check(self.compile(item), expected)
            case DictOf(key=key, value=value):
                return _dict_check(self.compile(key), self.compile(value), expected)
        raise AssertionError(f"no check for {annotation!r}")

    def _record(self, annotation: RecordType) -> Check:
        fields = [(field, self.compile(field.type)) for field in annotation.fields]
        check = record_check(annotation, fields, self._class_of(annotation.name))
        self._records[annotation.name] = check
        return check

    def _union(self, members: tuple[AnnotationType, ...], expected: str) -> Check:
        # Members that are rebuilt go first: the name of an enumeration's member is a str, too.
        ranked = sorted(members, key=lambda member: not isinstance(member, EnumType | RecordType))
        checks = [self.compile(member) for member in ranked]
        if isinstance(ranked[0], EnumType | RecordType):
            exact: frozenset[type] = frozenset({type(None)} if Plain("None") in members else ())
        else:
            exact = frozenset(
                PLAIN_TYPES.get(member.name, object) for member in members if type(member) is Plain
            )
        return _union_check(checks, exact, expected, optional=_only_optional(members))


def _only_optional(members: tuple[AnnotationType, ...]) -> bool:
    return len(members) == 2 and Plain("None") in members


def _classes(python: type, numpy_name: str) -> tuple[Any, ...]:
    """Python's class and numpy's family; where numpy is not loaded, nothing is of its family."""
    numpy = loaded_numpy()
    return (python,) if numpy is None else (python, getattr(numpy, numpy_name))


def _check_none(value: Any) -> None:
    if value is not None:
        raise MismatchError("None", value)


def _check_bool(value: Any) -> Any:
    if value is True or value is False:
        return value
    if isinstance(value, _classes(bool, "bool_")):
        return bool(value)
    raise MismatchError("bool", value)


def _check_int(value: Any) -> Any:
    if type(value) is int:
        return value
    return _integer(value, "int")


def _check_float(value: Any) -> Any:
    kind = type(value)
    if kind is float or kind is int:
        return value
    if isinstance(value, _classes(float, "floating")):
        return float(value)
    return _integer(value, "float")


def _check_complex(value: Any) -> Any:
    kind = type(value)
    if kind is complex or kind is float or kind is int:
        return value
    if isinstance(value, _classes(complex, "complexfloating")):
        return complex(value)
    if isinstance(value, _classes(float, "floating")):
        return float(value)
    return _integer(value, "complex")


def _integer(value: Any, expected: str) -> int:
    """An integer of any class as Python's own; a bool is none."""
    if isinstance(value, _classes(int, "integer")) and not isinstance(value, bool):
        return int(value)
    raise MismatchError(expected, value)


def _check_str(value: Any) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, enum.Enum) and isinstance(value.value, str):
        return value.value
    if isinstance(value, str):
        return str.__str__(value)
    raise MismatchError("str", value)


def _check_bytes(value: Any) -> Any:
    if type(value) is bytes:
        return value
    if isinstance(value, bytes):
        return bytes(value)
    raise MismatchError("bytes", value)


def _check_datetime(value: Any) -> Any:
    if isinstance(value, PLAIN_TYPES["datetime"]):
        return value
    raise MismatchError("datetime", value)


_PLAIN_CHECKS: dict[str, Check] = {
    "None": _check_none,
    "bool": _check_bool,
    "int": _check_int,
    "float": _check_float,
    "complex": _check_complex,
    "str": _check_str,
    "bytes": _check_bytes,
    "datetime": _check_datetime,
}


def _literal_check(values: tuple[Any, ...], expected: str) -> Check:
    def check(value: Any) -> Any:
        plain = value.value if isinstance(value, enum.Enum) else value
        for allowed in values:
            if type(allowed) is type(plain) and allowed == plain:
                return allowed
        raise MismatchError(expected, value)

    return check


def _checked(check: Check, values: Iterable[Any]) -> list[Any]:
    """Check each of the values; a mismatch says at which index."""
    index = 0
    checked = []
    try:
        for value in values:
            checked.append(check(value))
            index += 1
    except MismatchError as mismatch:
        raise mismatch.inside(f"[{index}]") from None
    return checked


def _list_check(check: Check, sequence: bool, expected: str) -> Check:
    accepted = (list, tuple) if sequence else (list,)

    def check_list(value: Any) -> Any:
        if not isinstance(value, accepted):
            raise MismatchError(expected, value)
        kind = type(value)
        if check is passes_everything and kind in accepted:
            return value
        checked = _checked(check, value)
        return tuple(checked) if isinstance(value, tuple) else checked

    return check_list


def _set_check(
    check: Check, rebuilt: type[set[Any]] | type[frozenset[Any]], expected: str
) -> Check:
    def check_set(value: Any) -> Any:
        if not isinstance(value, set | frozenset):
            raise MismatchError(expected, value)
        try:
            return rebuilt(check(member) for member in value)
        except MismatchError as mismatch:
            raise mismatch.inside("{…}") from None

    return check_set


def _tuple_check(checks: list[Check], expected: str) -> Check:
    def check_tuple(value: Any) -> Any:
        if not isinstance(value, tuple) or len(value) != len(checks):
            raise MismatchError(expected, value)
        following = iter(checks)
        return tuple(_checked(lambda member: next(following)(member), value))

    return check_tuple


def _tuple_run_check(check: Check, expected: str) -> Check:
    def check_tuple_run(value: Any) -> Any:
        if not isinstance(value, tuple):
            raise MismatchError(expected, value)
        return tuple(_checked(check, value))

    return check_tuple_run


def _dict_check(check_key: Check, check_value: Check, expected: str) -> Check:
    def check_member(key: Any, value: Any) -> tuple[Any, Any]:
        try:
            return check_key(key), check_value(value)
        except MismatchError as mismatch:
            raise mismatch.inside(f"[{key!r}]") from None

    def check_dict(value: Any) -> Any:
        if not isinstance(value, dict):
            raise MismatchError(expected, value)
        return dict(check_member(key, member) for key, member in value.items())

    return check_dict


def _union_check(
    checks: list[Check], exact: frozenset[type], expected: str, *, optional: bool
) -> Check:
    def check_union(value: Any) -> Any:
        if type(value) in exact:
            return value
        deepest: MismatchError | None = None
        for check in checks:
            try:
                return check(value)
            except MismatchError as mismatch:
                deepest = mismatch if mismatch.where or mismatch.detail else deepest
        if optional and deepest is not None:
            raise deepest
        raise MismatchError(expected, value)

    return check_union
