"""The proxy of a target: its methods as functions with real signatures; it never waits.

Everything is checked here, before anything is sent; what then happens is the invoker's business.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from typing import Any, Protocol, overload

from stream_core.errors import InvalidValue
from stream_core.rpc.binder import Binder
from stream_core.rpc.descriptions import Description, MethodDescription
from stream_core.rpc.signatures import caller_slots

__all__ = ["Invoker", "Remote", "describe", "update"]


class Invoker(Protocol):
    """Sends a call that is bound and checked."""

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
    ) -> Any:
        """Call the method; `timeout_s` None: without deadline. Gives what the proxy gives."""


class _Terms:
    """What all methods of one proxy share."""

    def __init__(self, invoker: Invoker, timeout_name: str, timeout_s: float | None) -> None:
        self.invoke = invoker.invoke
        self.timeout_name = timeout_name
        self.timeout_s = timeout_s


class Remote:
    """A target whose attributes are its methods, and groups of them.

    `remote.calc.add(2, 3, tto=5)` checks the arguments against the description and calls, with a
    time-out of five seconds. `help()`, `dir()` and `inspect.signature` work as on local objects;
    `describe(remote)` tells all.

    Args:
        description: of the target, or of one group of it.
        invoker: sends the calls.
        timeout_name: name of the keyword that sets a call's time-out in seconds, or None for no
            deadline; it is taken from every call, whatever parameters the method has.
        timeout_s: for calls without it; None: no deadline.
    """

    def __init__(
        self,
        description: Description,
        invoker: Invoker,
        *,
        timeout_name: str = "tto",
        timeout_s: float | None = 20.0,
    ) -> None:
        terms = _Terms(invoker, timeout_name, timeout_s)
        _furnish(self, description, "", terms)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(_unknown(self, name), name=name, obj=self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the methods of {_title(self)} are its target's: {name!r} is not set")

    def __dir__(self) -> list[str]:
        return sorted(_offered(self))

    def __repr__(self) -> str:
        return f"<{_title(self)}: {', '.join(sorted(_offered(self))) or 'no methods'}>"


def _furnish(remote: Remote, description: Description, prefix: str, terms: _Terms) -> None:
    """Put methods and groups where attribute look-up finds them at once."""
    own = remote.__dict__
    own.clear()
    own.update(_description=description, _prefix=prefix, _terms=terms)
    for method in description.methods:
        if not method.path.startswith(prefix):
            continue
        name, dot, _rest = method.path.removeprefix(prefix).partition(".")
        if not dot:
            own[name] = _function(method, terms)
        elif name not in own:
            own[name] = group = Remote.__new__(Remote)
            _furnish(group, description, f"{prefix}{name}.", terms)


def _function(method: MethodDescription, terms: _Terms) -> Callable[..., Any]:
    """The method as a function."""
    bind = Binder(method.path, caller_slots(method)).bind
    invoke, timeout_name, default_s = terms.invoke, terms.timeout_name, terms.timeout_s

    def call(*args: Any, **kwargs: Any) -> Any:
        timeout_s = default_s
        if timeout_name in kwargs:
            timeout_s = _timeout(timeout_name, kwargs.pop(timeout_name))
        bound, named = bind(args, kwargs)
        return invoke(method, bound, named, timeout_s)

    signature = method.signature
    call.__name__ = method.name
    call.__qualname__ = method.path
    call.__doc__ = method.doc or None
    call.__annotations__ = {
        parameter.name: parameter.annotation
        for parameter in signature.parameters.values()
        if parameter.annotation is not parameter.empty
    }
    if signature.return_annotation is not signature.empty:
        call.__annotations__["return"] = signature.return_annotation
    vars(call).update(__signature__=signature, description=method)
    return call


def _timeout(name: str, given: Any) -> float | None:
    if given is None or (type(given) is float and given == math.inf):
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        raise InvalidValue(f"{name} must be a time in seconds above 0, or None, not {given!r}")
    return float(given)


def _offered(remote: Remote) -> list[str]:
    return [name for name in remote.__dict__ if not name.startswith("_")]


def _title(remote: Remote) -> str:
    target = remote._description.target  # noqa: SLF001 - the class is of this file
    prefix = remote._prefix.rstrip(".")  # noqa: SLF001
    return f"{prefix!r} of {target!r}" if prefix else f"remote {target!r}"


def _unknown(remote: Remote, name: str) -> str:
    if name.startswith("_"):
        return name
    offered = _offered(remote)
    close = difflib.get_close_matches(name, offered, n=3)
    if close:
        hint = f"did you mean {' or '.join(map(repr, close))}?"
    else:
        hint = f"it has {', '.join(sorted(offered)) or 'none'}"
    return f"{_title(remote)} has no method {name!r}; {hint}"


@overload
def describe(remote: Remote) -> Description: ...
@overload
def describe(remote: Callable[..., Any]) -> MethodDescription: ...
def describe(remote: Remote | Callable[..., Any]) -> Description | MethodDescription:
    """What is known of a target, or of one of its methods.

    Args:
        remote: a proxy, one of its groups, or one of its methods.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(remote, Remote):
        description: Description = remote.__dict__["_description"]
        prefix: str = remote.__dict__["_prefix"]
        methods = tuple(found for found in description.methods if found.path.startswith(prefix))
        return Description(target=description.target, methods=methods)
    method = getattr(remote, "description", None)
    if isinstance(method, MethodDescription):
        return method
    raise TypeError(f"describe() takes a remote, or a method of one, not {remote!r}")


def update(remote: Remote, description: Description) -> None:
    """Give a proxy the new description of a target that has changed."""
    _furnish(remote, description, "", remote.__dict__["_terms"])
