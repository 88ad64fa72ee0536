"""What adding something takes: one row, or one file, and nothing else is touched.

Each test works on a copy of the package, asks in a process of its own, and talks
to a real service on loopback.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nbchat

from .fakes.calls import called
from .fakes.provider import Service, answer, said
from .test_layers import forbidden
from .trusted import write_trusted

PACKAGE = Path(nbchat.__file__).parent

MORSE = '''"""Morse: a format that nobody speaks. A line is a word, in dots and dashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbchat.events import Event, Stop
from nbchat.messages import Text
from nbchat.wire.contract import Framing, HttpRequest, ModelRequest

FRAMING: Framing = "ndjson"
LETTERS = {".... ..": "Hi"}


def render(ask: ModelRequest) -> HttpRequest:
    words = [message.text for message in ask.messages]
    return HttpRequest(ask.url("/key"), {"to": ask.model, "say": words})


class Reader:
    ended = False

    def read(self, value: Any, event: str = "") -> Iterable[Event]:
        self.ended = "over" in value
        return [] if self.ended else [Text(LETTERS[value["key"]])]

    def read_whole(self, body: Any) -> Iterable[Event]:
        return self.read(body)

    def finish(self) -> list[Event]:
        return [Stop("end", "over") if self.ended else Stop("broken", "the line went dead")]
'''

LUCK = """    luck: Annotated[
        float | None,
        Option(
            "from {low} to {high}: how lucky the answer is",
            low=0,
            high=7,
            parameter=True,
            http=True,
            panel=True,
            flag="--luck F",
            line="{low} to {high}, for those who need it",
        ),
    ]
"""
SEE_LUCK = """
import inspect, json, sys, nbchat
from IPython.core.completer import CompletionContext
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbchat.engine.prepare import prepare
from nbchat.frontends.notebook.arguments import parse_arguments
from nbchat.frontends.notebook.completion import complete
from nbchat.frontends.panel.page_messages import read_message
from nbchat.frontends.panel.source import options_shown
from nbchat.frontends.server.app import create_app
from nbchat.options import Options
from nbchat.settings import Settings

def refused(call, *args, **named):
    try:
        call(*args, **named)
    except Exception as error:
        return str(error)

shell = InteractiveShell.instance()
nbchat.load_ipython_extension(shell)
with capture_output() as helped:
    shell.run_cell("%%chat --help\\n")
line = "%%chat demo --lu"
typed = CompletionContext(
    token="--lu", full_text=line, cursor_position=len(line), cursor_line=0, limit=None
)
found = complete(typed)
request = nbchat.ChatStreamRequest(model="kimi-k2.6", messages="Hi", luck=3)
schemas = create_app().openapi()["components"]["schemas"]
json.dump({
    "answer": nbchat.ask("kimi-k2.6", "Hi", luck=3).text,
    "signature": "luck: float | None = None" in str(inspect.signature(nbchat.ask)),
    "doc": [line for line in nbchat.ask.__doc__.splitlines() if line.startswith("luck ")],
    "wrong": refused(nbchat.ask, "kimi-k2.6", "Hi", luck=8),
    "meant": refused(nbchat.ask, "kimi-k2.6", "Hi", lucky=1),
    "line": parse_arguments("demo --luck 3").options,
    "wrong line": refused(parse_arguments, "demo --luck bad").splitlines()[0],
    "help": [line for line in helped.stdout.splitlines() if line.startswith("--luck")],
    "tab": [one.text for one in found["completions"]],
    "request": request.options["luck"],
    "wrong request": refused(
        nbchat.ChatStreamRequest.of, {"model": "demo", "messages": "Hi", "luck": 9}
    ),
    "server": schemas["ChatStreamRequest"]["properties"]["luck"]["anyOf"],
    "panel": [options_shown()["numbers"]["luck"], read_message({"kind": "choose", "luck": 8})],
    "elsewhere": prepare(Settings.load(), "gemini:gemini-4-pro", "Hi", Options(luck=3)).notices,
}, sys.stdout)
"""

WEIGHING = '''"""A ready tool that nobody asked for: what things weigh."""

from __future__ import annotations

from dataclasses import replace

from nbchat.tools.tool import tool


@tool
def weigh(thing: str) -> str:
    "Weigh a thing."
    return f"{thing}: 5 g"


