"""A look for the widgets, and a session that has no thread and no server: it only takes notes."""

from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from msgspec import Meta
from PySide6.QtWidgets import QApplication

from stream_core.rpc import collect
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.session.monitor_session import MonitorSession
from stream_gui.session.run_files import RunFiles
from stream_gui.settings import SettingsFile
from stream_gui.views.appearance import Appearance


class NoPortal:
    async def call(self, coroutine: Coroutine[Any, Any, Any], /) -> Any:
        raise AssertionError("a view test speaks with no server")


@pytest.fixture
def appearance(qapp: QApplication) -> Iterator[Appearance]:
    style_sheet, palette = qapp.styleSheet(), qapp.palette()
    yield Appearance(qapp, "light")
    qapp.setStyleSheet(style_sheet)
    qapp.setPalette(palette)


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[MonitorSession]:
    session = MonitorSession(
        NoPortal(), SettingsFile(tmp_path / "monitor.json"), RunFiles(tmp_path / "servers")
    )
    yield session
    session.watch.close()
    session.values.close()
    session.history.close()
    session.bridge.close()


class Rig:
    """What the described target offers."""

    def rpc_set_frequency(self, hz: Annotated[float, Meta(ge=0.01, le=1000)]) -> float:
        """Set the frequency.

        Args:
            hz: at least 0.01.
        """
        return hz

    def rpc_scan(
        self,
        start: int,
        mode: Literal["fast", "slow"] = "fast",
        averaging: bool = True,
        note: str | None = None,
        points: list[float] = [],  # noqa: B006
    ) -> None:
        """Scan."""

    def rpc_reset(self) -> None:
        """Reset."""


@pytest.fixture
def describe_rig() -> Callable[[MethodCatalog], None]:
    """Let the catalog know the target "rig"."""

    def describe(catalog: MethodCatalog) -> None:
        catalog.set_targets(["rig", "daq@host-12"])
        catalog.put("rig", collect(Rig(), name="rig").description)

    return describe
