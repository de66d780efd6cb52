"""A method offered by one client and called by another, in plain blocking code."""

import stream_core as sc


class Echo(sc.blocking.Client):  # a thread of its own carries it
    def rpc_my_echo(self, data):
        return "MY ECHO", data


with (
    sc.ServerProcess("127.0.0.1", 50012) as server,
    Echo("rpc_client", server.address),
    sc.blocking.Client("caller", server.address) as caller,
):
    print(caller.remote("rpc_client").my_echo("HALLO", tto=10))
