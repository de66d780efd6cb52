"""A condition that stands: what is wrong, why, and what can be done; it watches nothing."""

from __future__ import annotations

from dataclasses import dataclass

from stream_gui.feedback import Severity

__all__ = ["Problem", "not_saved"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One condition, as long as it stands.

    Attributes:
        key: by which it is told from others: of one key there is one problem at most.
        what: is wrong, in a few words.
        cause: what is known of why.
        remedy: what the operator can do.
        severity: how much it matters.
        action: the name of an action of the window that is the remedy; "" if none is.
    """

    key: str
    what: str
    cause: str
    remedy: str
    severity: Severity = Severity.WARNING
    action: str = ""


def not_saved(key: str, what: str, error: OSError) -> Problem:
    """Something cannot be written."""
    return Problem(key, what, str(error), "Make room on the disk, or mend who may write there.")
