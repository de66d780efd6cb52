from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest

import stream_core as sc

EXPECTED = {
    "computer/cpu/load",
    "computer/memory/used",
    "rig/camera",
    "rig/events",
    "rig/temperature",
    "rig/waveform",
}


def wait_for_channels(client: sc.blocking.Client) -> None:
    missing = set(EXPECTED)
    for change in client.watch("**"):
        missing.discard(change.info.name)
        if not missing:
            return


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_publishes_until_a_signal(
    number: int, server: sc.Server, client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    process = spawn("publish-demo", server.address)
    wait_for_channels(client)
    process.send_signal(number)
    assert process.wait(10) == 0
    assert process.communicate() == ("", "")


def test_it_ends_with_its_standard_input(
    server: sc.Server, client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    process = spawn("publish-demo", server.address, "--until-stdin-closes")
    wait_for_channels(client)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_without_a_server_it_is_one_sentence(run: Callable[..., Any]) -> None:
    outcome = run("publish-demo", "127.0.0.1:1")
    assert outcome.exit_code == 3
    assert len(outcome.stderr.splitlines()) == 1
