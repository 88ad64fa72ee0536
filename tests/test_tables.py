"""The rows of the README's tables of values, of peers and of hosts, and what holds each.

A row that is changed, added or taken away there has to be so here, too. It is held by tests, which
CI runs; by a benchmark, whose command is given; or by hand, on a day.
"""

from __future__ import annotations

import re

import pytest

from .benchmarks.peers.page import BY_HAND, BY_HAND_ON
from .test_promises import ROOT, runs_in_ci, section

PEERS = "python -m tests.benchmarks.peers"
COMPARED: dict[str, tuple[str, ...]] = {
    "streams into the cell": (
        PEERS,
        "browser/test_cell.py::test_an_answer_is_seen_while_it_streams_and_leaves_one_output",
    ),
    "sent to the page for a 10 kB answer": (PEERS, "python -m tests.benchmarks.iopub"),
    "loading, times `import openai`": (PEERS, "python -m tests.benchmarks.loading"),
    "packages, ipykernel's N included": (
        PEERS,
        "test_packaging.py::test_it_works_in_plain_ipython_with_nothing_of_jupyterlab",
    ),
    "stopping keeps the partial answer": (
        PEERS,
        "frontends/notebook/test_interrupts.py::test_an_interrupt_at_any_moment_keeps_what_is_shown",
    ),
    "and ends in": (
        PEERS,
        "browser/test_cell.py::test_the_interrupt_button_stops_it_and_keeps_the_words",
    ),
    "a headless run fails on a refused key": (
        PEERS,
        "test_headless.py::test_a_refused_key_fails_the_notebook_in_two_lines",
    ),
    "a notebook with its answer passes nbval": (
        PEERS,
        "test_headless.py::test_the_committed_notebooks_validate_again_and_again",
    ),
    '`{"json": 1}` in a question': (
        PEERS,
        "context/test_expand.py::test_braces_never_raise_and_length_is_bounded",
    ),
    "`{df}` becomes the variable": (PEERS, "test_readme.py::test_the_code_runs_from_top_to_bottom"),
    BY_HAND: (
        f"by hand, {BY_HAND_ON}",
        "catalog/test_names.py::test_the_eight_names_of_the_original_service",
    ),
}
HOSTS: dict[str, tuple[str, ...]] = {
    "JupyterLab 4.6": (
        "browser/test_cell.py::test_the_first_notebook_reads_well_in_both_themes",
        "browser/test_cell.py::test_nothing_an_answer_says_acts_or_is_fetched",
        "browser/test_panel_lab.py::test_a_question_streams_and_is_in_the_history",
        "browser/test_panel_safety.py::test_no_answer_and_no_question_acts_in_the_panel",
        "browser/test_panel_axe.py::test_axe_finds_nothing",
    ),
    "the extension, in JupyterLab 4.6 and Notebook 7.6": (
        "browser/test_lab_loading.py::test_the_console_is_quiet_where_all_is_there",
        "browser/test_lab_notebook_7.py::test_questions_blocks_and_errors_have_what_is_theirs",
        "browser/test_lab_blocks.py::test_copy_and_insert_give_exactly_the_characters_that_are_shown",
        "by hand, 2026-11-30",
    ),
    "Notebook 7.6, nbclassic 1.3": (
        "browser/test_panel_hosts.py::test_notebook_7_shows_it_and_takes_its_code",
        "browser/test_panel_hosts.py::test_the_classic_notebook_shows_it_and_takes_its_code",
        "by hand, 2026-11-27",
    ),
    "IPython in a terminal": (
        "frontends/notebook/test_terminal.py::"
        "test_an_answer_streams_as_text_with_its_thinking_dimmed",
        "frontends/notebook/test_terminal.py::test_nothing_a_terminal_obeys_comes_from_the_model",
    ),
    "nbval": ("test_headless.py::test_the_committed_notebooks_validate_again_and_again",),
    "nbclient, nbconvert, papermill": (
        "test_headless.py::test_an_executed_notebook_holds_one_output_a_cell",
        "test_headless.py::test_a_notebook_is_executed_and_converted_with_its_answers_whole",
        "test_headless.py::test_papermill_puts_its_parameters_into_questions",
        "test_headless.py::test_papermill_stops_where_a_question_fails",
        "test_headless.py::test_a_conversion_that_executes_fails_where_a_question_fails",
    ),
    "plain Python, asyncio, other loops": (
        "test_loop.py::test_ask_works_in_plain_sync_code",
        "test_loop.py::test_stream_works_in_async_code",
        "test_loop.py::test_ask_works_inside_a_running_loop",
        "test_loop.py::test_a_kernel_with_nested_loops_chats_as_any_other",
    ),
    "marimo": ("by hand, 2026-11-27",),
    "VS Code, Colab": (),  # which says so
}
VALUES: dict[str, tuple[str, ...]] = {
    "a table of pandas, polars or pyarrow": (
        "context/tables/test_brief.py::test_a_short_table_goes_whole_with_its_types",
        "context/tables/test_brief.py::test_a_reader_can_write_code_against_it",
        "context/tables/test_brief.py::test_no_table_is_longer_than_promised",
    ),
    "a table that is not computed (dask, polars' lazy frames, duckdb)": (
        "context/tables/test_lazy.py::test_it_goes_by_its_columns_whatever_is_asked_for",
    ),
    "an array of numpy or xarray, a tensor": (
        "context/test_arrays.py::test_a_small_one_goes_whole",
        "context/test_arrays.py::test_of_a_larger_one_it_says_what_is_sent",
        "context/test_arrays.py::test_a_tensor_goes_by_its_form",
        "context/test_xarrays.py::test_a_set_is_told_by_its_arrays",
    ),
    "a figure, a picture": (
        "context/test_pictures.py::test_what_a_person_can_look_at_goes_as_an_image",
        "context/test_pictures.py::test_a_cell_sends_a_figure_and_says_so",
    ),
    "a function, a class": ("context/test_definitions.py::test_a_function_is_its_source",),
    "an exception": (
        "context/test_tracebacks.py::test_own_lines_are_whole_and_those_of_libraries_one_line_each",
    ),
    "a `pathlib.Path`": (
        "context/test_files.py::test_a_picture_and_a_pdf_are_attached",
        "context/test_files.py::test_a_text_is_shown_in_a_fence",
    ),
    "a number, a short text": ("context/test_plain.py::test_a_short_value_stands_in_the_sentence",),
    "a list, a dict, anything else": (
        "context/test_containers.py::test_a_large_one_is_bounded_and_says_how_much_is_shown",
        "context/test_reprs.py::"
        "test_what_an_object_says_stands_in_the_sentence_without_its_address",
        "context/test_reprs.py::test_what_is_no_data_is_not_sent_and_people_are_told_what_to_send",
    ),
}
TOOLS: dict[str, tuple[str, ...]] = {
    "`look`": (
        "tools/test_notebook_tools.py::test_no_expression_is_evaluated",
        "engine/demo/test_acting.py::"
        "test_it_looks_asks_to_run_a_line_that_fits_and_tells_what_came",
    ),
    "`run`": (
        "tools/test_notebook_tools.py::test_it_never_runs_without_consent",
        "frontends/notebook/test_consent.py::test_a_yes_runs_what_was_shown",
        "tools/test_notebook_tools.py::test_a_figure_comes_back_as_an_image",
    ),
    "a function of yours": (
        "tools/test_schema.py::test_a_schema_has_types_defaults_words_and_bounds",
        "tools/test_arguments.py::test_each_argument_that_does_not_fit_is_one_line",
        "tools/test_running.py::test_whatever_a_tool_raises_is_a_result",
    ),
    "one made with `@nbchat.tool(approve=True)`": (
        "conversation/test_rounds.py::test_what_needs_consent_runs_with_it",
        "conversation/test_rounds.py::test_without_anybody_to_ask_it_is_refused",
    ),
}
TABLES = (COMPARED, HOSTS, VALUES, TOOLS)
HOLDERS = sorted({held for table in TABLES for row in table.values() for held in row})


