"""Settings in a file."""

from pathlib import Path

from stream_gui.settings import RecentServer, Settings, SettingsFile, default_path


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "monitor.json"
    first = SettingsFile(path)
    first.settings.theme = "dark"
    first.settings.remember(RecentServer("a:1", "me", needs_secret=True))
    first.settings.remember_workspace("/lab/rig.toml")
    first.save()
    again = SettingsFile(path)
    assert again.settings == first.settings
    assert again.problem == ""
    assert [file.name for file in path.parent.iterdir()] == ["monitor.json"]


def test_an_unreadable_file_is_kept_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "monitor.json"
    path.write_text("{ not json")
    opened = SettingsFile(path)
    assert opened.settings == Settings()
    assert "monitor.unreadable" in opened.problem
    assert (tmp_path / "monitor.unreadable").read_text() == "{ not json"


def test_fields_of_another_version_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "monitor.json"
    path.write_text('{"theme": "dark", "from_the_future": 1}')
    assert SettingsFile(path).settings.theme == "dark"


def test_without_a_file_nothing_is_written() -> None:
    kept = SettingsFile(None)
    kept.settings.theme = "light"
    kept.save()


def test_recent_servers_come_latest_first_and_once() -> None:
    settings = Settings()
    for number in range(12):
        settings.remember(RecentServer(f"host:{number}"))
    settings.remember(RecentServer("host:5", "again"))
    assert settings.recent[0] == RecentServer("host:5", "again")
    assert len(settings.recent) == 10
    settings.forget("host:5")
    assert all(each.address != "host:5" for each in settings.recent)


def test_the_default_place_is_the_users_own() -> None:
    assert default_path().parts[-2:] == ("streamscope", "monitor.json")
