"""The state of the link."""

from stream_gui.models.link_state import LinkPhase, LinkState


def test_a_problem_is_of_its_own_moment() -> None:
    state = LinkState()
    state.update(LinkPhase.DISCONNECTED, address="a:1", problem="nobody answers")
    assert state.describe() == "Not connected: nobody answers"
    state.update(LinkPhase.CONNECTING)
    assert (state.problem, state.address) == ("", "a:1")


def test_a_link_is_wanted_until_it_is_given_up() -> None:
    state, wanted = LinkState(), []
    for phase in LinkPhase:
        state.update(phase)
        wanted.append(state.wanted)
    assert wanted == [False, True, True, True]
