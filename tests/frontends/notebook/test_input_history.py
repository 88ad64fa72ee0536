"""A key that was typed where none belongs: in nothing that is shown, and nothing that is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ...running_kernel import Ran, RunningKernel

pytestmark = pytest.mark.field("P5")

KEY = "sk-canary-7Qv3xY9ZtK2mW8pLr4NbD6"
SET = "nothing.like-a.key-9"
MODES = ("Plain", "Context", "Verbose", "Minimal", "Docs")
REFUSED = (
    f"%%chat demo --key {KEY}\nHi",
    f"%%chat demo --api-key={KEY}\nHi",
    f"%%chat --api_key '{KEY}' demo\nHi",
    f"%%chat demo api_key={KEY}\nHi",
    f"%%chat demo key = {KEY}\nHi",
    f"%%chat {KEY}\nHi",
    f"%%chat {KEY}",
    f"%%chat demo --system 'Use {KEY} for it'\nHi",
    f"%%chat demo --key '{KEY}\nHi",
    f"%chat use {KEY}",
    f"%chat ask --key {KEY} Why?",
    f"%chat ask Why is {SET} refused?",
    f"%chat ask Why is \\\n  {KEY} refused",
    f"%chat search {KEY}",
    f"chat use {KEY}",
    f"  x = %chat use {KEY}",
    f"for _ in range(1):\n    %chat use {KEY}",
    f"\n\n%%chat --token {KEY}\nHi",
)
ALLOWED = (
    f"%%capture\n%%chat demo --key {KEY}\nHi",
    f"nbchat.ask('demo', 'Hi', api_key='{KEY}').stop",
    f"%%chat demo\nWhy is {SET} refused?",
)
FIRST_CELLS = (
    f"%load_ext nbchat\n%chat use {KEY}",
    f"%load_ext nbchat\nimport nbchat\nnbchat.ask('demo', 'Hi', api_key='{KEY}').stop",
)
FROM_ELSEWHERE = (
    f"get_ipython().run_line_magic('chat', 'ask --key {KEY}')",
    f"get_ipython().run_cell_magic('chat', 'demo --key {KEY}', 'Hi')",
    f"%timeit -n1 -r1 get_ipython().run_line_magic('chat', 'use {KEY}')",
    f"exec(\"get_ipython().run_line_magic('chat', 'use {KEY}')\")",
    f"%alias_magic ai chat\n%ai use {KEY}",
    f"%%ai demo --key {KEY}\nHi",
    f"%ai use {KEY}",
)
ARGUMENTS = (
    "api_key=('{}')",
    "api_key='''{}'''",
    "**{{'api_key': '{}'}}",
    'api_key = (\n    "{}"\n)',
)
LOOK = """
import linecache
KEYS = ["".join(parts) for parts in %r]
ours = [name for name in list(globals()) if name.startswith(("_i", "In"))]
print(
    [name for name in ours if any(key in repr(globals()[name]) for key in KEYS)],
    [line for line in In if any(key in line for key in KEYS)],
)
"""


def shown(ran: Ran) -> str:
    """Everything that a cell sent, but for its own source."""
    kept = [m["content"] for m in ran.messages if m["header"]["msg_type"] != "execute_input"]
    return json.dumps([*kept, ran.reply["content"]], ensure_ascii=False)


def test_a_key_on_a_line_is_neither_shown_nor_kept(tmp_path: Path) -> None:
    """In every mode of tracebacks; IPython's database is the real one, with its own thread."""
    env = {"IPYTHONDIR": str(tmp_path / "ipython"), "GLM_API_KEY": SET}
    with RunningKernel(tmp_path, env) as kernel:
        kernel.run("%load_ext nbchat\nimport nbchat")
        ran = []
        for mode in MODES:
            kernel.run(f"%xmode {mode}")
            for cell in REFUSED:
                refused = kernel.run(cell)
                assert refused.status == "error", cell
                assert "a key is never an argument" in refused.error, cell
                ran += [refused, kernel.run("%tb")]
        allowed = [kernel.run(cell) for cell in ALLOWED]
        assert [one.status for one in allowed] == ["ok", "ok", "ok"]
        ran += [*allowed, kernel.run("%history -n"), kernel.run("%history -n -t")]
        found = kernel.run(LOOK % [(KEY[:9], KEY[9:]), (SET[:9], SET[9:])]).text
        kernel.run("get_ipython().history_manager.writeout_cache()")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    holders = [p.name for p in files if any(k.encode() in p.read_bytes() for k in (KEY, SET))]

    assert [one for one in map(shown, ran) if KEY in one or SET in one] == []
    assert found.strip() == "[] []"
    assert "history.sqlite" in {path.name for path in files}
    assert holders == []
    assert "the question (1 key masked)" in allowed[2].html


