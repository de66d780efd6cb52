"""The proxy of a target: its methods as functions with real signatures; it never waits.

Everything is checked here, before anything is sent; what then happens is the invoker's business.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, Protocol, overload

from stream_core.rpc.binder import Binder
from stream_core.rpc.descriptions import Description, MethodDescription
from stream_core.rpc.signatures import caller_slots
from stream_core.rpc.timeouts import checked_timeout

__all__ = ["Given", "InvokeLate", "Invoker", "Remote", "bind_again", "describe", "update"]


Given = tuple[tuple[Any, ...], dict[str, Any]]
"""Positional and keyword arguments as the caller wrote them."""


class InvokeLate(Protocol):
    """Calls a method of which nothing is known yet."""

    def __call__(self, path: str, given: Given, timeout_s: float | None) -> Any:
        """Call it; gives what the proxy gives."""


class Invoker(Protocol):
    """Sends calls."""

    def invoke(
        self,
        method: MethodDescription,
        args: list[Any],
        kwargs: dict[str, Any],
        timeout_s: float | None,
        given: Given,
    ) -> Any:
        """Call a method; gives what the proxy gives.

        Args:
            method: what to call.
            args: the positional arguments, bound and checked.
            kwargs: those by keyword.
            timeout_s: None: without deadline.
            given: the arguments as they were before, should they have to be bound again.
        """

    def seek(self, path: str) -> InvokeLate | None:
        """A name is asked for that the target did not have; it may have changed.

        Args:
            path: of the method, or group.

        Returns:
            what calls a method of that path once it is known what the target offers now; None: it
            is known, and the proxy has it.
        """
        ...


class _Terms:
    """What all methods of one proxy share."""

    def __init__(self, invoker: Invoker, timeout_name: str, timeout_s: float | None) -> None:
        self.invoker = invoker
        self.timeout_name = timeout_name
        self.timeout_s = timeout_s

    def take_timeout(self, kwargs: dict[str, Any]) -> float | None:
        """Take a call's time-out out of its arguments."""
        if self.timeout_name not in kwargs:
            return self.timeout_s
        return checked_timeout(self.timeout_name, kwargs.pop(self.timeout_name))


class _LateMethod:
    """Stands for a method, or a group, of a target of which it is not known yet what it offers."""

    def __init__(self, path: str, terms: _Terms, invoke: InvokeLate) -> None:
        self._path = path
        self._terms = terms
        self._invoke = invoke

    def __getattr__(self, name: str) -> _LateMethod:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=self)
        return _LateMethod(f"{self._path}.{name}", self._terms, self._invoke)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        timeout_s = self._terms.take_timeout(kwargs)
        return self._invoke(self._path, (args, kwargs), timeout_s)

    def __repr__(self) -> str:
        return f"<{self._path}() of a target that has changed, not known yet>"


class Remote:
    """A target whose attributes are its methods, and groups of them.

    `remote.calc.add(2, 3, tto=5)` checks the arguments against the description and calls, with a
    time-out of five seconds. `help()`, of the proxy and of each method, `dir()` and
    `inspect.signature` work as on local objects; `describe(remote)` tells all. When the target has
    come back with other methods, the proxy has them too; groups that somebody holds change with it.

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
        own = self.__dict__
        terms: _Terms | None = own.get("_terms")
        if terms is not None and not name.startswith("_"):
            path = own["_prefix"] + name
            late = terms.invoker.seek(path)
            if late is not None:
                return _LateMethod(path, terms, late)
            if name in self.__dict__:  # it has come meanwhile
                return self.__dict__[name]
        raise AttributeError(_unknown(self, name), name=name, obj=self)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the methods of {_title(self)} are its target's: {name!r} is not set")

    def __dir__(self) -> list[str]:
        return sorted(_offered(self))

    def __repr__(self) -> str:
        return f"<{_title(self)}: {', '.join(sorted(_offered(self))) or 'no methods'}>"


def _furnish(remote: Remote, description: Description, prefix: str, terms: _Terms) -> None:
    """Put methods and groups where attribute look-up finds them at once.

    All at once, since other threads may look; a group that is held goes on, be it without methods.
    """
    former = remote.__dict__
    own: dict[str, Any] = {"_description": description, "_prefix": prefix, "_terms": terms}
    own["__doc__"] = None  # below, of what is there by then
    for method in description.methods:
        if not method.path.startswith(prefix):
            continue
        name, dot, _rest = method.path.removeprefix(prefix).partition(".")
        if not dot:
            own[name] = _function(method, terms)
        elif name not in own:
            group = former.get(name)
            own[name] = group if isinstance(group, Remote) else Remote.__new__(Remote)
    held = (*former.items(), *own.items())
    groups = {name: group for name, group in held if isinstance(group, Remote)}
    for name, group in groups.items():
        _furnish(group, description, f"{prefix}{name}.", terms)
    object.__setattr__(remote, "__dict__", own)
    own["__doc__"] = _document(remote)


def _document(remote: Remote) -> str:
    """What `help(remote)` shows: the methods with their signatures and first lines."""
    lines = [f"The methods of {_title(remote)}:"]
    for name in sorted(_offered(remote)):
        offered = remote.__dict__[name]
        if isinstance(offered, Remote):
            lines.append(f"  {name}: a group of {', '.join(_offered(offered))}")
        elif isinstance(described := getattr(offered, "description", None), MethodDescription):
            first, _, _rest = described.doc.partition("\n")
            lines += [f"  {described.text}", *([f"      {first}"] if first else [])]
    return "\n".join(lines)


def _function(method: MethodDescription, terms: _Terms) -> Callable[..., Any]:
    """The method as a function."""
    bind = Binder(method.path, caller_slots(method)).bind
    invoke, take_timeout = terms.invoker.invoke, terms.take_timeout

    def call(*args: Any, **kwargs: Any) -> Any:
        timeout_s = take_timeout(kwargs) if kwargs else terms.timeout_s
        bound, named = bind(args, kwargs)
        return invoke(method, bound, named, timeout_s, (args, kwargs))

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


def _offered(remote: Remote) -> list[str]:
    return [name for name in remote.__dict__ if not name.startswith("_")]


def _title(remote: Remote) -> str:
    target = remote._description.target  # noqa: SLF001 - the class is of this file
    prefix = remote._prefix.rstrip(".")  # noqa: SLF001
    return f"{prefix!r} of {target!r}" if prefix else f"remote {target!r}"


def bind_again(method: MethodDescription, given: Given) -> tuple[list[Any], dict[str, Any]]:
    """Bind and check the arguments of a call by another description than when it was made.

    Raises:
        TypeError, InvalidValue: they do not fit it.
    """
    return Binder(method.path, caller_slots(method)).bind(*given)


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
    """Give a proxy the new description of a target that has changed; from any thread."""
    _furnish(remote, description, "", remote.__dict__["_terms"])
