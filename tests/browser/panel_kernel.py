"""A panel's page with the kernel that its widget lives in, and nothing between them.

The page runs the script that the widget was made with; what it sends goes to the kernel's
sockets, and what the kernel says on the widget's channel goes to the page. No JupyterLab is
involved, so hundreds of steps take seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..fakes.provider import Request, Service, answer, said
from ..running_kernel import RunningKernel
from ..waiting import SECONDS
from .widget_channel import Kernel

PAGE = "<!doctype html><html lang=en><head><title>panel</title></head><body></body></html>"
# A model for each view, as a widget manager makes one; `exchange` hands over what has come from
# the kernel and takes what the views have sent.
START = """async ([esm, views]) => {
    const listeners = new Set();
    const sent = [];
    const array = (packed) => Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
    const bytes = (packed) => new DataView(array(packed).buffer);
    const packed = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
    window.exchange = (messages) => {
        for (const [content, buffers] of messages)
            for (const hear of [...listeners]) hear(content, buffers.map(bytes));
        return sent.splice(0);
    };
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const { default: widget } = await import(url);
    for (let view = 0; view < views; view++) {
        const el = document.createElement("div");
        el.className = "view";
        document.body.append(el);
        const model = {
            on: (kind, hear) => kind === "msg:custom" && listeners.add(hear),
            off: (kind, hear) => listeners.delete(hear),
            send: (message, _, buffers = []) => sent.push([message, buffers.map(packed)]),
        };
        widget.render({ model, el });
    }
    const said = (turn) => {
        const answer = turn.querySelector(".nbp-answer").cloneNode(true);
        for (const button of answer.querySelectorAll("button")) button.remove();
        const [, settled, open] = answer.querySelectorAll(":scope > div");
        return `${settled.textContent}\\n${open.textContent}`.trim().replace(/\\s+/g, " ");
    };
    window.shown = () => [...document.querySelectorAll(".view")].map((view) => {
        const text = (within, name) => within.querySelector(name)?.textContent ?? "";
        const turns = [...view.querySelectorAll(".nbp-turn")].map((turn) => ({
            question: text(turn, ".nbp-words"),
            answer: said(turn),
            place: text(turn, ".nbp-acts > span:not(.nbp-foot)").replace(/[‹›]/g, ""),
            error: turn.querySelector(".nbp-err")?.dataset.error ?? "",
            wait: text(turn, ".nbp-wait"),
        }));
        return {
            turns,
            model: text(view, "button.nbp-pick"),
            title: text(view, "h2"),
            typed: view.querySelector("textarea").value,
            toast: view.querySelector(".nbp-toast").hidden ? "" : text(view, ".nbp-toast span"),
            busy: Boolean(view.querySelector(".nbp-stop")),
            empty: !view.querySelector(".nbp-empty").hidden,
        };
    });
}"""


class LivePanel:
    """The page of a panel, connected."""

    def __init__(self, page: Any, kernel: Kernel, views: int = 1) -> None:
        self.page = page
        self.kernel = kernel
        self.views = views
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.route(
            "http://localhost/**", lambda route: route.fulfill(body=PAGE, content_type="text/html")
        )
        self.load()

    def load(self) -> None:
        """Load the page, or load it again."""
        self.page.goto("http://localhost/")  # a secure context, as JupyterLab's is
        self.kernel.to_page.clear()
        self.page.evaluate(START, [self.kernel.script, self.views])
        self.pump()

    def pump(self) -> None:
        """Carry over what has been said since."""
        self.kernel.read()
        messages = self.kernel.to_page[:]
        self.kernel.to_page.clear()
        for content, buffers in self.page.evaluate("messages => exchange(messages)", messages):
            self.kernel.say(content, buffers)

    def shown(self, view: int = 0) -> dict[str, Any]:
        return self.all_shown()[view]

    def all_shown(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("shown()")
        return found

    def until(self, true: Callable[[], object], what: str = "") -> None:
        """Carry messages until that is so."""
        deadline = time.monotonic() + SECONDS
        self.pump()
        while not true():
            assert not self.errors, self.errors
            assert time.monotonic() < deadline, f"not so: {what}; shown: {self.shown()}"
            self.kernel.read(0.01)
            self.pump()

    # --- what a person does ----------------------------------------------------------------------

    def view(self, number: int = 0) -> Any:
        return self.page.locator(".view").nth(number)

    def ask(self, words: str, view: int = 0) -> None:
        """Type a question and send it, as far as the kernel."""
        area = self.view(view).locator("textarea")
        area.fill(words)
        area.press("Enter")
        self.until(lambda: not self.shown(view)["typed"], "sent")
        self.pump()

    def press(self, name: str, turn: int = -1, view: int = 0) -> None:
        """Press a button of a turn, the last where it is not said."""
        turns = self.view(view).locator(".nbp-turn")
        place = turn if turn >= 0 else turns.count() + turn
        turns.nth(place).get_by_role("button", name=name, exact=True).dispatch_event("click")
        self.pump()

    def more(self, name: str, view: int = 0) -> None:
        """Choose something of the menu ⋯."""
        self.view(view).get_by_role("button", name="More", exact=True).click()
        self.page.get_by_role("dialog").get_by_role("button", name=name).click()
        self.pump()

    def pick(self, model: str, view: int = 0) -> None:
        """Choose a model."""
        self.view(view).locator("button.nbp-pick").click()
        field = self.page.get_by_role("combobox", name="Search")
        self.until(field.is_visible, "the models")
        field.fill(model)
        field.press("Enter")
        self.pump()

    def go_to(self, conversation: str, view: int = 0) -> None:
        """Choose a conversation of the history, by its title."""
        title = self.kernel.value(f"nbchat.chat({conversation!r}).title or {conversation!r}")
        self.view(view).get_by_role("button", name="History", exact=True).click()
        entry = self.page.get_by_role("dialog").get_by_role("button", name=title).first
        self.until(entry.is_visible, "the history")
        entry.click()
        self.pump()

    # --- what it should show ---------------------------------------------------------------------

    def differences(self) -> list[str]:
        """How the views differ from the kernel, once nothing is being answered."""
        self.pump()
        truth = self.kernel.truth()
        self.pump()
        wanted = [
            {"question": question, "answer": answer, "place": place, "error": "", "wait": ""}
            for question, answer, place in truth["turns"]
        ]
        wanted += [
            {"question": question, "answer": "", "place": "", "error": kind, "wait": ""}
            for question, kind in truth["failed"]
        ]
        found = []
        for view, shown in enumerate(self.all_shown()):
            for name, value in {
                "turns": wanted,
                "model": truth["model"] or "Model",
                "title": _title(truth),
                "busy": False,
                "empty": not wanted,
            }.items():
                if shown[name] != value:
                    found.append(f"{name} in view {view}:\n shown  {shown[name]}\n kernel {value}")
        return found

    def follows(self, when: str = "") -> None:
        """Fails where the panel never comes to show what the kernel has."""
        deadline = time.monotonic() + SECONDS
        while found := self.differences():
            assert not self.errors, f"{when}: {self.errors}"
            assert time.monotonic() < deadline, f"{when}\n" + "\n".join(found)
            self.kernel.read(0.02)
        assert not self.errors, f"{when}: {self.errors}"


def _title(truth: dict[str, Any]) -> str:
    """What the panel writes above a conversation: its title, or that nothing is in it yet."""
    is_new = not truth["turns"] and re.fullmatch(r"main|chat-\d+", truth["title"])
    return "New chat" if is_new else truth["title"]


# --- who answers ---------------------------------------------------------------------------------

REFUSALS = {  # by a word of the question: the status, and what the panel calls it
    "refused-key": (401, "KeyRefused"),
    "rate-limit": (429, "RateLimited"),
    "server-error": (500, "ServiceDown"),
    "bad-request": (400, "RequestRefused"),
    "too-long": (400, "ContextTooLong"),
}


async def by_its_words(request: Request, writer: asyncio.StreamWriter) -> bool | None:
    """Answer a question as a word in it says: refused, hanging, slow, broken off, else at once."""
    if "messages" not in request.json:  # asked in another format, which is not played here
        return await answer(b'{"error": {"message": "no"}}', status=400)(request, writer)
    words = request.json["messages"][-1]["content"]
    for word, (status, _) in REFUSALS.items():
        if word in words:
            code = "context_length_exceeded" if word == "too-long" else word
            refused = json.dumps({"error": {"message": "as asked", "code": code}}).encode()
            headers = {"retry-after": "3600", "content-type": "application/json"}
            return await answer(refused, status=status, headers=headers)(request, writer)
    if "hanging" in words:
        return await answer(b"", hold=60)(request, writer)
    if "slow" in words:
        return await answer(*said(*["word "] * 250), gap=0.02)(request, writer)
    if "no-answer" in words:
        return await answer(b"<html>A login page</html>")(request, writer)
    if "broken" in words:
        return await answer(*said("Half of", " it")[:3])(request, writer)
    return await answer(*said("Re: ", words))(request, writer)


OpenLive = Callable[..., LivePanel]


@pytest.fixture
def open_live(chromium: Any, service: Service, tmp_path: Path) -> Iterator[OpenLive]:
    """Opens a panel on a new kernel whose providers are the test's own service.

    The panel does not look by the clock there, so that what is told is told by what happened.
    """
    service.always(by_its_words)
    settings = tmp_path / "settings.toml"  # the user's own
    settings.write_text("")
    kernels: list[RunningKernel] = []
    contexts: list[Any] = []

    def open_panel(views: int = 1, **environment: str) -> LivePanel:
        env = {
            "KIMI_BASE_URL": f"{service.url}/v1",
            "OPENAI_BASE_URL": f"{service.url}/v1",
            "NBCHAT_HISTORY": "off",
            "NBCHAT_CONFIG": str(settings),
            **environment,
        }
        running = RunningKernel(cwd=tmp_path, env=env).__enter__()
        kernels.append(running)
        context = chromium.new_context(
            locale="en-US", viewport={"width": 500, "height": 1600}, reduced_motion="reduce"
        )
        contexts.append(context)
        kernel = Kernel(running)
        kernel.run("%load_ext nbchat")
        kernel.run("import nbchat.frontends.panel.next_model as n; n.LOOK_SECONDS = 1e6")
        kernel.show_panel()
        return LivePanel(context.new_page(), kernel, views)

    yield open_panel
    for context in contexts:
        context.close()
    for running in kernels:
        running.__exit__(None, None, None)
