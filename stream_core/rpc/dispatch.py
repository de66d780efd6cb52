"""The target's half of calls: takes a call apart, checks it and has it executed.

`def` methods run in worker threads, `async def` methods in tasks, generators of both kinds
likewise, as far ahead as the caller's credit allows. It never touches a socket and trusts nobody.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import time
from collections.abc import Callable
from typing import Any

from stream_core.errors import CallTimeout, InvalidValue, ProtocolError, TargetNotFound
from stream_core.rpc.answers import Answers
from stream_core.rpc.arguments import Arguments
from stream_core.rpc.bodies import decode_call, read_path
from stream_core.rpc.current_call import Execution, Key
from stream_core.rpc.deadlines import Deadlines
from stream_core.rpc.descriptions import Description, MethodKind, description_to_wire
from stream_core.rpc.failures import refusal
from stream_core.rpc.frames import NS_PER_S, SendFrame
from stream_core.rpc.methods import RESERVED, MethodTable
from stream_core.rpc.runners import LoopRunner, ThreadRunner
from stream_core.rpc.workers import Workers
from stream_core.wire import objects
from stream_core.wire.framing import Frame
from stream_core.wire.header import Flag, Kind

__all__ = ["Dispatcher", "no_method"]

logger = logging.getLogger(__name__)

Run = Callable[[Execution, list[Any], dict[str, Any]], None]


class Dispatcher:
    """Executes the calls that arrive for one target.

    Args:
        table: its methods.
        send: sends the answers; drops them where the link is gone.
        drop: forgets what waits to be sent of a call.
        workers: how many `def` methods may run at once.
        inline: run `def` methods in the loop, inside of `call`.
        caller_name: gives the name of a caller by its number.

    Attributes:
        table: may be replaced at any time.
        keys: of the calls of which the last answer has not left yet.
    """

    def __init__(
        self,
        table: MethodTable,
        *,
        send: SendFrame,
        drop: Callable[[Key], None] = lambda _key: None,
        workers: int = 1,
        inline: bool = False,
        caller_name: Callable[[int], str] | None = None,
    ) -> None:
        self.table = table
        self._described: tuple[MethodTable | None, bytes] = (None, b"")
        self._send = send
        self._drop = drop
        self._caller_name = caller_name
        self._arguments = Arguments(self._grant)
        self._answers = Answers(send)
        self._live = self._answers.live
        self.keys = self._live.keys()
        self._deadlines = Deadlines[Key](self._live, self._expire)
        self._workers = Workers(workers, table.name)
        self._ending: set[asyncio.Future[None]] = set()
        self._closed = False
        in_loop = LoopRunner(self._answers)
        in_thread = ThreadRunner(self._answers, self._workers, in_loop)
        self._run: dict[str, Run] = {
            MethodKind.DEF.value: in_loop.run_here if inline else in_thread.run,
            MethodKind.ASYNC.value: in_loop.run_task,
            MethodKind.GENERATOR.value: in_loop.run_stream if inline else in_thread.run_stream,
            MethodKind.ASYNC_GENERATOR.value: in_loop.run_stream,
        }

    def __len__(self) -> int:
        return len(self._live)

    @property
    def description(self) -> Description:
        """What callers are told of the target."""
        return self.table.description

    def call(
        self, caller: int, sequence: int, remaining_ns: int, body: bytes | bytearray | memoryview
    ) -> None:
        """A call arrived; whatever is wrong with it is answered, never raised.

        Args:
            caller: number of the caller.
            sequence: the call's number there.
            remaining_ns: the time that the caller will wait; 0: without end.
            body: the method's path and the arguments.
        """
        key = (caller, sequence)
        try:
            if key in self._live or self._closed:
                self._check_free(key)
            path, args, kwargs = decode_call(body)
            method = self.table.get(path)
            if method is None:
                self._reserved_or_unknown(key, path)
                return
            args, kwargs = method.bind(args, kwargs)
        except ProtocolError as error:  # the caller's fault: the link to the server is sound
            self._answers.refuse(key, refusal(InvalidValue(str(error))))
            return
        except Exception as error:
            self._answers.refuse(key, refusal(error))
            return
        deadline = time.monotonic() + remaining_ns / NS_PER_S if remaining_ns > 0 else None
        execution = Execution(key, method, deadline, self._caller_name, self._answers.progress)
        self._live[key] = execution
        self._run[method.how](execution, args, kwargs)
        if deadline is not None and key in self._live:  # most have ended
            self._deadlines.add(deadline, key)

    def piece(self, caller: int, frame: Frame, limit_bytes: int) -> None:
        """A piece of a call arrived, whose arguments are large; with the last one it is a call.

        Args:
            caller: number of the caller.
            frame: the piece.
            limit_bytes: of a whole body, and of all that a caller sends at once.
        """
        key = (caller, frame.sequence)
        if key not in self._arguments and frame.stride:
            return  # the call has been refused or cancelled meanwhile
        try:
            if not frame.stride:
                self._check_free(key)
                self._check_offered(read_path(frame.body))
            whole = self._arguments.add(key, frame, limit_bytes)
        except ProtocolError as error:
            self._refuse_piece(key, InvalidValue(str(error)))
        except Exception as error:
            self._refuse_piece(key, error)
        else:
            if whole is not None:
                body, remaining_ns = whole
                self.call(caller, frame.sequence, remaining_ns, body)

    def _refuse_piece(self, key: Key, error: Exception) -> None:
        self._arguments.drop(key)
        self._answers.refuse(key, refusal(error))

    def _grant(self, key: Key, pieces: int) -> None:
        caller, sequence = key
        flags = Flag.PIECE | Flag.ARGUMENTS
        self._send(Kind.CREDIT, address=caller, sequence=sequence, flags=flags, count=pieces)

    def _check_free(self, key: Key) -> None:
        if self._closed:
            raise TargetNotFound(f"{self.table.name!r} is closing")
        if key in self._live:
            raise ProtocolError(f"call {key[1]} is under way already")

    def _reserved_or_unknown(self, key: Key, path: str) -> None:
        self._check_offered(path)
        caller, sequence = key
        body = self._encoded_description()
        self._send(Kind.RESULT, address=caller, sequence=sequence, body=body)

    def _check_offered(self, path: str) -> None:
        if path != RESERVED and self.table.get(path) is None:
            raise AttributeError(no_method(self.table.name, path, list(self.table)))

    def _encoded_description(self) -> bytes:
        table, body = self._described
        if table is not self.table:  # once: it is much work, and anybody may ask for it often
            body = objects.encode(description_to_wire(self.description))
            self._described = (self.table, body)
        return body

    def cancel(self, caller: int, sequence: int) -> None:
        """The caller waits no more: the method is told, and nothing more is sent."""
        key = (caller, sequence)
        execution = self._live.get(key)
        if execution is not None:
            self._stop(execution)
        else:
            self._arguments.drop(key)
            self._drop(key)

    def credit(self, caller: int, sequence: int, consumed: int) -> None:
        """The caller has consumed so many results of a stream in all."""
        execution = self._live.get((caller, sequence))
        if execution is not None and execution.window is not None:
            execution.window.credit(consumed)

    def left(self, caller: int, sequence: int) -> None:
        """All that waited of a call's answers has been sent."""
        self._answers.left((caller, sequence))

    def caller_gone(self, caller: int) -> None:
        """A caller left: its calls are cancelled."""
        for execution in [found for found in self._live.values() if found.caller == caller]:
            self._stop(execution)
        self._arguments.drop_caller(caller)

    def cancel_all(self) -> None:
        """The link is gone: nobody waits for anything."""
        for execution in list(self._live.values()):
            self._stop(execution)
        self._arguments.clear()

    def _expire(self, key: Key) -> None:
        execution = self._live[key]
        path = execution.method.path
        failure = refusal(CallTimeout(f"{path}() of {self.table.name!r} passed its deadline"))
        self._stop(execution)
        self._answers.refuse(key, failure)

    def _stop(self, execution: Execution) -> None:
        execution.cancelled = True
        del self._live[execution.key]
        self._drop(execution.key)
        if execution.window is not None:
            execution.window.close()
        task, execution.task = execution.task, None  # it keeps what the method raises, and so us
        if task is not None:
            if execution.begun:
                task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def busy_here(self) -> bool:
        """Whether no `def` method can run while the caller waits: it is one, in the only thread."""
        return self._workers.all_here()

    async def close(self, grace_s: float = 2.0) -> None:
        """Cancel all calls, and wait for what they need to end.

        What has not ended after `grace_s` seconds is named in the log and left behind.
        """
        self._closed = True
        self.cancel_all()
        self._deadlines.close()
        tasks = self._ending - {asyncio.current_task()}
        if tasks:
            _done, left = await asyncio.wait(tasks, timeout=grace_s)
            for task in left:
                logger.warning("a cancelled method does not end: %r", task)
        await self._workers.close(grace_s)


def no_method(target: str, path: str, paths: list[str]) -> str:
    """What to say to somebody who asks for a method that a target does not have."""
    close = difflib.get_close_matches(path, paths, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else _offer(paths)
    return f"{target!r} has no method {path!r}; {hint}"


def _offer(paths: list[str]) -> str:
    return f"it has {', '.join(sorted(paths))}" if paths else "it has none"
