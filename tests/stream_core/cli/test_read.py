from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stream_core as sc


def test_items_are_lines_until_the_channel_ends(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    writer = client.create_channel("notes")
    process = spawn("read", "notes")
    writer.wait_active(timeout_s=10)
    for value in (1.5, "text", [1, 2]):
        writer.send(value)
    writer.close()
    out, err = process.communicate(timeout=10)
    assert out == "1.5\ntext\n[1, 2]\n"
    assert err.startswith("streamscope: the channel has ended")
    assert process.returncode == 0


def test_samples_are_rows(client: sc.blocking.Client, spawn: Callable[..., Any]) -> None:
    writer = client.create_channel("xy", dtype="float64", columns=("x", "y"))
    process = spawn("read", "xy", "--count", "3")
    writer.wait_active(timeout_s=10)
    writer.send_samples(np.arange(10.0).reshape(5, 2), interval_ns=1000)
    assert process.communicate(timeout=10) == ("0.0\t1.0\n2.0\t3.0\n4.0\t5.0\n", "")


def test_json_has_number_and_time(client: sc.blocking.Client, spawn: Callable[..., Any]) -> None:
    writer = client.create_channel("notes")
    process = spawn("read", "notes", "--json", "-n", "1")
    writer.wait_active(timeout_s=10)
    writer.send({"a": 1}, time_ns=123)
    assert json.loads(process.communicate(timeout=10)[0]) == {
        "sequence": 0,
        "time_ns": 123,
        "value": {"a": 1},
    }


def test_a_clock_that_was_set_is_told_beside_times(
    client: sc.blocking.Client,
    server: sc.Server,
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    past = "stream_core.cli.read._own_clock_ns"
    monkeypatch.setattr(past, lambda: time.time_ns() - 3_000_000_000)
    writer = client.create_channel("notes", history=5)
    writer.send(1)
    writer.send(2)
    writer.flush()
    assert run("read", "notes", "--history", "2", "-n", "2").stderr == ""
    outcome = run("read", "notes", "--history", "2", "-n", "2", "--times")
    assert outcome.stderr == (
        "streamscope: the server's clock is 3.0 s ahead of this computer's, and times are the "
        "server's; set both clocks (NTP), then start the server again\n"
    )
    assert outcome.exit_code == 0


def test_an_absent_channel_is_one_sentence(server: sc.Server, run: Callable[..., Any]) -> None:
    outcome = run("read", "nowhere")
    assert outcome.exit_code == 1
    assert "'nowhere' does not exist" in outcome.stderr


def test_a_time_out_has_a_code_of_its_own(
    client: sc.blocking.Client, run: Callable[..., Any]
) -> None:
    client.create_channel("silent")
    assert run("read", "silent", "--timeout", "0.05").exit_code == 4


def test_it_waits_for_a_channel_if_told(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    process = spawn("read", "later", "--wait", "-n", "1")
    writer = client.create_channel("later")
    writer.wait_active(timeout_s=10)
    writer.send("at last")
    assert process.communicate(timeout=10)[0] == "at last\n"


def test_a_private_channel_needs_its_key(
    client: sc.blocking.Client, spawn: Callable[..., Any], run: Callable[..., Any], tmp_path: Path
) -> None:
    writer = client.create_channel("notes", key="tea")
    for file, words in (("tea", "tea\n"), ("coffee", "coffee"), ("empty", "\n")):
        (tmp_path / file).write_text(words)
        (tmp_path / file).chmod(0o600)
    process = spawn("read", "notes", "-n", "1", "--key-file", str(tmp_path / "tea"))
    writer.wait_active(timeout_s=10)
    writer.send("hello")
    assert process.communicate(timeout=10) == ("hello\n", "")
    outcome = run("read", "notes", "--key-file", str(tmp_path / "coffee"))
    assert (outcome.exit_code, "'notes' does not exist" in outcome.stderr) == (1, True)
    outcome = run("read", "notes", "--key-file", str(tmp_path / "empty"))
    assert "no key in" in outcome.stderr


def test_a_closed_pipe_ends_it_quietly(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    writer = client.create_channel("endless")
    process = spawn("read", "endless")
    writer.wait_active(timeout_s=10)
    writer.send(1)
    assert process.stdout.readline() == "1\n"
    process.stdout.close()
    while process.poll() is None and writer.active:
        writer.send(2)
    assert process.wait(10) == 0
    assert process.stderr.read() == ""


def test_an_interrupt_ends_it_quietly(
    client: sc.blocking.Client, spawn: Callable[..., Any]
) -> None:
    writer = client.create_channel("endless")
    process = spawn("read", "endless")
    writer.wait_active(timeout_s=10)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert process.communicate() == ("", "")
