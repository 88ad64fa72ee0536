"""Pages are drawn where a terminal can repaint them, in a width that can be read."""

from __future__ import annotations

import io

import pytest

from nbchat.render.terminal.rich_page import NARROWEST_PAGE, WIDEST_PAGE, make_console, page

from .drawing import STYLES


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "is_there"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "unknown"}, False),
        ({"TERM": "xterm", "COLUMNS": str(NARROWEST_PAGE)}, True),
        ({"TERM": "xterm", "COLUMNS": str(NARROWEST_PAGE - 1)}, False),
    ],
)
def test_pages_are_drawn_where_they_can_be_repainted(
    env: dict[str, str], is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Tty())

    assert (make_console() is not None) is is_there


def test_no_page_is_drawn_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", io.StringIO())

    assert make_console() is None


def test_no_page_is_wider_than_one_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("sys.stdout", Tty())
    console = make_console()

    assert console is not None
    assert console.width == WIDEST_PAGE


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org; what is bold or dim stays."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    file = Tty()
    monkeypatch.setattr("sys.stdout", file)
    console = make_console()
    assert console is not None
    console.print(page("# T\n\n`code`\n\n```python\ndef f(): return 'a', 1\n```"))

    assert set(STYLES.findall(file.getvalue())) <= {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;4m"}
    assert "'a'" in file.getvalue()
