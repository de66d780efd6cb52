from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

import stream_core as sc
from stream_core.cli import user as command
from tests.stream_core.cli.test_serve import listening

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_a_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where nothing is, and where nothing is said by the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("USERS", "USER", "SECRET"):
        monkeypatch.setenv(f"STREAMSCOPE_{name}", "")  # a command may set them, too


@pytest.fixture
def add(run: Run) -> Run:
    """Add a user to users.toml."""

    def add(name: str, *words: str, secret: str = "tea") -> Any:
        outcome = run("user", "add", name, *words, stdin=secret + "\n")
        assert outcome.exit_code == 0, outcome.stderr
        return outcome

    return add


def test_who_is_added_is_listed_with_what_it_may_do(run: Run, add: Run) -> None:
    first = add("ann", "--role", "operator")
    assert first.stdout.splitlines() == [
        "added user 'ann' in users.toml, with the role operator",
        "next: streamscope serve --users users.toml",
        "then: streamscope list --user ann",
    ]
    add("bob")
    assert run("user", "list").stdout.splitlines() == [
        "USER  ROLES     READ          WRITE  CALL  ADMIN",
        "ann   operator  ** server/**  **     **    -",
        "bob   reader    ** server/**  -      -     -",
    ]
    listed = [json.loads(line) for line in run("user", "list", "--json").stdout.splitlines()]
    assert [(each["user"], each["call"]) for each in listed] == [("ann", ["**"]), ("bob", [])]


def test_the_file_keeps_no_secret_and_nobody_else_reads_it(add: Run, tmp_path: Path) -> None:
    add("ann", secret="open sesame")
    file = tmp_path / "users.toml"
    assert "open sesame" not in file.read_text()
    assert "SCRAM-SHA-256$16384:" in file.read_text()
    assert list(tmp_path.iterdir()) == [file]
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
        file.chmod(0o640)
        add("bob")
        assert file.stat().st_mode & 0o777 == 0o640


def test_who_is_removed_is_not_listed(run: Run, add: Run) -> None:
    add("ann")
    add("bob")
    assert run("user", "remove", "ann").stdout == "removed user 'ann' from users.toml\n"
    assert "ann" not in run("user", "list").stdout
    outcome = run("user", "remove", "ann")
    assert (outcome.exit_code, outcome.stderr) == (
        1,
        "streamscope: users.toml has no user 'ann'; there are: bob\n",
    )


def test_another_secret_or_role_is_given_by_replacing(run: Run, add: Run) -> None:
    add("ann", "--role", "writer")
    outcome = run("user", "add", "ann", stdin="coffee\n")
    assert outcome.exit_code == 1
    assert "users.toml has user 'ann' already; --replace changes it" in outcome.stderr
    assert "changed user 'ann'" in add("ann", "--replace", secret="coffee").stdout
    assert "writer" in run("user", "list").stdout  # as it was, since nothing else was said
    add("ann", "--replace", "--role", "reader", "--role", "operator")
    assert "reader operator" in run("user", "list").stdout


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (["ann"], "", "no secret came by standard input"),
        (["ann"], "\n", "no secret came by standard input"),
        (["*"], "x\n", "no user can be called '*'"),
        (["ann", "--role", "boss"], "x\n", "no role 'boss'; there are reader, writer, operator"),
        (["ann", "--secret-file", "missing"], "", "cannot read missing"),
    ],
)
def test_what_cannot_be_added_leaves_no_file(
    run: Run, tmp_path: Path, words: list[str], stdin: str, said: str
) -> None:
    outcome = run("user", "add", *words, stdin=stdin)
    assert outcome.exit_code == 1
    assert said in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_secret_comes_from_a_file_or_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("tea\n")
    (tmp_path / "secret").chmod(0o600)
    assert run("user", "add", "ann", "--secret-file", "secret").exit_code == 0
    monkeypatch.setenv("STREAMSCOPE_SECRET", "cocoa")
    outcome = run("user", "add", "bob")
    assert outcome.exit_code == 0
    assert "$STREAMSCOPE_SECRET" in outcome.stderr  # it may be somebody else's
    async_users = {"ann": "tea", "bob": "cocoa"}
    with sc.ServerProcess("127.0.0.1", 0, users=tmp_path / "users.toml") as server:
        for user, secret in async_users.items():
            with sc.blocking.Client(user, server.address, user=user, secret=secret):
                pass


