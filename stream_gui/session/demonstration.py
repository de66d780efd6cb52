"""The demo's own processes: a server and a publisher; it ends them, and nothing else."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable

import stream_core as sc
from stream_gui.feedback import Feedback
from stream_gui.session.portal import Portal

__all__ = ["Demonstration"]

GRACE_S = 5.0


class Demonstration:
    """A server at a free port of this computer and a publisher of real measurements.

    Args:
        portal: a thread for what blocks.
        feedback: hears if the publisher ends by itself.
        process_factory: makes a `stream_core.ServerProcess`.
    """

    def __init__(
        self,
        portal: Portal,
        feedback: Feedback,
        process_factory: Callable[..., sc.ServerProcess] = sc.ServerProcess,
    ) -> None:
        self._portal = portal
        self._feedback = feedback
        self._server = process_factory("127.0.0.1", 0, name="demo")
        self._publisher: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Of the server, once it is started."""
        return self._server.address

    async def start(self) -> None:
        """Start both; the server listens when this returns."""
        await self._portal.call(asyncio.to_thread(self._start))

    async def stop(self) -> None:
        """End both and wait for them."""
        await self._portal.call(asyncio.to_thread(self._stop))

    def check(self) -> None:
        """Tell if the publisher has ended by itself."""
        publisher = self._publisher
        if publisher is not None and publisher.poll() is not None:
            self._feedback.error("demo", f"the publisher ended with code {publisher.returncode}")
            self._forget(publisher)

    def _start(self) -> None:
        self._server.start()
        command = [sys.executable, "-m", "stream_core", "publish-demo", self._server.address]
        # its input ends with this process, however that ends, and so does the publisher
        self._publisher = subprocess.Popen(
            [*command, "--until-stdin-closes"], stdin=subprocess.PIPE
        )

    def _stop(self) -> None:
        publisher = self._publisher
        if publisher is not None:
            publisher.terminate()
            try:
                publisher.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                publisher.kill()
                publisher.wait()
            self._forget(publisher)
        self._server.terminate()
        self._server.join()

    def _forget(self, publisher: subprocess.Popen[bytes]) -> None:
        if publisher.stdin is not None:
            publisher.stdin.close()
        self._publisher = None
