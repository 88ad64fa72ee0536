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

from .service import Service, answer, said
from .test_layers import forbidden

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
    return HttpRequest(ask.url("/key"), {"to": ask.model, "say": [message.text for message in ask.messages]})


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

POSTCARD = '''"""A front-end that nobody asked for: the answer on a postcard, when all of it is there."""

from __future__ import annotations

import asyncio
import sys

from nbchat.runtime import chat
from nbchat.messages import Text


async def main(question: str) -> None:
    words = [event.text async for event in chat().stream(question, "demo") if isinstance(event, Text)]
    print(f"+---\\n| {''.join(words)}\\n+---")


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:])))
'''


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
    row = f'[[providers]]\ntype = "pigeon"\nname = "Pigeon Post"\nbase_url = "{service.url}/v1"\nkey_needed = false\n'
    (copy.folder / "nbchat.toml").write_text(row)
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
    code = (
        "import nbchat\n"
        f"told = nbchat.ask('openai:titanic', 'Hi', wire='morse', base_url='{service.url}', api_key='k')\n"
        "print(told, told.stop)"
    )

    assert copy.python("-c", code) == "Hi Stop(reason='end', detail='over')"
    assert service.requests[0].path == "/key"
    assert service.requests[0].json == {"to": "titanic", "say": ["Hi"]}
    assert copy.touched() == ["wire/formats/morse.py"]
    assert forbidden("wire", MORSE) == []


def test_a_front_end_is_one_file(copy: Copy) -> None:
    (copy.package / "frontends" / "postcard.py").write_text(POSTCARD)

    shown = copy.python("-m", "nbchat.frontends.postcard", "What did I just ask?")

    assert shown == "+---\n| This is the first question of our conversation.\n+---"
    assert copy.touched() == ["frontends/postcard.py"]
    assert forbidden("frontends", POSTCARD) == []
