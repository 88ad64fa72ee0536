"""The panel's script in a page of its own, with a model that only writes down what it is sent.

Python's side is played by the test: `tell` says what the kernel would. No Jupyter
is involved, so these tests are quick, and what they count is counted exactly.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbchat import render
from nbchat.frontends.panel import source
from nbchat.frontends.panel.live_turn import splice

from .lab import DEADLINE

PAGE = """<!doctype html><html lang="en">
<head><title>panel</title><style>body{margin:0;padding:8px}</style></head>
<body><main><h1 style="font-size:1em">A page</h1><div id="host"></div></main></body></html>"""
START = """async ([esm, address]) => {
    const listeners = {};
    window.sent = [];
    window.model = {
        on: (kind, hear) => (listeners[kind] ??= new Set()).add(hear),
        off: (kind, hear) => listeners[kind]?.delete(hear),
        send: (message, _, buffers = []) => {
            if (window.dead) throw new Error("Cannot send");
            window.sent.push({ ...message, bytes: buffers.map((b) => b.byteLength) });
        },
    };
    window.happens = (kind, ...values) => listeners[kind]?.forEach((hear) => hear(...values));
    window.tell = (...messages) => messages.forEach(([message, packed]) => {
        const bytes = packed && Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
        happens("msg:custom", message, bytes ? [new DataView(bytes.buffer)] : []);
    });
    window.outside = [];
    for (const kind of ["keydown", "keyup", "keypress"])
        document.addEventListener(kind, (event) => window.outside.push(event.key));
    address ||= URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));  // as anywidget
    window.module = await import(address);
    const el = document.getElementById("host");
    window.leave = window.module.default.render({ model: window.model, el });
}"""

MISSING = (
    "Moonshot AI (Kimi) needs KIMI_API_KEY, which is not set. Set it in a cell:\n"
    'import os, getpass; os.environ["KIMI_API_KEY"] = getpass.getpass()'
)
NOW = {
    "kind": "now",
    "model": "demo",
    "system": "",
    "queued": None,
    "temperature": None,
    "max_tokens": None,
    "thinking": "",
    "search": False,
    "tools": [],
    "plan": False,
    "runs": 0,
    "error": "",
    "cells": 0,
}
ANSWER = """**Petal length**. One threshold isolates *setosa*:

```python
df[df["petal length (cm)"] < 2.45].species.unique()
```

| feature | F |
|---|---:|
| petal length | 1,180 |