def test_a_cell_without_a_key_is_kept_as_it_was_typed(tmp_path: Path) -> None:
    cells = [
        "%%chat demo --think high\nsort by key=len",
        "%chat ask sort by key=len?",
        "x = {'key': 1}",
    ]
    with RunningKernel(tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        for cell in cells:
            kernel.run(cell)
        kept = kernel.run("print(get_ipython().history_manager.input_hist_raw[2:5])").text
        kernel.run("%unload_ext nbchat")
        left = kernel.run("print('store_inputs' in vars(get_ipython().history_manager))").text

    assert kept.strip() == repr(cells)
    assert left.strip() == "False"


@pytest.mark.parametrize("first", FIRST_CELLS)
def test_a_key_that_no_line_shows_beforehand_is_taken_out_afterwards(
    first: str, tmp_path: Path
) -> None:
    """IPython's thread may have written the cell by then."""
    env = {"IPYTHONDIR": str(tmp_path / "ipython")}
    with RunningKernel(tmp_path, env) as kernel:
        ran = [kernel.run(first)]
        kernel.run("import nbchat")
        for cell in FROM_ELSEWHERE:
            refused = kernel.run(cell)
            assert "a key is never an argument" in refused.error, cell
            ran.append(refused)
        for argument in ARGUMENTS:
            ran.append(kernel.run(f"nbchat.ask('demo', 'Hi', {argument.format(KEY)}).stop"))
            assert ran[-1].status == "ok", argument
        ran += [kernel.run("%history -n"), kernel.run("%history -n -t")]
        found = kernel.run(LOOK % [(KEY[:9], KEY[9:])]).text
        kernel.run("get_ipython().history_manager.writeout_cache()")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    holders = [path.name for path in files if KEY.encode() in path.read_bytes()]

    assert [one for one in map(shown, ran) if KEY in one] == []
    assert found.strip() == "[] []"
    assert "history.sqlite" in {path.name for path in files}
    assert holders == []


def test_a_placeholder_for_another_library_is_kept(tmp_path: Path) -> None:
    cell = "import nbchat\nx = dict(api_key='not-needed-here')"
    with RunningKernel(tmp_path) as kernel:
        kernel.run("%load_ext nbchat")
        kernel.run(cell)
        kept = kernel.run("print(get_ipython().history_manager.input_hist_raw[2])").text

    assert kept.strip() == cell


def test_of_a_key_that_was_written_to_the_disk_no_byte_is_left(tmp_path: Path) -> None:
    """Each cell is in IPython's database before its key is refused."""
    write = "manager.writeout_cache(); print(KEY in str(rows()));"
    names = """
import sqlite3
manager = get_ipython().history_manager
def rows():
    with sqlite3.connect(manager.hist_file) as database:
        return database.execute("SELECT source, source_raw FROM history").fetchall()
"""
    with RunningKernel(tmp_path, {"IPYTHONDIR": str(tmp_path / "ipython")}) as kernel:
        kernel.run("%load_ext nbchat\nimport nbchat")
        kernel.run(names)
        kernel.run(f"KEY = ''.join({[KEY[:9], KEY[9:]]!r})")
        for length in (10, 1_000, 9_000):  # in a page of the file, and in pages of their own
            ran = kernel.run(
                f"{write} get_ipython().run_line_magic('chat', 'use {KEY}')  # {f'{KEY} ' * length}"
            )
            assert ran.text.startswith("True"), "it was never on the disk"
            assert "a key is never an argument" in ran.error
        kernel.run("manager.writeout_cache()")
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    assert b"run_line_magic" in files["history.sqlite"]
    assert [name for name, data in files.items() if KEY.encode() in data] == []
