"""Python's annotations read into types; what cannot be resolved or checked becomes "any".

It never instantiates anything, and never imports numpy: who annotates with it has loaded it.
"""

from __future__ import annotations

import collections.abc as abc
import enum
import inspect
import numbers
import sys
import types
import typing
from typing import Any

from stream_core.rpc.annotations import (
    ANY,
    PLAIN_TYPES,
    AnnotationType,
    AnyType,
    ArrayOf,
    DictOf,
    EnumType,
    ListOf,
    LiteralOf,
    Plain,
    RecordField,
    RecordType,
    SelfType,
    SetOf,
    TupleOf,
    TupleRun,
    UnionOf,
)
from stream_core.rpc.bounds import bounded
from stream_core.rpc.declarations import record_fields
from stream_core.wire.loaded import loaded_numpy

__all__ = ["Hints", "written"]

PLAIN_NAMES: dict[Any, str] = {kind: name for name, kind in PLAIN_TYPES.items()} | {
    None: "None",
    numbers.Integral: "int",
    numbers.Real: "float",
    numbers.Complex: "complex",
    numbers.Number: "complex",
}
NUMPY_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex", "U": "str"}
UNIONS = (typing.Union, types.UnionType)
SEQUENCES = (abc.Sequence, abc.MutableSequence, abc.Iterable, abc.Collection)
SETS = (set, frozenset, abc.Set, abc.MutableSet)
MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)
STREAMS = (
    abc.Iterator,
    abc.Iterable,
    abc.Generator,
    abc.AsyncIterator,
    abc.AsyncIterable,
    abc.AsyncGenerator,
)
QUALIFIERS = (typing.Required, typing.NotRequired, getattr(typing, "ReadOnly", None))
DESCRIBABLE = (type(None), bool, int, float, str, bytes)


class Hints:
    """Reads annotations, and remembers the classes that it met in them.

    Attributes:
        classes: enumerations and records by name, for the checks of the target.
    """

    def __init__(self) -> None:
        self.classes: dict[str, type] = {}
        self._inside: list[type] = []

    def read(self, annotation: Any, *, optional: bool = False) -> AnnotationType:
        """The type that an annotation means; `optional`: None fits as well."""
        if annotation is inspect.Parameter.empty:
            return ANY
        read = self._read(annotation)
        if not optional or isinstance(read, AnyType):
            return read
        return _union([read, Plain("None")])

    def read_stream(self, annotation: Any) -> AnnotationType:
        """The type of one result of a generator with that return annotation."""
        if typing.get_origin(annotation) in STREAMS:
            return self.read(typing.get_args(annotation)[0])
        return ANY

    def _read(self, annotation: Any) -> AnnotationType:
        if isinstance(annotation, str):
            return AnyType(annotation)
        if annotation is Any or annotation is object:
            return ANY
        try:
            if (name := PLAIN_NAMES.get(annotation)) is not None:
                return Plain(name)
        except TypeError:  # unhashable, as Literal[[]] would be
            return AnyType(repr(annotation))
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._read_generic(annotation, origin, typing.get_args(annotation))
        if isinstance(annotation, type):
            return self._read_class(annotation)
        return self._read_special(annotation)

    def _read_special(self, annotation: Any) -> AnnotationType:
        """NewType, TypeVar and aliases: what they stand for."""
        for attribute in ("__supertype__", "__bound__", "__value__"):
            meant = getattr(annotation, attribute, None)
            if meant is not None:
                return self._read(meant)
        if isinstance(annotation, typing.TypeVar):
            return ANY
        if isinstance(annotation, typing.ForwardRef):
            return AnyType(annotation.__forward_arg__)
        return AnyType(written(annotation))

    def _read_generic(
        self, annotation: Any, origin: Any, arguments: tuple[Any, ...]
    ) -> AnnotationType:
        if origin is typing.Annotated:
            return bounded(self._read(arguments[0]), arguments[1:])
        if origin in QUALIFIERS:
            return self._read(arguments[0])
        if (meant := getattr(origin, "__value__", None)) is not None:
            return self._read_alias(annotation, meant, arguments)
        if origin is typing.Literal:
            return self._read_literal(annotation, arguments)
        if origin in UNIONS:
            return self._read_union(annotation, arguments)
        if _is_array(origin):
            return self._read_array(annotation, arguments)
        return self._read_container(annotation, origin, arguments)

    def _read_alias(
        self, annotation: Any, meant: Any, arguments: tuple[Any, ...]
    ) -> AnnotationType:
        """A `type` statement's alias with arguments, as newer numpy's NDArray is one."""
        try:
            return self._read(meant[arguments])
        except TypeError:  # it takes no arguments, or not these
            return AnyType(written(annotation))

    def _read_container(
        self, annotation: Any, origin: Any, arguments: tuple[Any, ...]
    ) -> AnnotationType:
        item = self._read(arguments[0]) if arguments else ANY
        if origin is list:
            return ListOf(item)
        if origin in SEQUENCES:
            return ListOf(item, sequence=True)
        if origin in SETS:
            return SetOf(item, frozen=origin is not set)
        if origin in MAPPINGS and len(arguments) == 2:
            return DictOf(item, self._read(arguments[1]))
        if origin is tuple:
            if arguments[-1:] == (Ellipsis,):
                return TupleRun(item)
            return TupleOf(tuple(self._read(argument) for argument in arguments))
        if isinstance(origin, type) and record_fields(origin) is not None:
            return self._record(origin)
        return AnyType(written(annotation))

    def _read_union(self, annotation: Any, arguments: tuple[Any, ...]) -> AnnotationType:
        members = [self._read(argument) for argument in arguments]
        if any(isinstance(member, AnyType) for member in members):
            text = written(annotation)  # one member takes everything: so does the union
            return AnyType(text if len(text) < 100 else "Any")
        return _union(members)

    def _read_literal(self, annotation: Any, values: tuple[Any, ...]) -> AnnotationType:
        if all(isinstance(value, enum.Enum) for value in values):
            kind = type(values[0])
            if all(type(value) is kind for value in values):
                return self._enum(kind, list(values))
        if all(type(value) in DESCRIBABLE for value in values):
            return LiteralOf(values)
        return AnyType(written(annotation))

    def _read_array(self, annotation: Any, arguments: tuple[Any, ...]) -> AnnotationType:
        kinds = typing.get_args(arguments[1]) if len(arguments) > 1 else ()
        if not kinds or kinds[0] is Any or isinstance(kinds[0], typing.TypeVar):
            return ArrayOf()
        union = typing.get_origin(kinds[0]) in UNIONS  # NDArray[float32 | float64]
        members = typing.get_args(kinds[0]) if union else kinds
        wanted = [typing.get_origin(kind) or kind for kind in members]  # floating[Any]
        if not all(isinstance(kind, type) for kind in wanted):
            return AnyType(written(annotation))
        return _union([_array_of(kind) for kind in wanted])

    def _read_class(self, kind: type) -> AnnotationType:
        bare = self._read_bare(kind)
        if bare is not None:
            return bare
        if issubclass(kind, enum.Enum):
            return self._enum(kind, list(kind))
        if issubclass(kind, PLAIN_TYPES["datetime"]):
            return Plain("datetime")
        if record_fields(kind) is not None:
            return self._record(kind)
        return AnyType(kind.__qualname__.rpartition(".")[2])

    def _read_bare(self, kind: type) -> AnnotationType | None:
        """A container or a numpy class without arguments."""
        if kind is list or kind in SEQUENCES:
            return ListOf(ANY, sequence=kind is not list)
        if kind is tuple:
            return TupleRun(ANY)
        if kind in SETS:
            return SetOf(ANY, frozen=kind is not set)
        if kind in MAPPINGS:
            return DictOf(ANY, ANY)
        if _is_array(kind):
            return ArrayOf()
        return _numpy_scalar(kind)

    def _enum(self, kind: type, members: list[enum.Enum]) -> EnumType:
        name = self._registered(kind)
        flags = issubclass(kind, enum.Flag)
        listed = tuple((member.name, _describable(member)) for member in members)
        return EnumType(name, listed, flags=flags)

    def _record(self, kind: type) -> AnnotationType:
        name = self._registered(kind)
        if kind in self._inside:
            return SelfType(name)
        self._inside.append(kind)
        try:
            fields = tuple(
                RecordField(field, self.read(annotation), required)
                for field, annotation, required in record_fields(kind) or ()
            )
        finally:
            self._inside.pop()
        return RecordType(name, fields)

    def _registered(self, kind: type) -> str:
        """The class's name; with its module in front if another class has it already."""
        name = kind.__name__
        if self.classes.setdefault(name, kind) is not kind:
            name = f"{kind.__module__}.{kind.__qualname__}"
            self.classes[name] = kind
        return name


