"""Conversations as files, and files from strangers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from markdown_it import MarkdownIt

from nbchat.catalog.catalog import Catalog, shipped
from nbchat.conversation import export
from nbchat.errors import BadSettings
from nbchat.events import Stop, Usage, Valued
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.messages import Image, Text, Thought, ToolCall
from nbchat.provider_state import ProviderState
from nbchat.render.characters import CONTROLS, unmasked
from nbchat.settings import Settings
from nbchat.store.stored_turn import part_fields
from nbchat.turns import Turn

from ..own_gateway import GATEWAY
from ..pictures import png
from ..render.acted import acted, ran
from .talk import Talk, facts, said


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path / "history.sqlite")
    yield talk
    talk.close()


def without_identity(talk: Talk) -> list[dict[str, Any]]:
    return [
        {n: v for n, v in facts(t).items() if n not in ("id", "parent", "cell", "parts")}
        | {"parts": [part_fields(replace(p, state=None)) for p in t.answer.parts]}
        for t in talk.chat.turns
    ]


def test_json_comes_back_as_it_was(talk: Talk, tmp_path: Path) -> None:
    talk.ask("Taken back?")
    talk.chat.reset()
    talk.ask(
        "四个汉字?",
        Thought("hm"),
        ToolCall("1", "add", None, "{"),
        Text("Yes.\u2028"),
        Usage(1),
        Stop("end"),
    )
    talk.chat.ask(["What is this?", Image(b"\x89PNG", "image/png")], cell="cell-id")
    talk.chat.turns[1].answer.parts[0].state = ProviderState("kimi", "openai-chat", "signature")
    path = talk.chat.export(tmp_path / "talk.json")
    other = Talk(tmp_path / "other.sqlite")
    _, turns = export.read_export(path)
    other.chat.add(turns)

    assert without_identity(other) == without_identity(talk)
    assert not {t.id for t in other.chat.turns} & {t.id for t in talk.chat.turns}
    text = path.read_text("utf-8")
    assert not [word for word in ("Taken back", "cell-id", "signature") if word in text]

    other.ask("And?")
    again = other.resume(tmp_path / "other.sqlite")
    assert said(again.chat) == said(other.chat)
    for one in (other, again):
        one.close()


def test_markdown_says_where_an_answer_is_not_whole(talk: Talk, tmp_path: Path) -> None:
    talk.ask("One?", Text("Ye"), Stop("broken", "the server hung up"))

    text = talk.chat.export(tmp_path / "talk.md").read_text()
    assert text == "## You\n\nOne?\n\n## kimi-k2.6\n\nYe\n\n*(broke off: the server hung up)*\n"


def test_a_notebook_has_cells_that_ask_again(talk: Talk, tmp_path: Path) -> None:
    talk.chat.system = "Be 'brief'.\nPlease."
    talk.ask('Is {x} in {"json": 1}?', Text("<img src=x onerror=alert(1)>"), Stop("end"))
    talk.chat.ask(["See", Image(b"", "image/png")], model="a; b\n!rm -rf /")
    notebook = nbformat.read(talk.chat.export(tmp_path / "talk.ipynb"), as_version=4)
    nbformat.validate(notebook)

    sources = [cell.source for cell in notebook.cells]
    assert sources[0] == "%load_ext nbchat"
    assert sources[1].startswith(
        "%%chat kimi-k2.6 --system 'Be '\"'\"'brief'\"'\"'. Please.' --raw\nIs {x}"
    )
    assert sources[2] == "*1 attached to this question, not in this notebook:*"
    lines = sources[3].splitlines()  # no model has that name, so nothing is asked, nor run
    assert all(line.startswith("#") for line in lines)
    assert lines[-1] == "# See"
    assert "<img" not in notebook.cells[1].outputs[0].data["text/html"]


# --- whom an exported notebook asks ---------------------------------------------------------------

OWN_ROWS = f"""{GATEWAY}
[[models]]
id = "gpt-4.1-mini"
type = "mine"
name = "Mine, of a name that OpenAI has, too"
[[models]]
id = "azure:gpt-4.1"
type = "mine"
name = "Mine, of a name that looks like Azure's"
[[models]]
id = "large"
type = "mine"
name = "Mine, large"
upstream = "vendor/large-1"
[aliases]
"gpt-4.1" = "glm-5.3"
"groq:openai/gpt-oss-120b" = "demo"
fast = "kimi-k2.6"
"""
# Ids that several providers have, one that none has in the table, and odd ones.
IDS = (
    "gpt-4.1",
    "openai/gpt-oss-120b",
    "gemma",
    "qwen3:4b",
    "some/new:free",
    "it's-a-model",
    "large",
)


@pytest.fixture
def own_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    (tmp_path / "nbchat.toml").write_text(OWN_ROWS)
    monkeypatch.setenv("NBCHAT_CONFIG", str(tmp_path / "nbchat.toml"))
    return Settings.load().catalog


def exported_question(talk: Talk, kind: str, model: str) -> str:
    """The cell of a notebook for an answer of that provider's model."""
    talk.runtime.source.provider = kind
    talk.chat.ask("Hi", model=model, parent=None)
    return str(json.loads(export.as_notebook(talk.chat, lambda turn: {}))["cells"][1]["source"])