weigh = replace(weigh, reads_only=True)
'''
SEE_WEIGHING = """
import json, sys, nbchat
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbchat.frontends.panel.page_messages import read_message
from nbchat.frontends.panel.ready_tools import tool_options
from nbchat.frontends.panel.source import options_shown

shell = InteractiveShell.instance()
nbchat.load_ipython_extension(shell)
with capture_output() as listed:
    shell.run_line_magic("chat", "tools")
with provisionalcompleter():
    line = "%%chat kimi-k2.6 --tools we"
    offered = [one.text for one in shell.Completer.completions(line, len(line))]
with capture_output() as answered:
    shell.run_cell("%%chat kimi-k2.6 --tools weigh\\nWhat weighs a letter?")
with capture_output() as undone:
    shell.run_line_magic("chat", "undo")
json.dump({
    "called": nbchat.tools.weigh("a letter"),
    "names": "weigh" in dir(nbchat.tools),
    "listed": [line.split() for line in listed.stdout.splitlines() if "weigh " in line],
    "offered": offered,
    "answered": "5 g, it says." in answered.stdout,
    "undone": undone.stdout.strip(),
    "page": "weigh" in options_shown()["tools"],
    "panel": [one.name for one in tool_options(
        read_message({"kind": "choose", "tools": ["weigh"]}).tools, plan=False
    )["tools"]],
}, sys.stdout)
"""

POSTCARD = '''"""A front-end that nobody asked for: the answer on a postcard, once it is whole."""

from __future__ import annotations

import asyncio
import sys

from nbchat.api import chat
from nbchat.messages import Text


async def main(question: str) -> None:
    words = ""
    async for event in chat().stream(question, "demo"):
        if isinstance(event, Text):
            words += event.text
    print(f"+---\\n| {words}\\n+---")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:])))
'''

SHOUT = """

@command("shout TEXT", "say it louder", group="conversation")
def shout(chat: ChatCommand, text: str = "") -> None:
    print(f"{text.upper()}! ({chat.conversation.name})")
"""

SHELL = """
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from nbchat.errors import BadSettings

shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "nbchat")
shell.run_line_magic("chat", "shout hear hear")
shell.run_line_magic("chat", "")
with provisionalcompleter():
    print([c.text for c in shell.Completer.completions("%chat sho", 9)])
try:
    shell.run_line_magic("chat", "shuot hear")
except BadSettings as error:
    print(error)
"""

SHOUTING = '''"""A wrapper that shouts what the one behind it says, and refuses to whisper."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Sequence
from typing import Unpack

from nbchat.errors import BadSettings
from nbchat.events import Answer, Event
from nbchat.messages import Message, Text
from nbchat.streams import AnswerSource, SourceOptions, Stream


class Shouting:
    left = 0  # how often somebody stopped listening

    def __init__(self, source: AnswerSource) -> None:
        self._source = source

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        inner = self._source.stream(model, messages, **options)
        answer = Answer(model=model, provider="megaphone")
        quietly = options.get("system") == "whisper"
        return Stream(self._batches(inner, answer, quietly), answer)

    async def _batches(
        self, inner: Stream, answer: Answer, quietly: bool
    ) -> AsyncGenerator[list[Event]]:
        if quietly:
            raise BadSettings("a megaphone does not whisper.")
        try:
            async with inner:
                async for batch in inner.batches():
                    louder = [Text(e.text.upper()) if isinstance(e, Text) else e for e in batch]
                    for event in louder:
                        answer.add(event)
                    yield louder
        except (GeneratorExit, CancelledError):
            Shouting.left += 1
            raise
'''

PHRASEBOOK = '''"""A source that answers from a phrasebook; nothing of the engine is behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Unpack

from nbchat.events import Answer, Event, Stop
from nbchat.messages import Message, Text
from nbchat.streams import SourceOptions, Stream

PHRASES = {"Good day!": "Bom dia!", "Thank you!": "Obrigado!"}


class Phrasebook:
    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        asked = messages if isinstance(messages, str) else messages[-1].text
        answer = Answer(model=model, provider="phrasebook")
        return Stream(self._batches(PHRASES[asked], answer), answer)

    async def _batches(self, phrase: str, answer: Answer) -> AsyncGenerator[list[Event]]:
        for event in (Text(phrase), Stop("end")):
            answer.add(event)
            yield [event]
