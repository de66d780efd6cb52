from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog
from pytestqt.qtbot import QtBot

from stream_gui.models.plot_layout import PlotLayout
from stream_gui.views.plots.panels.panel_kinds import PANEL_KINDS
from stream_gui.views.plots.plot_area import PlotArea
from stream_gui.views.plots.taking.export_dialog import ExportDialog
from stream_gui.views.plots.taking.export_strip import ExportStrip
from stream_gui.views.plots.taking.take_tools import TakeTools

if TYPE_CHECKING:
    from tests.stream_gui.views.plots.taking.conftest import FakeExports

pytestmark = pytest.mark.qt_log_ignore("does not support")

SECOND = 1_000_000_000
T0 = 1_700_000_000 * SECOND
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def take(plots: PlotArea) -> TakeTools:
    assert plots.take is not None
    return plots.take


def dialog(plots: PlotArea) -> ExportDialog:
    (found,) = plots.findChildren(ExportDialog)
    return found


def texts(found: ExportDialog) -> list[list[str]]:
    groups = (found.scope, found.span, found.form)
    return [[button.text() for button in group.buttons()] for group in groups]


def accept(found: ExportDialog) -> None:
    found.findChild(QDialogButtonBox).accepted.emit()


def save_as(plots: PlotArea, name: str) -> QFileDialog:
    """Answer the question for a file."""
    (found,) = [each for each in plots.findChildren(QFileDialog) if each.isVisible()]
    found.fileSelected.emit(name)
    found.close()
    return found


def test_the_data_in_view_is_exported_with_what_is_known_of_it(
    plots: PlotArea, layout: PlotLayout, exports: FakeExports, qtbot: QtBot
) -> None:
    layout.window_s = 20
    plots.measure.measuring.add_marker(T0 + SECOND, "valve")
    plots.measure.measuring.add_marker(T0 - 99 * SECOND, "long ago")
    qtbot.keyClick(plots, Qt.Key.Key_S, CONTROL)
    found = dialog(plots)
    assert texts(found)[0] == ["All panels: 4 curves", "The current panel: 2 curves"]
    assert texts(found)[1][0].startswith("In view: ")
    assert "404 samples" in found.size_text
    accept(found)
    save_as(plots, "/data/run")
    ((path, request),) = exports.written
    assert path == Path("/data/run.csv")
    assert [curve.name for curve in request.curves] == ["a x", "a y", "b x", "b y"]
    assert [curve.unit for curve in request.curves] == ["V", "V", "A", "A"]
    assert (request.server, request.epoch) == ("lab:50012", 77)
    assert [marker.text for marker in request.markers] == ["valve"]
    assert request.samples == 404


def test_with_cursors_it_is_what_lies_between_them(plots: PlotArea, exports: FakeExports) -> None:
    tools = plots.measure
    tools.toggle_cursors()
    tools.measuring.move("a", T0 + 4 * SECOND)
    tools.measuring.move("b", T0 + 2 * SECOND)
    take(plots).ask_for_data(of_one=True)
    found = dialog(plots)
    assert texts(found)[0][0] == "The current panel: 2 curves"
    assert texts(found)[1][0].startswith("Between the cursors: ")
    assert texts(found)[1][0].endswith("(2 s)")
    found.form.button(1).click()
    assert found.ending == ".npz"
    accept(found)
    save_as(plots, "/data/run.NPZ")
    ((path, request),) = exports.written
    assert path == Path("/data/run.NPZ")
    assert (request.start_ns, request.stop_ns) == (T0 + 2 * SECOND, T0 + 4 * SECOND)
    assert [curve.name for curve in request.curves] == ["b x", "b y"]


def test_where_there_are_no_samples_nothing_can_be_saved(plots: PlotArea) -> None:
    tools = plots.measure
    tools.toggle_cursors()
    for name in ("a", "b"):
        tools.measuring.move(name, T0 - 99 * SECOND)  # type: ignore[arg-type]
    take(plots).ask_for_data()
    found = dialog(plots)
    assert found.size_text == "No samples there"
    buttons = found.findChild(QDialogButtonBox)
    save = next(b for b in buttons.buttons() if b.text().startswith("Save"))
    assert not save.isEnabled()
    found.span.button(1).click()
    assert save.isEnabled()


def test_hidden_curves_stay_here(plots: PlotArea, layout: PlotLayout) -> None:
    panel = layout.panels[0]
    layout.set_visible(panel, "a", "x", False)
    take(plots).ask_for_data()
    assert texts(dialog(plots))[0][0] == "All panels: 3 curves"


