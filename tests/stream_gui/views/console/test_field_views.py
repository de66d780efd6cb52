"""Fields of a form: what is typed, chosen and ticked, and what it says."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from msgspec import Meta
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from stream_core.rpc import collect
from stream_gui.models.console.form_field import form_fields
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.array_edit import ArrayEdit
from stream_gui.views.console.container_fields import MembersField, RecordField
from stream_gui.views.console.form_view import FormView
from stream_gui.views.console.number_edit import NumberEdit

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Speed(Enum):
    SLOW = 1
    FAST = 2


@dataclass
class Range:
    low: Annotated[float, Meta(ge=-10)]
    high: float = 10.0
    mode: Literal["a", "b"] = "a"


class Host:
    def rpc_all(
        self,
        volts: Annotated[float, Meta(ge=0, le=10)],
        count: Annotated[int, Meta(ge=1, le=5)] = 1,
        speed: Speed | None = None,
        limits: Range | None = None,
        levels: list[float] = [],  # noqa: B006
        names: dict[str, int] = {},  # noqa: B006
        wave: NDArray[np.float64] | None = None,
    ) -> None:
        """Everything.

        Args:
            volts: behind the amplifier.
        """


@pytest.fixture
def form(qtbot: Any, appearance: Appearance) -> FormView:
    view = FormView(appearance)
    qtbot.addWidget(view)
    method = collect(Host(), name="host").description.method("all")
    assert method is not None
    view.show_fields(form_fields(method), {"volts": "behind the amplifier."})
    return view


def field(form: FormView, name: str) -> Any:
    return next(view for view in form.fields if view.field.name == name)


def test_a_number_is_stepped_and_slid_within_its_range(qtbot: Any, form: FormView) -> None:
    edit = field(form, "volts").widget
    assert isinstance(edit, NumberEdit)
    qtbot.keyClicks(edit, "9.95")
    qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == "9.96"
    for _ in range(9):
        qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == "10"
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert edit.text() == "9"
    assert edit.slider is not None
    assert edit.slider.value() == 900
    edit.slider.setValue(250)
    assert edit.text() == "2.5"
    edit.clear()
    qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == ""
    count = field(form, "count").widget
    count.slider.setValue(500)
    assert count.text() == "3"


def test_what_is_beyond_the_range_is_said_while_it_is_typed(qtbot: Any, form: FormView) -> None:
    view = field(form, "volts")
    qtbot.keyClicks(view.widget, "11")
    assert view.problem == "must be float from 0 to 10, not 11 (int)"
    qtbot.keyClick(view.widget, Qt.Key.Key_Backspace)
    assert view.problem == ""
    assert "behind the amplifier." in view.widget.toolTip()


def test_a_choice_that_is_none_stands_there_and_is_wrong(form: FormView) -> None:
    view = field(form, "speed")
    form.fill_in({"speed": "'WARP'"})
    assert view.text == "'WARP'"
    assert "one of SLOW, FAST" in view.problem
    form.fill_in({"speed": "FAST"})
    assert (view.text, view.problem) == ("FAST", "")


def test_a_record_is_filled_in_by_its_fields(qtbot: Any, form: FormView) -> None:
    view = field(form, "limits")
    assert isinstance(view, RecordField)
    assert view.text == ""
    view.box.setChecked(True)
    assert view.text == "{}"
    assert "lacks the field 'low'" in view.problem
    qtbot.keyClicks(view.parts[0].widget, "-20")
    assert view.parts[0].problem == "must be float from -10, not -20 (int)"
    view.parts[0].set_text("2")
    view.parts[2].set_text("b")
    assert view.text == '{"low": 2, "mode": "b"}'
    form.fill_in({"limits": '{"low": 1, "high": 3}'})
    assert [part.text for part in view.parts] == ["1", "3", ""]
    form.fill_in({"limits": "None"})
    assert not view.box.isChecked()
    form.fill_in({"limits": "5"})
    assert (view.text, bool(view.problem)) == ("5", True)
    form.fill_in({})
    assert (view.text, view.problem) == ("", "")


def test_members_of_a_list_have_rows(qtbot: Any, form: FormView) -> None:
    view = field(form, "levels")
    assert isinstance(view, MembersField)
    qtbot.keyClicks(view.edit, "1, 2.5")
    view.unfold.setChecked(True)
    assert [row[0].text for row in view.rows] == ["1", "2.5"]
    view.add()
    qtbot.keyClicks(view.rows[2][0].widget, "7")
    assert view.text == "[1, 2.5, 7]"
    remove = next(
        button
        for button in view.row.findChildren(QToolButton)
        if button.accessibleName() == "Remove this member"
    )
    remove.click()
    assert view.text == "[2.5, 7]"
    view.edit.setText("[4]")
    assert [row[0].text for row in view.rows] == ["4"]


def test_members_of_a_dict_have_keys_and_values(form: FormView) -> None:
    view = field(form, "names")
    view.unfold.setChecked(True)
    view.add()
    view.rows[0][0].set_text("left")
    view.rows[0][1].set_text("3")
    assert view.text == '{"left": 3}'
    assert form.texts["names"] == '{"left": 3}'
    view.edit.setText("{'a': 1, 'b': 2}")
    assert [tuple(part.text for part in row) for row in view.rows] == [("a", "1"), ("b", "2")]


def test_a_very_long_list_stays_a_line(form: FormView) -> None:
    view = field(form, "levels")
    view.edit.setText(str(list(range(500))))
    view.unfold.setChecked(True)
    assert not view.unfold.isChecked()
    assert view.rows == []


def test_an_array_comes_from_an_expression_or_a_file(form: FormView, tmp_path: Path) -> None:
    view = field(form, "wave")
    assert isinstance(view.widget, ArrayEdit)
    view.set_text("linspace(0, 2, 5)")
    assert view.widget.summary.text() == "5 float64, 0 … 2"
    np.save(tmp_path / "wave.npy", np.zeros((3, 2)))
    view.widget.take_file(str(tmp_path / "wave.npy"))
    assert view.widget.summary.text() == "3 by 2 float64, 0 … 0"
    assert view.problem == ""
    view.set_text("['a']")
    assert view.widget.summary.isHidden()
    assert view.problem


def test_filling_in_by_the_line_is_no_change_by_hand(form: FormView) -> None:
    heard: list[bool] = []
    form.changed.connect(lambda: heard.append(True))
    form.fill_in({"volts": "5", "limits": '{"low": 1}', "levels": "[1]"})
    assert heard == []
    assert form.texts["volts"] == "5"


def test_tab_passes_by_what_takes_no_focus(form: FormView) -> None:
    passed = [widget.accessibleName() for widget in form.focus_chain]
    assert passed[:4] == ["volts", "count", "speed", "limits"]  # no sliders
    assert passed[4:] == [
        *["low", "high", "mode"],
        *["levels", "Members of levels", "names", "Members of names", "wave", "File for wave"],
    ]
