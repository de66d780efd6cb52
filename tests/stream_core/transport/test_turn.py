from __future__ import annotations

import asyncio

from stream_core.transport.turn import Turn


class Sender:
    def __init__(
        self, turn: Turn, log: list[str], name: str, *, then: Sender | None = None
    ) -> None:
        self.turn, self.log, self.name, self.then = turn, log, name, then

    def flush(self) -> None:
        self.log.append(self.name)
        if self.then is not None:
            self.turn.send_later(self.then)


async def test_what_is_sent_in_a_turn_leaves_at_its_end() -> None:
    turn, log = Turn(asyncio.get_running_loop()), []
    turn.send_later(Sender(turn, log, "a"))
    turn.send_later(Sender(turn, log, "b"))
    assert log == []
    await asyncio.sleep(0)
    assert log == ["a", "b"]
    turn.send_later(Sender(turn, log, "c"))
    await asyncio.sleep(0)
    assert log == ["a", "b", "c"]


async def test_what_is_sent_while_receiving_leaves_when_that_is_handled() -> None:
    turn, log = Turn(asyncio.get_running_loop()), []
    turn.receiving = True
    last = Sender(turn, log, "last")
    turn.send_later(Sender(turn, log, "first", then=last))
    assert log == []
    turn.end()
    assert log == ["first", "last"]
    await asyncio.sleep(0)
    assert log == ["first", "last"]


async def test_the_connections_of_a_loop_share_its_turns() -> None:
    loop = asyncio.get_running_loop()
    assert Turn.of(loop) is Turn.of(loop)
    other = asyncio.new_event_loop()
    assert Turn.of(other) is not Turn.of(loop)
    other.close()
