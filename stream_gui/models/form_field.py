"""One field of the form that is made from a method's signature; it draws no widget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from stream_gui.models.command_line import CommandError, literal

__all__ = ["FieldKind", "FormField", "arguments", "form_fields"]


class FieldKind(StrEnum):
    """How a field is filled in."""

    SWITCH = "switch"
    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    LITERAL = "literal"


@dataclass(frozen=True)
class FormField:
    """One parameter of a method.

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
    """

    name: str
    kind: FieldKind
    annotation: str
    default: str
    required: bool
    choices: tuple[tuple[str, Any], ...] = ()
    optional: bool = False
    dtype: str | None = None
    parameter_kind: str = "positional"

    def read(self, text: str) -> Any:
        """The value that the text stands for.

        Raises:
            CommandError: It stands for none.
        """
        if self.optional and text.strip() == "None":
            return None
        match self.kind:
            case FieldKind.SWITCH | FieldKind.CHOICE:
                return self._chosen(text)
            case FieldKind.TEXT:
                return _unquoted(text)
            case FieldKind.NUMBER:
                return _number(text)
        return self.convert(literal(text))

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

    def _chosen(self, text: str) -> Any:
        for shown, value in self.choices:
            if shown == text:
                return value
        raise CommandError(f"{self.name} is one of {', '.join(shown for shown, _ in self.choices)}")


def form_fields(method: Any) -> list[FormField]:
    """The fields for the parameters of a described method."""
    return [_field(parameter) for parameter in method.parameters]


def arguments(
    fields: list[FormField], texts: dict[str, str]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword arguments from what stands in the fields; empty ones keep defaults.

    Once a positional parameter is left to its default, later ones go by name.

    Raises:
        CommandError: A field that must be given is empty, or holds no value of its kind.
    """
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    by_name = False
    for field in fields:
        text = texts.get(field.name, "")
        if not text.strip() and not (field.kind is FieldKind.TEXT and field.required):
            if field.required:
                raise CommandError(f"{field.name} must be given")
            by_name = by_name or field.parameter_kind == "positional"
            continue
        value = field.read(text)
        if field.parameter_kind == "var_positional":
            args.extend(value if isinstance(value, (list, tuple)) else [value])
        elif field.parameter_kind == "var_keyword":
            kwargs.update(_named(field, value))
        elif field.parameter_kind == "keyword_only" or by_name:
            kwargs[field.name.lstrip("*")] = value
        else:
            args.append(value)
    return tuple(args), kwargs


def _field(parameter: Any) -> FormField:
    annotation, optional = _without_none(parameter.annotation)
    kind, choices = _kind(annotation)
    variadic = str(parameter.kind) in ("var_positional", "var_keyword")
    stars = {"var_positional": "*", "var_keyword": "**"}.get(str(parameter.kind), "")
    return FormField(
        name=stars + parameter.name,
        kind=FieldKind.LITERAL if variadic else kind,
        annotation=parameter.annotation_text,
        default=parameter.default_text if parameter.has_default else "",
        required=not parameter.has_default and not variadic,
        choices=() if variadic else choices,
        optional=optional,
        dtype=_dtype(annotation),
        parameter_kind=str(parameter.kind),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The annotation inside `X | None`, and whether there was a None."""
    if type(annotation).__name__ != "UnionOf":
        return annotation, _is_none(annotation)
    others = [member for member in annotation.members if not _is_none(member)]
    optional = len(others) < len(annotation.members)
    return (others[0] if len(others) == 1 else annotation), optional


def _is_none(annotation: Any) -> bool:
    return type(annotation).__name__ == "Plain" and annotation.name == "None"


def _kind(annotation: Any) -> tuple[FieldKind, tuple[tuple[str, Any], ...]]:
    match type(annotation).__name__:
        case "Plain":
            return _plain_kind(annotation.name)
        case "LiteralOf":
            return FieldKind.CHOICE, tuple((str(each), each) for each in annotation.values)
        case "EnumType" if not annotation.flags:
            return FieldKind.CHOICE, tuple((name, name) for name, _ in annotation.members)
    return FieldKind.LITERAL, ()


def _plain_kind(name: str) -> tuple[FieldKind, tuple[tuple[str, Any], ...]]:
    if name == "bool":
        return FieldKind.SWITCH, (("False", False), ("True", True))
    if name == "str":
        return FieldKind.TEXT, ()
    if name in ("int", "float", "complex"):
        return FieldKind.NUMBER, ()
    return FieldKind.LITERAL, ()


def _dtype(annotation: Any) -> str | None:
    if type(annotation).__name__ != "ArrayOf":
        return None
    return "" if annotation.dtype is None or annotation.abstract else str(annotation.dtype)


def _unquoted(text: str) -> str:
    """A text field takes what is typed; quotes around it are only needed around blanks."""
    stripped = text.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        value = literal(stripped)
        if isinstance(value, str):
            return value
    return text


def _number(text: str) -> Any:
    value = literal(text)
    if isinstance(value, bool) or not isinstance(value, (int, float, complex)):
        raise CommandError(f"{text.strip()} is not a number")
    return value


def _named(field: FormField, value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return value
    raise CommandError(f"{field.name} takes a dict of names and values")
