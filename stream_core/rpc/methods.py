"""The `rpc_…` methods of an object, collected into a table; it calls none of them.

A method is an attribute whose name begins with `rpc_`; an attribute `rpc_x` holding an object that
has such methods is a group, at any depth. Attributes are looked at as they stand in classes and
instances: no property is ever triggered.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import partialmethod, singledispatchmethod
from typing import Any

from stream_core.errors import InvalidValue
from stream_core.rpc.binder import Binder
from stream_core.rpc.checks import Check
from stream_core.rpc.descriptions import Description, MethodDescription, MethodKind
from stream_core.rpc.signatures import Signature, read_signature

__all__ = ["Method", "MethodTable", "collect"]

PREFIX = "rpc_"
RESERVED = "describe"
BINDING = (classmethod, staticmethod, partialmethod, singledispatchmethod)


class Method:
    """One method that callers may reach.

    Attributes:
        path: its name, with its groups in front: "calc.add".
        function: what to call, bound to its object.
        kind: how it is written.
        description: what callers are told of it.
        bind: puts and checks the arguments of a call; raises TypeError or InvalidValue.
        result_form: gives a result the form in which it travels, where its annotation has classes.
    """

    __slots__ = ("bind", "description", "function", "how", "kind", "path", "result_form")

    def __init__(self, path: str, function: Callable[..., Any]) -> None:
        kind = _kind(function)
        signature: Signature = read_signature(path, function, streams=kind.streams)
        self.path = path
        self.function = function
        self.kind = kind
        self.how = kind.value  # the members of an enum are slow to hash
        self.description = MethodDescription(
            path=path,
            parameters=signature.parameters,
            returns=signature.returns,
            returns_text=signature.returns_text,
            doc=inspect.getdoc(function) or "",
            kind=kind,
        )
        self.bind = Binder(path, signature.slots).bind
        self.result_form: Check | None = signature.result_form


class MethodTable:
    """The methods of one target by path.

    Args:
        methods: all of them.
        name: the target's.
    """

    def __init__(self, methods: dict[str, Method], name: str = "") -> None:
        self._methods = methods
        self.name = name
        self.get = methods.get

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)

    @property
    def description(self) -> Description:
        """What callers are told."""
        described = [self._methods[path].description for path in sorted(self._methods)]
        return Description(target=self.name, methods=tuple(described))

    def renamed(self, name: str) -> MethodTable:
        """The same methods of a target of another name."""
        return MethodTable(self._methods, name)


def collect(host: object, *, name: str = "") -> MethodTable:
    """The methods that an object offers.

    Args:
        host: any object, typically of a subclass of `Client`.
        name: the target's name.

    Raises:
        InvalidValue: an attribute `rpc_…` can be neither a method nor a group.
    """
    methods = {"echo": Method("echo", echo)}
    for path, function in _functions(host, "", []):
        if path == RESERVED or path.startswith(RESERVED + "."):
            raise InvalidValue(
                f"rpc_{RESERVED} of {type(host).__name__}: the library itself answers "
                f"'{RESERVED}'; choose another name"
            )
        methods[path] = Method(path, function)
    return MethodTable(methods, name)


async def echo(value: Any) -> Any:
    """Give back the value as it came."""
    return value


def _functions(
    host: object, group: str, enclosing: list[object]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    for attribute in _attributes(host):
        found = _attribute(host, attribute)
        path = group + attribute.removeprefix(PREFIX)
        if _attributes(found):
            if any(found is outer for outer in (*enclosing, host)):
                raise InvalidValue(f"{_where(host, attribute)} is a group that contains itself")
            yield from _functions(found, path + ".", [*enclosing, host])
        elif callable(found):
            yield path, found


def _attributes(host: object) -> list[str]:
    """The names of an object's `rpc_…` attributes, those of its classes included."""
    names = {name for kind in type(host).__mro__ for name in vars(kind)} | _own(host).keys()
    return sorted(name for name in names if name.startswith(PREFIX) and _offered(name))


def _own(host: object) -> Mapping[str, Any]:
    """What the instance itself holds."""
    own: Mapping[str, Any] = getattr(host, "__dict__", {})
    return own


def _offered(attribute: str) -> bool:
    name = attribute.removeprefix(PREFIX)
    return name.isidentifier() and not name.startswith("_")


def _attribute(host: object, attribute: str) -> Any:
    """What `host.attribute` would give, found without triggering anything.

    Raises:
        InvalidValue: that cannot be known, or is nothing to be called.
    """
    own = _own(host)
    found = own[attribute] if attribute in own else _of_class(host, attribute)
    if isinstance(found, type):
        where = _where(host, attribute)
        raise InvalidValue(f"{where} is a class; a group is an object: make it {found.__name__}()")
    return found


def _of_class(host: object, attribute: str) -> Any:
    raw = inspect.getattr_static(type(host), attribute)
    get = getattr(type(raw), "__get__", None)
    if get is None:
        return raw
    if inspect.ismemberdescriptor(raw):  # one of __slots__, perhaps without a value
        return getattr(host, attribute, None)
    if callable(raw) or isinstance(raw, BINDING):
        return get(raw, host, type(host))
    kind = type(raw).__name__
    raise InvalidValue(
        f"{_where(host, attribute)} is a {kind}, and reading one could do anything; make it a "
        "method or a plain attribute"
    )


def _where(host: object, attribute: str) -> str:
    return f"{attribute} of {type(host).__name__}"


def _kind(function: Callable[..., Any]) -> MethodKind:
    for found in (function, type(function).__call__):
        if inspect.isasyncgenfunction(found):
            return MethodKind.ASYNC_GENERATOR
        if inspect.iscoroutinefunction(found):
            return MethodKind.ASYNC
        if inspect.isgeneratorfunction(found):
            return MethodKind.GENERATOR
    return MethodKind.DEF
