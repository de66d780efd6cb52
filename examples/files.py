"""Four clients stream a file over four channels, one of them shared, and compare every byte.

A reader with `overflow="wait"` loses nothing: while it is full the writers wait. `transfer()` reads
up to the marks that the writers' `end()` sets. `server/statistics` is a channel like any other.
"""

import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import stream_core as sc

CHUNK = 1000
CONTENT = random.Random(0).randbytes(200 * CHUNK)


def send(writer, path, mark=b""):
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            writer.send(mark + chunk)
    writer.end()


def receive(reader, path):
    with path.open("wb") as file:
        file.writelines(reader.transfer())
    return path.read_bytes()


with ExitStack() as stack:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    threads = stack.enter_context(ThreadPoolExecutor(12))
    server = stack.enter_context(sc.ServerProcess(port=0))
    clients = [sc.blocking.Client(f"client{n}", server.address) for n in (1, 2, 3, 4)]
    one, two, three, four = map(stack.enter_context, clients)

    writers = [client.create_channel(f"files/{client.name}") for client in (one, two, four)]
    writers.append(three.create_channel("files/shared", shared=True))
    writers += [client.open_writer("files/shared") for client in (one, two)]
    plan = [(two, "client1"), (four, "client1"), (one, "client2"), (two, "client4")]
    readers = [client.subscribe(f"files/{name}", overflow="wait") for client, name in plan]
    readers.append(three.subscribe("files/client1", overflow="wait", every=2))
    readers.append(four.subscribe("files/shared", overflow="wait", buffer_size=100))
    load = one.subscribe("server/statistics")
    (folder / "sent").write_bytes(CONTENT)
    results = [threads.submit(receive, it, folder / f"got{n}") for n, it in enumerate(readers)]
    for writer, mark in zip(writers, [b"", b"", b"", b"3", b"1", b"2"], strict=True):
        threads.submit(send, writer, folder / "sent", mark)
    *whole, half, mixed = [result.result() for result in results]
    items = 0
    while items < 6 * 200:  # the newest report may be older than the last item
        items = sum(channel["items"] for channel in load.get(timeout_s=10)["channels"])

chunks = [CONTENT[at : at + CHUNK] for at in range(0, len(CONTENT), CHUNK)]
records = [mixed[at : at + CHUNK + 1] for at in range(0, len(mixed), CHUNK + 1)]
apart = [b"".join(r[1:] for r in records if r[:1] == mark) for mark in (b"1", b"2", b"3")]
print("whole:", whole == [CONTENT] * 4, "every second chunk:", half == b"".join(chunks[::2]))
print("shared, by writer:", apart == [CONTENT] * 3, "items:", items)
