"""Every method of the server is here with the grant that it needs, or why it needs none."""

from __future__ import annotations

import pytest

from stream_core.errors import NotAllowed
from stream_core.rpc import collect
from stream_core.server.methods import ServerMethods

NEEDS = {
    "create_channel": ("write", ("x",), {}),
    "open_writer": ("write", ("x",), {}),
    "subscribe": ("read", ("x",), {}),
    "delete_channel": ("admin", ("x",), {}),
    "configure_reader": ("admin", ("owner", 0), {"every": 2}),
    "kick": ("admin", ("owner",), {}),
}
"""The grant, and a call by somebody who has none."""

FREE = {
    "challenge": "says nothing of what there is",
    "close_writer": "of one's own",
    "unsubscribe": "of one's own",
    "clear_reader": "of one's own",
    "resume": "of one's own",
    "channels": "lists what one may read",
    "watch": "lists what one may read",
    "statistics": "lists what one may read",
    "reader_statistics": "lists what one may read",
    "clients": "lists all clients, with the channels that one may read",
    "find_client": "all clients know each other's names",
    "echo": "gives back what was sent",
}

USERS = {
    "users": {
        "owner": {"secret": "tea", "role": "admin"},
        "reader": {"secret": "tea", "role": "x"},
        "nobody": {"secret": "tea"},
    },
    "roles": {"x": {"read": ["x"]}},
}


def test_every_method_is_here() -> None:
    offered = set(collect(ServerMethods.__new__(ServerMethods), name="server"))
    assert offered - {"echo"} == NEEDS.keys() | FREE.keys() - {"echo"}


@pytest.mark.parametrize("method", NEEDS)
async def test_a_method_that_needs_a_grant_is_refused_without(serve, join, method):
    server = await serve(users=USERS)
    owner = await join(server, "owner", user="owner", secret="tea")
    await owner.call("create_channel", "x", shared=True)
    number = (await owner.call("subscribe", "x"))["number"]
    grant, args, kwargs = NEEDS[method]
    user = "nobody"
    if method == "configure_reader":  # of a channel that one may know of
        args, user = ("owner", number), "reader"
    other = await join(server, "other", user=user, secret="tea")
    with pytest.raises(NotAllowed, match=f"user '{user}' may not .*; needs {grant} on "):
        await other.call(method, *args, **kwargs)
