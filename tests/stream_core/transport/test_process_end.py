from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading

import pytest

from stream_core.transport.process_end import hush

ENDS = """
import multiprocessing, os
from stream_core.transport.process_end import at_process_end, expect_process_end
@at_process_end
def first(): print("first", os.getpid() == parent, flush=True)
@at_process_end
def second(): print("second", os.getpid() == parent, flush=True)
parent = os.getpid()
def work():
    expect_process_end(); expect_process_end()
    print("works", flush=True)
"""


def output_of(text: str) -> list[str]:
    child = subprocess.run(
        [sys.executable, "-c", ENDS + text],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stderr == ""
    return child.stdout.splitlines()


def test_what_was_imported_last_ends_first() -> None:
    assert output_of("work()") == ["works", "second True", "first True"]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_a_forked_child_of_multiprocessing_ends_so_too_if_it_has_something_to_end() -> None:
    text = """
child = multiprocessing.get_context("fork").Process(target={})
child.start(); child.join()
"""
    mine = ["second True", "first True"]
    assert output_of(text.format("work")) == ["works", "second False", "first False", *mine]
    assert output_of(text.format("None")) == mine


def test_threads_that_end_by_what_was_hushed_are_not_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda facts: reported.append(facts.exc_type))

    def fail(kind: type[BaseException]) -> None:
        raise kind

    hush(LookupError)
    for kind in (KeyError, ZeroDivisionError, LookupError):
        thread = threading.Thread(target=fail, args=(kind,))
        thread.start()
        thread.join()
    assert reported == [ZeroDivisionError]
