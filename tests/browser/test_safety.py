"""Nothing a model writes acts on a real page.

Live, saved, opened again trusted or not, converted to HTML.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nbchat.catalog.catalog import shipped
from nbchat.errors import NbchatError
from nbchat.render import to_html
from nbchat.render.characters import unmasked

from ..fakes.provider import Service, answer, said, sse
from ..render import dom
from ..render.payloads import DRAWN, EVERYTHING, FORMULAS, LINKS, REQUESTS, SCRIPTS, join_apart
from .lab import DEADLINE, Lab, Notebook, let_go_on

ANSWERS = {"scripts": SCRIPTS, "requests": REQUESTS, "formulas": [*FORMULAS, *DRAWN, *LINKS]}
# What JupyterLab itself asks for while a notebook is open.
LABS = re.compile(
    r"/(api/(?!contents[?]token)|lsp/|static/|kernelspecs/|lab/(api|static|extensions)/)"
    r"|/lab/workspaces/page-\d+/tree/[\w-]+[.]ipynb"
)

WATCH = """() => {
  window.acted = [];
  const act = name => (...given) => { window.acted.push(`${name}(${given})`) };
  window.alert = act('alert'); window.confirm = act('confirm'); window.prompt = act('prompt');
  window.msgbox = act('msgbox');
  document.addEventListener('securitypolicyviolation', e =>
    window.acted.push(`blocked ${e.blockedURI}`));
}"""

# Every element and attribute below an answer, as the browser's own parser made them; what it
# adds itself is left out.
STRANGE = """([tags, patterns]) => {
  const found = [];
  for (const e of [...document.querySelectorAll('.nbc')].flatMap(
    root => [...root.querySelectorAll('*')])) {
    if (e.matches('style') && e.textContent.startsWith('.nbc{')) continue;
    if (e.matches('a.jp-InternalAnchorLink, span.numbering-entry')) continue;
    const name = e.tagName.toLowerCase();
    if (!tags.includes(name)) found.push(`<${name}>`);
    const space = e.namespaceURI.split('/').pop();
    if ((space === 'MathML') !== (name === 'math' || !!e.closest('math')))
      found.push(`<${name}> in ${space}`);
    for (const a of e.attributes) {
      const pattern = patterns[a.name];
      if (pattern === undefined || !new RegExp(`^(?:${pattern})$`, 'is').test(a.value))
        found.push(`<${name} ${a.name}="${a.value}">`);
    }
  }
  for (const a of document.querySelectorAll(
    '.jp-OutputArea-output a[href]:not(.jp-InternalAnchorLink)'))
    if (!/^(https?|mailto):/.test(a.href)) found.push(`a link to ${a.href}`);
  return [...new Set(found)].slice(0, 20);
}"""

# What a reader can read: without our style, and of each formula only its drawn form.
WORDS = """() => [...document.querySelectorAll('.nbc')].map(root => {
  const words = [], walk = node => {
    if (node.nodeType === 3) words.push(node.data);
    else if (!node.matches('style, i[hidden] + *, a.jp-InternalAnchorLink, span.numbering-entry'))
      node.childNodes.forEach(walk);
  };
  walk(root);
  return words.join('').replace(/\\s+/g, '');
})"""

CLICK = """() => {
  for (const e of document.querySelectorAll('.nbc, .nbc *, .jp-RenderedText *'))
    if (!e.closest('a[href^="http" i], a[href^="mailto:" i], style') && e.click) e.click();
  const math = [...document.querySelectorAll('.nbc math, .nbc math *')];
  math.forEach(e => e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})));
  return true;
}"""

TAGS = sorted(dom.TAGS | dom.FRAME)
PATTERNS = {name: pattern.pattern for name, pattern in dom.ATTRIBUTES.items()} | {
    "class": "(?:nbc-[a-z]+ ?)*",
    "style": f"{dom.ATTRIBUTES['style'].pattern}|{dom.OWN_STYLES}",
    "open": "",
    "rel": "noopener( noreferrer)?",  # JupyterLab takes the second word away
    "href": "(?:https?://|mailto:).+",
    "data-jupyter-id": ".*",  # what JupyterLab gives to headings, in place of an id
}


class Watched:
    """A page, and everything that it asks for, opens or goes to."""

    def __init__(self, page: Any, own: re.Pattern[str]) -> None:
        self.page = page
        self.events: list[str] = []
        self._own = own
        page.add_init_script(f"({WATCH})()")
        page.evaluate(WATCH)
        page.context.on("page", lambda other: self.events.append(f"popup {other.url}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("framenavigated", self._navigated)
        page.on("download", lambda download: self.events.append(f"download {download.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.events.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _navigated(self, frame: Any) -> None:
        if not self._own.search(frame.url):
            self.events.append(f"went to {frame.url}")

    def _request(self, request: Any) -> None:
        if not self._own.search(request.url):
            self.events.append(f"request {request.url}")

    def harmless(self) -> str:
        """What happened that should not have, a line each.

        Also when everything but links is clicked.
        """
        self.page.evaluate(CLICK)
        self.page.wait_for_timeout(300)
        strange = self.page.evaluate(STRANGE, [TAGS, PATTERNS])
        return "\n".join([*self.events, *self.page.evaluate("window.acted"), *strange])

    def words(self) -> list[str]:
        """What a reader can read, without spaces, of each output of ours."""
        found: list[str] = self.page.evaluate(WORDS)
        return found


def cut(text: str, dice: random.Random) -> list[str]:
    """The text in pieces of 1 to 40 characters, as deltas come."""
    edges = [0]
    while edges[-1] < len(text):
        edges.append(edges[-1] + dice.randint(1, 40))
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def aimed(text: str, sink: Service) -> str:
    """The payloads with the address of a server that would notice."""
    return re.sub("sink[.]example", f"127.0.0.1:{sink.port}", text, flags=re.IGNORECASE)


@pytest.fixture
def sink() -> Iterator[Service]:
    with Service() as sink:
        sink.always(answer(b"no", status=204))
        yield sink


@pytest.fixture(autouse=True)
def every_cell_drawn(lab: Lab) -> Iterator[None]:
    """Otherwise JupyterLab leaves cells out of the page that are out of sight."""
    lab.setting("notebook-extension:tracker", {"windowingMode": "none"})
    yield
    lab.setting("notebook-extension:tracker", None)


def test_nothing_a_model_writes_acts_on_a_page(
    lab: Lab, service: Service, sink: Service, tmp_path: Path
) -> None:
    dice = random.Random(5)
    texts = [aimed(join_apart(payloads), sink) for payloads in ANSWERS.values()]
    for text, thought in zip(texts, [*texts[1:], ""], strict=True):
        service.plays(answer(*said(*cut(text, dice), thought=cut(thought, dice)), gap=0.001))
    notebook = lab.open(
        setup(service),
        *[f"%%chat kimi-k2.6\n{name}" for name in ANSWERS],
        size=(1100, 2000),
        own_page=True,
    )
    watched = Watched(notebook.page, LABS)

    notebook.run()

    assert watched.harmless() == ""
    wanted = ["".join(dom.Page(to_html(text)).text.split()) for text in texts]
    assert all(map(contains, watched.words(), wanted))
    notebook.save()
    notebook.close()
    saved = lab.folder / "notebooks" / notebook.path
    for path, trusted in ((saved, True), (untrusted(saved), False)):
        notebook = lab.open(path=path.name, size=(1100, 2000), own_page=True)
        watched = Watched(notebook.page, LABS)
        notebook.load()
        assert is_trusted(notebook) is trusted
        assert watched.harmless() == ""
        # Without trust, a formula's source is shown in place of the formula.
        assert all(map(contains, watched.words(), wanted if trusted else wanted[:2]))
        notebook.close()
    page = converted(saved, lab)
    assert page.harmless() == ""
    assert all(map(contains, page.words(), wanted))
    page.page.close()
    assert sink.connections == 0


def contains(shown: str, words: str) -> bool:
    return words in shown


def untrusted(notebook: Path) -> Path:
    """A copy that was changed behind JupyterLab's back."""
    copy = notebook.with_name(f"untrusted-{notebook.name}")
    content = json.loads(notebook.read_text("utf-8"))
    content["cells"][0]["source"] = "# somebody else's"
    copy.write_text(json.dumps(content), "utf-8")
    return copy


