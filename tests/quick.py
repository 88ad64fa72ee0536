"""Which tests are quick: `pytest -m quick`, at every save.

A test is quick unless it stands in a slow place, takes what starts a kernel or a browser, starts
a process itself, may hang where it fails, or tries many examples. A quick test that
starts a process all the same fails.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SLOW_PLACES = {  # not even imported for `-m quick`
    "benchmarks": "no tests, and slow to import",
    "browser": "a browser",
    "conversation/test_chains_with_partners.py": "servers of others, installed first",
    "context/test_pictures.py": "a kernel with pandas and matplotlib",
    "dataframes/test_checkpoint.py": "maps over a socket and a disk",
    "dataframes/test_cluster.py": "worker processes",
    "dataframes/test_cluster_money.py": "worker processes",
    "dataframes/test_cluster_troubles.py": "worker processes",
    "dataframes/test_interrupts.py": "maps over a socket, stopped",
    "dataframes/test_kills.py": "processes that are killed",
    "dataframes/test_mapping.py": "hundreds of rows over a socket",
    "engine": "answers cut at every byte, thousands at once, and what waits; vendors' own clients",
    "network": "each fault for each family, and what waits for a timeout",
    "frontends/notebook/commands/test_code.py": "a kernel, and IPython in a terminal",
    "frontends/notebook/commands/test_errors.py": "a kernel with pandas, and `patch`",
    "frontends/notebook/commands/test_hints.py": "kernels without a key",
    "frontends/notebook/commands/test_history.py": "kernels that end and begin",
    "frontends/notebook/commands/test_resume.py": "kernels that end and begin",
    "frontends/cells/test_tools_in_terminal.py": "IPython in a terminal",
    "frontends/notebook/test_cell_traffic.py": "long answers, watched at a clock of their own",
    "frontends/notebook/test_drawn.py": "a terminal that is looked at",
    "frontends/notebook/test_terminal.py": "IPython in a terminal",
    "render/markdown/test_brackets.py": "thousands of brackets",
    "render/markdown/test_commonmark.py": "a specification that pip brings",
    "render/streaming/test_incremental.py": "blocks without an end",
    "render/streaming/test_long_blocks.py": "blocks without an end",
    "render/markdown/test_code.py": "every lexer of the list",
    "render/terminal/test_rich_page.py": "every hostile payload, drawn",
    "render/test_safety.py": "every hostile payload in every place",
    "render/test_tool_safety.py": "every hostile payload in every part of a call",
    "frontends/notebook/commands/test_trust.py": "kernels that ask a person",
    "frontends/test_trust_file.py": "a process for each command",
    "frontends/server": "a server in a process of its own",
    "trust/test_canary.py": "every hostile file, asked through the engine",
    "store/test_chains.py": "processes that are killed",
    "store/test_old_files.py": "several processes at one file",
    "store/test_trouble.py": "a disk that is locked, full or slow",
    "store/test_processes.py": "several processes at one file",
    "test_adding.py": "a process for each addition",
    "errors": "a certificate made by openssl",
    "languages/test_ways.py": "every error that is told of a setting or a call",
    "render/test_transcript.py": "every hostile payload in every display",
    "test_broken_environments.py": "IPython in each environment",
    "test_forks.py": "processes that fork",
    "test_headless.py": "a notebook from its first cell to its last",
    "test_imports_stay_lazy.py": "a process for each import",
    "test_packaging.py": "a wheel, installed",
    "test_readme.py": "a kernel and a process for what it shows",
    "wire/formats/test_recorded.py": "every recorded answer",
}
SLOW_FIXTURES = frozenset({"authority", "chromium", "kernel", "lab", "small_disk", "streams"})
SLOW_NAMES = frozenset({"RunningKernel", "no_hang", "subprocess"})


@cache
def is_slow_place(path: Path) -> bool:
    """Whether no test of that file or folder is quick, wherever it is run from."""
    if path.suffix == ".ipynb":
        return True
    return any(path.is_relative_to(HERE / place) for place in SLOW_PLACES)


def is_quick(test: pytest.Item) -> bool:
    if is_slow_place(test.path):
        return False
    if SLOW_FIXTURES.intersection(getattr(test, "fixturenames", ())):
        return False
    if not isinstance(test, pytest.Function):
        return True  # a doctest
    if getattr(test.obj, "is_hypothesis_test", False):
        return False
    return SLOW_NAMES.isdisjoint(test.function.__code__.co_names)
