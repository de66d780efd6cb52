from __future__ import annotations

import threading

import pytest

from stream_core.blocking import Client, open_clients


def test_a_client_is_open_from_connect_to_close(address: str) -> None:
    client = Client("c", address)
    assert client not in open_clients.open_clients
    with client:
        assert client in open_clients.open_clients
    assert client not in open_clients.open_clients


def test_at_the_end_all_that_are_open_are_closed(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    clients = [Client(name, address) for name in "abc"]
    for client in clients:
        client.connect()
    reader = clients[0].subscribe("later", wait=True)
    waiting = threading.Thread(target=reader.get)
    waiting.start()
    open_clients._close_all()
    waiting.join()  # it ends by an error that nobody hears of
    assert not any(client in open_clients.open_clients for client in clients)