def asked_by(cell: str, catalog: Catalog) -> tuple[str, str] | None:
    """Provider and id that a cell asks; None where it asks nobody."""
    line, _, rest = cell.partition("\n")
    if line.startswith("#"):
        assert all(other.startswith("#") for other in rest.splitlines())
        return None
    assert rest == "Hi"
    name = parse_arguments(line.removeprefix("%%chat ")).model
    route = catalog.find(name or "")
    return route.provider.type, route.model.sent_id


@pytest.mark.field("P1")
@pytest.mark.parametrize("kind", sorted(shipped().providers))
def test_a_cell_of_an_exported_notebook_asks_whom_the_conversation_asked(
    talk: Talk, own_rows: Catalog, kind: str
) -> None:
    of_the_table = [model.id for model in shipped().models.values() if model.type == kind]
    for model in (*of_the_table, *IDS):
        row = own_rows.row_of(own_rows.providers[kind], model)
        asked = asked_by(exported_question(talk, kind, row.id), own_rows)

        covered = (kind, model) == ("azure", "gpt-4.1")  # by a row of the user's
        assert asked == (None if covered else (kind, row.sent_id)), model


@pytest.mark.field("P1")
def test_an_exported_cell_of_an_own_row_asks_that_row(talk: Talk, own_rows: Catalog) -> None:
    for model in ("large", "gpt-4.1-mini", "azure:gpt-4.1"):
        asked = asked_by(exported_question(talk, "mine", model), own_rows)
        assert asked == ("mine", own_rows.models[model].sent_id)


@pytest.mark.field("P1")
@pytest.mark.parametrize(
    ("kind", "model"), [("corp", "gpt-4.1-nano"), ("corp", "large"), ("", "kimi-k2.6")]
)
def test_a_model_whose_provider_is_gone_is_named_in_a_comment_and_nobody_is_asked(
    talk: Talk, kind: str, model: str
) -> None:
    talk.chat.system = "Brief."
    cell = exported_question(talk, kind, model)

    assert asked_by(cell, shipped()) is None
    assert repr(model) in cell
    assert cell.endswith("# Hi")

    talk.runtime.source.provider = "kimi"
    talk.chat.ask("And?", model="kimi-k2.6")
    cells = json.loads(export.as_notebook(talk.chat, lambda turn: {}))["cells"]
    assert cells[2]["source"] == "%%chat kimi-k2.6 --system Brief.\nAnd?"


VALID: dict[str, Any] = {
    "format": "nbchat-conversation",
    "version": 1,
    "name": "x",
    "title": "",
    "system": None,
}
TURN: dict[str, Any] = {"question": "Hi?", "answer": "Hello."}


