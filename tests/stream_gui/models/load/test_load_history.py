"""The history of the load."""

import numpy as np

import stream_core as sc
from stream_gui.models.load.load_history import LoadHistory


def measured(second: int, **rates: float) -> sc.Statistics:
    clients = tuple(
        sc.ClientStatistics(
            name=name, number=ord(name), bytes_in_per_s=rate, bytes_out_per_s=rate * 2
        )
        for name, rate in rates.items()
    )
    server = sc.ServerStatistics(name="s", cpu=0.5)
    channels = (sc.ChannelStatistics(name="x/y", owner="a", bytes_per_s=7.0),)
    return sc.Statistics(
        time_ns=second * 10**9, interval_s=1.0, server=server, clients=clients, channels=channels
    )


def test_each_client_has_its_load_with_holes_where_it_was_away(qapp: object) -> None:
    history = LoadHistory(points=10)
    history.add(measured(1, a=1.0))
    history.add(measured(2, a=2.0, b=5.0))
    history.add(measured(3, b=6.0))
    np.testing.assert_array_equal(history.ages_s, [-2, -1, 0])
    np.testing.assert_array_equal(history.bytes_in.rates(ord("a")), [1, 2, np.nan])
    np.testing.assert_array_equal(history.bytes_out.rates(ord("b")), [np.nan, 10, 12])
    np.testing.assert_array_equal(history.both_ways([ord("b")], 2), [[15, 18]])
    assert np.isnan(history.both_ways([99], 2)).all()
    assert (history.name(ord("a")), history.name(99)) == ("a", "")
    assert history.channels.rates("x/y").tolist() == [7, 7, 7]
    assert history.latest() == [(6.0, 12.0)]


def test_the_oldest_is_forgotten_and_so_is_who_is_gone(qapp: object) -> None:
    history = LoadHistory(points=3)
    history.add(measured(0, a=1.0))
    for second in range(1, 5):
        history.add(measured(second, b=float(second)))
    assert history.bytes_in.keys == [ord("b")]
    assert history.name(ord("a")) == ""
    np.testing.assert_array_equal(history.ages_s, [-2, -1, 0])


def test_clear_forgets_everything(qapp: object) -> None:
    history = LoadHistory()
    history.add(measured(0, a=1.0))
    history.clear()
    assert history.bytes_in.keys == []
    assert history.latest() == []
    assert history.server is None
    assert history.ages_s.size == 0


def test_each_has_a_small_number_alone_as_long_as_it_is_there(qapp: object) -> None:
    history = LoadHistory(points=2)
    names = "abcdefghijklmnopqrstuvwxyz"
    for count in (3, 26):
        history.add(measured(count, **dict.fromkeys(names[:count], 1.0)))
        assert [history.place(ord(name)) for name in names[:count]] == list(range(count))
    for second in range(3):  # long enough for the others to be forgotten
        history.add(measured(30 + second, a=1.0, z=1.0))
    history.add(measured(40, a=1.0, A=1.0, B=1.0, z=1.0))
    assert [history.place(ord(name)) for name in "aABz"] == [0, 1, 2, 25]
    assert history.place("x/y") == 0
    history.clear()
    history.add(measured(50, q=1.0))
    assert history.place(ord("q")) == 0
