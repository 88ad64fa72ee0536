"""Hints that lead somewhere: to the whole name of a model, to the command that was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat.errors import ConnectionBroken, Interrupted
from nbchat.events import Answer, Stop, Text
from nbchat.frontends.notebook.ask import _refuse_a_part
from nbchat.frontends.notebook.commands.mistyped import no_such_command
from nbchat.frontends.notebook.commands.table import commands
from nbchat.settings import Settings

from ....fakes.provider import Request, Service, answer, said
from ....running_kernel import RunningKernel
from ..conftest import plain

LISTED = [{"id": "gemma3-270m"}, {"id": "qwen3:4b"}]
NOWHERE = "http://127.0.0.1:1"
AGREE = """
from nbchat import runtime
from nbchat.frontends.panel.next_model import next_model
print(next_model(nbchat.chat()), runtime.current().model_to_show(nbchat.chat())[0])
"""


class LlamaServer:
    """A server on this machine with two models, which can be shut down."""

    def __init__(self) -> None:
        self.models = LISTED

    async def __call__(self, request: Request, writer: Any) -> None:
        if request.path.endswith("/models"):
            play = answer(
                json.dumps({"data": self.models}).encode(),
                headers={"content-type": "application/json"},
            )
        else:
            play = answer(*said("Hello from here."))
        await play(request, writer)


@pytest.fixture
def llama(service: Service) -> LlamaServer:
    server = LlamaServer()
    service.always(server)
    return server


@pytest.fixture
def lone_kernel(service: Service, tmp_path: Path) -> Iterator[RunningKernel]:
    """A kernel without a key, beside that server."""
    env = {f"{kind}_BASE_URL": NOWHERE for kind in ("OLLAMA", "LMSTUDIO", "VLLM")}
    env["LLAMACPP_BASE_URL"] = f"{service.url}/v1"
    with RunningKernel(tmp_path, env) as kernel:
        kernel.run(
            "%load_ext nbchat\nimport nbchat\n"
            "from nbchat.engine import local_servers; local_servers.SEARCH_SECONDS = 10.0"
        )
        yield kernel


@pytest.mark.field("C4")
def test_a_name_as_a_footer_shows_it_leads_to_the_whole_one(
    lone_kernel: RunningKernel, llama: LlamaServer
) -> None:
    before = lone_kernel.run("%%chat gemma3-270m\nHi").error
    answered = lone_kernel.run("%%chat\nHi")
    llama.models = []  # from here on it is known by its answer alone
    after = [
        lone_kernel.run(cell).error
        for cell in ("%%chat gemma3-270m\nHi", "%chat use gemma3-270m", "%%chat Gemma3-270M\nHi")
    ]
    others = [
        lone_kernel.run(cell).error for cell in ("%%chat qwen3:4b\nHi", "%%chat gemma3-270\nHi")
    ]

    assert "gemma3-270m" in plain(answered.html).rpartition("Hello")[2]
    for error in (before, *after):
        assert "UnknownModel" in error
        assert "Did you mean 'llamacpp:gemma3-270m'?" in error
    assert "Did you mean 'llamacpp:qwen3:4b'?" in others[0]
    assert "Did you mean 'llamacpp:gemma3-270m'?" in others[1]
    assert "Hello from here." in lone_kernel.run("%%chat llamacpp:gemma3-270m\nHi").html


@pytest.mark.field("C4")
def test_the_state_the_panel_and_the_answer_name_one_model(
    lone_kernel: RunningKernel, llama: LlamaServer
) -> None:
    state = lone_kernel.run("%chat").text
    shown = lone_kernel.run(AGREE).text
    answered = lone_kernel.run("%%chat\nHi")

    assert "Model: llamacpp:gemma3-270m (no key is set, but a server" in state
    assert shown.split() == ["llamacpp:gemma3-270m"] * 2
    assert "Hello from here." in plain(answered.html)

    lone_kernel.run("%chat reset")
    llama.models = []
    assert "Model: demo (no key is set)" in lone_kernel.run("%chat").text
    assert lone_kernel.run(AGREE).text.split() == ["demo"] * 2
    assert "embedded demo answers" in plain(lone_kernel.run("%%chat\nHi").html)


@pytest.mark.field("C4")
def test_a_state_that_is_told_without_looking_says_what_it_does_not_know(
    kernel: RunningKernel,
) -> None:
    """Before the first question nothing is looked for where the user has named no address."""
    assert "it answers instead" in kernel.run("%chat").text
    kernel.run("%%chat\nHi")
    kernel.run("%chat reset")

    assert "it answers instead" not in kernel.run("%chat").text


@pytest.mark.field("look 1", "P10")
def test_models_lists_what_can_be_asked_now(
    lone_kernel: RunningKernel, llama: LlamaServer, service: Service
) -> None:
    first = lone_kernel.run("%chat models")
    lone_kernel.run("import os; os.environ['KIMI_API_KEY'] = 'a-key-of-the-test'")
    llama.models = []
    second = lone_kernel.run("%chat models")
    every = lone_kernel.run("%chat models all").text.splitlines()
    named = lone_kernel.run("%chat models glm").text.splitlines()

    head, *rows, below = first.text.splitlines()
    assert "USD" in head
    assert [row.split()[0] for row in rows] == ["llamacpp:gemma3-270m", "llamacpp:qwen3:4b", "demo"]
    assert below == "169 more need a key: %chat models all"
    head, *rows, below = second.text.splitlines()
    assert {row.split("  ")[0] for row in rows} > {"kimi-k2.6", "demo"}
    assert not any("llamacpp" in row or "Ollama" in row for row in rows)
    assert "262k / 262k" in next(row for row in rows if row.startswith("kimi-k2.6 "))
    assert below == "155 more need a key: %chat models all"
    retired = ["retired" in row for row in rows]
    assert retired == sorted(retired)
    assert len(every) == 174
    assert ["retired" in row for row in every[1:]] == sorted("retired" in row for row in every[1:])
    assert any("needs GLM_API_KEY" in row for row in named)
    assert len(second.html) < 15_000
    assert "nbc-wide" in second.html


@pytest.mark.field("C4")
@pytest.mark.parametrize("noun", ["model", "turn", "character"])
def test_one_of_something_is_said_as_one(noun: str) -> None:
    from nbchat.wording import plural

    assert plural(1, noun) == f"1 {noun}"


MISTYPED = {
    "cost": "%chat usage",
    "price": "%chat usage",
    "tokens": "%chat usage",
    "clear": "%chat reset",
    "new": "%chat reset",
    "model": "%chat use",
    "model kimi-k2.6": "%chat use kimi-k2.6",
    "system": "%%chat --system",
    "system You are a pirate, and nothing else.": '%%chat --system "You are a pirate, and',
    "temperature 0.2": "%%chat --temperature 0.2",
    "quit": "%unload_ext nbchat",
    "save talk.md": "%chat export talk.md",
    "load": "%chat import",
    "rename trip": "%chat panel",
    "open trip": "%chat switch trip",
    "config": "%chat settings",
    "key": "getpass.getpass()",
    "login": "%chat providers",
    "Usage": "%chat usage",
    "modles": "'models'",
    "set temperature 0.5": "%%chat --temperature 0.5",
    "effort": "%%chat --think",
    "reasoning high": "%%chat --think high",
    "temp 0.2": "%%chat --temperature 0.2",
    "select 1": "%chat goto 1",
    "show models": "Write it so:\n%chat models",
    "kimi": "%chat models kimi",
    "claude": "%chat models claude",
    "gpt": "%chat models gpt",
    "ollama": "%chat models ollama",
    "local": "%chat models [PATTERN]",
    "h": "%chat help NAME",
    "/help": "%chat help NAME",
    "docs": "%chat help NAME",
    "code": "%chat insert",
    "answer": "nbchat.chat().last_answer.text",
    "edit": "run it again",
    "attach": "{name} in a question",
    "pdf": "%chat export",
    "stream": "as it arrives",
    "hello": "To ask:\n%chat ask hello",
    "kimi-k2.6": "%%chat kimi-k2.6",
    "why is the sky blue": "%chat ask why is the sky blue",
    "Explain: why": "%chat ask Explain: why",
}


@pytest.mark.field("C4", "C9")
def test_a_mistyped_command_points_to_what_there_is(kernel: RunningKernel) -> None:
    for typed, pointed_to in MISTYPED.items():
        error = kernel.run(f"%chat {typed}").error
        assert "NoSuchCommand" in error, typed
        assert pointed_to in error, (typed, error)
        assert len(error.splitlines()) <= 2


@pytest.mark.field("C4", "C9")
def test_no_command_that_removes_is_guessed_and_no_other_by_chance() -> None:
    catalog = Settings.load().catalog
    for word in ("default", "unset", "delet", "delte", "rset", "resett"):
        said = no_such_command(word, "", commands(), catalog)
        assert "delete" not in said.replace(word, "")
        assert "%chat reset" not in said
        assert "'reset'" not in said
    for word in ("agent", "image", "language", "readme", "effort"):
        assert "Did you mean" not in no_such_command(word, "", commands(), catalog)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("error", "%chat fix has the last error mended"),
        ("traceback", "\n%%chat --error"),
        ("preview", "\n%%chat --show"),
        ("above", "\n%%chat --above 3"),
        ("unhide", "\n%chat hide --forget 3"),
        ("unpin", "\n%chat pin --forget 3"),
        ("repair", "Did you mean %chat fix"),
        ("why", "Did you mean %chat explain"),
    ],
)
def test_words_for_what_goes_along_lead_to_it(word: str, told: str) -> None:
    assert told in no_such_command(word, "", commands(), Settings().catalog)


@pytest.mark.field("C4")
def test_one_character_that_arrived_is_said_as_one() -> None:
    broken = Answer()
    broken.add(Text("A"))
    broken.stop = Stop("broken", "the connection was lost")
    with pytest.raises(ConnectionBroken, match="after 1 character: .* What arrived is kept"):
        _refuse_a_part(broken, interrupted=False)
    with pytest.raises(Interrupted, match="after 1 character; kept"):
        _refuse_a_part(broken, interrupted=True)


@pytest.mark.field("C8")
def test_that_the_demo_answers_is_said_once_a_kernel(kernel: RunningKernel) -> None:
    first = kernel.run("%%chat\nHello", cell="a")
    later = [
        kernel.run("%%chat\nAnd again", cell="b"),
        kernel.run("%%chat --fresh\nAside", cell="c"),
        kernel.run("%%chat --name other\nElsewhere", cell="d"),
    ]
    again = kernel.run("%%chat\nHello", cell="a")
    python = kernel.run("import nbchat; print(nbchat.chat('third').ask('Hi').notices)").text
    stored = kernel.run("print([len(t.answer.notices) for t in nbchat.chat().all_turns])").text

    notice = "the embedded demo answers"
    assert notice in first.html
    assert [notice in ran.html for ran in later] == [False] * 3
    assert again.html == first.html, "a cell that is run again leaves what it left before"
    assert python.strip() == "[]"
    assert stored.strip() == "[1, 0, 0, 1]"


@pytest.mark.field("C8")
def test_a_demo_that_nobody_chose_makes_room_though_it_said_so_only_once(
    kernel: RunningKernel, service: Service
) -> None:
    service.always(answer(*said("From Kimi.")))
    kernel.run("%%chat\nHello")
    kernel.run("%%chat --name other\nElsewhere")
    kernel.run(
        f"import os; os.environ.update(KIMI_API_KEY='a-key-of-a-test', "
        f"KIMI_BASE_URL='{service.url}/v1')"
    )

    assert "From Kimi." in kernel.run("%%chat --name other\nAnd now?").html
    kernel.run("%%chat demo --name chosen\nHello")
    assert "From Kimi." not in kernel.run("%%chat --name chosen\nAnd now?").html


SET_UP = """
import nbchat
MODEL, D, nothing = "demo", {"m": "demo"}, ""
ans = nbchat.Answer()
ans.add(nbchat.Text("demo"))
ans = ans.ended()
"""
# A line, and what is said to type instead of it.
TYPED_INSTEAD = {
    "%%chat {{MODEL}}\nHi": "%%chat {MODEL}",
    "%%chat %MODEL%\nHi": "%%chat {MODEL}",
    "%%chat MODEL --seed 1\nHi": "%%chat {MODEL} --seed 1",
    "%%chat <model>\nHi": "%%chat {MODEL}",
    "%%chat {MODLE}\nHi": "%%chat {MODEL}",
    "%%chat [NAME]\nHi": "%%chat demo",
    "%%chat kimi k2.6\nHi": "%%chat kimi-k2.6",
    "%chat use MODEL": "%chat use {MODEL}",
    "%chat use {{MODEL}}": "%chat use {MODEL}",
    "%chat use NAME": "%chat use demo",
    "%chat use kimi k2.6": "%chat use kimi-k2.6",
    "%chat use kimi-k2.6 --think high": "%chat use kimi-k2.6",
    "%chat use https://api.moonshot.ai/v1": "%chat models kimi",
    "%chat use localhost:9999": 'import os; os.environ["VLLM_BASE_URL"] = "http://localhost:9999/v1"',
    "%chat models localhost:9999": "import os; os.environ",
    "%chat models list": "%chat models",
    "%chat models list all": "%chat models all",
    "%chat models --all": "%chat models all",
    "%chat models kimi list": "%chat models kimi",
    "%chat models PATTERN": "%chat models kimi",
    "%chat models kimmi": "%chat models kimi",
    "%chat models xyzzy": "%chat models all",
    "%chat providers list": "%chat providers",
    "%chat providers kimmi": "%chat providers kimi",
    "%chat history N": "%chat history",
    "%chat undo all": "%chat reset",
    "%chat ask": "Such as: %chat ask Why is the sky blue?",
    '%chat ask ""': "Such as: %chat ask Why is the sky blue?",
    "%chat ask {nothing}": "Such as: %chat ask Why is the sky blue?",
    "%chat ask TEXT": "%chat ask Why is the sky blue?",
    '%chat ask --system "Be brief." Why?': '%%chat --system "Be brief."',
    "%chat ask --system {ans} --fresh Why?": "%%chat --system {ans} --fresh",
    "%chat help NAME": "%chat help use",
    "%chat localhost:9999": 'import os; os.environ["VLLM_BASE_URL"]',
    "%chat kimi k2.6": "%%chat kimi-k2.6",
    "%%chat models\nHi": "%chat models",
}


@pytest.mark.field("C4", "C9")
def test_a_wrong_line_ends_in_one_that_works_when_it_is_pasted(kernel: RunningKernel) -> None:
    kernel.run(SET_UP)
    kernel.run("%%chat demo\nHello")
    for typed, instead in TYPED_INSTEAD.items():
        said = re.sub(r"\x1b\[[0-9;]*m", "", kernel.run(typed).error).split("\n")
        assert len(said) == 2, typed
        assert said[1].startswith(instead), (typed, said)
        pasted = said[1][said[1].find("%chat") if ": %chat" in said[1] else 0 :]
        again = kernel.run(f"{pasted}\nHi" if pasted.startswith("%%") else pasted)
        needs_key = "MissingKey" in again.error
        assert again.status == "ok" or needs_key, (typed, again.error)


@pytest.mark.field("C3", "C10")
def test_an_answer_on_a_line_in_a_kernel_is_its_text(kernel: RunningKernel) -> None:
    kernel.run(SET_UP)

    assert kernel.run("%%chat {ans} --name {ans} --system {ans}\nHi").status == "ok"
    assert "* demo: 1 turn" in kernel.run("%chat switch {ans}").text
    assert kernel.run("print(nbchat.chat('demo').system)").text == "demo\n"
    assert "demo answers from now on" in kernel.run("%chat use {ans}").text
    assert "kimi-k2.6" in kernel.run("%chat models kimi k2.6").text
    kernel.run("%chat ask Is it {ans}?")
    question = kernel.run("print(nbchat.chat('demo').last.question.text)").text
    assert question.startswith("Is it demo?")
