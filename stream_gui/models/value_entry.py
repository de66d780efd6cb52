"""What a channel takes, as fields to type into, and the value that was typed; it sends nothing."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import stream_core as sc

__all__ = ["EntryError", "EntryField", "entry_fields", "entry_value", "why_not"]

_MOST_FIELDS = 16
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class EntryError(ValueError):
    """What was typed is no value of this field; the message says what is.

    Attributes:
        field: its number.
    """

    def __init__(self, text: str, field: int = 0) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class EntryField:
    """One field.

    Attributes:
        label: the column's name; "" for the only one.
        takes: in words what may be typed.
        dtype: numpy's type of the number; None: any plain value.
        shape: of an array that is typed as a list; () is a single number.
    """

    label: str
    takes: str
    dtype: np.dtype[Any] | None
    shape: tuple[int, ...] = ()


def why_not(info: sc.ChannelInfo | None, client_name: str) -> str:
    """Why nothing can be sent to a channel from here; "" if it can be."""
    if info is None:
        return "the channel is not there"
    if not info.shared and info.owner != client_name:
        owner = info.owner or "the server"
        return f"only its owner, {owner}, writes to it: it was not made with shared=True"
    return ""


def entry_fields(info: sc.ChannelInfo) -> list[EntryField]:
    """The fields of one item of a channel."""
    if info.dtype is None:
        return [EntryField("", "a number, text, or a list or dict as in Python", None)]
    dtype = np.dtype(info.dtype)
    if not info.shape:
        return [EntryField("", _takes(dtype), dtype)]
    count = info.shape[0]
    if len(info.shape) == 1 and count <= _MOST_FIELDS:
        names = info.columns or [str(number) for number in range(count)]
        return [EntryField(name, _takes(dtype), dtype) for name in names]
    shape = " by ".join(map(str, info.shape))
    return [EntryField("", f"a list of {shape}, each {_takes(dtype)}", dtype, info.shape)]


def entry_value(fields: Sequence[EntryField], texts: Sequence[str]) -> Any:
    """The item that these texts are.

    Raises:
        EntryError: One of them is no value of its field.
    """
    values = [_parsed(number, *each) for number, each in enumerate(zip(fields, texts, strict=True))]
    if len(fields) == 1 and not fields[0].label:
        return values[0]
    return np.array(values, fields[0].dtype)


def _takes(dtype: np.dtype[Any]) -> str:
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return f"an integer from {limits.min} to {limits.max}"
    if dtype.kind == "b":
        return "true or false"
    return "a complex number" if dtype.kind == "c" else "a number"


def _parsed(number: int, field: EntryField, text: str) -> Any:
    text = text.strip()
    try:
        if field.dtype is None:
            return _plain(text)
        if field.shape:
            return _array(text, field)
        return _number(text, field.dtype)
    except (ValueError, TypeError, OverflowError, SyntaxError):
        typed = text if len(text) < 40 else f"{text[:37]}…"
        what = f"{typed!r} is not" if text else "type"
        raise EntryError(f"{what} {field.takes}", number) from None


def _plain(text: str) -> Any:
    if not text:
        raise ValueError
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _number(text: str, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "b":
        if text.lower() not in (*_TRUE, *_FALSE):
            raise ValueError
        return text.lower() in _TRUE
    if dtype.kind in "iu":
        value, limits = int(text, 0), np.iinfo(dtype)
        if not limits.min <= value <= limits.max:
            raise ValueError
        return value
    if dtype.kind == "c":
        return complex(text)
    if dtype.kind != "f":
        raise ValueError
    return float(text.replace("\N{MINUS SIGN}", "-"))


def _array(text: str, field: EntryField) -> Any:
    assert field.dtype is not None
    values = np.asarray(ast.literal_eval(text))
    if values.shape != field.shape or values.dtype.kind not in "biufc":
        raise ValueError
    taken = values.astype(field.dtype)
    if field.dtype.kind in "iu" and not np.array_equal(taken, values):
        raise ValueError
    return taken
