"""What the README promises, sentence by sentence, and the tests that hold it.

A sentence that is changed, added or taken away there has to be so here, too. The rows of its
tables are in `test_tables.py`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PROMISES: dict[str, tuple[str, ...]] = {
    "One renderer with an allow-list draws it: no script, no style, no remote picture, no "
    "`javascript:` link reaches the page.": (
        "render/test_safety.py::test_a_payload_leaves_only_allowed_tags_and_attributes",
        "render/test_safety.py::test_a_picture_names_its_host_and_is_not_loaded",
        "browser/test_safety.py::test_nothing_a_model_writes_acts_on_a_page",
        "browser/test_panel_safety.py::test_no_answer_and_no_question_acts_in_the_panel",
    ),
    "Letters that nobody sees are written out, in code all of them, in prose those that could hide "
    "a text.": (
        "render/test_characters.py::test_code_shows_every_character_that_nobody_would_see",
        "render/test_characters.py::test_prose_shows_a_hidden_text_wherever_it_stands",
        "render/test_characters.py::test_a_terminal_shows_every_character_that_nobody_would_see",
    ),
    "What is copied or exported shows no more than the page does.": (
        "frontends/panel/test_turn_rows.py::test_what_is_copied_is_what_is_shown",
        "conversation/test_export.py::test_no_file_that_is_rendered_hides_or_loads_anything",
    ),
    "Jupyter itself does not sanitise live Markdown.": (
        "browser/test_safety.py::test_the_watch_sees_what_plain_markdown_does",
    ),
    "A model can call only what you have named.": (
        "conversation/test_rounds.py::test_a_name_that_only_looks_like_one_runs_nothing",
        "frontends/notebook/test_named_tools.py::test_any_other_name_is_told",
    ),
    "Before each call `run` asks, and so does a tool made with `approve=True`: Enter alone is no "
    "consent, and no answer is none.": (
        "frontends/notebook/test_consent.py::"
        "test_what_is_no_answer_is_asked_again_and_is_no_consent",
        "frontends/notebook/test_consent.py::test_a_closed_input_is_no_consent",
        "conversation/test_rounds.py::test_what_needs_consent_runs_with_it",
        "browser/test_panel_tools.py::test_stop_in_place_of_an_answer_is_no_consent",
    ),
    "What would run is shown with every hidden character written out, and what you edit is what "
    "runs.": (
        "frontends/notebook/test_consent.py::test_hidden_characters_are_written_out",
        "browser/test_cell_consent.py::"
        "test_what_would_run_is_seen_above_the_question_and_while_it_runs",
        "browser/test_panel_consent.py::"
        "test_what_would_run_is_shown_whole_and_nothing_in_it_is_hidden",
        "frontends/notebook/test_consent.py::test_edited_code_is_what_runs",
        "conversation/test_rounds.py::test_edited_code_is_what_runs_and_the_model_is_told",
    ),
    "Where nobody can be asked it does not run, and the cell fails, unless that cell says "
    "`--yes`.": (
        "frontends/notebook/test_consent.py::"
        "test_without_a_person_it_is_refused_and_the_cell_fails",
        "frontends/notebook/test_consent.py::test_with_yes_it_runs_where_nobody_is",
        "frontends/notebook/test_consent.py::test_yes_is_for_one_cell",
        "test_headless.py::test_a_tool_that_asks_fails_the_notebook_unless_it_is_allowed",
    ),
    "The server, `nbchat serve`, never runs a tool.": (
        "frontends/server/test_calls_go_to_the_client.py::"
        "test_calls_go_to_the_client_of_openais_paths",
        "frontends/server/test_calls_go_to_the_client.py::test_calls_go_to_the_client_of_stream",
    ),
    "An answer that does not fit its schema is asked for again, at most twice; one that was cut or "
    "broken is never a value.": (
        "conversation/test_valid_answers.py::test_wrong_three_times_names_the_field",
        "conversation/test_valid_answers.py::test_cut_at_its_limit_it_is_never_a_value",
        "conversation/test_valid_answers.py::"
        "test_what_is_not_whole_is_no_value_whatever_it_looks_like",
    ),
    "Of the rows of a frame each answer is on disk when it has come, and what failed says why.": (
        "frontends/notebook/test_each.py::"
        "test_the_stop_button_binds_what_is_done_and_running_again_goes_on",
        "frontends/notebook/test_each.py::test_a_failed_row_is_a_value_and_the_others_go_on",
    ),
    "They are never stored, shown or logged, and no argument on a `%%chat` line: one that was "
    "typed there is refused, and kept out of IPython's history.": (
        "frontends/notebook/test_canary.py::test_the_key_is_in_nothing_that_cells_show_or_leave",
        "network/faults/test_keys.py::test_the_key_is_nowhere",
        "frontends/notebook/test_input_history.py::test_a_key_on_a_line_is_neither_shown_nor_kept",
    ),
    "A provider's key goes to that provider's hosts alone.": (
        "catalog/test_providers.py::test_a_key_goes_to_its_own_hosts_only",
        "trust/test_canary.py::test_a_trusted_file_sends_no_providers_key_to_another_host",
        "test_settings.py::test_a_key_is_not_sent_to_a_host_that_is_not_its_providers",
    ),
    "Redirects are not followed, and plain `http` is for this machine and, without a key, its "
    "network.": (
        "network/faults/test_matrix.py::test_a_fault_ends_well",
        "engine/test_prepare.py::test_a_server_elsewhere_is_not_asked_over_plain_http",
        "engine/test_plain_http.py::test_a_server_of_ones_own_network_is_asked_without_a_key",
    ),
    "A key that is set is masked wherever it stands: in a question and the values in it, in an "
    "answer, in an error (`[KIMI_API_KEY]`); a line below the answer says so.": (
        "test_masked_parts.py::test_what_is_sent_holds_no_key",
        "test_masked_parts.py::test_values_are_put_in_without_keys",
        "engine/test_key_filter.py::test_a_key_is_masked_however_the_pieces_are_cut",
        "network/faults/test_keys.py::test_an_answer_says_that_a_key_was_masked",
    ),
    "Of an `nbchat.toml` beside a notebook what is harmless counts, and all else when you have "
    "read and trusted it.": (
        "trust/test_untrusted.py::test_what_is_harmless_counts_at_once",
        "trust/test_canary.py::test_an_untrusted_file_changes_nothing_of_what_is_sent",
        "frontends/notebook/commands/test_trust.py::"
        "test_a_person_sees_what_the_file_would_change_and_decides",
    ),
    "An interrupted or broken answer is kept and flagged, and the next request is still valid.": (
        "frontends/notebook/test_interrupts.py::test_an_interrupt_at_any_moment_keeps_what_is_shown",
        "frontends/notebook/test_magic.py::test_a_broken_answer_is_shown_kept_and_fails_the_cell",
        "conversation/test_conversation.py::"
        "test_a_broken_answer_is_kept_and_flagged_and_the_next_request_is_valid",
    ),
    "What a kernel has answered is there when it was killed.": (
        "store/test_processes.py::test_kill_9_at_any_moment_loses_nothing_that_was_acknowledged",
    ),
    "A stream that ends without its end marker is broken, never a short answer.": (
        "wire/formats/test_every_format.py::test_a_stream_that_just_ends_is_broken",
        "engine/test_response_truncation.py::test_a_cut_at_any_byte_keeps_what_came_and_says_so",
    ),
    "A question that is refused changes nothing.": (
        "frontends/notebook/test_nothing_asked.py::test_a_cell_that_fails_changes_nothing",
        "browser/test_panel_follows.py::"
        "test_a_refused_question_stays_above_its_error_whatever_refused_it",
    ),
    "The line below an answer names each value, cell and error that was sent, and `--show` shows "
    "the request to the byte before it is.": (
        "context/test_values.py::test_a_label_says_what_is_sent_and_about_how_much_it_is",
        "frontends/cells/test_above.py::test_so_many_go_along_as_the_line_says",
        "frontends/notebook/test_show_request.py::test_what_is_shown_is_what_is_then_sent",
        "frontends/notebook/commands/test_errors.py::test_nothing_but_what_is_shown_is_sent",
    ),
    'With `data = "schema"` no value leaves, by whatever way.': (
        "context/test_schema.py::test_none_of_10_000_values_is_on_the_wire",
        "context/test_schema.py::test_nothing_of_earlier_values_leaves_once_the_setting_says_so",
        "context/tables/test_schema.py::test_no_planted_value_leaves",
        "context/test_cells_above.py::test_where_no_value_may_leave_only_sources_do",
        "context/test_failed_cell.py::test_under_schema_no_value_leaves",
    ),
    "Code that is repaired or inserted is not run unless you say so.": (
        "frontends/notebook/commands/test_code.py::test_nothing_is_run",
        "frontends/notebook/commands/test_errors.py::"
        "test_a_broken_notebook_is_told_and_its_repair_is_a_patch",
    ),
    "A conversation goes on with the model that it has asked, whatever is configured, and so does "
    "the notebook that is exported from it.": (
        "conversation/test_default_model.py::test_a_conversation_that_has_begun_keeps_its_model",
        "conversation/test_export.py::"
        "test_a_cell_of_an_exported_notebook_asks_whom_the_conversation_asked",
    ),
    "The panel names the model that the next question goes to.": (
        "browser/test_panel_follows.py::"
        "test_the_model_that_is_shown_is_the_one_that_would_be_asked",
        "browser/test_panel_walk.py::test_whatever_is_done_the_panel_shows_what_the_kernel_has",
    ),
    "A failed cell fails, in one or two lines that say what to do; Run All, nbconvert and "
    "papermill stop there.": (
        "frontends/notebook/test_magic.py::test_an_error_fails_the_cell_in_two_lines_without_a_key",
        "test_headless.py::test_a_refused_key_fails_the_notebook_in_two_lines",
        "test_headless.py::test_papermill_stops_where_a_question_fails",
        "test_headless.py::test_a_conversion_that_executes_fails_where_a_question_fails",
    ),
    "While it streams the cell is painted a few times a second; what is left depends on the answer "
    "alone, so notebooks pass nbval and make small diffs.": (
        "frontends/notebook/test_repaint_clock.py::"
        "test_it_paints_often_at_the_beginning_and_less_often_later",
        "frontends/notebook/test_magic.py::test_live_and_static_leave_the_same_bytes",
        "test_headless.py::test_the_committed_notebooks_validate_again_and_again",
    ),
    "Nothing that the cell showed itself is touched: prints, figures, widgets and other answers "
    "stay, in their order.": (
        "frontends/notebook/test_mixed_cells.py::"
        "test_what_a_cell_shows_itself_stays_as_in_static_mode",
        "browser/test_mixed_cell.py::"
        "test_a_cell_leaves_on_the_screen_and_in_the_file_what_static_mode_leaves",
    ),
    "A notebook that is saved in mid-answer says so.": (
        "browser/test_mixed_cell.py::test_a_page_that_is_saved_and_reloaded_in_mid_answer_says_so",
    ),
    "Loading and the demo touch no network; nothing is downloaded, reported or counted.": (
        "frontends/notebook/test_extension.py::test_loading_warming_and_the_demo_touch_no_network",
    ),
}


TESTS = sorted({test for tests in PROMISES.values() for test in tests})


def section(title: str) -> str:
    """What stands below a heading of the README."""
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


def promises() -> list[str]:
    """The sentences of the README's list. The heading of a point sums up those below it."""
    sentences: list[str] = []
    for point in re.split(r"^- ", section("What it promises"), flags=re.M)[1:]:
        words = re.sub(r"^\*\*[^*]*\.\*\*", "", " ".join(point.split()))
        sentences += re.split(r"(?<=\.) (?=[A-Z])", words.replace("**", "").strip())
    return sentences


