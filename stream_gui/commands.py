"""The commands `monitor`, `render`, `demo`: importing this needs nothing of Qt, running it does."""

from __future__ import annotations

import ctypes
import importlib
import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo", "monitor", "render"]

NEEDED = ("PySide6.QtWidgets", "PySide6.QtSvg", "pyqtgraph", "qasync")
WINDOW_LIBRARIES = (
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
)
OFF_SCREEN_SECONDS = 10.0
PICTURES = (".png", ".svg")
SECRET_VARIABLE = "STREAMSCOPE_SECRET"
USER_VARIABLE = "STREAMSCOPE_USER"


class Theme(StrEnum):
    """Light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def monitor(
    address: Annotated[str, typer.Argument(help="A server to join at once, host:port.")] = "",
    name: Annotated[str, typer.Option(help="The client name of this monitor.")] = "",
    workspace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Open this workspace.")
    ] = None,
    theme: Annotated[Theme | None, typer.Option(help="Light, dark, or as the system.")] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="Speak TLS with it; the system knows its authority.")
    ] = False,
    tls_authority: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Speak TLS with it; this authority has signed it."),
    ] = None,
    tls_certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What this monitor proves itself by."),
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of that certificate.")
    ] = None,
    user: Annotated[
        str, typer.Option("--user", "-u", help="Who proves itself by $STREAMSCOPE_SECRET.")
    ] = "",
) -> None:
    """Open the monitor: channels, plots, load and remote calls of a server."""
    if not has_display():
        typer.echo("There is no display here (DISPLAY and WAYLAND_DISPLAY are not set).", err=True)
        raise typer.Exit(1)
    require_qt()
    from stream_gui.app import Options, run
    from stream_gui.models.address import AddressError, full_address

    try:
        wanted = full_address(address) if address else ""
    except AddressError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    options = Options(
        address=wanted,
        name=name,
        theme=str(theme or ""),
        workspace=workspace,
        tls=tls or tls_authority is not None or tls_certificate is not None,
        authority=str(tls_authority or ""),
        secret=os.environ.get(SECRET_VARIABLE, ""),
        user=user or os.environ.get(USER_VARIABLE, ""),
        certificate=str(tls_certificate or ""),
        key=str(tls_key or ""),
    )
    run(options)


def demo(
    seconds: Annotated[
        float, typer.Option(help="End by itself after so long; 0: when the window is closed.")
    ] = 0.0,
    screenshot: Annotated[
        Path | None, typer.Option(help="Write a picture of the window at the end.")
    ] = None,
    theme: Annotated[Theme | None, typer.Option(help="Light, dark, or as the system.")] = None,
) -> None:
    """Show everything on this computer: a server, real measurements, a simulated rig, the monitor.

    Without a display it runs off screen for ten seconds and writes demo.png.
    """
    off_screen = not has_display() or os.environ.get("QT_QPA_PLATFORM") == "offscreen"
    if off_screen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        seconds = seconds or OFF_SCREEN_SECONDS
        screenshot = screenshot or Path("demo.png")
    require_qt()
    if off_screen:
        typer.echo(f"There is no display here: the demo runs off screen for {seconds:g} s.")
    from stream_gui.app import Options, run
    from stream_gui.session.tour import Tour

    # echo flushes: whoever watches a pipe learns the address while there is something to join
    tour = Tour(seconds=seconds, screenshot=screenshot, by_itself=off_screen, tell=typer.echo)
    run(Options(theme=str(theme or ""), settings=None), tour.take)
    if tour.failed:
        raise typer.Exit(1)


def render(
    workspace: Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Its file.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to: a name that ends in .png or .svg.")
    ] = Path("workspace.png"),
    seconds: Annotated[
        float, typer.Option("--for", min=0.0, help="Read data for so many seconds first.")
    ] = 10.0,
    server: Annotated[
        str, typer.Option("--server", "-s", metavar="HOST:PORT", help="Else the workspace's own.")
    ] = "",
    timeout: Annotated[
        float, typer.Option("--timeout", "-t", min=0.0, help="Wait so long for the server.")
    ] = 10.0,
    size: Annotated[
        str, typer.Option(metavar="WxH", help="Of the panels, in pixels.")
    ] = "1280x800",
    theme: Annotated[Theme, typer.Option(help="Light or dark.")] = Theme.LIGHT,
) -> None:
    """Write a picture of a workspace's panels, for reports and CI; it needs no display.

    A secret is taken from $STREAMSCOPE_SECRET, its user from $STREAMSCOPE_USER. Channels of which
    nothing came are named, and the exit code is 1 then; the picture is written all the same.
    """
    pixels = re.fullmatch(r"(\d{2,5})x(\d{2,5})", size)
    if pixels is None:
        raise typer.BadParameter("give width and height, such as 1280x800", param_hint="--size")
    if out.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"a picture ends in {' or '.join(PICTURES)}", param_hint="--out")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    require_qt()
    from stream_gui.app import render as render_workspace
    from stream_gui.models.address import AddressError, full_address
    from stream_gui.models.workspace import WorkspaceError
    from stream_gui.session.rendering import Rendering

    try:
        address = full_address(server) if server else ""
    except AddressError as error:
        raise typer.BadParameter(str(error), param_hint="--server") from None
    secret, user = os.environ.get(SECRET_VARIABLE, ""), os.environ.get(USER_VARIABLE, "")
    rendering = Rendering(workspace, seconds, address, secret, timeout, user)
    try:
        missing = render_workspace(
            rendering, out, (int(pixels[1]), int(pixels[2])), theme=str(theme)
        )
    except WorkspaceError as error:
        typer.echo(f"streamscope: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Wrote {out}.")
    for sentence in missing:
        typer.echo(f"streamscope: {sentence}", err=True)
    if missing:
        raise typer.Exit(1)


def has_display() -> bool:
    """Whether a window can be shown; only Linux may be without."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def require_qt() -> None:
    """Make sure that Qt can start: it would otherwise end the process without a word.

    Raises:
        ImportError: A module or a system library is missing; the message names it.
    """
    for module in NEEDED:
        importlib.import_module(module)
    x11 = os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY")
    if not sys.platform.startswith("linux") or not x11:
        return
    if os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    for library in WINDOW_LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError as error:
            raise ImportError(str(error)) from None
