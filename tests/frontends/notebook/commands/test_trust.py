"""A repository's settings file in a notebook: what is told, asked and kept."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import pytest

from ....fakes.provider import Service, answer, said
from ....running_kernel import DEADLINE, Ran, RunningKernel
from ....trusted import write_trusted
from ..conftest import plain

CORP = """
[[providers]]
type = "corp"
base_url = "{url}/v1"
env_keys = ["CORP_API_KEY"]
[[models]]
id = "corp-large"
type = "corp"
"""


@pytest.fixture
def repository(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORP_API_KEY", "the-corporate-key")
    service.always(answer(*said("Hello.")))
    path = tmp_path / "nbchat.toml"
    path.write_text(f'history = "theirs.sqlite"\n{CORP.format(url=service.url)}')
    return path


def answer_with(kernel: RunningKernel, words: str, line: str = "%chat trust") -> tuple[str, Ran]:
    """Run the line and type the words where it asks."""
    started = kernel.start(line)
    asked = kernel.client.get_stdin_msg(timeout=DEADLINE)["content"]["prompt"]
    kernel.client.input(words)
    return asked, kernel.finish(started)


@pytest.mark.field("T1")
def test_a_person_sees_what_the_file_would_change_and_decides(
    repository: Path, kernel: RunningKernel, service: Service
) -> None:
    host = service.url.removeprefix("http://")
    before = kernel.run("%%chat corp-large\nHi")
    assert "is not trusted." in before.error
    assert service.connections == 0

    asked, refused = answer_with(kernel, "n")
    assert asked == "Trust this file, until it changes? [y/N] "
    assert f"  {host}, a host that no provider of the table has\n" in refused.text
    assert "    is asked for   every model of corp\n" in refused.text
    assert "CORP_API_KEY (set here), as the key" in refused.text
    assert refused.text.endswith("Nothing was changed.\n")
    assert kernel.run("%%chat corp-large\nHi").status == "error"

    _, trusted = answer_with(kernel, "y")
    ran = kernel.run("%%chat corp-large\nHi")
    assert trusted.text.endswith(f"{repository} is trusted from now on, until it changes.\n")
    assert ran.status == "ok"
    assert service.requests[0].headers["authorization"] == "Bearer the-corporate-key"
    assert f"corp-large · {host} · 9 → 12 tokens" in plain(ran.html)

    assert "no longer trusted" in kernel.run("%chat trust --forget").text
    assert kernel.run("%%chat corp-large\nHi").status == "error"


@pytest.mark.field("T1")
def test_where_nobody_can_answer_nothing_is_changed(
    repository: Path, kernel: RunningKernel
) -> None:
    ran = kernel.run("%chat trust", watched=False)

    assert ran.status == "error"
    assert "every model of corp" in ran.text
    assert f"in a terminal: nbchat trust {repository}" in ran.error
    assert kernel.run("%%chat corp-large\nHi").status == "error"


@pytest.mark.field("T1")
def test_an_interrupted_question_changes_nothing(repository: Path, kernel: RunningKernel) -> None:
    started = kernel.start("%chat trust")
    kernel.client.get_stdin_msg(timeout=DEADLINE)
    kernel.interrupt()

    assert "Nothing was changed." in kernel.finish(started).text
    assert kernel.run("%%chat corp-large\nHi").status == "error"


@pytest.mark.field("T1")
def test_what_was_shown_is_what_is_trusted(repository: Path, kernel: RunningKernel) -> None:
    """A file that changes while its reader thinks is not the file that was read."""
    started = kernel.start("%chat trust")
    kernel.client.get_stdin_msg(timeout=DEADLINE)
    repository.write_text(repository.read_text().replace("corp-large", "corp-other"))
    kernel.client.input("y")
    kernel.finish(started)

    assert "is not trusted." in kernel.run("%%chat corp-other\nHi").error


@pytest.mark.field("T1")
def test_the_first_answer_says_what_was_left_out_and_no_other(
    repository: Path, kernel: RunningKernel
) -> None:
    line = f"{repository} is not trusted; left out of it: history, providers (corp)"
    first, second = (kernel.run("%%chat demo\nHi") for _ in range(2))
    repository.write_text(repository.read_text() + "\n# changed\n")
    third = kernel.run("%%chat demo\nHi", watched=False)

    assert plain(first.html).count(line) == 1
    assert line not in plain(second.html)
    assert plain(third.html).count(line) == 1


@pytest.mark.field("T1")
def test_chat_and_settings_tell_of_the_file(repository: Path, kernel: RunningKernel) -> None:
    untrusted = kernel.run("%chat").text, kernel.run("%chat settings").text
    answer_with(kernel, "y")
    trusted = kernel.run("%chat").text, kernel.run("%chat settings").text

    assert f"Settings: {repository} is not trusted; left out of it: history" in untrusted[0]
    assert re.search(rf"file +{repository}\n +from: not trusted; left out: history", untrusted[1])
    assert f"Settings: {repository}, trusted." in trusted[0]
    assert re.search(rf"file +{repository}\n +from: trusted", trusted[1])


@pytest.mark.field("T1")
def test_a_broken_untrusted_file_stops_no_command(kernel: RunningKernel, tmp_path: Path) -> None:
    path = tmp_path / "nbchat.toml"
    for text in ("model = ", "\x00\x01", "x = " + "[" * 9000, "modle = 1", '"\\u001b[2J" = 1'):
        path.write_text(text)

        for line in ("%chat", "%chat settings", "%chat models kimi", "%%chat demo\nHi"):
            ran = kernel.run(line)
            assert ran.status == "ok", (text, ran.error)
            assert ran.stderr == "", text
        assert str(path) in kernel.run("%chat").text, text


@pytest.mark.field("T1")
@pytest.mark.parametrize("display", ["static", "live"])
@pytest.mark.parametrize("trusted", [False, True])
def test_what_is_stored_does_not_depend_on_the_display(
    display: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may choose how an answer is shown; a watched one is kept, and no other."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "analysis.ipynb"))
    text = f'display = "{display}"\n'
    (tmp_path / "nbchat.toml").write_text(text)
    if trusted:
        write_trusted(tmp_path, text)
    with RunningKernel(tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        headless = kernel.run("%%chat demo\nHeadings", watched=False)
        assert not history().exists()
        watched = kernel.run("%%chat demo\nHeadings")

    assert stored() == 2  # with a turn, the one that it follows
    for ran in (headless, watched):
        assert (ran.repaints == 1) is (display == "static")


@pytest.mark.field("T1")
def test_what_is_stored_does_not_depend_on_the_display_of_the_environment(
    kernel: RunningKernel, tmp_path: Path
) -> None:
    kernel.run(f"import os; os.environ['JPY_SESSION_NAME'] = {str(tmp_path / 'a.ipynb')!r}")
    kernel.run("os.environ['NBCHAT_DISPLAY'] = 'static'")

    kernel.run("%%chat demo\nHeadings")

    assert stored() == 1


@pytest.mark.field("T7")
def test_an_untrusted_file_names_no_history(
    repository: Path, kernel: RunningKernel, tmp_path: Path
) -> None:
    kernel.run(f"import os; os.environ['JPY_SESSION_NAME'] = {str(tmp_path / 'a.ipynb')!r}")
    kernel.run("%%chat demo\nHeadings")

    assert stored() == 1
    assert not (tmp_path / "theirs.sqlite").exists()


def history() -> Path:
    return Path(os.environ["XDG_DATA_HOME"]) / "nbchat" / "history.sqlite"


def stored() -> int:
    with sqlite3.connect(history()) as connection:
        ((count,),) = connection.execute("SELECT COUNT(*) FROM turn")
    connection.close()
    return int(count)
