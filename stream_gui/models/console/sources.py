"""Containers as text taken apart and put together again; their members stay text."""

from __future__ import annotations

import ast

from stream_gui.models.console.command_line import literal_text
from stream_gui.models.console.expressions import CommandError, syntax_problem

__all__ = [
    "joined_dict",
    "joined_list",
    "joined_record",
    "literal_name",
    "members",
    "named_members",
    "record_texts",
]


def members(text: str) -> list[str]:
    """The members of a list, tuple or set; the brackets may be missing: "1, 2".

    Raises:
        CommandError: The text is none.
    """
    if not text.strip():
        return []
    node = _parsed(text)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_source(text.strip(), each) for each in node.elts]
    return [text.strip()]


def joined_list(texts: list[str]) -> str:
    """The list of these members."""
    return f"[{', '.join(texts)}]"


def named_members(text: str) -> list[tuple[str, str]]:
    """Keys and values of a dict, both as text.

    Raises:
        CommandError: The text is no dict.
    """
    if not text.strip():
        return []
    node = _parsed(text)
    if not isinstance(node, ast.Dict) or None in node.keys:
        raise CommandError('write a dict: {"key": value}')
    pairs = zip(node.keys, node.values, strict=True)
    return [
        (_source(text.strip(), key), _source(text.strip(), value))
        for key, value in pairs
        if key is not None
    ]


def joined_dict(pairs: list[tuple[str, str]]) -> str:
    """The dict of these keys and values."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"


def record_texts(text: str) -> dict[str, str]:
    """The fields of a record that is given as a dict with texts as keys.

    Raises:
        CommandError: The text is no such dict.
    """
    return {literal_name(key): value for key, value in named_members(text)}


def joined_record(texts: dict[str, str]) -> str:
    """The record with these fields, as a dict."""
    return joined_dict([(literal_text(name), text) for name, text in texts.items()])


def literal_name(source: str) -> str:
    """The name that a quoted key stands for.

    Raises:
        CommandError: It is no text that could be a name.
    """
    node = _parsed(source)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        return node.value
    raise CommandError(f"{source} is not a name")


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CommandError(syntax_problem(error)) from None


def _source(text: str, node: ast.expr) -> str:
    source = ast.get_source_segment(text, node)
    return ast.unparse(node) if source is None else source
