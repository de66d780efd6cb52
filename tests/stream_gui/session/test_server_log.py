"""The logs of servers."""

import os
import time
from pathlib import Path

from stream_gui.session.server_log import TAIL_BYTES, new_log, tail


def test_each_server_gets_a_log_of_its_own_and_old_ones_go(tmp_path: Path) -> None:
    first = new_log(tmp_path / "logs")
    first.write_text("x")
    second = new_log(tmp_path / "logs")
    assert first != second
    week_ago = time.time() - 8 * 86_400
    os.utime(first, (week_ago, week_ago))
    new_log(tmp_path / "logs")
    assert not first.exists()


def test_the_tail_is_of_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("one\ntwo\n")
    assert tail(log) == "one\ntwo\n"
    log.write_text("a line of a long log\n" * TAIL_BYTES)
    text = tail(log)
    assert text.startswith("a line")
    assert TAIL_BYTES - 30 < len(text) <= TAIL_BYTES


def test_lines_are_shortened_to_what_matters(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(
        "2026-11-30 21:31:25,794 INFO stream_core.server.server: listening at 127.0.0.1:1\n"
        "2026-11-30 21:31:26,123 WARNING stream_core.server: slow\n  and more\n"
    )
    assert tail(log) == "21:31:25  listening at 127.0.0.1:1\n21:31:26  warning: slow\n  and more\n"


def test_a_log_that_is_gone_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in tail(tmp_path / "server.log")
