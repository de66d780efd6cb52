"""Fuzzes one target in this process: `python -m tests.fuzzing.one TARGET SECONDS CORPUS FINDS`.

With atheris coverage guides what is tried; without it valid seeds are changed at random. A find
ends the process with an exit code that is not 0, after its bytes were written into FINDS.
"""

from __future__ import annotations

import hashlib
import logging
import random
import sys
import time
import traceback
from pathlib import Path
from typing import Any

SLOWEST_S = 20
MOST_MEBIBYTES = 4096
LONGEST = 4096  # bytes of one input
FOUND = 77


def main() -> None:
    """Run what the command line names."""
    name, seconds, corpus, finds = sys.argv[1:]
    logging.disable(logging.WARNING)
    atheris = _atheris()
    if atheris is None:
        target = _target(name)
        _seed(target, Path(corpus))
        sys.exit(_mutate(target, float(seconds), Path(finds)))
    with atheris.instrument_imports(include=["stream_core", "scramp"]):
        target = _target(name)
    _seed(target, Path(corpus))
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST_S}",
        f"-rss_limit_mb={MOST_MEBIBYTES}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={finds}/",
        "-print_final_stats=1",
        "-verbosity=1",
    ]
    atheris.Setup([sys.argv[0], *options, corpus], target)
    atheris.Fuzz()


def _atheris() -> Any:
    try:
        import atheris
    except ImportError:
        return None
    return atheris


def _target(name: str) -> Any:
    from tests.fuzzing.targets import TARGETS

    return TARGETS[name]()


def _seed(target: Any, corpus: Path) -> None:
    """Begin with what is valid, and with what former runs have kept."""
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


def _mutate(target: Any, seconds: float, finds: Path) -> int:
    from tests.junk import mutated

    chance, give_up_s, runs = random.Random(), time.monotonic() + seconds, 0
    while time.monotonic() < give_up_s:
        data = mutated(target.seeds, chance)
        runs += 1
        try:
            target(data)
        except Exception:
            (finds / f"crash-{hashlib.sha1(data).hexdigest()}").write_bytes(data)
            traceback.print_exc()
            return FOUND
    sys.stderr.write(f"stat::number_of_executed_units: {runs}\n")
    return 0


if __name__ == "__main__":
    main()
