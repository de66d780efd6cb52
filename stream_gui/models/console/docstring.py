"""A docstring taken apart: what a method does, and what it says of each parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Docstring"]

HEADINGS = re.compile(r"^(Args|Arguments|Parameters|Returns|Yields|Raises|Note|Notes|Example)s?:?$")
PARAMETER = re.compile(r"^(\s*)\*{0,2}(\w+)(?:\s*\([^)]*\))?\s*:\s*(.*)$")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring as it is written here and by Google's style.

    Attributes:
        summary: its first paragraph, in one line.
        rest: what follows, but for the parameters.
        parameters: what it says of each.
    """

    summary: str = ""
    rest: str = ""
    parameters: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(text: str) -> Docstring:
        """Take one apart."""
        first, _, more = text.strip().partition("\n\n")
        rest: list[str] = []
        described: list[str] = []
        taking = rest
        for line in more.split("\n"):
            heading = HEADINGS.match(line.strip()) if not line.startswith(" ") else None
            if heading is not None:
                taking = described if heading[1] in ("Args", "Arguments", "Parameters") else rest
                if taking is described:
                    continue
            taking.append(line)
        parameters = _parameters(described)
        return Docstring(" ".join(first.split()), "\n".join(rest).strip(), parameters)


def _parameters(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    name, indent = "", 0
    for line in lines:
        match = PARAMETER.match(line)
        if match is not None and (not found or len(match[1]) <= indent):
            name, indent = match[2], len(match[1])
            found[name] = match[3].strip()
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
