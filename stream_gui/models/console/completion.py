"""Completion of the text line of a call: what could stand at its end; it changes no line itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

import stream_core as sc
from stream_gui.models.console.command_line import TIME_LIMIT, target_text
from stream_gui.models.console.form_field import FieldKind, FormField, form_fields
from stream_gui.models.console.method_catalog import MethodCatalog, method_names

__all__ = ["Candidate", "complete", "known_target"]

LAST_WORD = re.compile(r"[^\s,(=]*$")
BRACKETS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Candidate:
    """One possible continuation.

    Attributes:
        line: the whole line with it.
        text: what is offered.
        hint: what it is.
    """

    line: str
    text: str
    hint: str = ""


def complete(line: str, catalog: MethodCatalog) -> list[Candidate]:
    """What could stand at the end of `line`: a target, a method of it, or a parameter."""
    target = known_target(line, catalog)
    if target is None:
        return _targets(line.lstrip(), catalog)
    name, rest = target
    description = catalog.description(name)
    if description is None:
        return []
    start = line[: len(line) - len(rest)]
    path, parenthesis, inside = rest.partition("(")
    if not parenthesis:
        return _methods(start, path, description)
    method = catalog.method(name, path.strip())
    return _parameters(start + path + parenthesis, inside, method) if method is not None else []


def known_target(line: str, catalog: MethodCatalog) -> tuple[str, str] | None:
    """The target that the line begins with, and what follows its dot; None if there is none."""
    text = line.lstrip()
    for name in sorted(catalog.targets, key=len, reverse=True):
        for written in (target_text(name), name):
            if text.startswith(f"{written}."):
                return name, text[len(written) + 1 :]
    return None


def _targets(start: str, catalog: MethodCatalog) -> list[Candidate]:
    asked = start.strip('"').lower()
    names = [name for name in catalog.targets if name.lower().startswith(asked)]
    return [Candidate(f"{target_text(name)}.", name, "target") for name in names]


def _methods(start: str, path: str, description: sc.Description) -> list[Candidate]:
    found = []
    for name in method_names(description):
        if name.lower().startswith(path.lower()):
            method = next(each for each in description.methods if each.path == name)
            end = "(" if method.parameters else "()"
            found.append(Candidate(f"{start}{name}{end}", name, _signature(method)))
    return found


def _parameters(start: str, inside: str, method: sc.MethodDescription) -> list[Candidate]:
    if _depth(inside) != 0:
        return []
    word = LAST_WORD.search(inside)
    typed = word.group() if word else ""
    before = inside[: len(inside) - len(typed)]
    fields = form_fields(method)
    if before.rstrip().endswith("="):
        return _choices(start + before, typed, before, fields)
    given = set(re.findall(r"(\w+)\s*=", before))
    found = [
        Candidate(f"{start}{before}{field.name}=", f"{field.name}=", _field_hint(field))
        for field in fields
        if field.name.startswith(typed)
        and field.name not in given
        and field.parameter_kind in ("positional", "keyword_only")
    ]
    if TIME_LIMIT.startswith(typed) and TIME_LIMIT not in given:
        found.append(Candidate(f"{start}{before}{TIME_LIMIT}=", f"{TIME_LIMIT}=", "time limit, s"))
    return found


def _choices(start: str, typed: str, before: str, fields: list[FormField]) -> list[Candidate]:
    named = re.search(r"(\w+)\s*=\s*$", before)
    field = next((each for each in fields if named and each.name == named[1]), None)
    if field is None or field.kind not in (FieldKind.CHOICE, FieldKind.SWITCH):
        return []
    values = [repr(value) for _, value in field.choices]
    return [
        Candidate(f"{start}{value}", value, field.annotation)
        for value in values
        if value.strip("'").startswith(typed.strip("'\""))
    ]


def _depth(inside: str) -> int:
    """How many brackets and quotes are open within the call's own parentheses; -1 if it ended."""
    depth, quote = 0, ""
    for character in inside:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in BRACKETS.values():
            depth += 1
        elif character in BRACKETS:
            depth -= 1
            if depth < 0:
                return -1
    return depth + bool(quote)


def _signature(method: sc.MethodDescription) -> str:
    return str(method.text).removeprefix(method.path.rpartition(".")[2])


def _field_hint(field: FormField) -> str:
    return f"{field.annotation} = {field.default}" if field.default else field.annotation
