from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import stream_core as sc


def test_it_sends_to_a_shared_channel(client: sc.blocking.Client, run: Callable[..., Any]) -> None:
    client.create_channel("notes", shared=True)
    reader = client.subscribe("notes")
    outcome = run("send", "notes", "1.5", "on", "[1, 2]")
    assert (outcome.stdout, outcome.stderr, outcome.exit_code) == ("", "", 0)
    assert [reader.get(timeout_s=5) for _ in range(3)] == [1.5, "on", [1, 2]]


def test_it_creates_a_channel_and_waits_for_a_reader(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    reader = client.subscribe("notes", wait=True)
    process = spawn("send", "notes", "--text", "1.5")
    assert reader.get(timeout_s=10) == "1.5"
    assert process.wait(10) == 0


def test_it_gives_up_waiting(server: sc.Server, run: Callable[..., Any]) -> None:
    assert run("send", "notes", "1", "--timeout", "0.05").exit_code == 4


def test_it_sends_to_a_private_channel_of_that_key(
    client: sc.blocking.Client, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.create_channel("notes", key="tea", shared=True)
    reader = client.subscribe("notes", key="tea")
    monkeypatch.setenv("STREAMSCOPE_KEY", "tea")
    assert run("send", "notes", "1").exit_code == 0
    waiting = client.subscribe("others", key="coffee", wait=True)
    assert run("send", "others", "2", "--key-file", "-", stdin="coffee\n").exit_code == 0
    assert (reader.get(timeout_s=5), waiting.get(timeout_s=5)) == (1, 2)
    assert client.channels() == []


def test_lines_of_standard_input_are_values(
    client: sc.blocking.Client, run: Callable[..., Any]
) -> None:
    client.create_channel("notes", shared=True)
    reader = client.subscribe("notes")
    assert run("send", "notes", "-", stdin="1\ntwo\n").exit_code == 0
    assert [reader.get(timeout_s=5) for _ in range(2)] == [1, "two"]


def test_a_channel_of_another_is_refused(
    client: sc.blocking.Client, run: Callable[..., Any]
) -> None:
    client.create_channel("mine")
    outcome = run("send", "mine", "1")
    assert outcome.exit_code == 1
    assert "'mine'" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1
