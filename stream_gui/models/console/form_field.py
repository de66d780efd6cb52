"""One field of the form that is made from a method's signature; it draws no widget.

What stands in a field is text. Of most kinds it is what would stand in the line of the call; text
fields and choices need no quotes, and a list no brackets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

import stream_core as sc
from stream_gui.models.console.command_line import literal_text
from stream_gui.models.console.expressions import CommandError, literal
from stream_gui.models.console.field_range import FieldRange
from stream_gui.models.console.sources import joined_list, members

__all__ = ["FieldKind", "FormField", "form_fields"]


ANY_NUMBER = FieldRange()


class FieldKind(StrEnum):
    """How a field is filled in."""

    SWITCH = "switch"
    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    LIST = "list"
    DICT = "dict"
    RECORD = "record"
    ARRAY = "array"
    LITERAL = "literal"


@dataclass(frozen=True)
class FormField:
    """One parameter of a method, or one member of what it takes.

    Attributes:
        name: of the parameter; with stars for `*args` and `**kwargs`.
        kind: how it is filled in.
        annotation: what it takes, as text.
        default: what it is if left empty, as text; "" where it must be given.
        required: whether it must be given.
        choices: the texts to choose from, with the value of each.
        optional: whether None is a value of it.
        dtype: of an array parameter its dtype ("" for any), else None.
        parameter_kind: as the description names it: "positional", "keyword_only", …
        range: within which a number must be.
        parts: the fields of a record; of a list the one of its members, of a dict those of its
            keys and values.
        parameter: what the target tells of the parameter; None in a member.
    """

    name: str
    kind: FieldKind
    annotation: str
    default: str = ""
    required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()
    optional: bool = False
    dtype: str | None = None
    parameter_kind: str = "positional"
    range: FieldRange = ANY_NUMBER
    parts: tuple[FormField, ...] = ()
    parameter: Any = None

    @property
    def keyword(self) -> str:
        """The parameter's name without stars."""
        return self.name.lstrip("*")

    def is_given(self, text: str) -> bool:
        """Whether that text is an argument; an empty field keeps the default."""
        return bool(text.strip()) or (self.kind is FieldKind.TEXT and self.required)

    def source(self, text: str) -> str:
        """What stands in the line for what stands in the field.

        Raises:
            CommandError: It is none of the choices.
        """
        if self.optional and text.strip() == "None":
            return "None"
        match self.kind:
            case FieldKind.SWITCH | FieldKind.CHOICE:
                return literal_text(self._chosen(text))
            case FieldKind.TEXT:
                return literal_text(_unquoted(text))
            case FieldKind.LIST if text.strip()[:1] not in ("[", "(", "{"):
                return joined_list(members(text))
        return text.strip()

    def shown(self, source: str) -> str:
        """What stands in the field for what stands in the line."""
        if self.kind not in (FieldKind.TEXT, FieldKind.CHOICE, FieldKind.SWITCH):
            return source
        try:
            value = literal(source)
        except CommandError:
            return source
        if self.kind is FieldKind.TEXT:
            plain = isinstance(value, str) and value == value.strip() and value != "None"
            return str(value) if plain and value and _unquoted(value) == value else source
        shown = [text for text, choice in self.choices if _same(choice, value)]
        return shown[0] if shown else source

    def read(self, text: str) -> Any:
        """The value that the text stands for, as the method takes it.

        Raises:
            CommandError: It stands for none.
        """
        value = literal(self.source(text))
        if self.kind is FieldKind.NUMBER and not (value is None and self.optional):
            if isinstance(value, bool) or not isinstance(value, (int, float, complex)):
                raise CommandError(f"{text.strip()} is not a number")
        return self.convert(value)

    def convert(self, value: Any) -> Any:
        """The value as the method takes it: a list becomes the array that is asked for.

        Raises:
            CommandError: No such array can be made of it.
        """
        if self.dtype is None or isinstance(value, np.ndarray) or value is None:
            return value
        try:
            return np.asarray(value, dtype=self.dtype or None)
        except (TypeError, ValueError) as error:
            raise CommandError(f"{self.name}: {error}") from None

    def problem(self, text: str) -> str:
        """What is wrong with that text, or ""; what the target would refuse is wrong, too."""
        if not self.is_given(text):
            return ""
        try:
            value = self.read(text)
            if self.parameter is not None and not self.name.startswith("*"):
                self.parameter.check(value)
        except CommandError as error:
            return str(error)
        except sc.InvalidValue as error:
            return str(error).removeprefix(f"argument {self.name!r} ")
        return ""

    def _chosen(self, text: str) -> Any:
        for shown, value in self.choices:
            if shown == text:
                return value
        raise CommandError(f"{self.name} is one of {', '.join(shown for shown, _ in self.choices)}")


