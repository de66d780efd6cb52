"""The text line of a call."""

import math

import pytest

from stream_gui.models.console.command_line import (
    Command,
    CommandError,
    command_text,
    literal,
    parse,
)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("rig.reset()", Command("rig", "reset", (), {})),
        ("rig.calibration.run(steps=10)", Command("rig", "calibration.run", (), {"steps": 10})),
        (
            'rig.scan(1.5, mode="fast", tto=3)',
            Command("rig", "scan", (1.5,), {"mode": "fast", "tto": 3}),
        ),
        ("  a.b( -1, +2.0, 1+2j, 3-1j )", Command("a", "b", (-1, 2.0, 1 + 2j, 3 - 1j), {})),
        (
            "a.b([1, (2, 3)], {'x': None}, {1, 2}, b'\\x00', True, set())",
            Command("a", "b", ([1, (2, 3)], {"x": None}, {1, 2}, b"\x00", True, set()), {}),
        ),
        ('"daq@host-12".x.y()', Command("daq@host-12", "x.y", (), {})),
    ],
)
def test_a_line_of_literals_becomes_a_call(line: str, command: Command) -> None:
    assert parse(line) == command


def test_a_known_target_needs_no_quotes_whatever_its_name() -> None:
    targets = ["daq", "daq@host-12", "my.rig"]
    assert parse("daq@host-12.stop(1)", targets) == Command("daq@host-12", "stop", (1,), {})
    assert parse("my.rig.stop()", targets) == Command("my.rig", "stop", (), {})
    assert parse("daq.stop()", targets) == Command("daq", "stop", (), {})


def test_infinity_and_nan_have_names() -> None:
    command = parse("a.b(inf, -inf, nan)")
    assert command.args[:2] == (math.inf, -math.inf)
    assert math.isnan(command.args[2])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "rig",
        "rig.reset",
        "reset()",
        "rig.reset(",
        "rig.reset())",
        "rig.reset(x)",
        "rig.reset('a' + 'b')",
        "rig.reset(2 ** 100_000)",
        "rig.reset(__import__('os').system('true'))",
        "rig.reset([x for x in (1, 2)])",
        "rig.reset(lambda: 1)",
        "rig.reset(f'{1}')",
        "rig.reset(*[1, 2])",
        "rig.reset(**{'a': 1})",
        "rig.reset({**{}})",
        "rig.reset({[]: 1})",
        "rig.reset(-'a')",
        "rig.reset(-True)",
        "rig().reset()",
        "rig[0].reset()",
        "rig.reset(...)",
        "rig.reset(a=1, a=2)",
        "(" * 300 + ")" * 300,
    ],
)
def test_anything_else_is_refused_with_a_reason(line: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(line)
    assert str(caught.value)


@pytest.mark.parametrize(
    "command",
    [
        Command("rig", "a.b", (1, "x\ny", 'say "hi"', "back\\slash"), {"k": [1.5, None]}),
        Command("my rig", "a", (), {}),
        Command('odd"name', "a", (), {}),
        Command("class", "a", (), {}),
    ],
)
def test_a_call_as_text_is_the_same_call_again(command: Command) -> None:
    assert parse(command_text(command)) == command


def test_a_single_literal_is_read() -> None:
    assert literal(" [1, 2] ") == [1, 2]
    with pytest.raises(CommandError):
        literal("open('x')")
