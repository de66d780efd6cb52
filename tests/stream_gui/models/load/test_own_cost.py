"""What a page costs itself."""

from stream_gui.models.load.own_cost import OwnCost


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_the_cost_is_a_share_of_the_last_seconds() -> None:
    clock, spent = Clock(), Clock()
    cost = OwnCost(now_s=clock, spent_s=spent)
    for _ in range(20):
        clock.now_s += 1
        with cost.counted():
            spent.now_s += 0.05
    assert abs(cost.share - 0.05) < 0.006
    clock.now_s += 30
    assert cost.share == 0


def test_what_fails_has_cost_too() -> None:
    clock, spent = Clock(), Clock()
    cost = OwnCost(now_s=clock, spent_s=spent)
    try:
        with cost.counted():
            spent.now_s += 0.5
            raise RuntimeError
    except RuntimeError:
        pass
    assert cost.share == 0.5


def test_what_is_counted_inside_of_another_counts_once() -> None:
    clock, spent = Clock(), Clock()
    cost = OwnCost(now_s=clock, spent_s=spent)
    with cost.counted(), cost.counted():
        spent.now_s += 0.5
    assert cost.share == 0.5
