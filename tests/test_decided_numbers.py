"""The limits that other tests use by their names, as they were decided.

Those tests hold what happens at a limit, whatever it is. Here is what it is: whoever changes one
says so here, and in the documents that name it.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
NUMBERS: list[tuple[str, str, float]] = [
    ("context.cells_above", "ALL", 0),
    ("context.files", "LARGEST_PICTURE", 8_000_000),
    ("context.pictures", "LARGEST_PICTURE", 8_000_000),
    ("context.tracebacks", "LONGEST", 4_000),
    ("context.values", "LONGEST_VALUE", 50_000),
    ("context.variable_lines", "LONGEST_LINE", 1_200),
    ("conversation.invalid_answers", "LONGEST_INPUT", 200),
    ("conversation.invalid_answers", "MOST_PROBLEMS", 10),
    ("dataframes.estimate", "CACHED_TOKENS", 1024),
    ("dataframes.estimate", "FIRST_ROWS", 8),
    ("dataframes.estimate", "LEAST_ROWS", 20),
    ("dataframes.here", "MOST_AT_ONCE", 256),
    ("display", "MOST_TURNS", 20),
    ("dataframes.cluster", "BATCH", 200),
    ("dataframes.running", "MOST_ALIKE", 50),
    ("engine.pace", "CUT", 0.8),
    ("engine.pace", "CUT_GAP", 0.3),
    ("engine.pace", "MOST_AT_ONCE", 256),
    ("engine.pace", "PATIENCE", 900.0),
    ("engine.pace", "START", 20.0),
    ("engine.redact", "RUN", 8),
    ("engine.rounds", "MOST_ROUNDS", 8),
    ("frontends.notebook.cell_outputs", "MOST_OUTPUTS", 44),
    ("frontends.notebook.clipboard", "MOST_BYTES", 100_000),
    ("frontends.notebook.commands.settings_table", "WIDTH", 80),
    ("frontends.notebook.consent", "MOST_TRIES", 5),
    ("frontends.notebook.growing_calls", "LONGEST_LINE", 160),
    ("frontends.notebook.one_output", "RESENT_IN_ONE_OUTPUT", 30_000),
    ("frontends.notebook.repaint_clock", "EARLY_GAP", 0.11),
    ("frontends.notebook.repaint_clock", "EARLY_SECONDS", 5.0),
    ("frontends.notebook.repaint_clock", "LATE_GAP", 0.16),
    ("frontends.notebook.repaint_clock", "LONGEST_LATE_GAP", 0.4),
    ("frontends.notebook.repaint_clock", "ORDINARY_SECONDS", 15.0),
    ("frontends.notebook.repaint_clock", "RENDER_SHARE", 4),
    ("frontends.notebook.repaint_clock", "RESENT_PER_SECOND", 60_000),
    ("frontends.notebook.repaint_clock", "SHORTEST_GAP", 0.06),
    ("frontends.notebook.repaint_clock", "SHORT_PAGE", 1_200),
    ("frontends.notebook.repaint_clock", "STALE_AFTER", 0.4),
    ("frontends.notebook.repaint_clock", "TIRED_GAP", 0.25),
    ("frontends.notebook.several_outputs", "GROUP_GAP", 0.5),
    ("frontends.notebook.terminal", "DRAWING_SHARE", 4),
    ("frontends.notebook.terminal", "GAP", 0.1),
    ("frontends.panel.attachments", "LONGEST_SHOWN", 2_000),
    ("frontends.panel.live_turn", "MESSAGE_GAP", 1 / 15),
    ("frontends.panel.live_turn", "RENDER_SHARE", 0.25),
    ("frontends.panel.saved_copy", "LONGEST_COPY", 120_000),
    ("frontends.panel.saved_copy", "PICTURE_ROOM", 2_000_000),
    ("frontends.rows.update_clock", "LONGEST_GAP", 5.0),
    ("frontends.rows.update_clock", "SHORTEST_GAP", 0.25),
    ("frontends.server.body", "MOST_ENTRIES", 4096),
    ("frontends.server.body", "SMALL", 16 * 1024),
    ("frontends.server.limits", "MOST_BUCKETS", 4_096),
    ("frontends.server.limits", "MOST_TRIES", 60),
    ("languages.phrasebook", "LONGEST_LINE", 2_000),
    ("languages.phrasebook", "LONGEST_TEXT", 20_000),
    ("network.http1", "MAX_HEAD", 100 * 1024),
    ("render.markdown.brackets", "DEEPEST_BRACKETS", 10),
    ("render.markdown.code", "LONGEST_COLOURED", 20_000),
    ("render.markdown.code", "LONGEST_LINE_COLOURED", 1_000),
    ("render.markdown.code", "MOST_LINES_COLOURED", 1_000),
    ("render.markdown.code", "WINDOW", 2_000),
    ("render.markdown.details_end", "DEEPEST_DETAILS", 5),
    ("render.markdown.details_end", "LONGEST_DETAILS", 20_000),
    ("render.markdown.parser", "LONGEST_TEXT", 500_000),
    ("render.maths.tex", "LONGEST_FORMULA", 2_000),
    ("render.streaming.cuts", "LONG_LINE", 3_000),
    ("render.streaming.cuts", "OPEN_ALLOWANCE", 1.5),
    ("render.streaming.half_markdown", "LONGEST_REPAIRED", 5_000),
    ("render.streaming.long_blocks", "LONGEST_OPEN", 5_000),
    ("render.streaming.long_blocks", "LONG_BLOCK", 1_000),
    ("render.terminal.rich_page", "LONGEST_BLOCK_DRAWN", 50_000),
    ("render.terminal.rich_page", "NARROWEST_PAGE", 20),
    ("render.terminal.rich_page", "WIDEST_PAGE", 100),
    ("render.tool_calls", "FIRST_LINES", 20),
    ("render.tool_words", "MOST_FIGURES", 20),
    ("render.would_run", "LONGEST_READ", 100_000),
    ("render.value_html", "LONGEST_JSON", 20_000),
    ("render.value_table", "GROWING_ROWS", 15),
    ("render.value_table", "LONGEST_CELL", 300),
    ("render.value_table", "MOST_COLUMNS", 20),
    ("render.value_table", "MOST_ROWS", 100),
    ("tools.plan", "MOST_STEPS", 20),
    ("trust.found_file", "LARGEST", 256 * 1024),
    ("values.problems", "MOST_KEPT", 1000),
    ("values.json_formats", "MOST_PATTERNS", 500),
    ("wire.shapes", "MOST_TOKENS", 10**9),
    ("values.growing", "LONG", 50_000),
    ("values.growing", "LOOKS", 64),
    ("wire.partial_arguments", "DEEPEST", 32),
    ("wire.pictures", "MOST_PICTURES", 20),
    ("wire.sources", "MOST_SOURCES", 200),
]


@pytest.mark.parametrize(("module", "name", "number"), NUMBERS)
def test_a_limit_is_what_was_decided(module: str, name: str, number: float) -> None:
    assert getattr(import_module(f"nbchat.{module}"), name) == number


def test_every_number_that_a_test_takes_from_the_package_is_here() -> None:
    taken = {
        (node.module.removeprefix("nbchat."), alias.name)
        for path in TESTS.rglob("*.py")
        if "benchmarks" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nbchat.")
        for alias in node.names
        if alias.name.isupper() and _is_number(node.module or "", alias.name)
    }

    assert taken == {(module, name) for module, name, _ in NUMBERS}


def _is_number(module: str, name: str) -> bool:
    value = getattr(import_module(module), name)
    return isinstance(value, int | float) and not isinstance(value, bool)
