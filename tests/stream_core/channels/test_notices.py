from __future__ import annotations

from stream_core.channels.notices import LONGEST_RUN, Mark, Notice, add_notice, folded
from stream_core.values import Loss


def test_neighbouring_losses_of_one_reason_merge() -> None:
    run: list[Notice] = []
    add_notice(run, Loss(0, 4, 3, "overflow"))
    add_notice(run, Loss(6, 8, 2, "overflow"))
    assert run == [Loss(0, 8, 5, "overflow")]


def test_losses_of_several_reasons_stay_apart() -> None:
    run: list[Notice] = []
    add_notice(run, Loss(0, 4, 5, "overflow"))
    add_notice(run, Loss(5, 8, 4, "paused"))
    add_notice(run, Loss(9, 9, 1, "overflow"))
    assert [loss.count for loss in run if isinstance(loss, Loss)] == [5, 4, 1]


def test_a_loss_of_unknown_size_stands_alone() -> None:
    run: list[Notice] = []
    add_notice(run, Loss(0, None, 0, "restarted"))
    add_notice(run, Loss(0, None, 0, "restarted"))
    add_notice(run, Loss(0, 3, 4, "restarted"))
    assert len(run) == 3


def test_a_mark_keeps_its_place_between_losses() -> None:
    run: list[Notice] = []
    add_notice(run, Loss(0, 0, 1, "overflow"))
    add_notice(run, Mark(0, "end"))
    add_notice(run, Loss(1, 1, 1, "overflow"))
    assert run == [Loss(0, 0, 1, "overflow"), Mark(0, "end"), Loss(1, 1, 1, "overflow")]


def test_a_run_stays_bounded_and_counts_every_loss() -> None:
    run: list[Notice] = []
    for number in range(10 * LONGEST_RUN):
        add_notice(run, Loss(number, number, 1, f"reason {number}"))
        add_notice(run, Mark(number, number))
        assert len(run) <= LONGEST_RUN + 1
    losses = [notice for notice in run if isinstance(notice, Loss)]
    assert sum(loss.count for loss in losses) == 10 * LONGEST_RUN
    assert losses[0].first == 0
    assert losses[0].reason == "several"
    assert run[-1] == Mark(10 * LONGEST_RUN - 1, 10 * LONGEST_RUN - 1)


def test_folding_keeps_the_reason_where_there_is_but_one() -> None:
    run = [Loss(0, 1, 2, "paused"), Mark(1, "a"), Loss(2, 2, 1, "paused"), Mark(2, "b")]
    assert folded(run) == [Loss(0, 2, 3, "paused"), Mark(2, "b")]


def test_what_is_folded_with_an_unknown_size_has_one() -> None:
    run = [Loss(0, 1, 2, "paused"), Loss(2, None, 0, "restarted"), Loss(2, 3, 2, "paused")]
    assert folded(run) == [Loss(0, None, 4, "several")]
