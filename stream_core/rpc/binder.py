"""Arguments put to their parameters and checked, the same way at both ends of a call.

Errors of the argument list are worded as Python words them. It never calls the method.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from operator import call as apply
from typing import Any, NamedTuple

from stream_core.errors import InvalidValue
from stream_core.rpc.checks import Check
from stream_core.rpc.mismatch import MismatchError
from stream_core.rpc.parameters import ParameterKind

__all__ = ["Binder", "Slot"]


class Slot(NamedTuple):
    """One parameter as the binder needs it."""

    name: str
    kind: ParameterKind
    required: bool
    check: Check


class Binder:
    """Binds calls of one method.

    Args:
        path: the method's, for messages.
        slots: its parameters in order.
    """

    def __init__(self, path: str, slots: Sequence[Slot]) -> None:
        self._path = path
        kinds = ParameterKind
        self._positional = [s for s in slots if s.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL)]
        self._keywords = {
            s.name: s for s in slots if s.kind in (kinds.POSITIONAL, kinds.KEYWORD_ONLY)
        }
        self._keyword_only = [s for s in slots if s.kind is kinds.KEYWORD_ONLY]
        self._var_positional = next((s for s in slots if s.kind is kinds.VAR_POSITIONAL), None)
        self._var_keyword = next((s for s in slots if s.kind is kinds.VAR_KEYWORD), None)
        self._checks = [slot.check for slot in self._positional]
        self._most = len(self._positional)
        self._least = sum(slot.required for slot in self._positional)
        if any(slot.required for slot in self._keyword_only):
            self._least = sys.maxsize  # no call without keywords can be right

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments, checked and in the form that the checks give.

        Raises:
            TypeError: the argument list does not fit the parameters.
            InvalidValue: a value does not fit its annotation.
        """
        if kwargs or not self._least <= len(args) <= self._most:
            return self._bind_any(args, kwargs)
        try:
            return list(map(apply, self._checks, args)), kwargs
        except (MismatchError, RecursionError):
            return self._bind_any(args, kwargs)  # slower, and knows the parameter's name

    def _bind_any(
        self, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        self._check_names(args, kwargs)
        self._check_count(args)
        self._check_missing(args, kwargs)
        slots = self._positional[: len(args)]
        bound = [
            self._checked(slot, slot.name, arg) for slot, arg in zip(slots, args, strict=False)
        ]
        if self._var_positional is not None:
            rest = args[self._most :]
            bound += [
                self._checked(self._var_positional, f"*{self._var_positional.name}", arg)
                for arg in rest
            ]
        named = {name: self._checked_keyword(name, value) for name, value in kwargs.items()}
        return bound, named

    def _checked_keyword(self, name: str, value: Any) -> Any:
        slot = self._keywords.get(name) or self._var_keyword
        assert slot is not None, name  # _check_names has seen to it
        return self._checked(slot, name, value)

    def _checked(self, slot: Slot, name: str, value: Any) -> Any:
        try:
            return slot.check(value)
        except MismatchError as mismatch:
            raise InvalidValue(f"{self._path}(): {mismatch.sentence(name)}") from None
        except RecursionError:
            raise InvalidValue(
                f"{self._path}(): argument {name!r} is nested too deeply, or contains itself"
            ) from None

    def _check_names(self, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        taken = {slot.name for slot in self._positional[: len(args)]}
        for name in kwargs:
            if name not in self._keywords:
                if self._var_keyword is None:
                    raise TypeError(self._unexpected(name))
            elif name in taken:
                raise TypeError(f"{self._path}() got multiple values for argument {name!r}")

    def _unexpected(self, name: str) -> str:
        if any(slot.name == name for slot in self._positional):
            return (
                f"{self._path}() got some positional-only arguments passed as keyword "
                f"arguments: {name!r}"
            )
        return f"{self._path}() got an unexpected keyword argument {name!r}"

    def _check_count(self, args: Sequence[Any]) -> None:
        given = len(args)
        if given <= self._most or self._var_positional is not None:
            return
        least = sum(slot.required for slot in self._positional)
        takes = f"from {least} to {self._most}" if least < self._most else str(self._most)
        plural = "" if takes == "1" else "s"
        verb = "was" if given == 1 else "were"
        raise TypeError(
            f"{self._path}() takes {takes} positional argument{plural} but {given} {verb} given"
        )

    def _check_missing(self, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        for kind, slots in (
            ("positional", self._positional[len(args) :]),
            ("keyword-only", self._keyword_only),
        ):
            missing = [
                slot.name for slot in slots if slot.required and self._is_missing(slot, kwargs)
            ]
            if missing:
                plural = "s" if len(missing) > 1 else ""
                raise TypeError(
                    f"{self._path}() missing {len(missing)} required {kind} argument{plural}: "
                    f"{_enumerated(missing)}"
                )

    def _is_missing(self, slot: Slot, kwargs: dict[str, Any]) -> bool:
        return slot.name not in kwargs or slot.kind is ParameterKind.POSITIONAL_ONLY


def _enumerated(names: list[str]) -> str:
    """The names as Python lists them in its messages."""
    quoted = [repr(name) for name in names]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