def _union(members: list[AnnotationType]) -> AnnotationType:
    flat: list[AnnotationType] = []
    for member in members:
        for part in member.members if isinstance(member, UnionOf) else (member,):
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else UnionOf(tuple(flat))


def _describable(member: enum.Enum) -> Any:
    """The member's value if it can stand in a description, else its name."""
    return member.value if type(member.value) in DESCRIBABLE else member.name


def written(annotation: Any) -> str:
    """An annotation as text, without the modules that everybody knows."""
    text = inspect.formatannotation(annotation)
    return text.replace("typing.", "").replace("collections.abc.", "")


def _is_array(kind: Any) -> bool:
    numpy = loaded_numpy()
    return numpy is not None and kind is numpy.ndarray


def _array_of(kind: type) -> ArrayOf:
    """The array type for a numpy scalar class; families and sized kinds are matched by class."""
    numpy = sys.modules["numpy"]
    if not issubclass(kind, numpy.generic):
        return ArrayOf(numpy.dtype(kind).name)
    sized = issubclass(kind, numpy.number | numpy.bool_) and kind is not numpy.timedelta64
    if sized and not kind.__subclasses__():
        return ArrayOf(numpy.dtype(kind).name)
    return ArrayOf(kind.__name__, abstract=True)


def _numpy_scalar(kind: type) -> AnnotationType | None:
    """The number that a numpy scalar class stands for."""
    numpy = loaded_numpy()
    if numpy is None or not issubclass(kind, numpy.generic):
        return None
    families = {
        numpy.bool_: "bool",
        numpy.integer: "int",
        numpy.floating: "float",
        numpy.complexfloating: "complex",
        numpy.str_: "str",
        numpy.bytes_: "bytes",
    }
    for family, name in families.items():
        if issubclass(kind, family):
            return Plain(name)
    return AnyType(kind.__name__)
