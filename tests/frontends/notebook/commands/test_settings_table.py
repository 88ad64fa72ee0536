"""How the settings look in a terminal of eighty columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbchat.frontends.notebook.commands.settings_table import WIDTH, table_lines
from nbchat.render.terminal.clean import columns
from nbchat.settings_file import FILE, config_folder

LONG = "https://a-rather-long-name-of-a-gateway.example.com/with/a/path/that/goes/on/and/on/v1"


@pytest.mark.field("C6")
def test_in_a_terminal_no_line_is_wider_than_eighty_columns_but_for_one_long_word(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / ".local" / "share"))
    monkeypatch.setenv("KIMI_BASE_URL", LONG)
    monkeypatch.setenv("KIMI_API_KEY", "sk-0123456789abcdef")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / FILE).write_text(
        "display = 'static'\nhistory = 'x'\n[[providers]]\ntype = 'corp'\nbase_url = 'https://x.y'\n"
    )
    config_folder().mkdir(parents=True)
    (config_folder() / FILE).write_text(
        "model = 'kimi-k2.6'\n[[providers]]\ntype = 'mine'\nname = 'My gateway'\n"
        "base_url = 'https://llm.example.com/v1'\nheaders = { X-Team = 'a' }\n"
    )
    shell.run_cell("%load_ext nbchat")
    capsys.readouterr()

    shell.run_cell("%chat settings")
    shell.run_cell("%unload_ext nbchat")

    lines = capsys.readouterr().out.splitlines()
    wide = [line for line in lines if columns(line) > WIDTH]
    assert wide == [line for line in wide if line.endswith(f" {LONG}")]
    text = "\n".join(lines)
    assert "model                  kimi-k2.6" in text
    assert "~/.config/nbchat/nbchat.toml" in text
    assert "~/work/nbchat.toml (not trusted)" in " ".join(text.split())
    assert str(tmp_path) not in text
    assert LONG in text  # whole, so that it can be copied


@pytest.mark.field("C6")
def test_every_cell_begins_in_its_column_also_beside_long_and_wide_ones() -> None:
    cells = [
        ("short", "1", "default"),
        ("model", "chosen by the keys that are set", "default"),
        ("提供商", "我的网关服务器", "KIMI_BASE_URL"),
        ("display", "static", "~/工作目录/work/nbchat.toml (not trusted)"),
        ("all", "今天天气很好我们去公园玩吧今天天气很好", "the environment"),
        ("file", "x" * 30, "your own, named by NBCHAT_CONFIG"),
        ("url", LONG, "a file"),
    ]

    lines = table_lines([("setting", "value", "from"), *cells], WIDTH)

    assert (
        "\n".join(lines)
        == f"""\
setting  value                     from
short    1                         default
model    chosen by the keys that   default
         are set
提供商   我的网关服务器            KIMI_BASE_URL
display  static                    ~/工作目录/work/nbchat.toml (not trusted)
all      今天天气很好我们去公园玩  the environment
         吧今天天气很好
file     {30 * "x"}
         from: your own, named by NBCHAT_CONFIG
url      {LONG}
         from: a file"""
    )
    long = "/a/path/" + 40 * "x"
    (line,) = table_lines([("file", "1", long)], WIDTH, is_sure=False)
    assert line == f"file  1  {long}"


@pytest.mark.field("C6")
@pytest.mark.parametrize("width", [20, 40, 63])
def test_in_a_narrow_terminal_the_cells_of_a_row_stand_below_one_another(width: int) -> None:
    rows = [
        ("setting", "value", "from"),
        ("limits.event", "32 MiB", "default"),
        ("display", "live, or static where nobody watches", "a file somewhere"),
        ("提供商", "今天天气很好我们去公园玩吧今天天气很好", "default"),
    ]

    lines = list(table_lines(rows, width))

    assert all(columns(line) <= width for line in lines)
    assert "  from: default" in lines
    assert not any("setting" in line for line in lines)
    assert lines[0] == ("limits.event: 32" if width == 20 else "limits.event: 32 MiB")


def test_what_does_not_fit_goes_on_below_at_words() -> None:
    rows = [
        ("setting", "value", "from"),
        ("short", "1", "default"),
        ("long", "some words that are many, " * 3, "a file"),
        ("a name that is longer than its column", "1", "x " * 40),
    ]

    lines = list(table_lines(rows, WIDTH))

    assert lines[:2] == ["setting  value  from", "short    1      default"]
    assert lines[2].startswith("long     some words")
    assert "         from: a file" in lines
    assert lines[lines.index("a name that is longer than its column") + 1].startswith("         1")
    assert all(columns(line) <= WIDTH for line in lines)
