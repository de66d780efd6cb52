from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

import stream_core as sc


def test_channels_are_a_table(client: sc.blocking.Client, run: Callable[..., Any]) -> None:
    client.create_channel("rig/b", dtype="float32", columns=("x", "y"), unit="V", rate_hz=1000)
    client.create_channel("rig/a", description="two\nlines")
    outcome = run("list", "rig/*")
    assert outcome.exit_code == 0
    head, first, second = outcome.stdout.splitlines()
    assert head.split() == "CHANNEL OWNER READERS ITEM UNIT RATE DESCRIPTION".split()
    assert first.split()[:2] == ["rig/a", "tester"]
    assert first.endswith("two\\nlines")
    assert second.split() == "rig/b tester 0 float32 (x, y) V 1000 Hz".split()


def test_channels_are_json(client: sc.blocking.Client, run: Callable[..., Any]) -> None:
    client.create_channel("rig/a", unit="V")
    [line] = run("list", "rig/**", "--json").stdout.splitlines()
    assert json.loads(line)["unit"] == "V"


def test_nothing_is_listed_where_nothing_is(server: sc.Server, run: Callable[..., Any]) -> None:
    outcome = run("list", "rig/*")
    assert (outcome.stdout, outcome.exit_code) == ("", 0)


def test_no_server_is_one_sentence(run: Callable[..., Any]) -> None:
    outcome = run("list", "--server", "127.0.0.1:1")
    assert outcome.exit_code == 3
    assert outcome.stderr.startswith("streamscope: ")
    assert "127.0.0.1:1" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_following_goes_on_until_it_is_interrupted(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    first = client.create_channel("rig/a")
    process = spawn("list", "rig/*", "--follow")
    assert process.stdout.readline().split()[:2] == ["added", "rig/a"]
    client.create_channel("rig/b")
    assert process.stdout.readline().split()[:2] == ["added", "rig/b"]
    first.close()
    assert process.stdout.readline().split()[:2] == ["removed", "rig/a"]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.stderr.read() == ""
