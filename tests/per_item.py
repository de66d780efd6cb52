"""What is done for each item, as it is in Python, beside what is in use (which may be compiled)."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from stream_core import per_item

__all__ = ["FORMS", "in_python"]

NAME = "per_item_in_python"


def _in_python() -> ModuleType:
    source = Path(per_item.__file__).with_name("per_item.py")
    loader = SourceFileLoader(NAME, str(source))
    spec = importlib.util.spec_from_loader(NAME, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    loader.exec_module(module)
    return module


in_python = _in_python()

FORMS = {"python": in_python} | ({"compiled": per_item} if per_item.COMPILED else {})
"""Both, where both are there."""
