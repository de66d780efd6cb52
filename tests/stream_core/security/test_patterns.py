from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_core.errors import InvalidValue
from stream_core.security.patterns import fits, matches


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a", ["a"], ["b", "a/b", "ab"]),
        ("*", ["a", "abc"], ["a/b"]),
        ("**", ["a", "a/b/c"], ["server/x"]),
        ("a/*", ["a/b"], ["a", "a/b/c", "b/c"]),
        ("a/**", ["a", "a/b", "a/b/c"], ["ab", "b/a"]),
        ("**/c", ["c", "a/c", "a/b/c"], ["c/a", "ac"]),
        ("a/**/c", ["a/c", "a/b/c", "a/b/b/c"], ["a", "c", "a/b", "ac"]),
        ("**/b/**", ["b", "a/b", "b/c", "a/b/c"], ["a", "a/c"]),
        ("a/**/**", ["a", "a/b", "a/b/c"], ["b"]),
        ("**/**", ["a", "a/b"], []),
        ("a?c", ["abc"], ["ac", "a/c", "abbc"]),
        ("a*c", ["ac", "abbc"], ["a/c", "acb"]),
        ("*a*b*", ["ab", "xaybz"], ["ba", "a/b"]),
        ("a**c", ["ac", "abc"], ["a/c"]),
        ("a.c", ["a.c"], ["abc"]),
        ("a/b*/**/c?", ["a/b/c1", "a/bx/y/z/c2"], ["a/c1", "a/b/c"]),
        ("server/**", ["server/x", "server/x/y"], ["a"]),
        ("s*/x", ["sa/x"], ["server/x"]),
        ("", [], ["a"]),
        ("a//b", [], ["a/b", "a/x/b"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not matches(pattern, name)] == []
    assert [name for name in no if matches(pattern, name)] == []


def reference(pattern: list[str], name: list[str]) -> bool:
    if not pattern:
        return not name
    if pattern[0] == "**":
        return any(reference(pattern[1:], name[index:]) for index in range(len(name) + 1))
    one = "".join({"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char) for char in pattern[0])
    return bool(name) and bool(re.fullmatch(one, name[0])) and reference(pattern[1:], name[1:])


@given(
    st.lists(
        st.sampled_from(["**", "*", "a", "b", "?", "a*", "*b*a", "a*?"]), min_size=1, max_size=6
    ),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=6),
)
def test_patterns_match_as_the_words_say(pattern: list[str], name: list[str]) -> None:
    assert matches("/".join(pattern), "/".join(name)) is reference(pattern, name)


@pytest.mark.parametrize(
    "pattern", ["*a" * 100 + "*b", "**/a/" * 60 + "b", "**/*a*a*a/" * 40 + "b"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    begun_s = time.process_time()
    assert not matches(pattern, "a" * 200)
    assert not matches(pattern, "/".join("a" * 100))
    assert time.process_time() - begun_s < 1


def test_endless_patterns_are_refused() -> None:
    with pytest.raises(InvalidValue, match="1024"):
        matches("*" * 1025, "a")


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("rig1.*", ["rig1.start"], ["rig1.calc.add", "rig10.start", "rig1"]),
        ("rig1.**", ["rig1.start", "rig1.calc.add"], ["rig2.start"]),
        ("*.status", ["rig1.status", "lab/rig1.status"], ["rig1.calc.status"]),
        ("**", ["rig1.start", "a@host.lab-7.start"], []),
    ],
)
def test_patterns_of_methods_have_dots(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not fits(pattern, name, ".")] == []
    assert [name for name in no if fits(pattern, name, ".")] == []
