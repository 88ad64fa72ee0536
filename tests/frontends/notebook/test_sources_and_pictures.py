"""An answer with sources and a picture, from a socket into a notebook, history and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbchat.messages import Image
from nbchat.picture_words import picture_words

from ...fakes.provider import Service, answer, said, sse
from ...pictures import base64, data_url, drawn, png
from ...running_kernel import RunningKernel

A, B = "https://a.example/1", "https://b.example/2"
PICTURE = png(30, 20)
TOLD = picture_words(Image(PICTURE))
TRY_FILES = """
chat = nbchat.chat("main")
for name in ("chat.md", "chat.json", "chat.ipynb"):
    chat.export(name)
"""


@pytest.mark.field("E17")
def test_sources_and_a_picture_stay_with_an_answer(
    kernel: RunningKernel, kimi: Service, tmp_path: Path
) -> None:
    chunks = drawn("Pong[1][2].", PICTURE, (A, B))
    kimi.plays(
        answer(*(sse(chunk, done=False) for chunk in chunks), sse()),
        answer(sse(*drawn("", PICTURE))),
        answer(*said("It is blue.")),
    )
    kernel.run("%load_ext nbchat\nimport nbchat")

    live = kernel.run("%%chat kimi-k2.6\nPing?")
    static = kernel.run(
        "import nbchat\nlast = nbchat.chat('main').last_answer\n"
        "print(repr(str(last)), [s.url for s in last.sources], last.pictures[0].media_type)\nlast"
    )
    alone = kernel.run("%%chat kimi-k2.6\nAgain, without words.")
    kernel.run("%%chat kimi-k2.6\nWhich colour?")

    assert len(live.outputs) == 1
    page = live.html
    assert f'<img src="{data_url(PICTURE)}"' in page
    assert f'<a href="{A}" target="_blank" rel="noopener noreferrer"><u>[1]</u></a>' in page
    assert "<summary>2 sources</summary>" in page
    assert "<u>Page 2</u></a> · b.example" in page
    assert live.text == (f"Pong[1][2].\n\n{TOLD}\n\nSources:\n[1] Page 1 · {A}\n[2] Page 2 · {B}")
    assert f"{f'Pong[1][2].{chr(10) * 2}{TOLD}'!r} {[A, B]} image/png" in static.text
    assert data_url(PICTURE) in static.html

    assert (alone.text, "empty answer" in alone.html) == (TOLD, False)

    *_, third = [request.json["messages"] for request in kimi.requests]
    assert [one["role"] for one in third] == ["user", "assistant"] * 2 + ["user"]
    assert third[1]["content"] == f"Pong[1][2].\n\n{TOLD}"
    assert third[4]["content"][0]["image_url"]["url"] == data_url(PICTURE)
    assert "a.example" not in json.dumps(third)

    files = kernel.run(TRY_FILES)
    assert files.status == "ok", files.error
    markdown = next(tmp_path.rglob("chat.md")).read_text("utf-8")
    assert f"![{TOLD.strip('[]')}]({data_url(PICTURE)})" in markdown
    assert f"1. Page 1 · <{A}>" in markdown
    notebook = json.loads(next(tmp_path.rglob("chat.ipynb")).read_text("utf-8"))
    assert data_url(PICTURE) in notebook["cells"][1]["outputs"][0]["data"]["text/html"]
    parts = json.loads(next(tmp_path.rglob("chat.json")).read_text("utf-8"))["turns"][0]["parts"]
    assert [part["kind"] for part in parts].count("source") == 2
    assert base64(PICTURE) in json.dumps(parts)
