"""The page on reliability names tests: they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = "docs/reliability.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def names_in(file: Path) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, kinds)}


def test_every_test_that_is_named_exists(repository: Path) -> None:
    named = NAMED.findall((repository / PAGE).read_text("utf-8"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (repository / file).exists() or name not in names_in(repository / file)
    ]
    assert len(named) > 60
    assert missing == []


def test_every_promise_has_a_test(repository: Path) -> None:
    page = (repository / PAGE).read_text("utf-8").partition("## On demand")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]
    assert [row for row in promises if not NAMED.search(row)] == []
