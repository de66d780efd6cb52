"""A server on a thread of its own, and commands run against it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from typer.testing import CliRunner

import stream_core as sc
from stream_core.cli.program import program


class Outcome(Protocol):
    """What a command left."""

    stdout: str
    stderr: str
    exit_code: int


Run = Callable[..., Outcome]
Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def portal() -> Iterator[sc.LoopThread]:
    with sc.LoopThread("server") as thread:
        yield thread


@pytest.fixture
def server(portal: sc.LoopThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[sc.Server]:
    server = sc.Server("127.0.0.1", 0)
    portal.run(server.start())
    monkeypatch.setenv("STREAMSCOPE_SERVER", server.address)
    yield server
    portal.run(server.stop())


@pytest.fixture
def client(server: sc.Server) -> Iterator[sc.blocking.Client]:
    with sc.blocking.Client("tester", server.address) as client:
        yield client


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""
    app = program(own_only=True)

    def run(*words: str, stdin: str = "") -> Outcome:
        outcome = CliRunner().invoke(app, words, input=stdin)
        if outcome.exception and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return outcome

    return run


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Run a command in a process of its own, where it may be signalled; none outlives the test."""
    processes: list[subprocess.Popen[str]] = []

    def spawn(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "stream_core", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        return process

    yield spawn
    for process in processes:
        process.kill()
        process.communicate()