def form_fields(method: Any) -> list[FormField]:
    """The fields for the parameters of a described method."""
    return [_of_parameter(parameter) for parameter in method.parameters]


def _of_parameter(parameter: Any) -> FormField:
    stars = {"var_positional": "*", "var_keyword": "**"}.get(str(parameter.kind), "")
    common: dict[str, Any] = {
        "parameter": parameter,
        "parameter_kind": str(parameter.kind),
        "default": parameter.default_text if parameter.has_default else "",
        "required": not parameter.has_default and not stars,
    }
    if stars:
        kind = FieldKind.LIST if stars == "*" else FieldKind.DICT
        return FormField(stars + parameter.name, kind, parameter.annotation_text, **common)
    return _of_type(
        parameter.name, parameter.annotation, annotation=parameter.annotation_text, **common
    )


def _of_type(name: str, given: Any, **more: Any) -> FormField:
    """The field for an annotation, which is known by the name of its class alone."""
    annotation, optional = _without_none(given)
    facts: dict[str, Any] = {"annotation": _text(annotation), "optional": optional} | more
    match type(annotation).__name__:
        case "Plain":
            kind, choices = _plain_kind(annotation.name)
            return FormField(name, kind, choices=choices, **facts)
        case "Bounded":
            within = FieldRange.of(annotation)
            return FormField(name, FieldKind.NUMBER, range=within, **facts)
        case "LiteralOf":
            choices = tuple((str(each), each) for each in annotation.values)
            return FormField(name, FieldKind.CHOICE, choices=choices, **facts)
        case "EnumType" if not annotation.flags:
            choices = tuple((member, member) for member, _ in annotation.members)
            return FormField(name, FieldKind.CHOICE, choices=choices, **facts)
        case "ArrayOf":
            return FormField(name, FieldKind.ARRAY, dtype=_dtype(annotation), **facts)
    return _of_container(name, annotation, facts)


def _of_container(name: str, annotation: Any, more: dict[str, Any]) -> FormField:
    match type(annotation).__name__:
        case "ListOf":
            return FormField(name, FieldKind.LIST, parts=(_of_type("", annotation.item),), **more)
        case "DictOf":
            parts = _of_type("key", annotation.key), _of_type("value", annotation.value)
            return FormField(name, FieldKind.DICT, parts=parts, **more)
        case "RecordType":
            fields = tuple(
                _of_type(field.name, field.type, required=field.required)
                for field in annotation.fields
            )
            return FormField(name, FieldKind.RECORD, parts=fields, **more)
    return FormField(name, FieldKind.LITERAL, **more)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The annotation inside `X | None`, and whether there was a None."""
    if type(annotation).__name__ != "UnionOf":
        return annotation, _is_none(annotation)
    others = [member for member in annotation.members if not _is_none(member)]
    optional = len(others) < len(annotation.members)
    return (others[0] if len(others) == 1 else annotation), optional


def _is_none(annotation: Any) -> bool:
    return type(annotation).__name__ == "Plain" and annotation.name == "None"


def _plain_kind(name: str) -> tuple[FieldKind, tuple[tuple[str, Any], ...]]:
    if name == "bool":
        return FieldKind.SWITCH, (("False", False), ("True", True))
    if name == "str":
        return FieldKind.TEXT, ()
    if name in ("int", "float", "complex"):
        return FieldKind.NUMBER, ()
    return FieldKind.LITERAL, ()


def _text(annotation: Any) -> str:
    """What a member takes, in a word."""
    return str(getattr(annotation, "name", "") or getattr(annotation, "text", ""))


def _dtype(annotation: Any) -> str:
    return "" if annotation.dtype is None or annotation.abstract else str(annotation.dtype)


def _same(choice: Any, value: Any) -> bool:
    return type(choice) is type(value) and bool(choice == value)


def _unquoted(text: str) -> str:
    """A text field takes what is typed; quotes around it are only needed around blanks."""
    stripped = text.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        try:
            value = literal(stripped)
        except CommandError:
            return text
        if isinstance(value, str):
            return value
    return text
