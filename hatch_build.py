"""How a package is built: with what is done for each item compiled, where that can be done.

Without a C compiler, or in a Python that is not CPython with its lock, the Python of the same name
does it.
"""

from __future__ import annotations

import platform
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULE = "stream_core.per_item"


class CompiledHook(BuildHookInterface[Any]):
    """Compiles `MODULE` beside its source, for a wheel and for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before anything is packed."""
        if self.target_name != "wheel":
            return
        locked = not sysconfig.get_config_var("Py_GIL_DISABLED")
        if platform.python_implementation() != "CPython" or not locked:
            return
        try:
            compiled = self._compile()
        except Exception as error:  # of whatever kind: there is a way without
            self.app.display_warning(f"{MODULE} is not compiled, so items cost twice: {error}")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(f"/{compiled.as_posix()}")

    def _compile(self) -> Path:
        """The library that was made, relative to the project."""
        from setuptools import Distribution, Extension
        from setuptools.command.build_ext import build_ext

        path = Path(*MODULE.split("."))
        extension = Extension(MODULE, [str(path.with_suffix(".c"))])
        command = build_ext(Distribution({"name": "streamscope", "ext_modules": [extension]}))
        command.build_lib = self.root
        command.build_temp = str(Path(self.root, "build"))
        command.force = True
        command.ensure_finalized()
        made = path.with_name(command.get_ext_filename(path.name))
        Path(self.root, made).unlink(missing_ok=True)  # an older one would be found if this fails
        command.run()
        return made
