"""A writer without this library, as MicroPython would run it; docs/protocol.md explains each byte.

`python bare_writer.py HOST PORT COUNT` sends so many samples into `bare/ramp` while it is read.
"""

import socket
import struct
import sys
import time

HEADER = "<IBBHIIIIqq"  # length, kind, codec, flags, address, source, count, stride, number, time
HELLO, WELCOME, DATA, DEMAND, CALL, FAILURE, PING, PONG, GOODBYE = 1, 4, 16, 17, 32, 34, 48, 49, 63
SAMPLES, INTERVAL = 4, 2  # a codec, and a flag: the body begins with the time between its items
link, received = socket.socket(), b""
link.connect((sys.argv[1], int(sys.argv[2])))
link.settimeout(0.01)


def send(kind, body=b"", codec=0, flags=0, address=0, count=0, number=0, time_ns=0):
    head = struct.pack(HEADER, len(body), kind, codec, flags, address, 0, count, 1, number, time_ns)
    link.sendall(head + body)


def frames():  # those that are whole by now
    global received
    try:
        received += link.recv(4096) or sys.exit("the server has hung up")
    except OSError:  # nothing came within the time-out
        pass
    while len(received) >= 40 + int.from_bytes(received[:4], "little"):
        size, kind, _, _, address, _, _, _, number, _ = struct.unpack(HEADER, received[:40])
        body, received = received[40 : 40 + size], received[40 + size :]
        yield kind, address, number, body


send(HELLO, b"\x82\xa7version\x01\xa4name\xa4bare")  # msgpack: {"version": 1, "name": "bare"}
left, next_number, demand = int(sys.argv[3]), 0, b""
while left > 0:
    for kind, address, number, body in frames():
        if kind == WELCOME:
            at = body.index(b"now_ns") + 7  # behind the name and the mark of a 64-bit integer
            offset_ns = int.from_bytes(body[at : at + 8], "big") - time.time_ns()
            call = b"\x0e\x00create_channel\x92\x91\xa9bare/ramp\x81\xa5dtype\xa7float32"
            send(CALL, call, number=1, time_ns=10**10)  # create_channel("…", dtype="float32")
        elif kind == DEMAND:  # followed from here on, and said so between the data
            channel, demand = address, body
            send(DEMAND, address=channel, number=number)
        elif kind == PING:
            send(PONG, number=number)
        elif kind in (FAILURE, GOODBYE):
            sys.exit(body)
    if b"active" in demand:
        samples = [float(next_number + index) for index in range(10)]
        body = struct.pack("<q56x10f", 1_000_000, *samples)  # the samples begin at byte 64
        send(DATA, body, SAMPLES, INTERVAL, channel, 10, next_number, time.time_ns() + offset_ns)
        next_number, left = next_number + 10, left - 10
send(GOODBYE, b"\x81\xa6reason\xa4done")
link.settimeout(5)
link.makefile("rb").read()  # until the server, which by then has read all of it, hangs up
link.close()
