"""Which widgets a field of a form gets; what they do is theirs."""

from __future__ import annotations

from functools import partial

from stream_gui.models.console.form_field import FieldKind, FormField
from stream_gui.views.appearance import Appearance
from stream_gui.views.console.array_edit import ArrayEdit
from stream_gui.views.console.container_fields import MembersField, RecordField
from stream_gui.views.console.field_view import (
    Changed,
    ChoiceField,
    FieldView,
    LineField,
    SwitchField,
)
from stream_gui.views.console.line_edit import LineEdit
from stream_gui.views.console.number_edit import NumberEdit

__all__ = ["made_field_view"]


def made_field_view(appearance: Appearance, field: FormField, changed: Changed) -> FieldView:
    """The widgets for a field of its kind.

    Args:
        appearance: gives icons.
        field: the field.
        changed: called when something was filled in.
    """
    make = partial(made_field_view, appearance)
    match field.kind:
        case FieldKind.SWITCH if not field.optional:
            return SwitchField(field, changed)
        case FieldKind.SWITCH | FieldKind.CHOICE:
            return ChoiceField(field, changed)
        case FieldKind.RECORD:
            return RecordField(field, changed, make)
        case FieldKind.LIST | FieldKind.DICT if field.parts:
            return MembersField(field, changed, make, appearance)
    return _made_line(appearance, field, changed)


def _made_line(appearance: Appearance, field: FormField, changed: Changed) -> FieldView:
    if field.kind is FieldKind.NUMBER:
        number = NumberEdit(field.range)
        helpers = (number.slider,) if number.slider is not None else ()
        return LineField(field, changed, number, helpers)
    if field.kind is FieldKind.ARRAY:
        array = ArrayEdit(field, appearance)
        return LineField(field, changed, array, (array.button,), below=array.summary)
    return LineField(field, changed, LineEdit())
