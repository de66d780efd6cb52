"""The program is run, against a server with such channels."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

import stream_core as sc
from stream_gui.models.python_client import Access
from stream_gui.session.exporting.python_script import python_script

CURVES = [
    ("rig1/adc", "y"),
    ("rig1/adc", "x"),
    ("rig1/temp", ""),
    ("rig1/pairs", "1"),
    ("rig1/facts", "load"),
    ('odd "name"\\', ""),
]


@contextlib.asynccontextmanager
async def running(script: Path, **more: str) -> AsyncIterator[asyncio.StreamReader]:
    """Run a script; give what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=subprocess.PIPE, env={**os.environ, **more}
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode == 0


async def test_it_reads_the_same_channels_until_it_is_interrupted(tmp_path: Path) -> None:
    script = tmp_path / "read.py"
    async with (
        sc.Server("127.0.0.1", 0, secret="s3cret") as server,
        sc.Client("rig", server.address, secret="s3cret") as rig,
    ):
        script.write_text(
            python_script(Access(server.address, has_secret=True), CURVES), encoding="utf-8"
        )
        adc = await rig.create_channel("rig1/adc", dtype="float64", columns=("x", "y"))
        items = [
            (adc, np.array([1.0, 2.0]), "rig1/adc", "{'y': np.float64(2.0), 'x': np.float64(1.0)}"),
            (await rig.create_channel("rig1/temp"), 3.0, "rig1/temp", "3.0"),
            (await rig.create_channel("rig1/pairs"), (4, 5), "rig1/pairs", "{'1': np.int64(5)}"),
            (
                await rig.create_channel("rig1/facts"),
                {"load": 6.0, "other": 0.0},
                "rig1/facts",
                "{'load': 6.0}",
            ),
            (await rig.create_channel('odd "name"\\'), 7.0, 'odd "name"\\', "7.0"),
        ]
        async with running(script, STREAMSCOPE_SECRET="s3cret") as printed:
            for channel, value, name, wanted in items:
                await channel.wait_active(timeout_s=10)
                await channel.send(value)
                line = (await asyncio.wait_for(printed.readline(), 10)).decode().strip()
                assert line.startswith(f"{name} at ")
                assert line.endswith(f" ns: {wanted}")


def test_nothing_to_read_is_a_program_too() -> None:
    compile(python_script(Access("lab:50012"), []), "read.py", "exec")
