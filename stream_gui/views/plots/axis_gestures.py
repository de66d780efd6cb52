"""What an operator does to the axes of a panel, by wheel, drag, menu and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from stream_gui.views.plots.limit_editor import LimitEditor
from stream_gui.views.plots.panel_scales import AxisGroup, PanelScales
from stream_gui.views.plots.plot_canvas import PlotCanvas
from stream_gui.views.plots.range_dialog import RangeDialog, TypedAxis, limit_text

__all__ = ["AxisGestures"]


class AxisGestures:
    """Turns wishes of the canvas into changes of the scales.

    Args:
        widget: above which dialogs stand.
        canvas: where the axes are.
        scales: what is changed.
        groups: gives the axes that are shown.
    """

    def __init__(
        self,
        widget: QWidget,
        canvas: PlotCanvas,
        scales: PanelScales,
        groups: Callable[[], Sequence[AxisGroup]],
    ) -> None:
        self._widget = widget
        self._canvas = canvas
        self._scales = scales
        self._groups = groups
        axes = canvas.axes
        axes.stretched.connect(scales.stretch)
        axes.lifted.connect(scales.lift)
        axes.fit_wanted.connect(scales.fit)
        axes.limit_wanted.connect(self.type_limit)
        axes.menu_wanted.connect(self._offer)
        canvas.stretched.connect(self._stretch_all)
        canvas.lifted.connect(self._lift_all)

    def ask_for_range(self, name: str = "") -> RangeDialog:
        """Open the dialog with the limits of an axis, the first one unless it is named."""
        dialog = RangeDialog(
            [self._typed(group) for group in self._groups()],
            name,
            self._scales.set,
            self._scales.fit,
            self._widget,
        )
        dialog.open()
        return dialog

    def type_limit(self, name: str, is_upper: bool) -> LimitEditor | None:
        """Let one limit be typed where it stands; None: there is no such axis."""
        group = next((each for each in self._groups() if each.name == name), None)
        item = next((each for each in self._canvas.axes.items if each.picture.name == name), None)
        if group is None or item is None:
            return None
        axis = self._typed(group)

        def take(text: str) -> None:
            value = axis.parsed(text)
            low, high = (axis.bounds[0], value) if is_upper else (value, axis.bounds[1])
            if low >= high:
                raise ValueError("The upper limit must be above the lower one.")
            self._scales.set(name, low, high)

        editor = LimitEditor(self._canvas, limit_text(axis, axis.bounds[is_upper]), take)
        place = self._canvas.mapFromScene(item.sceneTransform().mapRect(item.rect())).boundingRect()
        row = QRect(place.left(), place.top() if is_upper else place.bottom(), place.width(), 1)
        editor.open_at(row)
        return editor

    def menu(self, name: str) -> QMenu:
        """What can be done with an axis."""
        menu = QMenu(self._widget)
        menu.addAction("Set range …", lambda: self.ask_for_range(name))
        fit = menu.addAction("Fit to the data", lambda: self._scales.fit(name))
        fit.setEnabled(self._scales.fixed(name) is not None)
        return menu

    def _offer(self, name: str) -> None:
        menu = self.menu(name)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _typed(self, group: AxisGroup) -> TypedAxis:
        return TypedAxis(group.name, group.title, group.unit, self._scales.current(group.name))

    def _stretch_all(self, factor: float, share: float) -> None:
        """Stretch every axis, or the one in whose band the pointer is."""
        with self._scales.one_change():
            for name, own_share in self._under(share):
                self._scales.stretch(name, factor, own_share)

    def _lift_all(self, share: float) -> None:
        with self._scales.one_change():
            for group in self._groups():
                self._scales.lift(group.name, share)

    def _under(self, share: float) -> list[tuple[str, float]]:
        """The axes at this share of the height, each with the share of its own."""
        names = [group.name for group in self._groups()]
        scales = [self._canvas.axes.scale(name) for name in names]
        own = [
            (name, (scale.bottom - (1 - share)) / (scale.bottom - scale.top))
            for name, scale in zip(names, scales, strict=True)
            if scale is not None
        ]
        inside = [(name, each) for name, each in own if 0 <= each <= 1]
        return inside or [(name, share) for name in names]
