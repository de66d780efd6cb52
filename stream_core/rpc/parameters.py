"""What a target tells of one parameter of a method; never a live object of the target."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Any

import msgspec

from stream_core.errors import InvalidValue
from stream_core.rpc.annotations import ANY, AnnotationType, Shown, shown
from stream_core.rpc.checks import compile_check
from stream_core.rpc.mismatch import MismatchError

__all__ = ["ParameterDescription", "ParameterKind"]


class ParameterKind(StrEnum):
    """How an argument may be given."""

    POSITIONAL_ONLY = "positional_only"
    POSITIONAL = "positional"
    VAR_POSITIONAL = "var_positional"
    KEYWORD_ONLY = "keyword_only"
    VAR_KEYWORD = "var_keyword"

    @property
    def of_python(self) -> Any:
        """The same as a kind of `inspect.Parameter`."""
        return _PYTHON_KINDS[self]


_PYTHON_KINDS = {
    ParameterKind.POSITIONAL_ONLY: inspect.Parameter.POSITIONAL_ONLY,
    ParameterKind.POSITIONAL: inspect.Parameter.POSITIONAL_OR_KEYWORD,
    ParameterKind.VAR_POSITIONAL: inspect.Parameter.VAR_POSITIONAL,
    ParameterKind.KEYWORD_ONLY: inspect.Parameter.KEYWORD_ONLY,
    ParameterKind.VAR_KEYWORD: inspect.Parameter.VAR_KEYWORD,
}
KINDS = {python: kind for kind, python in _PYTHON_KINDS.items()}


class ParameterDescription(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a method.

    Attributes:
        name: its name.
        kind: how its argument may be given.
        annotation: the type, as data; "any" where nothing was said.
        annotation_text: the annotation as text; "" where nothing was said.
        has_default: whether the argument may be left out.
        default: the default in the form in which it travels; None if it cannot travel.
        default_text: the default as text.
    """

    name: str
    kind: ParameterKind = ParameterKind.POSITIONAL
    annotation: AnnotationType = ANY
    annotation_text: str = ""
    has_default: bool = False
    default: Any = None
    default_text: str = ""

    @property
    def required(self) -> bool:
        """Whether a call must give this argument."""
        variable = (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD)
        return not self.has_default and self.kind not in variable

    def check(self, value: Any) -> Any:
        """The value in the form in which it travels, as a call would find it.

        Raises:
            InvalidValue: it does not fit the annotation.
        """
        try:
            return compile_check(self.annotation)(value)
        except MismatchError as mismatch:
            raise InvalidValue(mismatch.sentence(self.name)) from None
        except RecursionError:
            raise InvalidValue(f"argument {self.name!r} is nested too deeply") from None

    @property
    def parameter(self) -> inspect.Parameter:
        """The same for a signature of Python's."""
        empty = inspect.Parameter.empty
        default = Shown(self.default_text)
        return inspect.Parameter(
            self.name,
            self.kind.of_python,
            default=self._local_default(default) if self.has_default else empty,
            annotation=shown(self.annotation) if self.annotation_text else empty,
        )

    def _local_default(self, stand_in: Shown) -> Any:
        """The default itself where it looks as it does at the target, else its text."""
        return self.default if repr(self.default) == self.default_text else stand_in