def test_curves_behind_a_tab_are_taken_only_if_asked_for(
    plots: PlotArea, layout: PlotLayout, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(plots.deck.arranged, timeout=5000):
        plots.deck.tab_current()
    take(plots).ask_for_data()
    assert texts(dialog(plots))[0] == [
        "The panels in view: 2 curves",
        "The current panel: 2 curves",
        "All panels, those behind tabs too: 4 curves",
    ]
    assert [curve.channel for curve in dialog(plots).request.curves] == ["b", "b"]
    take(plots).copy_python()
    assert "'a'" not in QGuiApplication.clipboard().text()
    plots.measure.toggle_cursors()
    plots.paint_frame(9 * SECOND)
    assert [row.name for row in plots.measure.view.model.rows] == ["b · x", "b · y"]


def test_a_picture_is_saved_by_its_ending(
    plots: PlotArea, exports: FakeExports, qtbot: QtBot
) -> None:
    qtbot.keyClick(plots, Qt.Key.Key_G, CONTROL)
    save_as(plots, "/data/view.png")
    take(plots).ask_for_picture(of_one=True)
    save_as(plots, "/data/view.svg")
    (first, png), (second, svg) = exports.saved
    assert (first, second) == (Path("/data/view.png"), Path("/data/view.svg"))
    image = QImage.fromData(png)
    assert image.width() == plots.deck.widget().width()
    assert image.height() == plots.deck.widget().height()
    assert b"<svg" in svg[:400]


def test_a_panel_that_floats_is_in_the_picture_below_the_others(plots: PlotArea) -> None:
    panel = plots.deck.current
    assert panel is not None
    plots.deck.float_current()
    panel.resize(500, 300)
    QApplication.processEvents()
    plots.paint_frame(9 * SECOND)

    def picture() -> QImage:
        return QImage.fromData(take(plots).picture(".png"))

    inside = plots.deck.widget().size()
    both = picture()
    assert both.width() == max(inside.width(), 500)
    assert 300 <= both.height() - inside.height() < 320
    below = both.copy(QRect(0, both.height() - 300, 500, 300))
    colours = {below.pixel(x, y) & 0xFFFFFF for x in range(500) for y in range(40, 300)}
    assert panel.view.curve_colours[0] in colours
    assert b">b<" in take(plots).picture(".svg")
    for dock in plots.deck.panels.values():
        dock.setFloating(True)
    assert picture().height() < both.height() + 300  # there is no empty window above them


def test_a_picture_has_the_table_and_the_notes_of_what_it_shows(plots: PlotArea) -> None:
    def more_than_panels() -> int:
        take(plots).copy_picture()
        return QGuiApplication.clipboard().image().height() - plots.deck.widget().height()

    assert more_than_panels() == 0
    plots.measure.toggle_cursors()
    plots.paint_frame(9 * SECOND)
    QApplication.processEvents()
    with_table = more_than_panels()
    assert with_table > 60
    plots.measure.measuring.add_marker(T0 + 5 * SECOND, "valve")
    plots.measure.measuring.add_marker(T0 - 99 * SECOND, "out of view")
    assert with_table < more_than_panels() < with_table + 30


def test_a_picture_goes_to_the_clipboard_as_pixels_and_as_lines(
    plots: PlotArea, qtbot: QtBot
) -> None:
    qtbot.keyClick(plots, Qt.Key.Key_G, CONTROL | SHIFT)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert b"<svg" in data.data("image/svg+xml").data()


def test_a_program_goes_to_the_clipboard(plots: PlotArea, qtbot: QtBot) -> None:
    qtbot.keyClick(plots, Qt.Key.Key_Y, CONTROL | SHIFT)
    text = QGuiApplication.clipboard().text()
    assert 'sc.Client(None, "lab:50012")' in text
    assert "'a': ('x', 'y'),\n    'b': ('x', 'y')," in text
    take(plots).copy_python(of_one=True)
    assert "'a'" not in QGuiApplication.clipboard().text()


def test_a_panels_menu_offers_it(plots: PlotArea) -> None:
    dock = plots.deck.current
    assert dock is not None
    offered = [action.text() for action in dock.menu_actions]
    assert {"Export its data …", "Save a picture of it …", "Copy it as Python"} <= set(offered)


@pytest.mark.parametrize("kind", PANEL_KINDS)
@pytest.mark.parametrize("with_cursors", [False, True])
def test_no_key_means_two_things_in_any_panel(
    plots: PlotArea, layout: PlotLayout, kind: str, with_cursors: bool
) -> None:
    if with_cursors:
        plots.measure.toggle_cursors()
    view = plots.panels[layout.add_panel(kind)].view
    actions = {*plots.children(), *view.actions()}
    keys = [
        key.toString()
        for action in actions
        if isinstance(action, QAction)
        for key in action.shortcuts()
    ]
    assert len(keys) > 30
    assert sorted(keys) == sorted(set(keys))


def test_without_panels_there_is_nothing_to_take(plots: PlotArea, layout: PlotLayout) -> None:
    layout.clear()
    assert not any(action.isEnabled() for action in take(plots).all())


def test_an_export_is_seen_while_it_lasts_and_can_be_stopped(
    exports: FakeExports, qtbot: QtBot
) -> None:
    from tests.stream_gui.views.plots.taking.conftest import FakeJob

    strip = ExportStrip(exports)
    qtbot.addWidget(strip)
    assert strip.isHidden()
    jobs = [FakeJob("one.csv"), FakeJob("two.csv")]
    exports.jobs = list(jobs)
    exports.changed.emit()
    assert not strip.isHidden()
    jobs[0].share = 0.43
    jobs[0].changed.emit()
    assert strip.texts[0] == "Writing one.csv, 43 %"
    strip.cancel(0)
    assert jobs[0].is_cancelled
    assert not jobs[1].is_cancelled
    assert strip.texts[0].startswith("Cancelling one.csv")
    exports.jobs = [jobs[1]]
    exports.changed.emit()
    assert len(strip.texts) == 1
    exports.jobs = []
    exports.changed.emit()
    assert strip.isHidden()