def test_every_sentence_has_its_tests_and_nothing_else_is_promised() -> None:
    assert promises() == [*PROMISES]


@pytest.mark.parametrize("test", TESTS)
def test_the_test_of_a_promise_is_there(test: str) -> None:
    assert runs_in_ci(test)


def runs_in_ci(test: str) -> bool:
    """Whether it is there, with a name that is collected and no mark that leaves it out.

    A module's `skipif` may stand: in CI a test that is skipped fails.
    """
    file, _, name = test.partition("::")
    always = [mark for mark in module_marks(file) if "skipif" not in ast.unparse(mark)]
    marks = [*functions(file)[name].decorator_list, *always]
    collected = Path(file).name.startswith("test_") and name.startswith("test_")
    return collected and not any(map(leaves_out, marks))


def leaves_out(mark: ast.expr) -> bool:
    """Whether a mark skips the test, lets it fail, or gives it no case."""
    words = ast.unparse(mark)
    no_case = ".parametrize(" in words and isinstance(mark, ast.Call) and is_empty(mark.args[-1])
    return bool(no_case or re.search(r"\.(skip|xfail)", words))


def is_empty(cases: ast.expr) -> bool:
    return isinstance(cases, ast.List | ast.Tuple) and not cases.elts


def module_marks(file: str) -> list[ast.expr]:
    """What a module's `pytestmark` says of all its tests."""
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    marks = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return [one for mark in marks for one in (mark.elts if isinstance(mark, ast.List) else [mark])]


@pytest.mark.parametrize(
    "mark",
    [
        "pytest.mark.skip",
        "pytest.mark.skip(reason='later')",
        "pytest.mark.xfail",
        "pytest.mark.parametrize('case', [])",
    ],
)
def test_a_mark_that_leaves_a_test_out_is_seen(mark: str) -> None:
    assert leaves_out(ast.parse(mark, mode="eval").body)


def functions(file: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return {
        node.name: node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_ci_runs_every_test_with_a_browser_at_hand() -> None:
    """What is in `tests` is collected, nothing is deselected, and a missing browser fails."""
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]

    assert "NBCHAT_REQUIRE_BROWSER=1" in script
    assert "tests" in options["ini_options"]["testpaths"]
    assert not re.search(r"(^| )(-k|-m|--ignore|--deselect)\b", options["ini_options"]["addopts"])
