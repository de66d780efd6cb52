from stream_core.cli.skew import SkewNotice

SECOND_NS = 1_000_000_000


def test_clocks_that_agree_are_no_news() -> None:
    notice = SkewNotice()
    assert notice.look(50 * SECOND_NS, 50 * SECOND_NS) is None
    assert notice.look(50 * SECOND_NS, 51 * SECOND_NS - 1) is None


def test_a_step_is_told_once() -> None:
    notice = SkewNotice()
    assert notice.look(100 * SECOND_NS, 100 * SECOND_NS) is None
    assert notice.look(101 * SECOND_NS, 98 * SECOND_NS) == (
        "the server's clock is 3.0 s ahead of this computer's, and times are the server's; "
        "set both clocks (NTP), then start the server again"
    )
    assert notice.look(102 * SECOND_NS, 99 * SECOND_NS) is None


def test_it_is_told_again_after_they_agreed() -> None:
    notice = SkewNotice()
    assert notice.look(5 * SECOND_NS, 0) is not None
    assert notice.look(6 * SECOND_NS, 6 * SECOND_NS) is None
    behind = notice.look(0, 5 * SECOND_NS)
    assert behind is not None
    assert behind.startswith("the server's clock is 5.0 s behind this computer's")


def test_what_is_in_between_changes_nothing() -> None:
    notice = SkewNotice()
    assert notice.look(SECOND_NS * 11 // 10, 0) is not None
    assert notice.look(SECOND_NS * 9 // 10, 0) is None
    assert notice.look(SECOND_NS * 11 // 10, 0) is None