The mean is $\\bar{x}$; [more](https://example.org)."""


def asked(s: str = "Why?", **more: Any) -> dict[str, Any]:
    return {"text": s, "attachments": [], "images": [], "files": [], **more}


def row(turn: str, s: str = "Why?", text: str = "Because.", **more: Any) -> dict[str, Any]:
    """A finished turn as Python sends it."""
    facts = {
        "thought": None,
        "notes": [],
        "calls": [],
        "stop": ["end", "", len(text)],
        "words": 2,
        "footer": ["demo", "9 → 12 tokens"],
        "markdown": text,
    }
    return {"id": turn, "question": asked(s), "html": render.to_html(text), **facts, **more}


def rows(*turns: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "rows", "rows": turns}


def state(*ids: str, **more: Any) -> dict[str, Any]:
    facts = {"name": "main", "title": "Iris", "places": {}, "live": [], "failed": [], "copy": ""}
    return {"kind": "state", "ids": ids, **facts, **more}


class Page:
    """A panel in a page, and what it sent."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.area = page.locator(".nbp-comp textarea")
        self.log = page.locator(".nbp-log")
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def start(self, policy: str = "") -> None:
        """Show the panel: from its string, or under a policy from an address of the page's host."""
        headers = {"content-security-policy": policy} if policy else {}
        pages = {
            "http://localhost/": (PAGE, "text/html"),
            "http://localhost/panel.js": (source.script(), "text/javascript"),
        }

        def serve(route: Any) -> None:
            body, kind = pages.get(route.request.url, pages["http://localhost/"])
            route.fulfill(body=body, content_type=kind, headers=headers)

        self.page.route("http://localhost/**", serve)
        self.page.goto("http://localhost/")  # a secure context, as JupyterLab's is
        self.page.evaluate(START, [source.script(), "/panel.js" if policy else ""])
        self.tell(NOW, state())

    def tell(self, *messages: dict[str, Any]) -> None:
        """Say this as the kernel does: rows go deflated."""
        packed = []
        counts = []
        for message in messages:
            data = b""
            if message["kind"] == "rows":
                data = zlib.compress(json.dumps(message["rows"]).encode())
                counts.append(len(message["rows"]))
                message = {"kind": "rows"}
            packed.append([message, b64encode(data).decode()])
        self.page.evaluate("messages => tell(...messages)", packed)
        for count in counts:  # they are inflated in their own time
            self.page.wait_for_function(
                "n => document.querySelectorAll('.nbp-foot').length >= n", arg=count
            )

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [m for m in self.page.evaluate("sent") if m["kind"] == kind]

    def wait_sent(self, kind: str, count: int = 1) -> dict[str, Any]:
        self.page.wait_for_function(
            "([k, n]) => sent.filter(m => m.kind === k).length >= n", arg=[kind, count]
        )
        return self.sent(kind)[-1]

    def stream(self, turn: str, *texts: str, after: str = "") -> None:
        """Open a turn and let its tail grow through these."""
        self.tell(
            {"kind": "open", "id": turn, "request_id": "", "after": after, "question": asked()}
        )
        before = ""
        for seq, text in enumerate(texts, 1):
            html = render.to_html(text)
            self.tell({"kind": "delta", "id": turn, "seq": seq, "tail": splice(before, html)})
            before = html

    def end(self, turn: str, seq: int, **more: Any) -> None:
        """The turn that was streamed is whole."""
        facts = row(turn, **more)
        for name in ("id", "question", "html"):
            del facts[name]
        self.tell({"kind": "end", "id": turn, "seq": seq, **facts}, state(turn))

    def wait_at_end(self) -> None:
        """Wait until the end of the transcript is in sight, which may be with the next frame."""
        self.page.wait_for_function(
            """() => {
                const log = document.querySelector(".nbp-log");
                return log.scrollHeight - log.scrollTop - log.clientHeight < 24;
            }"""
        )


OpenPanel = Callable[..., Page]


@pytest.fixture
def open_panel(chromium: Any) -> Iterator[OpenPanel]:
    """Opens a panel; `policy` is the page's, the other keywords those of a Playwright context."""
    contexts: list[Any] = []
    pages: list[Page] = []

    def open_page(width: int = 440, policy: str = "", **options: Any) -> Page:
        options.setdefault("locale", "en-US")
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        panel = Page(context.new_page())
        pages.append(panel)
        panel.page.set_default_timeout(DEADLINE)
        panel.start(policy)
        return panel

    yield open_page
    errors = [error for page in pages for error in page.errors]
    for context in contexts:
        context.close()
    assert errors == []


def fill_transcript(panel: Page) -> None:
    """A transcript with everything in it."""
    thought = [render.to_html("A *thought*."), 2]
    panel.tell(
        state("a", "b", places={"a": [1, 3]}),
        rows(
            row(
                "a",
                text=ANSWER,
                thought=thought,
                footer=["kimi-k2-thinking", "1,204 → 386 tokens", "$0.0019"],
            )
            | {
                "question": asked(
                    "Which feature separates the classes best?",
                    attachments=[["df (150 × 5, 1.1 kB)", "a,b"]],
                )
            },
            row(
                "b",
                "And with only the sepal features? 只用萼片呢？",
                stop=["interrupted", "", 212],
                notes=["A notice."],
            ),
        ),
        {"kind": "open", "id": "c", "request_id": "", "after": "b", "question": asked("?")},
        {
            "kind": "refusal",
            "id": "c",
            "error": "MissingKey",
            "text": MISSING,
            "copy": MISSING.rpartition("\n")[2],
            "other": True,
        },
    )
