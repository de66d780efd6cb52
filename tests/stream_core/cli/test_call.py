from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import stream_core as sc


class Group:
    def rpc_add(self, a: int, b: int = 1) -> int:
        return a + b

    def rpc_count(self, to: int) -> Iterator[int]:
        yield from range(to)


class Target(sc.blocking.Client):
    def __init__(self, name: str, address: str) -> None:
        super().__init__(name, address)
        self.rpc_calc = Group()

    def rpc_same(self, text: str) -> str:
        return text

    def rpc_fail(self) -> None:
        raise ValueError("too hot\x1b[31m")

    async def rpc_never(self) -> None:
        await asyncio.get_running_loop().create_future()

    def rpc_step(self) -> None:
        sc.current_call().progress({"step": 1})


@pytest.fixture(autouse=True)
def target(server: sc.Server) -> Iterator[Target]:
    with Target("rig.one", server.address) as target:
        yield target


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["rig.one.same", "1.5"], "1.5\n"),
        (["rig.one.calc.add", "2", "b=3"], "5\n"),
        (["rig.one.calc.add", "2"], "3\n"),
        (["rig.one.calc.count", "3"], "0\n1\n2\n"),
        (["rig.one.step"], ""),
        (["server.echo", "7"], "7\n"),
    ],
)
def test_a_call_shows_what_it_gives(words: list[str], shown: str, run: Callable[..., Any]) -> None:
    outcome = run("call", *words)
    assert (outcome.stdout, outcome.exit_code) == (shown, 0)


def test_results_are_json_if_told(run: Callable[..., Any]) -> None:
    assert json.loads(run("call", "--json", "server.echo", "{'a': (1, 2)}").stdout) == {"a": [1, 2]}


def test_progress_is_on_standard_error(run: Callable[..., Any]) -> None:
    assert run("call", "rig.one.step").stderr == "{'step': 1}\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rig.one.fail"], 1, "rig.one.fail raised ValueError: too hot\\x1b[31m"),
        (["rig.one.calc.add"], 2, "'a'"),
        (["rig.one.calc.add", "two"], 1, "int"),
        (["rig.one.calc.ad", "2"], 1, "add"),
        (["rig.one.calc"], 1, "add, count"),
        (["nobody.same", "1"], 1, "nobody"),
        (["nobody"], 2, "'nobody' names no method; give TARGET.METHOD"),
        (["rig.one"], 2, "'rig.one' names no method; give TARGET.METHOD"),
        (["rig.one."], 2, "give TARGET.METHOD"),
        (["rig.one.calc.add", "c=3"], 2, "calc.add() has no argument 'c'; it has a, b"),
        (["rig.one.calc.add", "1", "2", "c=3"], 2, "no argument 'c'"),
        (["rig.one.step", "c=3"], 2, "it has none"),
    ],
)
def test_a_failure_is_one_sentence(
    words: list[str], code: int, said: str, run: Callable[..., Any]
) -> None:
    outcome = run("call", *words)
    assert outcome.exit_code == code
    assert said in outcome.stderr
    assert outcome.stderr.startswith("streamscope: ")
    assert len(outcome.stderr.splitlines()) == 1


def test_no_advice_is_given_that_has_no_option(run: Callable[..., Any]) -> None:
    said = run("call", "nobody.same", "1").stderr
    assert said == "streamscope: client 'nobody' is not connected\n"


def test_the_remote_traceback_is_shown_if_told(run: Callable[..., Any]) -> None:
    assert "rpc_fail" in run("call", "--traceback", "rig.one.fail").stderr


def test_a_deadline_has_a_code_of_its_own(run: Callable[..., Any]) -> None:
    assert run("call", "--timeout", "0.05", "rig.one.never").exit_code == 4