def is_trusted(notebook: Notebook) -> bool:
    cells = "[...window.jupyterapp.shell.currentWidget.content.model.cells]"
    return bool(notebook.page.evaluate(f"{cells}.every(cell => cell.trusted)"))


def converted(notebook: Path, lab: Lab) -> Watched:
    """The notebook as a page of its own."""
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", str(notebook)]
    subprocess.run(
        convert, check=True, capture_output=True, env={**os.environ, "JUPYTER_PATH": sys.prefix}
    )
    page = lab.page()
    watched = Watched(page, re.compile(r"^file:.*[.]html$|^https://cdnjs[.]cloudflare[.]com/"))
    page.goto(notebook.with_suffix(".html").as_uri())
    return watched


def setup(service: Service) -> str:
    return (
        "%load_ext nbchat\n"
        f"import os; os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1', "
        f"OPENAI_API_KEY='k', OPENAI_BASE_URL='{service.url}/v1')"
    )


def test_the_watch_sees_what_plain_markdown_does(lab: Lab, sink: Service) -> None:
    """These tests would fail where something acts: JupyterLab draws Markdown as it is."""
    markdown = aimed("![x](http://sink.example/leak)\n\n<img src=x onerror=alert(1)>", sink)
    notebook = lab.open(
        f"from IPython.display import Markdown\nMarkdown({markdown!r})", own_page=True
    )
    watched = Watched(notebook.page, LABS)

    notebook.run()
    notebook.page.wait_for_function("window.acted.some((act) => act.includes('alert(1)'))")
    let_go_on(notebook.page, lambda: sink.connections)

    acts = watched.harmless()
    assert f"request {sink.url}/leak" in acts
    assert "alert(1)" in acts
    assert sink.connections > 0
    notebook.close()


