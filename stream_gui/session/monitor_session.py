"""The session of one window: its parts, put together; each part does its own work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

import stream_core as sc
from stream_gui.feedback import Feedback
from stream_gui.models.channel_tree import ChannelTree
from stream_gui.models.console.method_catalog import MethodCatalog
from stream_gui.models.console.saved_calls import SavedSection
from stream_gui.models.feedback_list import FeedbackList
from stream_gui.models.link_state import LinkState
from stream_gui.models.plot_layout import PlotLayout
from stream_gui.models.plot_section import PlotSection
from stream_gui.models.problem import not_saved
from stream_gui.models.problem_list import ProblemList
from stream_gui.models.python_lines import client_lines
from stream_gui.models.workspace import Section
from stream_gui.session.administration import Administration
from stream_gui.session.bridge import Bridge
from stream_gui.session.call_store import CallStore
from stream_gui.session.calls import Calls
from stream_gui.session.channels import Channels
from stream_gui.session.exporting.exports import Exports
from stream_gui.session.feeds import Feeds
from stream_gui.session.following import Surroundings
from stream_gui.session.history import History
from stream_gui.session.keyring import Keyring
from stream_gui.session.last_values import LastValues
from stream_gui.session.link import Link, Target
from stream_gui.session.load import Load
from stream_gui.session.portal import Portal
from stream_gui.session.problem_watch import ProblemWatch
from stream_gui.session.run_files import RunFiles
from stream_gui.session.sending import Sending
from stream_gui.session.servers import Servers
from stream_gui.session.workspaces import Workspaces
from stream_gui.settings import RecentServer, Settings, SettingsFile
from stream_gui.tasks import Tasks

__all__ = ["MonitorSession"]


class ServerSection(RecentServer, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The server of a workspace."""


