"""Values from text: literals, a little arithmetic, arrays; read node by node, never run by Python.

Numbers, strings, bytes, None, True, False, lists, tuples, dicts and sets of them; `pi`, `e`, `nan`,
`inf`; + - * / // % ** of numbers and arrays; the functions of `FUNCTIONS`, which mean what numpy
means by them; `load("file.npy")` and `load("file.csv")`.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stream_gui.models.console.array_files import ArrayFileError, read_array

__all__ = ["FUNCTIONS", "NUMPY_NAMES", "CommandError", "literal", "syntax_problem", "value_of"]

LARGEST_ELEMENTS = 10_000_000
LARGEST_BITS = 4096
NUMBER = (int, float, complex, np.number)
NAMED_VALUES = {
    "nan": math.nan,
    "inf": math.inf,
    "pi": math.pi,
    "e": math.e,
    "true": True,
    "false": False,
    "none": None,
}
OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
OF_ONE = (
    "sin cos tan arcsin arccos arctan sinh cosh tanh exp log log2 log10 sqrt abs floor ceil "
    "rint sign square radians degrees"
).split()


class CommandError(ValueError):
    """The text is no call, or no value, that can be used; the message says what is wrong."""


def literal(text: str) -> Any:
    """The value of one expression, such as an argument typed into a field.

    Raises:
        CommandError: It is none.
    """
    try:
        return value_of(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CommandError(syntax_problem(error)) from None


def syntax_problem(error: BaseException) -> str:
    """What is wrong with a text that could not be read."""
    if isinstance(error, SyntaxError):
        where = f" at character {error.offset}" if error.offset else ""
        return f"{error.msg}{where}"
    return str(error) or "too long or too deep to be read"


def value_of(node: ast.expr) -> Any:
    """The value of a parsed expression.

    Raises:
        CommandError: There is something in it that is not understood here.
    """
    match node:
        case ast.Constant(value=value) if value is not Ellipsis:
            return value
        case ast.Name(id=name) if name.lower() in NAMED_VALUES:
            return NAMED_VALUES[name.lower()]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _signed(node.op, value_of(operand))
        case ast.BinOp(left=left, op=operation, right=right):
            return _computed(operation, value_of(left), value_of(right))
        case ast.List(elts=members):
            return [value_of(each) for each in members]
        case ast.Tuple(elts=members):
            return tuple(value_of(each) for each in members)
        case ast.Set(elts=members):
            return _hashed(set, [value_of(each) for each in members])
        case ast.Dict(keys=keys, values=values):
            pairs = [_pair(key, value) for key, value in zip(keys, values, strict=True)]
            return _hashed(dict, pairs)
        case ast.Call(func=ast.Name(id="set"), args=[], keywords=[]):
            return set()
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            return _called(name, node)
    raise CommandError(f"{ast.unparse(node)} is not a plain value")


def _pair(key: ast.expr | None, value: ast.expr) -> tuple[Any, Any]:
    if key is None:
        raise CommandError("** is not understood here; write the dict out")
    return value_of(key), value_of(value)


def _hashed(kind: type, members: list[Any]) -> Any:
    try:
        return kind(members)
    except TypeError as error:
        raise CommandError(str(error)) from None


def _signed(sign: ast.unaryop, value: Any) -> Any:
    if not _is_number(value):
        raise CommandError(f"{value!r} has no sign")
    return -value if isinstance(sign, ast.USub) else value


def _is_number(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iufc"
    return isinstance(value, NUMBER) and not isinstance(value, bool)


def _computed(operation: ast.operator, left: Any, right: Any) -> Any:
    function = OPERATIONS.get(type(operation))
    if function is None or not (_is_number(left) and _is_number(right)):
        raise CommandError("only numbers and arrays are computed here; write the result")
    if isinstance(operation, ast.Pow):
        _check_power(left, right)
    _check_size(_shape_of(left, right))
    return _within_numpy(function, left, right)


def _check_power(base: Any, exponent: Any) -> None:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and max(base.bit_length(), 1) * abs(exponent) > LARGEST_BITS:
        raise CommandError(f"the result would have more than {LARGEST_BITS} bits")


def _shape_of(*values: Any) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(np.shape(value) for value in values))
    except ValueError:
        shapes = " and ".join(str(np.shape(value)) for value in values)
        raise CommandError(f"arrays of shapes {shapes} do not fit each other") from None


def _check_size(shape: Sequence[int]) -> None:
    if math.prod(shape) > LARGEST_ELEMENTS:
        raise CommandError(f"an array of more than {LARGEST_ELEMENTS} numbers is not made here")


def _within_numpy(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except OverflowError:
        raise CommandError("the result is too large") from None
    except (ArithmeticError, TypeError, ValueError, MemoryError) as error:
        raise CommandError(str(error)) from None


def _called(name: str, node: ast.Call) -> Any:
    kwargs: dict[str, Any] = {}
    for each in node.keywords:
        if each.arg is None or each.arg in kwargs:
            raise CommandError(f"{name}() does not take these keywords")
        kwargs[each.arg] = value_of(each.value)
    args = [value_of(each) for each in node.args]
    return _within_numpy(FUNCTIONS[name], *args, **kwargs)


# the functions ------------------------------------------------------------------------------------


def _of_one(name: str) -> Callable[[Any], Any]:
    function = getattr(np, name)

    def apply(value: Any) -> Any:
        array = value if _is_number(value) else _array(value)
        result = function(array)
        return result.item() if np.ndim(result) == 0 else result

    return apply


def _spaced(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def make(start: float, stop: float, num: int = 50) -> Any:
        _check_size((_count(num),))
        return function(_real(start), _real(stop), num)

    return make


def _arange(*limits: float) -> Any:
    start, stop, step = {1: (0, *limits, 1), 2: (*limits, 1), 3: limits}.get(len(limits), (0, 0, 0))
    if not all(math.isfinite(_real(each)) for each in (start, stop, step)) or step == 0:
        raise CommandError("arange takes start, stop and a step that is not 0")
    _check_size((max(0, math.ceil((stop - start) / step)),))
    return np.arange(start, stop, step)


def _filled(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def make(shape: Any, *value: Any, dtype: str | None = None) -> Any:
        sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
        _check_size([_count(size) for size in sizes])
        return function(tuple(sizes), *value, dtype=_dtype(dtype))

    return make


def _array(values: Any, dtype: str | None = None) -> Any:
    array = np.array(values, dtype=_dtype(dtype))
    if array.dtype.kind not in "biufcSUM":
        raise CommandError("an array holds numbers, or texts, of one kind")
    return array


def _dtype(name: str | None) -> Any:
    if name is None:
        return None
    kind = np.dtype(str(name))
    if kind.kind not in "biufc" or kind.names is not None:
        raise CommandError(f"{name!r} is no kind of number")
    return kind


def _load(name: str) -> Any:
    if not isinstance(name, str):
        raise CommandError('load takes the name of a file: load("data.npy")')
    try:
        return read_array(name)
    except ArrayFileError as error:
        raise CommandError(str(error)) from None


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise CommandError(f"{value!r} is no number of elements")
    return value


def _real(value: Any) -> Any:
    if isinstance(value, complex) or not _is_number(value) or isinstance(value, np.ndarray):
        raise CommandError(f"{value!r} is no real number")
    return value


FUNCTIONS: dict[str, Callable[..., Any]] = (
    {name: _of_one(name) for name in OF_ONE}
    | {name: _spaced(name) for name in ("linspace", "logspace", "geomspace")}
    | {name: _filled(name) for name in ("zeros", "ones", "full")}
    | {"arange": _arange, "array": _array, "load": _load}
)
NUMPY_NAMES = frozenset([*FUNCTIONS, "pi", "e", "nan", "inf"])
"""The names that a Python line takes from numpy."""
