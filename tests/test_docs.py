"""The pages for users: what they show runs and prints what they say, what they point to is there.

A page's Python is run piece by piece, as in `python -m asyncio`: in one namespace, with `await`
where it likes, against a server at the address that the page uses. A comment behind a `print` is
what that prints; comments at the end of a piece are what it prints in a loop.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import stream_core as sc

REPOSITORY = Path(__file__).parent.parent
PAGES = sorted((REPOSITORY / "docs").glob("*.md"))
TEXTS = [REPOSITORY / "examples/README.md", *PAGES]
LONGEST = 300  # lines

PIECE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
SAID = re.compile(r"^\s*print\(.*\)  # (.*)$|^# (.*)$(?=(?:\n#.*)*\n\Z)", re.MULTILINE)


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a server that is not in the way of the page's own loop."""
    with sc.LoopThread("the page's server") as thread:
        server = sc.Server(port=0)
        thread.run(server.start())
        yield server.address
        thread.run(server.stop())


@pytest.fixture
def free_port() -> str:
    """Where a page may start a server of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


def run_piece(runner: asyncio.Runner, piece: str, where: str, names: dict[str, Any]) -> str:
    """Run a piece of a page; what it prints."""
    code = compile(piece, where, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if code.co_flags & inspect.CO_COROUTINE:
            runner.run(eval(code, names))
        else:
            exec(code, names)
    return printed.getvalue()


async def close_clients(names: dict[str, Any]) -> None:
    """Close what a page has left open, as the end of a program would."""
    for value in names.values():
        if isinstance(value, sc.blocking.Client):
            value.close()
        elif isinstance(value, sc.Client):
            await value.close()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_runs_and_prints_what_it_says(
    page: Path, address: str, free_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    text = page.read_text(encoding="utf-8")
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)  # dataclasses look for theirs
    names = vars(module)
    with asyncio.Runner() as runner:
        try:
            for piece in PIECE.finditer(text):
                line = text.count("\n", 0, piece.start()) + 1
                shown = piece[1].replace("127.0.0.1:50012", address)
                shown = shown.replace("50013", free_port)
                printed = run_piece(runner, "\n" * line + shown, str(page), names)
                said = [behind or below for behind, below in SAID.findall(shown)]
                assert printed.splitlines() == said, f"{page.name}, line {line}"
        finally:
            runner.run(close_clients(names))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(REPOSITORY)))
def test_what_is_pointed_to_is_there(text: Path) -> None:
    for target, section in LINK.findall(text.read_text(encoding="utf-8")):
        page = text.parent / target if target else text
        assert page.exists(), target
        assert not section or section in sections(page), f"{target}#{section}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tests_that_a_page_names_are_there(page: Path) -> None:
    named = TEST.findall(page.read_text(encoding="utf-8"))
    assert [f"{file}::{name}" for file, name in named if name not in names_of(file)] == []


def names_of(file: str) -> set[str]:
    """The functions and classes of a file, which need not be there."""
    path = REPOSITORY / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return set(re.findall(r"^(?:async def|def|class) (\w+)", text, re.MULTILINE))


def sections(page: Path) -> set[str]:
    """What its headings are called in a link."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_decision_is_listed() -> None:
    folder = REPOSITORY / "docs/decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [name for name, _ in listed if name in records] == records
