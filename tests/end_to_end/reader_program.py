"""A reader of the blocking face that does what it is told; run by itself, by lines of JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

import stream_core as sc

__all__ = ["BlockingReader"]


class BlockingReader:
    """Subscribes, takes, and keeps what it was told to have lost; every answer is plain data."""

    def open(self, address: str, name: str, parameters: dict[str, Any]) -> None:
        """Connect and subscribe."""
        self._client = sc.blocking.Client("reader", address)
        self._client.connect()
        self._reader = self._client.subscribe(name, **parameters)
        self._losses: list[sc.Loss] = []
        self._reader.on_lost(self._losses.append)

    def take(self, count: int) -> list[int]:
        """The next values; the server knows that they were taken when this returns."""
        values = [self._reader.get(timeout_s=10) for _ in range(count)]
        self._reader.statistics()
        return values

    def rest(self) -> tuple[list[int], str | None]:
        """All values up to the end, and the error that ends them."""
        values: list[int] = []
        try:
            values.extend(self._reader)
        except sc.StreamError as error:
            return values, f"{type(error).__name__}: {error}"
        return values, None

    def close(self) -> tuple[list[list[Any]], dict[str, Any]]:
        """What was lost, and the account; the client is closed."""
        account = msgspec.to_builtins(self._reader.statistics())
        self._client.close()
        losses = [[loss.first, loss.last, loss.count, loss.reason] for loss in self._losses]
        return losses, account


def main() -> None:
    """Answer each line, a method and its arguments, by a line."""
    reader = BlockingReader()
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        answer = getattr(reader, method)(*arguments)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
