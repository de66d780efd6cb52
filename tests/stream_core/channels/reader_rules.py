"""What readers may do at any time, as rules of a state machine."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from stream_core.channels.parameters import Parameters, checked_parameters
from tests.stream_core.channels.reader_twin import Twin


def parameters(**more: st.SearchStrategy) -> st.SearchStrategy[Parameters]:
    chosen = {
        "buffer_size": st.sampled_from([None, 1, 2, 3, 4, 10]),
        "overflow": st.sampled_from(["ring", "clear", "skip", "wait", "wait", "raise"]),
        "min_interval_s": st.sampled_from([0, 0, 1e-8]),
    }
    return st.builds(checked_parameters, **(chosen | more))


EVERY = parameters(every=st.sampled_from([1, 1, 2, 3]))
ENVELOPE = parameters(envelope=st.sampled_from([1, 2, 3, 5, 8]))
WHO = st.integers(0, 3)


class ReaderRules(RuleBasedStateMachine):
    """Readers that take, credit, come back and change their minds.

    Attributes:
        choices: the parameters that they choose from.
        twins: the readers; now: the time.
    """

    choices: st.SearchStrategy[Parameters]

    def __init__(self) -> None:
        super().__init__()
        self.twins: list[Twin] = []
        self.now = 0

    def twin(self, who: int) -> Twin:
        return self.twins[who % len(self.twins)]

    some_read = precondition(lambda self: self.twins)
    few_notices = precondition(lambda self: not self.crowded)

    @property
    def crowded(self) -> bool:
        return any(twin.crowded for twin in self.twins)

    @some_read
    @rule(who=WHO)
    def take(self, who: int) -> None:
        if self.twin(who).settled:
            self.twin(who).take()

    @some_read
    @rule(who=WHO)
    def drain(self, who: int) -> None:
        while self.twin(who).settled and self.twin(who).take():
            pass

    @some_read
    @rule(data=st.data(), who=WHO, by=st.integers(1, 2))
    def credit(self, data: st.DataObject, who: int, by: int) -> None:
        twin = self.twin(who)
        twin.credit_wrongly(twin.consumed - by)
        twin.credit_wrongly(twin.sent + by)
        twin.credit(data.draw(st.sampled_from(twin.receivable()), label="sequence"))

    @some_read
    @rule(data=st.data(), who=WHO)
    def resume(self, data: st.DataObject, who: int) -> None:
        twin = self.twin(who)
        received = data.draw(st.sampled_from(twin.receivable()), label="received")
        behind = sum(kind == "mark" and e[0][1] == received + 1 for kind, e in twin.flight)
        marks = data.draw(st.none() | st.integers(0, behind), label="marks behind it")
        twin.resume(received, marks)

    @some_read
    @rule(who=WHO)
    def clear(self, who: int) -> None:
        if not self.twin(who).crowded:
            self.twin(who).clear()

    @some_read
    @rule(data=st.data(), who=WHO)
    def configure(self, data: st.DataObject, who: int) -> None:
        self.twin(who).configure(data.draw(self.choices, label="parameters"))

    @precondition(lambda self: any(twin.changes for twin in self.twins))
    @rule()
    def settle_changes(self) -> None:
        for twin in self.twins:
            if twin.changes:
                twin.settle_change()

    @some_read
    @rule(who=WHO, full=st.booleans())
    def all_buffers_full(self, who: int, full: bool) -> None:
        if not self.twin(who).tables:
            self.twin(who).all_buffers_full(full)

    @rule(ns=st.integers(1, 12))
    def time_passes(self, ns: int) -> None:
        self.now += ns
        for twin in self.twins:
            twin.now = self.now

    @invariant()
    def each_is_as_its_model(self) -> None:
        for twin in self.twins:
            twin.check()