'''

# What a cell does with a question, without the cell.
READ_AS_A_CELL_DOES = """
from nbchat import runtime
from nbchat.interrupts import Interrupts

def read(question, model):
    stream = runtime.current().chat().open(question, model)
    with Interrupts() as interrupts, runtime.current().bridge.pump(stream, interrupts) as pump:
        for events in pump.batches(every=0.05):
            pass
    return stream.turn
"""


class Copy:
    """A copy of the package, and what differs in it from the original."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package = folder / "nbchat"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))

    def python(self, *arguments: str, **env: str) -> str:
        env = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", **env}
        command = [sys.executable, *arguments]
        ran = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=60
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def touched(self) -> list[str]:
        """The files that are new or changed."""
        return [
            str(path.relative_to(self.package))
            for path in sorted(self.package.rglob("*"))
            if path.is_file()
            and not (
                (old := PACKAGE / path.relative_to(self.package)).exists()
                and old.read_bytes() == path.read_bytes()
            )
        ]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_provider_is_one_row(copy: Copy, service: Service) -> None:
    path = copy.package / "catalog" / "providers.json"
    tables = json.loads(path.read_text("utf-8"))
    row = {
        "type": "pigeon",
        "name": "Pigeon Post",
        "baseUrl": f"{service.url}/v1",
        "envKeys": ["PIGEON_API_KEY"],
    }
    tables["providers"].append({**row, "hosts": ["127.0.0.1"]})
    path.write_text(json.dumps(tables, ensure_ascii=False), "utf-8")
    service.answers(*said("Coo."))

    text = copy.python(
        "-c", "import nbchat; print(nbchat.ask('pigeon:homer-1', 'Hi'))", PIGEON_API_KEY="seed"
    )

    assert text == "Coo."
    assert service.requests[0].headers["authorization"] == "Bearer seed"
    assert service.requests[0].json["model"] == "homer-1"
    assert copy.touched() == ["catalog/providers.json"]


def test_a_provider_is_one_row_of_the_users_own_file_as_well(copy: Copy, service: Service) -> None:
    row = f"""
[[providers]]
type = "pigeon"
name = "Pigeon Post"
base_url = "{service.url}/v1"
key_needed = false
"""
    write_trusted(copy.folder, row)
    service.answers(*said("Coo."))

    assert copy.python("-c", "import nbchat; print(nbchat.ask('pigeon:homer-1', 'Hi'))") == "Coo."
    assert copy.touched() == []


def test_a_wire_format_is_one_file(copy: Copy, service: Service) -> None:
    (copy.package / "wire" / "formats" / "morse.py").write_text(MORSE)
    service.plays(
        answer(
            b'{"key": ".... .."}\n',
            b'{"over": true}\n',
            headers={"content-type": "application/x-ndjson"},
        )
    )
    code = f"""
import nbchat
where = dict(wire="morse", base_url="{service.url}", api_key="k")
told = nbchat.ask("openai:titanic", "Hi", **where)
print(told, told.stop)
"""

    assert copy.python("-c", code) == "Hi Stop(reason='end', detail='over')"
    assert service.requests[0].path == "/key"
    assert service.requests[0].json == {"to": "titanic", "say": ["Hi"]}
    assert copy.touched() == ["wire/formats/morse.py"]
    assert forbidden("wire", MORSE) == []


def test_an_option_is_one_row_and_a_field_in_each_format_that_has_it(
    copy: Copy, service: Service
) -> None:
    put(copy.package / "options.py", LUCK, before="    max_tokens: Annotated[")
    chat = copy.package / "wire" / "formats" / "openai_chat.py"
    put(chat, '    "luck": "luck_of_the_draw",\n', before='    "top_p": "top_p",')
    service.answers(*said("Seven."))
    env = {"KIMI_API_KEY": "k", "KIMI_BASE_URL": f"{service.url}/v1", "GEMINI_API_KEY": "g"}

    seen = json.loads(copy.python("-c", SEE_LUCK, **env))

    assert seen == {
        "answer": "Seven.",
        "signature": True,
        "doc": ["luck         from 0 to 7: how lucky the answer is"],
        "wrong": "luck should be a number from 0 to 7, not 8.",
        "meant": seen["meant"],
        "line": {"luck": 3.0},
        "wrong line": "--luck takes a number from 0 to 7, not 'bad'.",
        "help": ["--luck F              0 to 7, for those who need it"],
        "tab": ["--luck"],
        "request": 3.0,
        "wrong request": "the request is not valid: luck: should be less than or equal to 7.",
        "server": [{"type": "number", "minimum": 0.0, "maximum": 7.0}, {"type": "null"}],
        "panel": [{"min": 0, "max": 7, "step": 0.1}, None],
        "elsewhere": ["gemini has no luck; it was left out."],
    }
    assert "Did you mean 'luck'?" in seen["meant"]
    assert service.requests[0].json["luck_of_the_draw"] == 3
    assert copy.touched() == ["options.py", "wire/formats/openai_chat.py"]


def put(path: Path, text: str, *, before: str) -> None:
    source = path.read_text()
    assert source.count(before) == 1
    path.write_text(source.replace(before, text + before))


def test_a_front_end_is_one_file(copy: Copy) -> None:
    (copy.package / "frontends" / "postcard.py").write_text(POSTCARD)

    shown = copy.python("-m", "nbchat.frontends.postcard", "What did I just ask?")

    assert shown == "+---\n| This is the first question of our conversation.\n+---"
    assert copy.touched() == ["frontends/postcard.py"]
    assert forbidden("frontends", POSTCARD) == []


def test_a_command_is_one_function(copy: Copy) -> None:
    path = copy.package / "frontends" / "notebook" / "commands" / "conversation.py"
    path.write_text(path.read_text("utf-8") + SHOUT, "utf-8")

    shown = copy.python("-c", SHELL).splitlines()

    assert shown[0] == "HEAR HEAR! (main)"
    assert ["%chat", "shout", "TEXT", "say", "it", "louder"] in [line.split() for line in shown]
    assert shown[-2] == "['shout']"
    assert "Did you mean 'shout'?" in shown[-1]
    assert copy.touched() == ["frontends/notebook/commands/conversation.py"]


def test_a_ready_tool_is_a_file_and_its_name_in_the_table(copy: Copy, service: Service) -> None:
    (copy.package / "tools" / "weighing.py").write_text(WEIGHING)
    table = copy.package / "tools" / "__init__.py"
    put(table, '"weigh": "weighing", ', before='"look": "notebook_tools"')
    service.plays(answer(*called(("weigh", {"thing": "a letter"}))), answer(*said("5 g, it says.")))

    env = {"KIMI_API_KEY": "k", "KIMI_BASE_URL": f"{service.url}/v1"}
    seen = json.loads(copy.python("-c", SEE_WEIGHING, **env))

    assert seen == {
        "called": "a letter: 5 g",
        "names": True,
        "listed": [["weigh", "no", "Weigh", "a", "thing."]],
        "offered": ["weigh"],
        "answered": True,
        "undone": "Took back 1 of 1 turn.",
        "page": True,
        "panel": ["weigh"],
    }
    assert service.requests[1].json["messages"][-1]["content"] == "a letter: 5 g"
    assert copy.touched() == ["tools/__init__.py", "tools/weighing.py"]
    assert forbidden("tools", WEIGHING) == []


def test_a_wrapper_is_one_file(copy: Copy) -> None:
    (copy.package / "middleware").mkdir(exist_ok=True)
    (copy.package / "middleware" / "shouting.py").write_text(SHOUTING)
    code = f"""
import sqlite3, nbchat
from nbchat.middleware.shouting import Shouting
{READ_AS_A_CELL_DOES}
runtime.Runtime.wrappers = (Shouting,)
runtime.current().open(static=False)
QUESTION = "What did I just ask?"

print(nbchat.ask("demo", QUESTION))
chat = nbchat.chat("trip")
print(chat.ask(QUESTION, "demo"))
print(read(QUESTION, "demo").answer)
print(chat.last.answer.provider, chat.stored)
runtime.close()
(stored,) = sqlite3.connect("history.sqlite").execute("SELECT answer FROM turn").fetchone()
print("CONVERSATION" in stored)
"""

    said = "THIS IS THE FIRST QUESTION OF OUR CONVERSATION."
    assert copy.python("-c", code, NBCHAT_HISTORY="history.sqlite").split("\n") == [
        *(said, said, said),
        "megaphone True",
        "True",
    ]
    assert copy.touched() == ["middleware/shouting.py"]
    assert forbidden("engine", SHOUTING) == []


def test_the_first_wrapper_is_the_outermost(copy: Copy) -> None:
    (copy.package / "middleware").mkdir(exist_ok=True)
    (copy.package / "middleware" / "shouting.py").write_text(SHOUTING)
    (copy.package / "middleware" / "phrasebook.py").write_text(PHRASEBOOK)
    code = """
import nbchat
from nbchat import runtime
from nbchat.middleware.phrasebook import Phrasebook
from nbchat.middleware.shouting import Shouting

def in_place_of(source):
    return Phrasebook()

for wrappers in [(Shouting, in_place_of), (in_place_of, Shouting)]:
    runtime.reset()
    runtime.Runtime.wrappers = wrappers
    print(nbchat.ask("any", "Good day!"))
"""

    assert copy.python("-c", code).split("\n") == ["BOM DIA!", "Bom dia!"]


def test_what_a_wrapper_raises_before_the_first_event_is_raised_to_the_caller(copy: Copy) -> None:
    (copy.package / "middleware").mkdir(exist_ok=True)
    (copy.package / "middleware" / "shouting.py").write_text(SHOUTING)
    code = f"""
import asyncio, nbchat
from nbchat.middleware.shouting import Shouting
{READ_AS_A_CELL_DOES}
runtime.Runtime.wrappers = (Shouting,)
chat = nbchat.chat()

async def streamed():
    return await anext(chat.stream("Hi", "demo", system="whisper"))

def in_a_cell():
    chat.system = "whisper"
    read("Hi", "demo")

for ask in (
    lambda: nbchat.ask("demo", "Hi", system="whisper"),
    lambda: asyncio.run(streamed()),
    in_a_cell,
):
    try:
        ask()
    except nbchat.SetupError as error:
        print(type(error).__name__, error)
print(len(chat.turns))
"""

    refused = "BadSettings a megaphone does not whisper."
    assert copy.python("-c", code).split("\n") == [refused, refused, refused, "0"]


def test_a_wrapper_hears_that_the_answer_is_stopped(copy: Copy) -> None:
    (copy.package / "middleware").mkdir(exist_ok=True)
    (copy.package / "middleware" / "shouting.py").write_text(SHOUTING)
    code = """
import asyncio, nbchat
from nbchat import runtime
from nbchat.middleware.shouting import Shouting
runtime.Runtime.wrappers = (Shouting,)

async def main():
    for open in (nbchat.chat().stream, lambda question, model: nbchat.stream(model, question)):
        async with open("everything", "demo") as stream:
            async for event in stream:
                if isinstance(event, nbchat.Text):
                    break
        print(Shouting.left)

asyncio.run(main())
(turn,) = nbchat.chat().turns
print(turn.answer.stop.reason, turn.answer.text.isupper())
"""

    assert copy.python("-c", code).split("\n") == ["1", "2", "interrupted True"]


def test_a_source_is_one_file(copy: Copy) -> None:
    (copy.package / "agents").mkdir()
    (copy.package / "agents" / "phrasebook.py").write_text(PHRASEBOOK)
    code = f"""
import asyncio, nbchat
from nbchat.agents.phrasebook import Phrasebook
{READ_AS_A_CELL_DOES}
runtime.Runtime.wrappers = (lambda engine: Phrasebook(),)

async def streamed(question):
    return await nbchat.stream("portuguese", question).answer()

print(nbchat.ask("portuguese", "Good day!"))
print(asyncio.run(streamed("Thank you!")))
print(read("Good day!", "portuguese").answer)
chat = nbchat.chat()
print(chat.ask("Thank you!", "portuguese"))
print([(turn.answer.text, turn.answer.provider) for turn in chat.turns])
request = nbchat.ChatStreamRequest(model="portuguese", messages="Good day!")

async def chunks():
    return "".join([chunk.content async for chunk in nbchat.ChatService().stream_chat(request)])

print(asyncio.run(chunks()))
"""

    assert copy.python("-c", code).split("\n") == [
        *("Bom dia!", "Obrigado!", "Bom dia!", "Obrigado!"),
        "[('Bom dia!', 'phrasebook'), ('Obrigado!', 'phrasebook')]",
        "Bom dia!",
    ]
    assert copy.touched() == ["agents/phrasebook.py"]
    assert forbidden("engine", PHRASEBOOK) == []
