"""Sums of samples, their times and their products, which can be added up; never a mean of means.

Sums are kept about their own mean (Welford, 1962) and added by the formula of Chan, Golub and
LeVeque (1979), so that a small noise on a large offset keeps all its digits, however many there
are. NaN and the infinite ones are counted and stay out of every sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOMENTS", "combined", "joints", "moments_in_rows", "moments_of"]

_SECOND_NS = 1_000_000_000
_ROW = 16_384
"""A long stretch is worked on in rows of so many, which stay in the cache meanwhile."""

MOMENTS = np.dtype(
    [
        ("count", np.int64),  # finite samples
        ("nan", np.int64),
        ("above", np.int64),  # of +∞
        ("below", np.int64),  # of -∞
        ("low", np.float64),
        ("high", np.float64),
        ("mean", np.float64),
        ("squares", np.float64),  # sum of the squared distances from the mean
        ("origin_ns", np.int64),  # what `time` counts from
        ("time", np.float64),  # mean time of the finite samples, in seconds after `origin_ns`
        ("time_squares", np.float64),
        ("products", np.float64),  # sum of (time - its mean) * (value - its mean)
        ("area", np.float64),  # of the trapezoids between neighbours, in value times seconds
    ]
)
"""One row: what there is to know of a stretch of samples."""


def moments_of(
    values: NDArray[Any], times_ns: NDArray[np.int64], breaks: NDArray[np.bool_]
) -> NDArray[Any]:
    """The moments of a stretch of samples as one row; the rest is as for `moments_in_rows`."""
    cuts = range(0, len(values), _ROW)
    y, t, b = values[None], times_ns[None], breaks[None]
    rows = [
        moments_in_rows(y[:, cut : cut + _ROW], t[:, cut : cut + _ROW], b[:, cut : cut + _ROW])
        for cut in cuts
    ]
    whole = combined(np.concatenate([np.zeros(0, MOMENTS), *rows]))
    edges = np.array(cuts[1:], np.intp)
    pairs = np.stack((edges - 1, edges), axis=1)
    whole["area"] += joints(values[pairs], times_ns[pairs], breaks[edges])
    return whole


def moments_in_rows(
    values: NDArray[Any], times_ns: NDArray[np.int64], breaks: NDArray[np.bool_]
) -> NDArray[Any]:
    """The moments of each row of samples.

    Args:
        values: shape (rows, samples).
        times_ns: their times.
        breaks: whether a sample is not joined to the one before it in its row.
    """
    rows = np.zeros(len(values), MOMENTS)
    y = values.astype(np.float64)
    rows["origin_ns"] = times_ns[:, 0]
    t = (times_ns - times_ns[:, :1]) / _SECOND_NS
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(y)
        if finite.all():
            _fill(rows, y, t, None)
        else:
            rows["nan"] = np.isnan(y).sum(1)
            rows["above"] = (y == np.inf).sum(1)
            rows["below"] = (y == -np.inf).sum(1)
            _fill(rows, y, t, finite)
        rows["area"] = _areas(y, t, breaks, finite)
    return rows


def combined(parts: NDArray[Any]) -> NDArray[Any]:
    """The moments of all parts together, as one row; of none, a row of nothing."""
    whole = np.zeros(1, MOMENTS)
    for name in ("count", "nan", "above", "below"):
        whole[name] = parts[name].sum()
    filled = parts[parts["count"] > 0]
    whole["low"], whole["high"] = np.nan, np.nan
    whole["area"] = filled["area"].sum()
    if len(filled):
        with np.errstate(over="ignore", invalid="ignore"):
            _combine(whole, filled)
    return whole


def joints(values: NDArray[Any], times_ns: NDArray[np.int64], breaks: NDArray[np.bool_]) -> float:
    """The area of the trapezoids between pairs of samples.

    Args:
        values: shape (pairs, 2).
        times_ns: their times.
        breaks: whether the two of a pair are not joined.
    """
    y = values.astype(np.float64)
    t = (times_ns - times_ns[:, :1]) / _SECOND_NS
    both = np.zeros(y.shape, np.bool_)
    both[:, 1] = breaks
    with np.errstate(over="ignore", invalid="ignore"):
        return float(_areas(y, t, both, np.isfinite(y)).sum())


def _fill(
    rows: NDArray[Any],
    y: NDArray[np.float64],
    t: NDArray[np.float64],
    finite: NDArray[np.bool_] | None,
) -> None:
    """Take the sums about the mean, of all samples or of the finite ones."""
    if finite is None:
        rows["count"] = y.shape[1]
        rows["low"], rows["high"] = y.min(1), y.max(1)
        mean_y, mean_t = _mean(y), _mean(t)
        dy, dt = y - mean_y[:, None], t - mean_t[:, None]
    else:
        count = rows["count"] = finite.sum(1)
        shares = finite / np.maximum(count, 1)[:, None]
        rows["low"] = np.where(finite, y, np.inf).min(1)
        rows["high"] = np.where(finite, y, -np.inf).max(1)
        known = np.where(finite, y, 0.0)
        mean_y, mean_t = (known * shares).sum(1), (t * shares).sum(1)
        dy = np.where(finite, y - mean_y[:, None], 0.0)
        dt = np.where(finite, t - mean_t[:, None], 0.0)
    rows["mean"], rows["time"] = mean_y, mean_t
    rows["squares"] = np.einsum("ij,ij->i", dy, dy)
    rows["time_squares"] = np.einsum("ij,ij->i", dt, dt)
    rows["products"] = np.einsum("ij,ij->i", dt, dy)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean of each row; taken from its first value, so that large numbers do not overflow."""
    first = values[:, 0]
    means: NDArray[np.float64] = first + (values - first[:, None]).mean(1)
    return means


def _areas(
    y: NDArray[np.float64],
    t: NDArray[np.float64],
    breaks: NDArray[np.bool_],
    finite: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """The area under each row between neighbours that are both numbers and joined."""
    widths = t[:, 1:] - t[:, :-1]
    joined = finite[:, 1:] & finite[:, :-1] & ~breaks[:, 1:] & (widths > 0)
    slices = (y[:, 1:] / 2 + y[:, :-1] / 2) * widths
    areas: NDArray[np.float64] = np.where(joined, slices, 0.0).sum(1)
    return areas


def _combine(whole: NDArray[Any], parts: NDArray[Any]) -> None:
    counts = parts["count"].astype(np.float64)
    shares = counts / counts.sum()
    origin_ns = parts["origin_ns"][0]
    times = (parts["origin_ns"] - origin_ns) / _SECOND_NS + parts["time"]
    mean = parts["mean"][0] + ((parts["mean"] - parts["mean"][0]) * shares).sum()
    time = times[0] + ((times - times[0]) * shares).sum()
    dy, dt = parts["mean"] - mean, times - time
    whole["low"], whole["high"] = parts["low"].min(), parts["high"].max()
    whole["mean"], whole["origin_ns"], whole["time"] = mean, origin_ns, time
    whole["squares"] = (parts["squares"] + counts * dy * dy).sum()
    whole["time_squares"] = (parts["time_squares"] + counts * dt * dt).sum()
    whole["products"] = (parts["products"] + counts * dt * dy).sum()
