"""What stands in the form of a call, and the same as a line: each made from the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from stream_gui.models.console.command_line import TIME_LIMIT, CallText, Command
from stream_gui.models.console.expressions import CommandError, literal
from stream_gui.models.console.form_field import FormField
from stream_gui.models.console.sources import (
    joined_dict,
    joined_list,
    literal_name,
    members,
    named_members,
)

__all__ = ["blamed_field", "call_text", "command_of", "problems", "texts_of"]

POSITIONAL = ("positional", "positional_only")


def call_text(
    target: str, method: str, fields: Sequence[FormField], texts: Mapping[str, str]
) -> CallText:
    """The line for what stands in the fields; empty ones keep their defaults.

    Once a positional parameter is left to its default, later ones go by name.

    Raises:
        CommandError: A field that must be given is empty, or the text of a field is none.
    """
    args: list[str] = []
    kwargs: dict[str, str] = {}
    by_name = False
    for field in fields:
        text = texts.get(field.name, "")
        if not field.is_given(text):
            if field.required:
                raise CommandError(f"{field.name} must be given")
            by_name = by_name or field.parameter_kind in POSITIONAL
        elif field.parameter_kind == "var_positional":
            args.extend(members(text))
        elif field.parameter_kind == "var_keyword":
            kwargs.update((literal_name(key), value) for key, value in named_members(text))
        elif field.parameter_kind == "keyword_only" or by_name:
            kwargs[field.keyword] = field.source(text)
        else:
            args.append(field.source(text))
    return CallText(target, method, tuple(args), kwargs)


def texts_of(fields: Sequence[FormField], call: CallText) -> dict[str, str]:
    """What stands in the fields for the arguments of a line; the time limit is none of them.

    Raises:
        CommandError: The method takes no such arguments.
    """
    texts: dict[str, str] = {}
    positional = [field for field in fields if field.parameter_kind in POSITIONAL]
    for field, source in zip(positional, call.args, strict=False):
        texts[field.name] = field.shown(source)
    _take_rest(fields, call.args[len(positional) :], texts)
    named = {
        field.keyword: field
        for field in fields
        if field.parameter_kind in ("positional", "keyword_only")
    }
    more: list[tuple[str, str]] = []
    for name, source in call.kwargs.items():
        known = named.get(name)
        if known is not None and known.name in texts:
            raise CommandError(f"{name} is given twice")
        if known is not None:
            texts[known.name] = known.shown(source)
        elif name != TIME_LIMIT:
            more.append((f'"{name}"', source))
    _take_more(fields, more, texts)
    return texts


def _take_rest(fields: Sequence[FormField], rest: Sequence[str], texts: dict[str, str]) -> None:
    taking = next((each for each in fields if each.parameter_kind == "var_positional"), None)
    if rest and taking is None:
        raise CommandError("these are more arguments than the method takes")
    if rest and taking is not None:
        texts[taking.name] = joined_list(list(rest))


def _take_more(
    fields: Sequence[FormField], more: list[tuple[str, str]], texts: dict[str, str]
) -> None:
    taking = next((each for each in fields if each.parameter_kind == "var_keyword"), None)
    if more and taking is None:
        raise CommandError(f"the method has no parameter {more[0][0]}")
    if more and taking is not None:
        texts[taking.name] = joined_dict(more)


def problems(
    fields: Sequence[FormField], texts: Mapping[str, str], *, complete: bool
) -> dict[str, str]:
    """What is wrong with each field; what is still missing only if the form is to be complete."""
    found: dict[str, str] = {}
    for field in fields:
        text = texts.get(field.name, "")
        if problem := field.problem(text):
            found[field.name] = problem
        elif complete and field.required and not field.is_given(text):
            found[field.name] = "must be given"
    return found


def command_of(fields: Sequence[FormField], call: CallText) -> Command:
    """The call with the values of its arguments, as its method takes them.

    Raises:
        CommandError: An argument stands for no value.
    """
    positional = [field for field in fields if field.parameter_kind in POSITIONAL]
    args = [
        positional[place].convert(literal(text)) if place < len(positional) else literal(text)
        for place, text in enumerate(call.args)
    ]
    named = {field.keyword: field for field in fields if not field.name.startswith("*")}
    kwargs = {
        name: named[name].convert(literal(text)) if name in named else literal(text)
        for name, text in call.kwargs.items()
    }
    return Command(call.target, call.method, tuple(args), kwargs)


def blamed_field(message: str, fields: Sequence[FormField]) -> str:
    """The field that an error speaks of: its name in quotes, or as a word; "" if there is none."""
    names = [field.name for field in fields]
    for pattern in (r"argument '?\*{{0,2}}{}'?\b", r"'{}'", r"\b{}\b"):
        for name in names:
            if re.search(pattern.format(re.escape(name.lstrip("*"))), message):
                return name
    return ""
