"""The panel's script in a page of its own, with a model that only writes down what it is sent."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat import render
from nbchat.frontends.panel import ChatPanel
from nbchat.frontends.panel.live import splice
from nbchat.frontends.panel.widget import WORDS

PAGE = """<!doctype html><html lang="en"><head><title>panel</title><style>body{margin:0;padding:8px}</style></head>
<body><main><h1 style="font-size:1em">A page</h1><div id="host"></div></main></body></html>"""
START = """async ([esm, css, words]) => {
    document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
    const listeners = new Set();
    window.sent = [];
    window.model = {
        get: (name) => ({ _words: words })[name],
        on: (_, hear) => listeners.add(hear),
        off: (_, hear) => listeners.delete(hear),
        send: (message, _, buffers = []) => window.sent.push({ ...message, bytes: buffers.map((b) => b.byteLength) }),
    };
    window.tell = (...messages) => messages.forEach((m) => listeners.forEach((hear) => hear(m, [])));
    window.outside = [];
    for (const kind of ["keydown", "keyup", "keypress"])
        document.addEventListener(kind, (event) => window.outside.push(event.key));
    const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
    window.leave = module.default.render({ model: window.model, el: document.getElementById("host") });
}"""

NOW = {
    "k": "now",
    "model": "demo",
    "system": "",
    "queued": None,
    "talks": [["main", "Iris", 2]],
    "temperature": None,
    "max_tokens": None,
    "thinking": "",
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
    return {"s": s, "att": [], "img": [], "files": [], **more}


def row(turn: str, s: str = "Why?", text: str = "Because.", **more: Any) -> dict[str, Any]:
    facts = {
        "think": None,
        "notes": [],
        "calls": [],
        "stop": ["end", "", len(text)],
        "words": 2,
        "foot": ["demo", "9 → 12 tokens"],
    }
    return {"id": turn, "q": asked(s), "html": render.to_html(text), **facts, **more}


def state(*ids: str, **more: Any) -> dict[str, Any]:
    places = [[turn, 0, 1] for turn in ids]
    return {"k": "state", "name": "main", "title": "Iris", "ids": places, "live": [], "failed": [], **more}


class Page:
    """A panel in a page, and what it sent."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.area = page.locator(".nbp-comp textarea")
        self.log = page.locator(".nbp-log")
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def start(self) -> None:
        self.page.route("http://localhost/**", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        self.page.goto("http://localhost/")  # a secure context, as JupyterLab's is
        self.page.evaluate(START, [ChatPanel._esm, ChatPanel._css, WORDS])
        self.tell(NOW, state())

    def tell(self, *messages: dict[str, Any]) -> None:
        self.page.evaluate("messages => tell(...messages)", list(messages))

    def sent(self, kind: str) -> list[dict[str, Any]]:
        return [m for m in self.page.evaluate("sent") if m["k"] == kind]

    def wait_sent(self, kind: str, count: int = 1) -> dict[str, Any]:
        self.page.wait_for_function("([k, n]) => sent.filter(m => m.k === k).length >= n", arg=[kind, count])
        return self.sent(kind)[-1]

    def stream(self, turn: str, *texts: str, after: str = "") -> None:
        """Open a turn and let its tail grow through these."""
        self.tell({"k": "open", "id": turn, "rid": "", "after": after, "q": asked()})
        before = ""
        for seq, text in enumerate(texts, 1):
            html = render.to_html(text)
            self.tell({"k": "d", "id": turn, "seq": seq, "tail": splice(before, html)})
            before = html


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Page]]:
    """Opens a panel; the keywords are those of a Playwright context."""
    contexts: list[Any] = []
    pages: list[Page] = []

    def open_panel(width: int = 440, **options: Any) -> Page:
        options.setdefault("locale", "en-US")
        contexts.append(chromium.new_context(viewport={"width": width, "height": 800}, **options))
        pages.append(Page(contexts[-1].new_page()))
        pages[-1].page.set_default_timeout(20_000)
        pages[-1].start()
        return pages[-1]

    yield open_panel
    errors = [error for page in pages for error in page.errors]
    for context in contexts:
        context.close()
    assert errors == []


