"""Clients that come, prove themselves, act, die and come back, in any order: a machine of states.

A model knows who is there, what they own and what they read. After each step the server knows the
same, its accounts balance, and nothing is left of those who have gone.
"""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stream_core import errors
from stream_core.wire import messages
from stream_core.wire.header import Kind
from tests.hostile.bench import Peer, bench

SECRET = "open sesame"
NAMES = st.sampled_from(["daq", "pc", "wall", "lab"])
CHANNELS = st.sampled_from(["a", "b", "rig/c"])
RESUME_S = 10.0
HANDSHAKE_S = 5.0
MOST_CLIENTS = 3


class Member(msgspec.Struct, eq=False):
    """A client as the model knows it; `peer` is None while its link is broken."""

    name: str
    peer: Peer | None
    token: str
    number: int
    owns: dict[str, int] = {}
    sent: dict[str, int] = {}
    reads: dict[str, tuple[int, int]] = {}  # by channel: the reader's and the channel's number
    broken_s: float = 0.0


class Lives(RuleBasedStateMachine):
    """Runs a server and its model."""

    @initialize()
    def start(self) -> None:
        self._exit = contextlib.ExitStack()
        limits = {"clients": MOST_CLIENTS, "handshake_s": HANDSHAKE_S}
        limits["guess_delay_s"] = 0  # time stands still, and an answer is waited for
        self.bench = self._exit.enter_context(bench(secret=SECRET, resume_s=RESUME_S, **limits))
        self.members: dict[str, Member] = {}
        self.strangers: list[Peer] = []

    def teardown(self) -> None:
        if hasattr(self, "_exit"):
            self._exit.close()

    # The model's knowledge

    def there(self) -> list[Member]:
        return [member for member in self.members.values() if member.peer is not None]

    def owner_of(self, channel: str) -> Member | None:
        return next((each for each in self.members.values() if channel in each.owns), None)

    def any_member(self, data: Any) -> tuple[Member, Peer]:
        member = data.draw(st.sampled_from(sorted(self.there(), key=lambda each: each.name)))
        assert member.peer is not None
        return member, member.peer

    def forget(self, member: Member) -> None:
        """It has gone for good, and its channels with it."""
        del self.members[member.name]
        for other in self.members.values():
            for channel in member.owns:
                other.reads.pop(channel, None)

    def lose_link(self, member: Member) -> None:
        member.peer = None
        member.broken_s = self.bench.loop.time()

    # Coming

    @rule()
    def connect_and_say_nothing(self) -> None:
        self.strangers.append(Peer(self.bench))

    @rule(name=NAMES, right=st.booleans())
    def prove(self, name: str, right: bool) -> None:
        peer = self.strangers.pop() if self.strangers else Peer(self.bench)
        if peer.closed:  # it has waited for too long
            return
        former = self.members.get(name)
        full = len(self.members) - (former is not None) >= MOST_CLIENTS
        try:
            let_in = peer.hello(name, secret=SECRET if right else "wrong")
        except errors.AuthenticationFailed:
            let_in = False
        goodbye = peer.hear_goodbye()
        if not right:
            expected = "AuthenticationFailed"
        elif former is not None and former.peer is not None:
            expected = "NameTaken"
        elif full:
            expected = "LimitExceeded"
        else:
            expected = ""
        assert let_in == (not expected), (goodbye, expected)
        if not let_in:
            assert goodbye is not None
            assert goodbye.error == expected
            if expected == "LimitExceeded" and former is not None:
                self.forget(former)
            return
        if former is not None:
            self.forget(former)
        assert peer.welcome is not None
        self.members[name] = Member(name, peer, peer.welcome.session, peer.number)

    @precondition(lambda self: any(member.peer is None for member in self.members.values()))
    @rule(data=st.data())
    def come_back(self, data: Any) -> None:
        broken = sorted(m.name for m in self.members.values() if m.peer is None)
        member = self.members[data.draw(st.sampled_from(broken))]
        peer = Peer(self.bench)
        assert peer.hello(member.name, secret=SECRET, session=member.token)
        assert peer.welcome is not None
        assert peer.welcome.resumed
        assert peer.number == member.number
        member.peer = peer
        received = {reader: -1 for reader, _ in member.reads.values()}
        for reader in received:  # it has taken all that there was
            received[reader] = self.bench.consumed(member.number, reader)
        peer.call("resume", received, writers=list(member.owns.values()))
        peer.acknowledge_demands()

    # Acting

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=CHANNELS)
    def create(self, data: Any, name: str) -> None:
        member, peer = self.any_member(data)
        free = self.owner_of(name) is None
        try:
            member.owns[name] = peer.call("create_channel", name)["number"]
        except errors.ChannelExists:
            assert not free
        else:
            assert free
            member.sent[name] = 0

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=CHANNELS)
    def read(self, data: Any, name: str) -> None:
        member, peer = self.any_member(data)
        owner = self.owner_of(name)
        if name in member.reads:
            return
        asked = peer.post("subscribe", name)
        if owner is not None and owner.peer is not None:
            owner.peer.acknowledge_demands()
        try:
            number = peer.answer(asked)["number"] if owner is None or owner.peer else None
        except errors.ChannelNotFound:
            assert owner is None
            return
        assert owner is not None
        if number is None:  # nobody acknowledges: a second passes
            number = peer.answer(asked)["number"]
        member.reads[name] = (number, owner.owns[name])

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=CHANNELS, count=st.integers(1, 5))
    def write(self, data: Any, name: str, count: int) -> None:
        owner = self.owner_of(name)
        if owner is None or owner.peer is None:
            return
        owner.peer.acknowledge_demands()
        first = owner.sent[name]
        values = [f"{owner.name} {number}" for number in range(first, first + count)]
        owner.peer.publish(owner.owns[name], first, *values)
        owner.sent[name] = first + count
        for member in self.there():
            if name in member.reads and member.peer is not None:
                got = member.peer.items(member.reads[name][0])
                assert got == dict(enumerate(values, first)), (member.name, got)

    @precondition(lambda self: self.there())
    @rule(data=st.data(), name=CHANNELS)
    def leave_reader(self, data: Any, name: str) -> None:
        member, peer = self.any_member(data)
        if name in member.reads:
            peer.call("unsubscribe", member.reads.pop(name)[0])

    @precondition(lambda self: len(self.there()) > 1)
    @rule(data=st.data())
    def call_each_other(self, data: Any) -> None:
        caller, asking = self.any_member(data)
        target, asked = self.any_member(data)
        if caller is target:
            return
        number = asking.post("method", 1, target=target.number)
        (call,) = asked.frames(Kind.CALL)
        facts = {"address": call.source, "sequence": call.sequence}
        asked.send(Kind.RESULT, b"\x07", **facts)
        assert asking.answer(number) == 7

    # Dying

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def break_link(self, data: Any) -> None:
        member, peer = self.any_member(data)
        peer.hang_up()
        self.lose_link(member)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def say_goodbye(self, data: Any) -> None:
        member, peer = self.any_member(data)
        peer.send(Kind.GOODBYE, messages.encode(messages.Goodbye("enough")))
        self.forget(member)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def break_the_protocol(self, data: Any) -> None:
        member, peer = self.any_member(data)
        peer.write(b"\xff" * 40)
        goodbye = peer.hear_goodbye()
        assert goodbye is not None
        assert goodbye.error == "ProtocolError"
        self.forget(member)

    @precondition(lambda self: len(self.there()) > 1)
    @rule(data=st.data(), name=NAMES)
    def kick(self, data: Any, name: str) -> None:
        member, peer = self.any_member(data)
        victim = self.members.get(name)
        if victim is None or victim is member:
            return
        peer.call("kick", name)
        if victim.peer is not None:
            goodbye = victim.peer.hear_goodbye()
            assert goodbye is not None
            assert goodbye.error == "NotAllowed"
        self.forget(victim)

    @rule(seconds=st.sampled_from([1.0, HANDSHAKE_S, RESUME_S]))
    def wait(self, seconds: float) -> None:
        self.bench.pass_time(seconds)
        now_s = self.bench.loop.time()
        for member in tuple(self.members.values()):
            if member.peer is None and now_s - member.broken_s >= RESUME_S:
                self.forget(member)

    # What holds always

    @invariant()
    def the_server_knows_what_the_model_knows(self) -> None:
        if not hasattr(self, "bench"):
            return
        self.bench.check()
        services = self.bench.server._services
        assert services is not None
        sessions = {session.name: session for session in services.sessions}
        assert sessions.keys() == self.members.keys()
        for name, member in self.members.items():
            session = sessions[name]
            assert session.connected == (member.peer is not None)
            assert {c.spec.name for c in session.channels.values()} == member.owns.keys()
            live = {n for n, s in session.subscriptions.items() if s.channel.ended is None}
            assert live == {reader for reader, _ in member.reads.values()}
        waiting = [peer for peer in self.strangers if not peer.closed]
        assert len(self.bench.server._entrance.visitors) == len(waiting)
        assert services.streams.budget.used_bytes == 0


Lives.TestCase.settings = settings(
    max_examples=settings.default.max_examples * 2 // 5, stateful_step_count=30
)
TestLives = Lives.TestCase