class MonitorSession:
    """What the views are given.

    Args:
        portal: the thread in which the stream client lives.
        settings: what is remembered.
        run_files: servers on this computer.
        client_factory: makes a client, as `stream_core.Client` does.
        kept_workspace: the file in which the workspace is kept by itself; None for none.
        calls_file: keeps the calls made from one start to the next; None keeps none.
    """

    def __init__(
        self,
        portal: Portal,
        settings: SettingsFile,
        run_files: RunFiles,
        client_factory: Callable[..., sc.Client] = sc.Client,
        kept_workspace: Path | None = None,
        calls_file: Path | None = None,
    ) -> None:
        self._portal = portal
        self.settings_file = settings
        self.feedback = Feedback()
        self.reports = FeedbackList(self.feedback)
        self.tasks = Tasks(self.feedback.failure)
        self.bridge = Bridge(self.feedback)
        self.state = LinkState()
        self.link = Link(portal, self.bridge, self.tasks, self.feedback, self.state, client_factory)
        self.around = Surroundings(portal, self.tasks, self.feedback, self.link)
        self.catalog = MethodCatalog()
        self.channels = Channels(self.around, self.bridge, ChannelTree())
        self.load = Load(self.around, self.bridge, self.channels.tree, self.catalog)
        self.administration = Administration(self.around)
        self.calls = Calls(self.around, self.bridge, self.catalog, CallStore(calls_file))
        self.feeds = Feeds(self.around, self.bridge, self.channels.tree.panel_kind)
        self.history = History(
            self.around,
            self.feeds.every_series,
            settings.settings.history_bytes,
            pictures=self.feeds.frames,
        )
        self.values = LastValues(self.around, self.bridge, self.channels.tree, self.feeds.newest)
        self.problems = ProblemList()
        self.watch = ProblemWatch(self.around, self.bridge, self.problems, self.feeds)
        self.servers = Servers(self.around, run_files)
        self.sending = Sending(self.around)
        self.exports = Exports(self.around, self.bridge)
        self.plots = PlotLayout()
        self.workspaces = Workspaces(settings, self.feedback, self.problems, kept_workspace)
        self.workspaces.add(
            Section("server", ServerSection, self._server_section, self._join_again)
        )
        self.workspaces.add(Section("plots", PlotSection, self.plots.write, self.plots.read))
        saved = self.calls.saved
        self.workspaces.add(Section("calls", SavedSection, saved.write, saved.read))
        self.plots.undo_changed.connect(self._plots_changed)
        self.keyring = Keyring(portal, self.tasks, self.feedback)
        self._asked_for: tuple[Target | None, bool] = None, False
        self.link.joined.connect(self._joined)
        for feeds in (self.feeds, self.feeds.frames, self.feeds.items):
            self.channels.came.connect(feeds.channel_came)
            self.channels.gone.connect(feeds.channel_gone)
        if settings.problem:
            self.feedback.warning("read the settings", settings.problem)

    def begin(self) -> None:
        """Find out about the surroundings; the loop runs."""
        self.keyring.look()

    @property
    def settings(self) -> Settings:
        """What is remembered from one start to the next."""
        return self.settings_file.settings

    def join(
        self,
        target: Target,
        *,
        keep_secret: bool = False,
        recall_secret: bool = False,
        waits: bool = False,
    ) -> None:
        """Connect to a server and, if that succeeds, remember it.

        Args:
            target: the server.
            keep_secret: put the secret into the system's keyring.
            recall_secret: no secret was typed; take the one in the keyring.
            waits: a server that cannot be reached is tried again until it can be.
        """
        if recall_secret and not target.secret:
            doing = "ask the keyring"
            joining = self._join_with_kept_secret(target, keep_secret=keep_secret, waits=waits)
            self.tasks.start(joining, doing=doing)
            return
        self._join(target, keep_secret=keep_secret, waits=waits)

    def leave(self) -> None:
        """End the link to the server, or the attempts to have one."""
        if self.state.connected:
            self.around.python.add("client.close()")
        self.link.disconnect_now()

    def join_known(self, address: str) -> None:
        """Connect to a server of this computer that asks for no secret."""
        known = next((each for each in self.servers.known() if each.address == address), None)
        tls, authority = (known.tls, known.authority) if known is not None else (False, "")
        self.join(Target(address, tls=tls, authority=authority))

    def forget(self, address: str) -> None:
        """Take a server out of the recent ones, and its secret out of the keyring."""
        former = self._known(address)
        self.settings.forget(address)
        self.save_settings()
        if former is not None and former.keeps_secret:
            self.keyring.forget(former.account)

    def save_settings(self) -> None:
        """Write what is remembered."""
        try:
            self.settings_file.save()
            self.problems.clear("settings")
        except OSError as error:
            self.problems.put(not_saved("settings", "The settings cannot be saved", error))

    async def close(self, *, stop_processes: bool = False) -> None:
        """End everything in order: what is followed, the link, the servers of this window."""
        self.watch.close()
        self.values.close()
        self.history.close()
        self.calls.cancel_all()
        await self.link.close()
        await self.servers.close(stop_processes=stop_processes)
        await self.tasks.close()
        self.bridge.close()

    def _join(self, target: Target, *, keep_secret: bool, waits: bool) -> None:
        self._asked_for = target, keep_secret
        self.link.connect_to(target, waits=waits)

    def _joined(self, target: Target) -> None:
        """Remember the server that was asked for, once it has let us in."""
        self.around.python.add(client_lines(target.access))
        asked_for, keep_secret = self._asked_for
        if target is not asked_for:
            return
        former = self._known(target.address)
        recent = _recent(target, keeps_secret=keep_secret and bool(target.secret))
        self.settings.remember(recent)
        self.save_settings()
        if former is not None and former.keeps_secret:
            if not recent.keeps_secret or former.account != recent.account:
                self.keyring.forget(former.account)
        if recent.keeps_secret:
            self.keyring.keep(target.account, target.secret)

    async def _join_with_kept_secret(
        self, target: Target, *, keep_secret: bool, waits: bool
    ) -> None:
        secret = await self.keyring.recall(target.account)
        self._join(replace(target, secret=secret), keep_secret=keep_secret, waits=waits)

    def _known(self, address: str) -> RecentServer | None:
        """The server of that address as it was joined before."""
        return next((each for each in self.settings.recent if each.address == address), None)

    def _server_section(self) -> ServerSection | None:
        """The server that is joined, or to be joined, as a workspace keeps it."""
        target = self.link.target
        if target is None:
            return None
        known = self._known(target.address)
        recent = _recent(target, keeps_secret=known is not None and known.keeps_secret)
        return ServerSection(**msgspec.structs.asdict(recent))

    def _join_again(self, server: ServerSection | None) -> None:
        """Join the server of a workspace, unless that is joined already."""
        target = self.link.target
        if server is None or (target is not None and target.address == server.address):
            return
        kept = server.keeps_secret
        self.join(Target.of(server), keep_secret=kept, recall_secret=kept, waits=True)

    def _plots_changed(self) -> None:
        if self.plots.can_undo:
            self.workspaces.touch()


def _recent(target: Target, *, keeps_secret: bool) -> RecentServer:
    return RecentServer(
        target.address,
        target.name,
        bool(target.secret),
        keeps_secret,
        target.tls,
        target.authority,
        target.user,
        target.certificate,
        target.key,
    )