# --- keys ---------------------------------------------------------------------------------------------


def test_enter_sends_and_shift_enter_breaks_the_line(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.click()
    panel.page.keyboard.type("one")
    panel.page.keyboard.press("Shift+Enter")
    panel.page.keyboard.type("two")

    assert panel.sent("send") == []

    panel.page.keyboard.press("Enter")

    assert panel.wait_sent("send")["s"] == "one\ntwo"
    assert panel.area.input_value() == ""


def test_the_enter_of_an_input_method_does_not_send(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.click()
    cdp = panel.page.context.new_cdp_session(panel.page)
    cdp.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    panel.page.keyboard.press("Enter")

    assert panel.sent("send") == []

    cdp.send("Input.insertText", {"text": "你好"})
    panel.page.wait_for_timeout(50)
    panel.page.keyboard.press("Enter")

    assert panel.wait_sent("send")["s"].strip() == "你好"


def test_safaris_keydown_229_after_the_composition_does_not_send(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.fill("你好")
    panel.area.evaluate(
        """area => {
            area.dispatchEvent(new CompositionEvent("compositionstart"));
            area.dispatchEvent(new CompositionEvent("compositionend"));
            area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true }));
        }"""
    )

    assert panel.sent("send") == []


def test_with_the_setting_ctrl_enter_sends_and_enter_breaks_the_line(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.page.evaluate("Object.defineProperty(window, 'localStorage', { value: { nbchatCtrl: '1' } })")
    panel.area.click()
    panel.page.keyboard.type("one")
    panel.page.keyboard.press("Enter")
    panel.page.keyboard.press("Control+Enter")

    assert panel.wait_sent("send")["s"] == "one\n"


def test_escape_stops_and_stop_is_there_from_the_moment_of_sending(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.fill("Why?")
    panel.area.press("Enter")

    assert panel.page.get_by_role("button", name="Stop").is_visible()

    panel.area.press("Escape")

    assert panel.wait_sent("stop")
    assert panel.page.get_by_role("button", name="Send").is_visible()


def test_up_in_an_empty_field_recalls_the_questions(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.tell(state("a", "b"), {"k": "rows", "rows": [row("a", "first"), row("b", "second")]})
    panel.area.click()

    seen = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown", "ArrowDown"):
        panel.page.keyboard.press(key)
        seen.append(panel.area.input_value())

    assert seen == ["second", "first", "first", "second", ""]

    panel.page.keyboard.type("own words")
    panel.page.keyboard.press("ArrowUp")

    assert panel.area.input_value() == "own words"


def test_no_key_leaves_the_panel(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.click()
    for key in ("d", "d", "a", "Escape", "Shift+Enter", "Control+z", "ArrowUp"):
        panel.page.keyboard.press(key)
    panel.log.focus()
    panel.page.keyboard.press("x")

    assert panel.page.evaluate("outside") == []


# --- what is shown -------------------------------------------------------------------------------------


def test_a_tail_grows_by_pieces_and_only_what_differs_is_touched(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.stream("a", "One 🎉", "One 🎉 *two*")
    first = panel.page.evaluate_handle(
        "[...document.querySelectorAll('.nbp-answer p')].find(p => p.innerText.includes('One'))"
    )
    panel.tell(
        {
            "k": "d",
            "id": "a",
            "seq": 3,
            "tail": splice(render.to_html("One 🎉 *two*"), render.to_html("One 🎉 *two* 三")),
        }
    )

    assert panel.page.locator(".nbp-answer p", has_text="One").inner_text() == "One 🎉 two 三"
    assert first.evaluate("node => node.isConnected")


def test_a_missing_piece_is_asked_for(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.stream("a", "One")
    panel.tell({"k": "d", "id": "a", "seq": 3, "blk": "<p>three</p>"})

    assert panel.wait_sent("want")["ids"] == ["a"]

    panel.tell({"k": "open", "id": "a", "after": "", "q": asked(), "html": "<p>one two</p>", "tail": "", "seq": 3})

    assert "one two" in panel.log.inner_text()


def test_what_people_and_errors_say_is_text(opened: Callable[..., Page]) -> None:
    bad = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
    panel = opened()
    panel.tell(
        {**NOW, "model": bad, "queued": bad, "talks": [[bad, bad, 1]]},
        state("a", title=bad),
        {
            "k": "rows",
            "rows": [
                row("a", bad, bad, notes=[bad], calls=[[bad, bad]], stop=["broken", bad, 1], foot=[bad, bad])
                | {"q": asked(bad, att=[[bad, bad], [bad, ""]], files=[bad])}
            ],
        },
        {"k": "open", "id": "b", "rid": "", "after": "a", "q": asked(bad)},
        {"k": "d", "id": "b", "seq": 1, "think": bad, "notes": [bad]},
        {"k": "err", "id": "b", "kind": bad, "s": bad},
        {"k": "note", "kind": bad, "s": bad},
    )
    panel.page.get_by_role("button", name="History").click()
    panel.page.wait_for_timeout(100)

    assert panel.page.evaluate("window.ran") is None
    assert panel.page.locator("#host img, #host script").count() == 0


def test_an_answer_ends_with_its_buttons_and_is_announced_once(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.stream("a", "Because")
    end = {name: value for name, value in row("a").items() if name not in ("id", "q", "html")}
    panel.tell({"k": "end", "id": "a", "seq": 1, **end}, state("a"))

    assert panel.page.get_by_role("status").inner_text() == "Answer complete, 2 words"
    assert panel.log.get_attribute("aria-live") == "off"
    assert panel.page.locator(".nbp-acts").inner_text().split("\n")[:2] == ["Copy", "Ask again"]


def test_thinking_folds_when_the_answer_has_begun_unless_it_was_touched(opened: Callable[..., Page]) -> None:
    panel = opened()
    for turn, touch in (("a", False), ("b", True)):
        panel.stream(turn, after="a" if turn == "b" else "")
        panel.tell({"k": "d", "id": turn, "seq": 1, "think": "Let me see. "})
        details = panel.page.locator(".nbp-turn").last.locator("details")
        assert details.get_attribute("open") is not None
        if touch:
            details.locator("summary").click()
            details.locator("summary").click()
        panel.tell({"k": "d", "id": turn, "seq": 2, "tail": [0, "<p>Yes</p>", 0]})
        panel.page.wait_for_timeout(900)

        assert (details.get_attribute("open") is None) is not touch


def test_a_failed_question_is_an_alert_with_retry(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.stream("a")
    panel.tell({"k": "err", "id": "a", "kind": "MissingKey", "s": "kimi needs a key."}, state(failed=["a"]))

    assert "MissingKey" in panel.page.locator(".nbp-err[role=alert]").inner_text()

    panel.page.get_by_role("button", name="Retry").click()

    assert panel.wait_sent("again")["id"] == "a"


def test_branches_are_picked_and_a_question_is_asked_anew(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.tell(state(ids=[["a", 1, 3]]), {"k": "rows", "rows": [row("a")]})

    assert "2/3" in panel.page.locator(".nbp-acts").inner_text()

    panel.page.get_by_role("button", name="Next answer").click()
    assert panel.wait_sent("branch") == {"k": "branch", "id": "a", "n": 2, "bytes": []}

    panel.page.get_by_role("button", name="Edit").click()
    assert panel.area.input_value() == "Why?"
    panel.area.fill("Why not?")
    panel.area.press("Enter")
    sent = panel.wait_sent("again")

    assert (sent["id"], sent["s"]) == ("a", "Why not?")


def test_one_question_waits_and_can_be_taken_back(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.stream("a", "Be")
    panel.area.fill("And then?")
    panel.area.press("Enter")
    panel.tell({**NOW, "queued": "And then?"})
    panel.area.fill("third")
    panel.area.press("Enter")

    assert len(panel.sent("send")) == 1
    assert panel.area.input_value() == "third"

    panel.area.fill("")
    panel.page.get_by_role("button", name="Remove And then?").click()
    assert panel.wait_sent("unqueue")
    panel.tell(NOW, {"k": "back", "s": "And then?"})

    assert panel.area.input_value() == "And then?"


# --- what goes along ---------------------------------------------------------------------------------------


def test_a_variable_is_offered_attached_looked_at_and_removed(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.click()
    panel.page.keyboard.type("What is in @d")
    assert panel.wait_sent("names", 2)["s"] == "d"
    panel.tell({"k": "names", "s": "d", "rows": [["df", "DataFrame 150 × 5"], ["d", "dict, 2"]]})
    panel.page.wait_for_selector("[role=option]")
    panel.page.keyboard.press("ArrowDown")
    panel.page.keyboard.press("ArrowUp")
    panel.page.keyboard.press("Enter")

    assert panel.area.input_value() == "What is in df"

    panel.wait_sent("peek")
    panel.tell({"k": "peek", "name": "df", "label": "df (150 × 5, 1.1 kB)", "s": "a,b\n1,2"})
    panel.page.get_by_text("df (150 × 5, 1.1 kB)").click()
    assert "a,b" in panel.page.locator(".nbp-comp pre").inner_text()

    panel.area.press("Enter")
    assert panel.wait_sent("send")["att"] == ["df"]
    assert panel.page.locator(".nbp-comp .nbp-chip").count() == 0


def test_an_email_address_offers_nothing(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.area.click()
    panel.page.keyboard.type("me@home.org ")

    assert panel.sent("names") == []


def test_a_pasted_image_goes_along_as_bytes(opened: Callable[..., Page]) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    panel = opened()
    panel.area.evaluate(
        """async (area, data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "dot.png", { type: "image/png" }));
            area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        png,
    )
    panel.page.wait_for_selector(".nbp-comp .nbp-chip img")
    panel.area.fill("What is this?")
    panel.area.press("Enter")
    sent = panel.wait_sent("send")

    assert sent["img"] == ["dot.png"]
    assert sent["bytes"] == [len(base64.b64decode(png))]


def test_models_are_searched_and_others_can_be_named(opened: Callable[..., Page]) -> None:
    panel = opened()
    rows = [["demo", "demo", ""], ["kimi-k2.6", "Kimi", "needs KIMI_API_KEY"], ["gpt-5.6-sol", "OpenAI", ""]]
    for typed, wanted in (("kimi", "kimi-k2.6"), ("openai", "gpt-5.6-sol"), ("ollama:qwen3", "ollama:qwen3")):
        panel.page.locator("button.nbp-pick").click()
        panel.tell({"k": "models", "rows": rows})
        panel.page.get_by_role("combobox", name="Search").fill(typed)
        panel.page.keyboard.press("Enter")

        assert panel.wait_sent("choose")["model"] == wanted
        panel.page.wait_for_selector(".nbp-pop", state="detached")


def test_settings_are_sent_when_they_change(opened: Callable[..., Page]) -> None:
    panel = opened()
    panel.page.get_by_role("combobox", name="Thinking").select_option("high")
    assert panel.wait_sent("choose")["thinking"] == "high"

    panel.page.get_by_role("button", name="More").click()
    panel.page.get_by_role("button", name="Settings").click()
    panel.page.get_by_label("Temperature").fill("0.3")
    panel.page.get_by_label("System prompt").fill("Be brief.")
    panel.page.keyboard.press("Escape")
    sent = panel.wait_sent("choose", 2)

    assert {**sent, "bytes": 0} == {
        "k": "choose",
        "system": "Be brief.",
        "temperature": 0.3,
        "max_tokens": None,
        "bytes": 0,
    }


def test_code_is_copied_and_where_no_cell_can_be_made_insert_copies_too(opened: Callable[..., Page]) -> None:
    panel = opened(permissions=["clipboard-read", "clipboard-write"])
    panel.tell(state("a"), {"k": "rows", "rows": [row("a", text="```python\nx = 1\n```")]})
    block = panel.page.locator(".nbc-code")
    for name in ("Copy", "Insert below"):
        block.get_by_role("button", name=name).click()
        panel.page.wait_for_function("navigator.clipboard.readText().then(t => t.trim() === 'x = 1')")

    panel.page.locator(".nbp-acts").get_by_role("button", name="Copy").click()
    panel.wait_sent("copy")
    panel.tell({"k": "copy", "id": "a", "s": "```python\nx = 1\n```"})


# --- scrolling and size ------------------------------------------------------------------------------------------


def gap(panel: Page) -> float:
    return float(panel.log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight"))


def test_the_end_stays_in_sight_until_a_person_scrolls_up(opened: Callable[..., Page]) -> None:
    panel = opened()
    texts = ["word " * 40 * n for n in range(1, 14)]
    panel.stream("a", *texts[:11])
    assert gap(panel) < 24

    panel.log.hover()
    panel.page.mouse.wheel(0, -200)
    panel.page.wait_for_selector(".nbp-jump:visible")
    panel.page.wait_for_timeout(400)
    top = panel.log.evaluate("log => log.scrollTop")
    panel.tell({"k": "d", "id": "a", "seq": 12, "tail": splice(render.to_html(texts[10]), render.to_html(texts[11]))})
    assert panel.log.evaluate("log => log.scrollTop") == top

    panel.page.locator(".nbp-jump").click()
    assert gap(panel) < 24
    panel.tell({"k": "d", "id": "a", "seq": 13, "tail": splice(render.to_html(texts[11]), render.to_html(texts[12]))})
    panel.page.wait_for_function("document.querySelector('.nbp-jump').hidden")

    assert gap(panel) < 24


def test_two_hundred_turns_are_pulled_in_pages_and_older_ones_folded(opened: Callable[..., Page]) -> None:
    panel = opened()
    ids = [f"t{n}" for n in range(320)]
    panel.tell(state(*ids))
    for count in range(1, 6):
        wanted = panel.wait_sent("want", count)["ids"]
        assert wanted == ids[320 - 40 * count :][:40]
        panel.tell({"k": "rows", "rows": [row(turn, turn) for turn in wanted]})

    assert panel.page.locator(".nbp-turn").count() == 200
    assert gap(panel) < 24
    panel.page.get_by_role("button", name="Show earlier turns").dispatch_event("click")
    assert panel.wait_sent("want", 6)["ids"] == ids[80:120]


def filled(panel: Page) -> None:
    thought = [render.to_html("A *thought*."), 2]
    panel.tell(
        state("a", "b"),
        {
            "k": "rows",
            "rows": [
                row("a", text=ANSWER, think=thought, foot=["kimi-k2-thinking", "1,204 → 386 tokens", "$0.0019"])
                | {"q": asked("Which feature separates the classes best?", att=[["df (150 × 5, 1.1 kB)", "a,b"]])},
                row(
                    "b",
                    "And with only the sepal features? 只用萼片呢？",
                    stop=["interrupted", "", 212],
                    notes=["A notice."],
                ),
            ],
        },
        state(ids=[["a", 1, 3], ["b", 0, 1]]),
        {"k": "open", "id": "c", "rid": "", "after": "b", "q": asked("?")},
        {"k": "err", "id": "c", "kind": "MissingKey", "s": "kimi needs KIMI_API_KEY, which is not set."},
    )


@pytest.mark.parametrize("width", [320, 440])
def test_nothing_is_wider_than_a_narrow_panel(opened: Callable[..., Page], width: int) -> None:
    panel = opened(width=width)
    filled(panel)

    wide = panel.page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('.nbp-root, .nbp-log, .nbp-comp')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className)"
    )
    assert wide == []


def test_nothing_moves_for_those_who_asked_for_less_motion(opened: Callable[..., Page]) -> None:
    panel = opened(reduced_motion="reduce")
    panel.stream("a")

    assert panel.page.evaluate("document.getAnimations().length") == 0


def test_the_panel_speaks_chinese(opened: Callable[..., Page]) -> None:
    panel = opened(locale="zh-CN")

    assert panel.page.get_by_role("button", name="发送").is_visible()


# --- accessibility ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's script, from the npm registry: for tests only (MPL-2.0), and never kept."""
    folder = tmp_path_factory.mktemp("axe")
    if not shutil.which("npm"):
        pytest.skip("axe-core cannot be fetched: no npm")
    try:
        subprocess.run(
            ["npm", "pack", "axe-core@4.14.1", "--silent"], cwd=folder, check=True, timeout=60, capture_output=True
        )
        subprocess.run(["tar", "xzf", "axe-core-4.14.1.tgz"], cwd=folder, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"axe-core cannot be fetched: {error}")
    return Path(folder, "package", "axe.min.js").read_text("utf-8")


THEMES = {  # JupyterLab's own values, and a page that has none
    "light": "--jp-mirror-editor-keyword-color:#008000;--jp-mirror-editor-string-color:#ba2121;"
    "--jp-mirror-editor-def-color:#00f",
    "dark": "--jp-layout-color1:#111;--jp-content-font-color1:#fffc;--jp-border-color1:#616161;"
    "--jp-border-color2:#424242;--jp-brand-color1:#2196f3;--jp-error-color1:#ef5350;--jp-ui-font-color1:#fff;"
    "--jp-content-link-color:#64b5f6;--jp-mirror-editor-keyword-color:#4caf50;"
    "--jp-mirror-editor-string-color:#ff7070;--jp-mirror-editor-def-color:#64b5f6",
    "no variables": "",
}
AXE = """outside => axe.run({ include: document, exclude: outside }).then((result) =>
    result.violations.map((found) => [found.id, found.nodes.map((node) => node.html + node.failureSummary)]))"""


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("view", ["transcript", "streaming", "models", "settings", "names", "empty"])
def test_axe_finds_nothing(opened: Callable[..., Page], axe: str, theme: str, view: str) -> None:
    panel = opened(color_scheme="dark" if theme == "dark" else "light")
    ground = ";background:#111;color:#eee" if theme == "dark" else ""
    panel.page.evaluate("style => document.documentElement.style.cssText = style", f"{THEMES[theme]}{ground}")
    if view != "empty":
        filled(panel)
    if view == "streaming":
        panel.stream("d", "One *two*", after="b")
        panel.tell({"k": "d", "id": "d", "seq": 2, "think": "Hm."}, {**NOW, "queued": "next"})
    if view == "models":
        panel.page.locator("button.nbp-pick").click()
        panel.tell({"k": "models", "rows": [["demo", "demo", ""], ["kimi-k2.6", "Kimi", "needs KIMI_API_KEY"]]})
        panel.page.wait_for_selector(".nbp-pop")
    if view == "settings":
        panel.page.get_by_role("button", name="More").click()
        panel.page.get_by_role("button", name="Settings").click()
    if view == "names":
        panel.area.click()
        panel.page.keyboard.type("@d")
        panel.wait_sent("names", 2)
        panel.tell({"k": "names", "s": "d", "rows": [["df", "DataFrame 150 × 5"]]})
        panel.page.wait_for_selector("[role=option]")
    panel.page.evaluate(axe)
    # Without the host's colours for code, those of render/ are a compromise between light and dark pages.
    outside = [[".nbc-code pre"]] if theme == "no variables" else []
    found = panel.page.evaluate(AXE, outside)

    assert found == []
