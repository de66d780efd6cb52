"""numpy, where somebody has loaded it already; nothing is loaded here."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["loaded_numpy"]


def loaded_numpy() -> Any:
    """The module; None if it is not there, so that no value can be numpy's.

    While another thread is importing it, it has only a part of its names: then it is not there yet.
    """
    numpy = sys.modules.get("numpy")
    spec = getattr(numpy, "__spec__", None)
    return None if getattr(spec, "_initializing", False) else numpy  # importlib itself looks so
