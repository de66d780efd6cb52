"""Every example is run as its reader would run it, and does what it says."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import stream_core as sc

LONGEST = 60  # lines
COMMAND = (sys.executable, "-W", "error")

PRINTS = {
    "samples.py": r"1\.25",
    "calls.py": r"\('MY ECHO', 'HALLO'\)",
    "calls_both_ways.py": r"""2 \+ 3 = 5
2 - 3 = -1
2 \* 3 = 6
9 / 3 = 3\.0
The sum of both\. add\(a: float, b: float\) -> float
not sent: divide\(\) missing 1 required positional argument: 'b'
not sent: divide\(\): argument 'b' must be float, not '3' \(str\)
raised there: ZeroDivisionError: .+ zero""",
    "files.py": r"""whole: True every second chunk: True
shared, by writer: True items: 1200""",
    "lab.py": r"""sampled: 22000
recorded: True, lost: 0
analysed: \d+ chunks of 0\.\d\d\d V rms
shown: -1\.0 to 1\.0 V, -1\.0 to 7\.0 V, -1\.0 to 1\.0 V""",
}
"""What those print that need nobody else."""

JOINED = {"server.py", "bare_writer.py"}
"""Those that have tests of their own, which join them."""


@pytest.fixture
def examples(repository: Path) -> Path:
    return repository / "examples"


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_every_example_is_run_and_listed(examples: Path) -> None:
    names = {path.name for path in examples.glob("*.py")}
    assert names == PRINTS.keys() | JOINED
    listed = re.findall(r"\[(\w+\.py)\]\((\w+\.py)\)", (examples / "README.md").read_text("utf-8"))
    assert {shown for shown, _ in listed} == {target for _, target in listed} == names


def test_each_is_short_and_says_what_it_shows(examples: Path) -> None:
    for path in examples.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= LONGEST, path.name
        assert source.startswith('"""'), path.name


@pytest.mark.parametrize("name", PRINTS)
def test_it_runs_and_prints(name: str, examples: Path, free_port: int, tmp_path: Path) -> None:
    source = (examples / name).read_text(encoding="utf-8")
    program = examples / name
    if "50012" in source:  # another server may have that port
        program = tmp_path / name
        program.write_text(source.replace("50012", str(free_port)), encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, program], capture_output=True, text=True, timeout=25, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert re.fullmatch(PRINTS[name] + "\n", done.stdout), done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_the_server_serves_until_it_is_interrupted(examples: Path, free_port: int) -> None:
    with subprocess.Popen(
        [*COMMAND, examples / "server.py", str(free_port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith(f"127.0.0.1:{free_port}, process ")
        with sc.blocking.Client("client", f"127.0.0.1:{free_port}") as client:
            assert client.statistics().server.name == "lab"
        server.send_signal(signal.SIGINT)
        assert server.communicate(timeout=20) == ("", "")
        assert server.returncode == 0


async def test_a_writer_without_the_library_is_read_to_the_last_sample(examples: Path) -> None:
    async with sc.Server(port=0) as server, sc.Client("reader", server.address) as client:
        program = await asyncio.create_subprocess_exec(
            *COMMAND, examples / "bare_writer.py", *server.address.split(":"), "1000"
        )
        async for change in client.watch("bare/*"):
            assert change.info.owner == "bare"
            break
        before = await client.statistics()
        assert [channel.items for channel in before.channels] == [0]  # it waits for demand
        reader = await client.subscribe("bare/ramp", overflow="wait", buffer_size=20)
        items = [await reader.get_item(timeout_s=10)]
        [bare] = [each for each in (await client.statistics()).clients if each.name == "bare"]
        assert bare.round_trip_s is not None  # it answers pings
        items += [await reader.get_item(timeout_s=10) for _ in range(999)]
        assert [item.value for item in items] == [float(number) for number in range(1000)]
        assert [item.sequence for item in items] == list(range(1000))
        # A block's samples are a millisecond apart, and its first has the time when it was sent.
        assert all(-10e6 < client.now_ns() - item.time_ns < 30e9 for item in items)
        with pytest.raises(sc.ChannelClosed, match="its owner 'bare' has gone"):
            await reader.get(timeout_s=10)
        assert await program.wait() == 0
        assert reader.lost == 0
