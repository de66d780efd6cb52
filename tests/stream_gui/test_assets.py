"""Icons and themes."""

import re

import pytest
from PySide6.QtWidgets import QApplication

from stream_gui import assets


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_theme_has_every_colour_and_a_style_sheet(name: str) -> None:
    theme = assets.theme(name)
    assert theme.name == name
    sheet = assets.style_sheet(theme)
    assert theme.accent in sheet
    assert not re.search(r"@\w", sheet)
    for file in re.findall(r"url\((.*?)\)", sheet):
        assert assets.Path(file).is_file()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_can_be_read_on_their_ground(name: str) -> None:
    theme = assets.theme(name)
    for words in (theme.text, theme.dim, theme.accent, theme.good, theme.warning, theme.bad):
        assert contrast(words, theme.base) >= 4.4, words
    assert contrast(theme.text, theme.selected) >= 7
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def test_every_icon_is_drawn_in_the_colour_asked_for(qapp: QApplication) -> None:
    files = sorted((assets.resources() / "icons").glob("*.svg"))
    assert files
    for file in files:
        if file.stem.startswith(("branch_", "check_")):  # for the style sheet, in their own colour
            continue
        image = assets.icon(file.stem, "#ff0000").pixmap(24, 24).toImage()
        colours = {
            image.pixelColor(x, y).name()
            for x in range(24)
            for y in range(24)
            if image.pixelColor(x, y).alpha() > 200
        }
        assert "#ff0000" in colours, file.name


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, after WCAG 2.1."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
