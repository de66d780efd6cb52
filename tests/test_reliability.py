"""The page on reliability names a test for each promise."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = "docs/reliability.md"
NAMED = re.compile(r"`tests/[\w/]+\.py::\w+`")


def test_every_promise_has_a_test(repository: Path) -> None:
    page = (repository / PAGE).read_text("utf-8").partition("## On demand")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    promises = [row for row in rows if not row.startswith("| promise")]
    assert [row for row in promises if not NAMED.search(row)] == []
