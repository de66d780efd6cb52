"""Completion of a call's text."""

from typing import Literal

import pytest

from stream_core.rpc import collect
from stream_gui.models.console.completion import complete
from stream_gui.models.console.method_catalog import MethodCatalog


class Calibration:
    def rpc_run(self, steps: int = 10) -> None: ...


class Rig:
    def __init__(self) -> None:
        self.rpc_calibration = Calibration()

    def rpc_scan(
        self, start: float, mode: Literal["fast", "slow"] = "fast", loud: bool = False
    ) -> None: ...

    def rpc_stop(self) -> None: ...


@pytest.fixture
def catalog() -> MethodCatalog:
    catalog = MethodCatalog()
    catalog.set_targets(["rig", "daq@host-12"])
    catalog.put("rig", collect(Rig(), name="rig").description)
    return catalog


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("", ["server.", '"daq@host-12".', "rig."]),
        ("r", ["rig."]),
        ("da", ['"daq@host-12".']),
        ('"da', ['"daq@host-12".']),
        ("rig.s", ["rig.scan(", "rig.stop()"]),
        ("rig.cal", ["rig.calibration.run("]),
        ("rig.scan(st", ["rig.scan(start="]),
        (
            "rig.scan(1, ",
            ["rig.scan(1, start=", "rig.scan(1, mode=", "rig.scan(1, loud=", "rig.scan(1, tto="],
        ),
        ("rig.scan(1, mode=", ["rig.scan(1, mode='fast'", "rig.scan(1, mode='slow'"]),
        ("rig.scan(1, mode='s", []),
        ("rig.scan(1, loud=T", ["rig.scan(1, loud=True"]),
        ("rig.scan(1, mode='fast', t", ["rig.scan(1, mode='fast', tto="]),
        ("rig.scan([1, ", []),
        ("rig.scan(1)", []),
        ("nobody.x", []),
        ("daq@host-12.x", []),
    ],
)
def test_what_could_stand_at_the_end(catalog: MethodCatalog, line: str, lines: list[str]) -> None:
    assert [candidate.line for candidate in complete(line, catalog)] == lines


def test_methods_are_offered_with_their_signatures(catalog: MethodCatalog) -> None:
    (candidate,) = complete("rig.calibration.r", catalog)
    assert candidate.text == "calibration.run"
    assert "steps: int = 10" in candidate.hint