def file_of(**changes: Any) -> str:
    return json.dumps({**VALID, "turns": [TURN], **changes})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "valid dictionary"),
        ("[" * 100_000, "nested too deeply"),
        (
            file_of(
                turns=[{**TURN, "tool_calls": [{"id": "", "name": "", "raw": "", "arguments": {}}]}]
            ),
            "",
        ),
        (file_of(turns=json.loads("[" * 90 + "]" * 90)), "nested too deeply"),
        (file_of(format="other"), "format"),
        (file_of(version=3), "version"),
        (file_of(version=True), "version"),
        (file_of(surprise=1), "surprise"),
        (file_of(turns={}), "turns"),
        (file_of(turns=[TURN] * 10_001), "turns"),
        (file_of(turns=["Hi?"]), "turn 1"),
        (file_of(turns=[TURN, {"answer": "Hello."}]), "turn 2: question"),
        (file_of(turns=[{**TURN, "question": 5}]), "turn 1: question"),
        (
            file_of(
                turns=[
                    {
                        **TURN,
                        "question": [{"image": "aGk=", "media_type": "x", "url": "http://evil/"}],
                    }
                ]
            ),
            "turn 1",
        ),
        (
            file_of(
                turns=[{**TURN, "question": [{"image": "not base64!", "media_type": "image/png"}]}]
            ),
            "base64",
        ),
        (file_of(turns=[{**TURN, "usage": {"input": -1}}]), "usage.input"),
        (file_of(turns=[{**TURN, "usage": {"input": "1"}}]), "usage.input"),
        (file_of(turns=[{**TURN, "stop": {"reason": "explode"}}]), "stop.reason"),
        (
            file_of(turns=[{**TURN, "seconds": 1}]).replace('"seconds": 1', '"seconds": Infinity'),
            "Infinity",
        ),
        (
            file_of(turns=[{**TURN, "seconds": 1}]).replace('"seconds": 1', '"seconds": 1e999'),
            "seconds",
        ),
        (
            file_of(turns=[{**TURN, "left_out": 1}]).replace(": 1}]", ": 1" + "0" * 5000 + "}]"),
            "not JSON",
        ),
        (file_of(turns=[{**TURN, "model": "m" * 1000}]), "turn 1: model"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_reason(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "talk.json"
    path.write_text(text)
    if not words:
        assert len(export.read_export(path)[1]) == 1
        return

    with pytest.raises(BadSettings, match="is not a conversation of nbchat") as caught:
        export.read_export(path)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_bytes(b"\xff\xfe{}"), "not UTF-8"),
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "talk.json")

    with pytest.raises(BadSettings, match=words):
        export.read_export(tmp_path / "talk.json")


def test_a_file_of_any_size_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "LARGEST_IMPORT", 1_000_000)
    with (tmp_path / "talk.json").open("wb") as file:
        file.truncate(10**12)  # a hole; reading it would take all memory

    with pytest.raises(BadSettings, match="larger than 1 MB"):
        export.read_export(tmp_path / "talk.json")


def test_ids_parents_and_signatures_of_a_file_are_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    kept = {"provider": "kimi", "wire": "openai-chat", "data": "forged"}
    path.write_text(file_of(turns=[{**TURN, "kept": kept, "cell": "theirs"}, TURN]))
    _, (first, second) = export.read_export(path)

    assert (states(first), first.cell, first.parent, second.parent) == ([], None, None, first)


def states(turn: Turn) -> list[object]:
    return [part.state for part in turn.answer.parts if getattr(part, "state", None)]


HIDDEN = "\x1b]52;c;aGk=\x07\x9b a\u202eb\U000e0101\u200b"
BAD = f"{HIDDEN} ![x](https://sink.example/x.png) <img src=https://sink.example> `{HIDDEN}`"


@pytest.mark.field("T4")
@pytest.mark.parametrize("name", ["talk.md", "talk.ipynb", "talk"])
def test_no_file_that_is_rendered_hides_or_loads_anything(
    talk: Talk, tmp_path: Path, name: str
) -> None:
    talk.chat.system = BAD
    talk.ask(BAD, Thought(BAD), Text(f"{BAD}\n\n```\n{BAD}"), Stop("broken", BAD))
    talk.ask("Next?", Text("```\n![y](https://sink.example/y.png)\n```"), Stop("end"))
    text = talk.chat.export(tmp_path / name).read_text("utf-8")
    if name.endswith("ipynb"):
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        sources = [cell.source for cell in notebook.cells]
        data = [output.data for cell in notebook.cells for output in cell.outputs]
        assert "<img" not in "".join(bundle["text/html"] for bundle in data)
        text = "".join([*sources, *(bundle["text/plain"] for bundle in data)])
    else:
        assert images(text) == []
        assert "[x: image at sink.example (not loaded)](https://sink.example/x.png)" in text

    assert unmasked(text) == text
    assert not CONTROLS.search(text)
    assert "a\\u202eb\\U000e0101\\u200b" in text


def images(markdown: str) -> list[str]:
    """What a program that renders Markdown with HTML would load or run."""
    md = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = [one for token in md.parse(markdown) for one in [token, *(token.children or ())]]
    return [one.content for one in tokens if one.type in ("image", "html_inline", "html_block")]