# What may be the name of a model, and is no variable: 50, as JupyterLab shows 50 outputs of a cell.


def can_be_asked(name: str) -> bool:
    """Whether it is taken for the name of a model, and not refused for what it looks like."""
    with suppress(NbchatError):
        shipped().find(f"openai:{name}")
        return name.isprintable() and "./" not in name and "{" not in name
    return False


NAMES = [p for p in EVERYTHING if p.split() == [p] and can_be_asked(p)][::5][:50]
ELSEWHERE = [p for p in EVERYTHING if "\n" not in p][::9]


def draw_errors(page: Any) -> None:
    """JupyterLab writes the words of an error when it comes into sight, and not at once."""
    from playwright.sync_api import expect

    for error in page.locator("[data-mime-type='application/vnd.jupyter.error']").all():
        error.scroll_into_view_if_needed()
        expect(error).not_to_be_empty(timeout=DEADLINE)


def test_nothing_said_in_other_places_acts_either(
    lab: Lab, service: Service, sink: Service
) -> None:
    """All that has a name, and all that is said about it.

    Names of models, tools, conversations and variables, arguments, notices, errors and what
    commands show.
    """
    names, words = ([aimed(p, sink) for p in payloads] for payloads in (NAMES, ELSEWHERE))
    names = [shlex.quote(f"openai:{name}") for name in names]
    words = ["javascript://%0aalert(1) vscode://file/x data:text/html,x file:///etc/passwd", *words]
    refusal = json.dumps({"error": {"message": " ".join(words)[:3_000]}}).encode()
    calls = [
        {"index": n, "id": f"c{n}", "function": {"name": w, "arguments": json.dumps({w: w})}}
        for n, w in enumerate(words)
    ]
    asked = {
        "choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": "tool_calls"}]
    }
    service.plays(
        *[answer(*said("Yes.")) for _ in names],
        answer(sse(asked)),
        answer(refusal, status=503),
        answer(*said("At last.")),
        answer(refusal, status=400),
        answer(sse(json.loads(refusal), done=False)),
        answer(*said("Yes.")),
    )
    notebook = lab.open(
        setup(service),
        f"os.environ['NBCHAT_DISPLAY'] = 'static'\n"
        f"for name in {names!r}:\n    get_ipython().run_cell_magic('chat', f'{{name}}', 'Talk')",
        "os.environ['NBCHAT_DISPLAY'] = 'live'",
        "%%chat kimi-k2.6\nUse tools",
        "%%chat kimi-k2.6\nTry twice",
        "%%chat kimi-k2.6\nBe refused",
        "%%chat kimi-k2.6\nBreak off",
        f"words = {words!r}",
        f"get_ipython().run_cell_magic('chat', '--name \"{words[1]}\" kimi-k2.6', "
        "'Tell about {words}')",
        f"%chat switch {words[1]}",
        "%chat history",
        "%chat branches",
        "%chat usage",
        "%chat",
        size=(1100, 3000),
        own_page=True,
    )
    watched = Watched(notebook.page, LABS)

    notebook.run()

    assert watched.harmless() == ""
    draw_errors(notebook.page)
    shown = notebook.page.evaluate("document.querySelector('.jp-Notebook').innerText")
    assert shown.count("It says: javascript\u2060://%0aalert(1) vscode\u2060://file/x") == 2
    asked_for = [unmasked(shlex.split(name)[0][7:]) for name in names]
    assert [name for name in asked_for if name[:30] not in shown] == []
    notebook.close()
    assert sink.connections == 0
