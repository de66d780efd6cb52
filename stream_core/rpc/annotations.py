"""The types of parameters as data: what both ends know of an annotation; never a live class.

A type is a tree of small structs. It travels in a target's description, says itself as text, and
is what `checks` compiles; `hints` makes it from Python's annotations.
"""

from __future__ import annotations

import datetime
import operator
import typing
from functools import reduce
from types import GenericAlias
from typing import Any, Union

import msgspec

__all__ = [
    "ANY",
    "AnnotationType",
    "AnyType",
    "ArrayOf",
    "Bounded",
    "DictOf",
    "EnumType",
    "ListOf",
    "LiteralOf",
    "Plain",
    "RecordField",
    "RecordType",
    "SelfType",
    "SetOf",
    "Shown",
    "TupleOf",
    "TupleRun",
    "UnionOf",
    "shown",
    "text",
]

PLAIN_TYPES: dict[str, type] = {
    "None": type(None),
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "str": str,
    "bytes": bytes,
    "datetime": datetime.datetime,
}


class _Type(msgspec.Struct, frozen=True, tag_field="type"):
    """What the structs of the tree have in common."""


class AnyType(_Type, frozen=True, tag="any"):
    """Everything fits: nothing was said, or what was said cannot be checked; `text` is kept."""

    text: str = "Any"


class Plain(_Type, frozen=True, tag="plain"):
    """One of the scalars: None, bool, int, float, complex, str, bytes, datetime."""

    name: str


class Bounded(_Type, frozen=True, tag="bounded"):
    """A number within bounds: at least `ge`, above `gt`, at most `le`, below `lt`, in steps."""

    number: Plain
    ge: int | float | None = None
    gt: int | float | None = None
    le: int | float | None = None
    lt: int | float | None = None
    multiple_of: int | float | None = None


class ListOf(_Type, frozen=True, tag="list"):
    """A list; where only a sequence or an iterable was asked for, a tuple fits too."""

    item: AnnotationType
    sequence: bool = False


class SetOf(_Type, frozen=True, tag="set"):
    """A set; the method gets a frozenset if it asked for one."""

    item: AnnotationType
    frozen: bool = False


class TupleOf(_Type, frozen=True, tag="tuple"):
    """A tuple with a type for each place."""

    items: tuple[AnnotationType, ...]


class TupleRun(_Type, frozen=True, tag="tuple run"):
    """A tuple of any length whose members are alike."""

    item: AnnotationType


class DictOf(_Type, frozen=True, tag="dict"):
    """A dict."""

    key: AnnotationType
    value: AnnotationType


class UnionOf(_Type, frozen=True, tag="union"):
    """One of several types, None among them where something is optional."""

    members: tuple[AnnotationType, ...]


class LiteralOf(_Type, frozen=True, tag="literal"):
    """One of the listed values."""

    values: tuple[Any, ...]


class EnumType(_Type, frozen=True, tag="enum"):
    """A member of an enumeration: it travels as its name, a combination of flags as its value.

    A caller may give a member, a name or a value. A member whose value cannot be described has
    its name in the place of the value.
    """

    name: str
    members: tuple[tuple[str, Any], ...]
    flags: bool = False


class RecordField(msgspec.Struct, frozen=True):
    """One field of a record."""

    name: str
    type: AnnotationType
    required: bool = True


class RecordType(_Type, frozen=True, tag="record"):
    """A dataclass or another class of named fields; it travels as a dict."""

    name: str
    fields: tuple[RecordField, ...]


class SelfType(_Type, frozen=True, tag="self"):
    """A record inside itself: the enclosing record of that name."""

    name: str


class ArrayOf(_Type, frozen=True, tag="array"):
    """A numpy array; `dtype` None is any; an abstract dtype is a family, such as `floating`."""

    dtype: str | None = None
    abstract: bool = False


AnnotationType = Union[  # noqa: UP007 - msgspec reads the forward references in it
    AnyType,
    Plain,
    Bounded,
    ListOf,
    SetOf,
    TupleOf,
    TupleRun,
    DictOf,
    UnionOf,
    LiteralOf,
    EnumType,
    RecordType,
    SelfType,
    ArrayOf,
]

ANY = AnyType()


def text(annotation: AnnotationType) -> str:
    """The type as a Python programmer would write it."""
    match annotation:
        case AnyType(text=written):
            return written
        case Plain(name=name) | EnumType(name=name) | RecordType(name=name) | SelfType(name=name):
            return name
        case ArrayOf(dtype=dtype):
            return f"NDArray[{dtype}]" if dtype else "NDArray[Any]"
        case Bounded():
            return _bounded_text(annotation)
        case LiteralOf(values=values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case UnionOf(members=members):
            return " | ".join(map(text, members))
    return _container_text(annotation)


def _bounded_text(bounds: Bounded) -> str:
    """The number and its bounds in words: "float from 0.5 to 10"."""
    spoken = [
        (bounds.ge, "from"),
        (bounds.le, "up to" if bounds.ge is None else "to"),
        (bounds.gt, "above"),
        (bounds.lt, "below"),
        (bounds.multiple_of, "in steps of"),
    ]
    words = [
        f"{word} {repr(bound).removesuffix('.0')}" for bound, word in spoken if bound is not None
    ]
    return " ".join([bounds.number.name, *words])


def _container_text(annotation: AnnotationType) -> str:
    match annotation:
        case ListOf(item=item, sequence=sequence):
            return f"{'Sequence' if sequence else 'list'}[{text(item)}]"
        case SetOf(item=item, frozen=frozen):
            return f"{'frozenset' if frozen else 'set'}[{text(item)}]"
        case TupleOf(items=items):
            return f"tuple[{', '.join(map(text, items)) or '()'}]"
        case TupleRun(item=item):
            return f"tuple[{text(item)}, ...]"
        case DictOf(key=key, value=value):
            return f"dict[{text(key)}, {text(value)}]"
    raise AssertionError(f"no text for {annotation!r}")


class Shown:
    """Stands in a signature for what has no local object; its `repr` is the text of the other end.

    Args:
        written: how the other end writes it.
    """

    def __init__(self, written: str) -> None:
        self._written = written

    def __repr__(self) -> str:
        return self._written

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shown) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(self._written)


def shown(annotation: AnnotationType) -> Any:
    """The annotation for a local signature: the real type where there is one, else its text."""
    if annotation == Plain("None"):
        return None
    real = _real(annotation)
    return Shown(text(annotation)) if real is None else real


def _real(annotation: AnnotationType) -> Any:
    """The live annotation, or None where it needs a class that only the target has."""
    match annotation:
        case AnyType(text="Any"):
            return Any
        case Plain(name=name):
            return PLAIN_TYPES.get(name)
        case LiteralOf(values=values):
            return typing.Literal.__getitem__(values)
        case UnionOf(members=members):
            return _real_union(members)
        case ListOf(item=item, sequence=False):
            return _filled(list, item)
        case SetOf(item=item, frozen=False):
            return _filled(set, item)
        case TupleOf(items=items) if items:
            return _filled(tuple, *items)
        case TupleRun(item=item):
            real = _real(item)
            return None if real is None else GenericAlias(tuple, (real, ...))
        case DictOf(key=key, value=value):
            return _filled(dict, key, value)
    return None


def _filled(container: type, *parts: AnnotationType) -> Any:
    real = tuple(_real(part) for part in parts)
    return None if None in real else GenericAlias(container, real)


def _real_union(members: tuple[AnnotationType, ...]) -> Any:
    real = [_real(member) for member in members]
    return None if None in real else reduce(operator.or_, real)