def rows(title: str) -> dict[str, str]:
    """The first cell of each row of a section's table, and the rest of it."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")][1:]
    return {line.split(" | ")[0].removeprefix("| "): line.partition(" | ")[2] for line in lines}


@pytest.mark.field("P10")
def test_every_row_of_the_comparison_is_held() -> None:
    labels = [re.sub(r"ipykernel's \d+", "ipykernel's N", row) for row in rows("How it compares")]

    assert labels == [*COMPARED]
    assert all(COMPARED.values())


@pytest.mark.field("P10")
def test_every_host_is_held_or_said_not_to_be_tested() -> None:
    found = rows("Where it runs")

    assert [*found] == [*HOSTS]
    for host, said in found.items():
        assert ("not tested" in said) == (not HOSTS[host])
        days = set(re.findall(r"by hand,? \(?(\d{4}-\d\d-\d\d)", said))
        assert days == {one.partition(", ")[2] for one in HOSTS[host] if one.startswith("by hand")}
        named = re.findall(r"`tests/([\w/.]+)`", said)
        assert all(any(one.startswith(name) for one in HOSTS[host]) for name in named)


def test_every_kind_of_value_is_held() -> None:
    assert [*rows("Put your data in")] == [*VALUES]


def test_every_kind_of_tool_is_held() -> None:
    assert [*rows("Let it act")] == [*TOOLS]


@pytest.mark.parametrize("package", ["JupyterLab", "Notebook", "nbclassic"])
def test_a_version_that_is_said_is_the_one_that_ci_installs(package: str) -> None:
    said = re.search(rf"{package} (\d+\.\d+)", " ".join(rows("Where it runs")))
    locked = (ROOT / ".ci" / "constraints.txt").read_text("utf-8")

    assert said
    assert re.search(rf"^{package.lower()}=={re.escape(said[1])}\.", locked, re.M)


@pytest.mark.field("P10")
@pytest.mark.parametrize("holder", HOLDERS)
def test_what_holds_a_row_is_there_and_ci_runs_it_or_it_says_where(holder: str) -> None:
    if holder.startswith("python -m "):
        path = ROOT / holder.removeprefix("python -m ").replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
    elif holder.startswith("by hand"):
        assert re.fullmatch(r"by hand, \d{4}-\d\d-\d\d", holder)
    else:
        assert runs_in_ci(holder)
