"""A key that is set goes through real cells; it must be in nothing that they show or leave."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from nbchat.settings_file import FILE, config_folder

from ...fakes.provider import Service, said, sse
from ...network.faults import benign, payload, server
from ...network.faults.families import FAMILIES, Family
from ...network.faults.server import Misbehaving
from ...network.faults.test_keys import ECHOES, SAID, disguises
from ...network.faults.test_matrix import FAULTS
from ...nightly import size
from ...running_kernel import Ran, RunningKernel
from .test_input_history import MODES, shown

pytestmark = pytest.mark.field("T6")

KEY = "sk-canary-7Qv/3xY+9Zt_K2mW8pLr4NbD6"
# For each wire format a model that is asked in it, what the variables of its provider's address
# begin with, and the variable of its key.
MODELS = {
    "openai-chat": ("kimi:kimi-k2.6", "KIMI", "KIMI_API_KEY"),
    "anthropic-messages": ("anthropic:claude-haiku-4-5", "ANTHROPIC", "ANTHROPIC_API_KEY"),
    "gemini": ("gemini:gemini-2.5-flash", "GEMINI", "GEMINI_API_KEY"),
    "bedrock-converse": (
        "bedrock:amazon.nova-lite-v1:0",
        "BEDROCK",
        "AWS_BEARER_TOKEN_BEDROCK",
    ),
    "openai-responses": ("openai:gpt-5.4-mini", "OPENAI", "OPENAI_API_KEY"),
    "ollama": ("ollama:gemma4", "OLLAMA", "OLLAMA_API_KEY"),
    "cohere": ("cohere:command-a-03-2025", "COHERE", "COHERE_API_KEY"),
}
ALWAYS = ("good", "cut-mid-event", "cut-clean", "http-401", "http-400", *ECHOES)  # over each format
PAIRS = list(product(FAULTS, FAMILIES))
FAULTS_IN_CELLS = size(50, nightly=2_000)  # which is all; without a notebook all are tried always
PLAYED = [
    *product(ALWAYS, FAMILIES),
    *random.Random(7).sample(PAIRS, min(FAULTS_IN_CELLS, len(PAIRS))),
]
SHORT = """
[timeouts]
first_byte = 0.2
gap = 0.2
[limits]
answer = "2 MiB"
between_events = "512 KiB"
"""
SET_UP = f"""
import logging, os
from nbchat.engine import retry
retry.FIRST_DELAY = 0.001
logging.basicConfig(level=logging.DEBUG, filename="debug.log", force=True)
logging.getLogger("markdown_it").setLevel(logging.INFO)
logging.getLogger("httpcore2").setLevel(logging.DEBUG)
KEY = "".join({[KEY[:7], KEY[7:]]!r})
os.environ.update(dict.fromkeys({[key for *_, key in MODELS.values()]}, KEY))
env = dict(os.environ)
secret = [KEY.encode(), {{"nested": KEY}}]
"""
WRONG = (
    "nbchat.ask(os.environ['KIMI_API_KEY'], 'Hi')",
    "nbchat.ask('demo', 'Hi', thinking=KEY)",
    "nbchat.ask('demo', 'Hi', **{KEY: 1})",
    "nbchat.chat().goto(KEY)",
    "nbchat.get_model_type('kimi:' + KEY + ' x')",
)
LEFT = """
import sys
panel = nbchat.ChatPanel()
chat = nbchat.chat()
for ending in ("md", "ipynb", "json"):
    chat.export("export." + ending)
print(repr(chat.turns), repr(panel.get_state()), str(chat.last.answer), chat.last.answer.notices)
"""


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[Misbehaving]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (server, benign, payload):
            patch.setattr(module, "WORDS", SAID)
        plays = {name: fault.play for name, fault in FAULTS.items()}
        with Misbehaving({**plays, **ECHOES}) as misbehaving:
            yield misbehaving


def leaks(text: str) -> list[str]:
    return [how for how, form in disguises(KEY).items() if form in text]


def asked(kernel: RunningKernel, misbehaving: Misbehaving, fault: str, family: Family) -> Ran:
    model, name, _ = MODELS[family.name]
    url = misbehaving.case(fault, family, False)[1]
    kernel.run(f"os.environ['{name}_BASE_URL'] = {url!r}")
    return kernel.run(f"%%chat {model}\nWhat is my key?")


def test_the_key_is_in_nothing_that_cells_show_or_leave(
    misbehaving: Misbehaving, service: Service, tmp_path: Path
) -> None:
    env = {
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "NBCHAT_HISTORY": str(tmp_path / "talk.sqlite"),
        "JPY_SESSION_NAME": str(tmp_path / "a.ipynb"),
    }
    file = config_folder() / FILE
    file.parent.mkdir(parents=True)
    file.write_text(SHORT)
    arguments = json.dumps({"env": {"KEY": KEY}})
    function = {"name": "run", "arguments": arguments}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    with RunningKernel(tmp_path, env) as kernel:
        ran = {"loading": kernel.run("%load_ext nbchat\nimport nbchat")}
        kernel.run(SET_UP)
        for first, mode in enumerate(MODES):
            kernel.run(f"%xmode {mode}")
            for fault, family in PLAYED[first :: len(MODES)]:
                ran[f"{fault} {family.name}"] = asked(kernel, misbehaving, fault, family)
        service.answers(
            *said(*SAID[:4], thought=[KEY[:11], KEY[11:], " hm"])[:-1],
            sse({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}),
        )
        kernel.run(f"os.environ['KIMI_BASE_URL'] = '{service.url}/v1'")
        ran["thinking and a call"] = kernel.run("%%chat kimi-k2.6\nThink")
        for mode in MODES:
            kernel.run(f"%xmode {mode}")
            for code in WRONG:
                ran[f"{mode} {code}"] = kernel.run(code)
                ran[f"{mode} {code} %tb"] = kernel.run("%tb")
        ran["values"] = kernel.run("%%chat demo\n{env} {secret} {KEY} {{KEY}}")
        ran["typed"] = kernel.run(f"%%chat demo --raw\nmy key is {KEY}")
        ran["the line"] = kernel.run(f"%chat ask is {KEY} good?")
        for command in ("history", "usage", "settings", "branches", ""):
            ran[command] = kernel.run(f"%chat {command}")
        ran["left"] = kernel.run(LEFT)
        kernel.run("get_ipython().history_manager.writeout_cache()")
        kernel.run("%unload_ext nbchat")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    written = {path.name: path.read_bytes().decode("latin-1") for path in files}

    sent = [request.body.decode() for request in service.requests]
    assert {name: found for name, one in ran.items() if (found := leaks(shown(one)))} == {}
    assert {name: found for name, text in written.items() if (found := leaks(text))} == {}
    assert [found for body in sent if (found := leaks(body))] == []
    assert {"talk.sqlite", "history.sqlite", "debug.log"} <= written.keys()
    assert {"export.md", "export.ipynb", "export.json"} <= written.keys()
    assert "httpcore2" in written["debug.log"]
    stored = sqlite3.connect(tmp_path / "talk.sqlite").execute("SELECT count(*) FROM turn")
    assert stored.fetchone()[0] > len(FAMILIES)
    assert all(ran[f"http-401 {family.name}"].status == "error" for family in FAMILIES)
    for family in FAMILIES:
        assert "stood in the answer and was masked" in ran[f"good {family.name}"].html
        assert any(f"[{key}]" in ran[f"good {family.name}"].html for *_, key in MODELS.values())
    assert "KEY (1 key masked, " in ran["values"].html
    assert "the question (1 key masked)" in ran["typed"].html
    assert "a key is never an argument" in ran["the line"].error
