"""Assets: the icons and themes that come with the monitor; it never draws a widget.

They lie in `resources/` of a checkout or an editable install, and in `stream_gui/_resources` of an
installed wheel; the checkout is asked first, since an editable install may leave an old copy.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

__all__ = ["Theme", "app_icon", "icon", "resources", "style_sheet", "theme"]

ICON_SIZES = (16, 20, 24, 32, 48)


class Theme(msgspec.Struct, frozen=True):
    """The colours of the window, each as "#rrggbb".

    Attributes:
        name: "light" or "dark".
        window: behind everything.
        base: behind text, lists and plots.
        raised: of headers, buttons and bars.
        hover: of what the pointer is on.
        border: of lines between areas.
        text: of words.
        dim: of words that matter less.
        selected: behind what is selected.
        accent: of what calls for a click.
        on_accent: of words on the accent.
        good, warning, bad: of states.
    """

    name: str
    window: str
    base: str
    raised: str
    hover: str
    border: str
    text: str
    dim: str
    selected: str
    accent: str
    on_accent: str
    good: str
    warning: str
    bad: str


@lru_cache(maxsize=1)
def resources() -> Path:
    """The folder with the resources.

    Raises:
        FileNotFoundError: The installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    for folder in (package.parent / "resources", package / "_resources"):
        if (folder / "themes").is_dir():
            return folder
    raise FileNotFoundError(
        f"the monitor's resources are neither in {package.parent / 'resources'} nor in "
        f"{package / '_resources'}; install streamscope again"
    )


@lru_cache(maxsize=4)
def theme(name: str) -> Theme:
    """The theme of that name ("light", "dark")."""
    text = (resources() / "themes" / f"{name}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Theme)


def style_sheet(colours: Theme) -> str:
    """The application's style sheet in these colours."""
    text = (resources() / "themes" / "monitor.qss").read_text(encoding="utf-8")
    values = {**msgspec.structs.asdict(colours), "icons": (resources() / "icons").as_posix()}
    return re.sub(r"@([a-z_]+)", lambda match: values[match[1]], text)


@lru_cache(maxsize=256)
def icon(name: str, colour: str, disabled: str = "") -> QIcon:
    """The icon of that name, drawn in `colour` (and in `disabled` where it cannot be used)."""
    drawing = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for size in ICON_SIZES:
        result.addPixmap(_pixmap(drawing, colour, size))
        if disabled:
            result.addPixmap(_pixmap(drawing, disabled, size), QIcon.Mode.Disabled)
    return result


def app_icon() -> QIcon:
    """The application's own icon, or an empty one if it is not there."""
    return QIcon(str(resources() / "streamscope.svg"))


def _pixmap(drawing: str, colour: str, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