@pytest.mark.field("T4")
def test_json_is_data_whole_and_safe_to_print(talk: Talk, tmp_path: Path) -> None:
    talk.ask(BAD, Thought(BAD), Text(BAD), Stop("broken", BAD))
    path = talk.chat.export(tmp_path / "talk.json")
    text = path.read_text("utf-8")

    assert unmasked(text) == text
    assert not CONTROLS.search(text)
    (read,) = export.read_export(path)[1]
    assert (read.question.text, read.answer.text, read.answer.thought) == (BAD, BAD, BAD)


def test_what_tools_did_comes_back_from_json(talk: Talk, tmp_path: Path) -> None:
    talk.ask("Which feature?", *acted().parts, Stop("end"))
    path = talk.chat.export(tmp_path / "talk.json")
    (read,) = export.read_export(path)[1]

    assert read.answer.parts == talk.chat.turns[0].answer.parts
    assert read.answer.rounds == talk.chat.turns[0].answer.rounds


def test_markdown_tells_what_tools_did_in_order(talk: Talk, tmp_path: Path) -> None:
    talk.ask("Which feature?", *acted().parts, Stop("end"))
    text = talk.chat.export(tmp_path / "talk.md").read_text("utf-8")
    told = ("I look at", "*`look`*", "df: DataFrame", "`run`, failed", "```python\nimport", "![")
    places = [text.index(words) for words in (*told, "`run`, refused", "Nothing was written.")]

    assert places == sorted(places)
    assert text.count("](data:image/png;base64,") == 1


def test_a_notebook_shows_what_tools_did_and_runs_none_of_it(talk: Talk, tmp_path: Path) -> None:
    talk.ask("Which feature?", *acted().parts, Stop("end"))
    notebook = nbformat.read(talk.chat.export(tmp_path / "talk.ipynb"), as_version=4)
    load, cell = notebook.cells

    assert "stripplot" not in cell.source + load.source
    assert cell.outputs[0].data["text/html"].count("class=nbc-tool") == 6
    assert "[run, failed: " in cell.outputs[0].data["text/plain"]


@pytest.mark.field("T4")
@pytest.mark.parametrize("name", ["talk.md", "talk.ipynb"])
def test_no_file_lets_a_tool_hide_or_load_anything(talk: Talk, tmp_path: Path, name: str) -> None:
    picture = Image(BAD.encode(), "image/png")
    calls = [
        ran(BAD, {"code": BAD, BAD: BAD}, [BAD, picture], error=True),
        ran("f", {"a": BAD}, BAD),
    ]
    talk.ask("?", *(part for call in calls for part in call), Text("So."), Stop("end"))
    text = talk.chat.export(tmp_path / name).read_text("utf-8")

    assert unmasked(text) == text
    assert not CONTROLS.search(text)
    if name.endswith("md"):
        assert images(text) == []
    else:
        html = nbformat.reads(text, as_version=4).cells[1].outputs[0].data["text/html"]
        assert "<img" not in html
        assert "<a " not in html


def test_markdown_puts_each_figure_in_its_place(talk: Talk, tmp_path: Path) -> None:
    one, two = ran("f", {}, ["a", Image(png(5, 5))]), ran("g", {}, ["b", Image(png(7, 7))])
    talk.ask("?", *one, Text("Then:"), *two, Stop("end"))
    text = talk.chat.export(tmp_path / "talk.md").read_text("utf-8")

    assert text.index("![picture, 5 × 5") < text.index("Then:") < text.index("![picture, 7 × 7")


def test_a_value_is_json_in_markdown_and_a_table_in_a_notebook(talk: Talk) -> None:
    talk.ask("Who?", Text('Here: {"items": [{"name": "Ada ```"}]}'), Stop("end"))
    talk.chat.turns[-1].answer.valued = Valued([{"name": "Ada ```"}])

    markdown = export.as_markdown(talk.chat)
    notebook = export.as_notebook(talk.chat, export._bundle)

    assert '````json\n[\n{"name": "Ada ```"}\n]\n````' in markdown
    assert "Here:" not in markdown
    (shown,) = json.loads(notebook)["cells"][-1]["outputs"]
    assert "<td style=text-align:left>Ada ```</td>" in shown["data"]["text/html"]
