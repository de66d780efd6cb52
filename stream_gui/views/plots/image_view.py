"""Which part of a picture is shown where: fitted, zoomed, moved; it paints nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Part"]

_SMALLEST = 2.0
"""At least so many pixels of the picture stay in sight, in each direction."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a picture, in its pixels, from the top left corner of its first one.

    Attributes:
        left, top: where it begins.
        width, height: how much of the picture it is; it may reach beyond the picture.
    """

    left: float
    top: float
    width: float
    height: float

    @staticmethod
    def whole(shape: tuple[int, int], size: tuple[int, int], *, is_locked: bool) -> Part:
        """The part that shows all of a picture.

        Args:
            shape: the picture's height and width.
            size: the screen's width and height.
            is_locked: pixels stay square; else the picture fills the screen.
        """
        return Part(0.0, 0.0, float(shape[1]), float(shape[0])).fitted(size, is_locked=is_locked)

    def fitted(self, size: tuple[int, int], *, is_locked: bool) -> Part:
        """The smallest part with this one in its middle whose pixels are square, if they must."""
        if not is_locked:
            return self
        width, height = max(1, size[0]), max(1, size[1])
        scale = min(width / self.width, height / self.height)
        shown_width, shown_height = width / scale, height / scale
        return Part(
            self.left - (shown_width - self.width) / 2,
            self.top - (shown_height - self.height) / 2,
            shown_width,
            shown_height,
        )

    def zoomed(self, factor: float, across: float, down: float, shape: tuple[int, int]) -> Part:
        """The part that is `factor` times as large, with one place of the screen where it was.

        Args:
            factor: below 1 shows less.
            across: the place, from 0 at the left to 1 at the right.
            down: the place, from 0 at the top to 1 at the bottom.
            shape: the picture's height and width: it is never shown much smaller than fitted.
        """
        largest = 4.0 * max(shape[1] / self.width, shape[0] / self.height)
        least = _SMALLEST / min(self.width, self.height)
        factor = min(max(factor, min(least, 1.0)), max(largest, 1.0))
        x, y = self.left + across * self.width, self.top + down * self.height
        width, height = self.width * factor, self.height * factor
        return Part(x - across * width, y - down * height, width, height)

    def moved(self, across: float, down: float, shape: tuple[int, int]) -> Part:
        """The part so many of its widths and heights further; some of it stays in sight."""
        left, top = self.left + across * self.width, self.top + down * self.height
        return replace(
            self,
            left=min(max(left, -0.9 * self.width), shape[1] - 0.1 * self.width),
            top=min(max(top, -0.9 * self.height), shape[0] - 0.1 * self.height),
        )