def test_a_person_is_asked_twice_and_shown_nothing(
    add: Run, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def prompt(text: str, **how: Any) -> str:
        asked.update(how, text=text)
        return "tea"

    monkeypatch.setattr(command, "_a_person_is_there", lambda: True)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert run("user", "add", "ann").exit_code == 0
    assert asked["hide_input"]
    assert asked["confirmation_prompt"]
    assert "ann" in asked["text"]


@pytest.mark.parametrize(
    ("other", "said", "listed"),
    [
        ("bob", "", ["ann   admin", "bob   writer"]),
        ("ann", "users.toml has user 'ann' already", ["ann   writer"]),
    ],
)
def test_who_was_added_while_a_person_was_asked_stays(
    add: Run,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    other: str,
    said: str,
    listed: list[str],
) -> None:
    def prompt(text: str, **how: Any) -> str:
        monkeypatch.setattr(command, "_a_person_is_there", lambda: False)
        add(other, "--role", "writer", secret="cocoa")
        return "tea"

    monkeypatch.setattr(command, "_a_person_is_there", lambda: True)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert said in run("user", "add", "ann", "--role", "admin").stderr
    rows = run("user", "list").stdout.splitlines()[1:]
    assert [row[: len(start)] for row, start in zip(rows, listed, strict=True)] == listed


def test_a_file_without_users_says_so(run: Run, add: Run) -> None:
    assert "'streamscope user add' makes one" in run("user", "list").stderr
    add("ann")
    run("user", "remove", "ann")
    assert "has no users" in run("user", "list").stderr


def test_a_file_may_be_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("user", "add", "ann", "--users", "etc/lab.toml", stdin="tea\n")
    monkeypatch.setenv("STREAMSCOPE_USERS", "etc/lab.toml")
    assert "ann" in run("user", "list").stdout
    assert not (tmp_path / "users.toml").exists()


# With a server


@pytest.fixture
def address(add: Run, spawn: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> str:
    add("ann", "--role", "operator")
    add("bob", secret="cocoa")
    address = listening(spawn("serve", "--port", "0", "--users", "users.toml"))
    monkeypatch.setenv("STREAMSCOPE_SERVER", address)
    return address


def test_commands_come_as_a_user(
    run: Run, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outcome = run("list")
    assert outcome.exit_code == 3
    assert "give --user or $STREAMSCOPE_USER" in outcome.stderr
    assert run("list", "--user", "ann", "--secret-file", "-", stdin="tea\n").exit_code == 0
    outcome = run("list", "--user", "ann", stdin="")
    assert "give it by --secret-file or $STREAMSCOPE_SECRET" in outcome.stderr
    monkeypatch.setenv("STREAMSCOPE_SECRET", "cocoa")
    assert "wrong secret or unknown user" in run("list", "--user", "ann").stderr
    assert run("--user", "bob", "list").exit_code == 0
    monkeypatch.setenv("STREAMSCOPE_USER", "bob")
    outcome = run("send", "rig/x", "1", "--timeout", "1")
    assert (outcome.exit_code, outcome.stderr) == (
        1,
        "streamscope: user 'bob' may not write 'rig/x'; needs write on 'rig/**'\n",
    )
    assert "'user': 'bob'" in run("call", "server.clients").stdout


def test_a_settings_file_names_the_users(
    spawn: Callable[..., Any], add: Run, tmp_path: Path, run: Run
) -> None:
    add("ann")
    config = tmp_path / "server.toml"
    config.write_text('host = "0.0.0.0"\nport = 0\nusers_file = "users.toml"\n')
    port = listening(spawn("serve", "--config", str(config))).rpartition(":")[2]
    with sc.blocking.Client("pc", f"127.0.0.1:{port}", user="ann", secret="tea"):
        pass
    verifier = (tmp_path / "users.toml").read_text().rpartition("verifier = ")[2]
    config.write_text(f'port = 0\n[users.ann]\nrole = "reader"\nverifier = {verifier}')
    address = listening(spawn("serve", "--config", str(config)))
    with sc.blocking.Client("pc", address, user="ann", secret="tea"):
        pass
    config.write_text('port = 0\nusers = "users.toml"\n')
    address = listening(spawn("serve", "--config", str(config)))
    with sc.blocking.Client("pc", address, user="ann", secret="tea"):
        pass
    config.write_text('users_file = "users.toml"\n[users.ann]\n')
    assert "users or users_file, not both" in run("serve", "--config", str(config)).stderr
    config.write_text('users_file = "missing.toml"\n')
    assert "missing.toml" in run("serve", "--config", str(config)).stderr
