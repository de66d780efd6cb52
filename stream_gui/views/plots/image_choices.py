"""The choices of colour map and levels above a picture; they decide nothing themselves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from stream_gui.models.image_options import LEVEL_MODES, ImageOptions
from stream_gui.plotdata.colour_maps import COLOUR_MAPS, colour_table

__all__ = ["ImageChoices"]

_SWATCH = QSize(40, 10)
_LEAST_WIDTH = 34


class ImageChoices(QWidget):
    """Two lists, which may become very narrow.

    Signals:
        map_chosen(str): the operator wants this colour map.
        mode_chosen(str): the operator wants levels to be found so, one of `LEVEL_MODES`.

    Attributes:
        modes: the ways to find levels.
        maps: the colour maps, each shown as it is.
    """

    map_chosen = Signal(str)
    mode_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.modes = _box(
            "Levels",
            "Levels: without the hundredth of darkest and of brightest pixels, with all, or fixed",
        )
        self.modes.addItems(list(LEVEL_MODES.values()))
        self.maps = _box("Colour map", "Colour map")
        self.maps.setIconSize(_SWATCH)
        for name in COLOUR_MAPS:
            self.maps.addItem(_swatch(name), name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addStretch()
        row.addWidget(self.modes)
        row.addWidget(self.maps)
        self.maps.activated.connect(lambda n: self.map_chosen.emit(COLOUR_MAPS[n]))
        self.modes.activated.connect(lambda n: self.mode_chosen.emit(list(LEVEL_MODES)[n]))

    def show_options(self, options: ImageOptions) -> None:
        """Show what is chosen."""
        self.maps.setCurrentIndex(COLOUR_MAPS.index(options.colour_map))
        self.modes.setCurrentIndex(list(LEVEL_MODES).index(options.mode))

    def offer(self, *, levels: bool, maps: bool) -> None:
        """Let choose what makes a difference to the picture."""
        self.modes.setEnabled(levels)
        self.maps.setEnabled(maps)


def _box(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    box.setStyleSheet("padding: 1px 4px")
    box.setMinimumWidth(_LEAST_WIDTH)
    return box


def _swatch(name: str) -> QIcon:
    table = np.ascontiguousarray(colour_table(name)[None, :, :])
    image = QImage(table.data, 256, 1, 3 * 256, QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image.scaled(_SWATCH)))
