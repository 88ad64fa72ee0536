"""A Chinese session in a browser that prefers English: the kernel was given the language."""

from __future__ import annotations

import re

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps
from ..frontends.notebook.calling import calls
from ..languages.left_over import english_left
from .cells import SEE_ALL, Ask, let_come, outputs
from .lab import Notebook
from .panel_lab import LOAD, InLab, ask, wait_for_answers

CHINESE = "import os\nos.environ['NBCHAT_LANG'] = 'zh'\n"
WORD = re.compile(r"[A-Za-z]{2,}")
# What a person of any language reads so: names, keys, units, and endings of files.
KNOWN = {"kimi", "run", "data", "df", "main", "code", "Enter", "Esc", "Ctrl", "chat", "tok"}
KNOWN |= {"md", "json", "html", "ipynb", "provider", "model", "python", "DataFrame", "KIMI", "API"}
KNOWN |= {"KEY", "notebook", "demo", "openai", "slow", "Shift", "Alt", "Space", "ZeroDivisionError"}

# Texts that are seen, and what is told to those who do not see; lists to choose from hold names.
SAID = """(roots) => {
  const said = [];
  for (const node of document.querySelectorAll(`:is(${roots}), :is(${roots}) *`)) {
    if (node.closest("[role=listbox] *")) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-touch"])
      if (node.getAttribute(name)) said.push(node.getAttribute(name));
    if (/^(STYLE|PRE|CODE)$/.test(node.tagName)) continue;
    for (const child of node.childNodes)
      if (child.nodeType === Node.TEXT_NODE && child.data.trim()) said.push(child.data.trim());
  }
  return [...new Set(said)];
}"""


def said_in(notebook: Notebook, roots: str = ".nbp-root") -> list[str]:
    """What is said now in these parts of the page."""
    found: list[str] = notebook.page.evaluate(SAID, roots)
    assert len(found) > 10
    return found


def english(notebook: Notebook, roots: str = ".nbp-root") -> list[str]:
    """What the panel, or these parts of the page, say now with an English word in it."""
    return [text for text in said_in(notebook, roots) if {*WORD.findall(text)} - KNOWN]


def test_a_chinese_panel_has_no_english_words(in_lab: InLab, service: Service) -> None:
    service.answers(calls(("run", {"code": "print(1)\nprint(2)"}), words="好。"))
    service.plays(answer(*said("完成。", thought=["想", "一想"])))
    load = (
        f"{CHINESE}os.environ.update(KIMI_API_KEY='k', KIMI_BASE_URL='{service.url}/v1', "
        f"NBCHAT_MODEL='kimi-k2.6')\n{LOAD}\nimport pandas as pd; df = pd.DataFrame({{'a': [1]}})"
    )
    notebook = in_lab(load=load)
    page = notebook.page
    page.get_by_role("button", name="描述 df").wait_for()
    assert english(notebook) == []

    for opens in ("历史", "更多", "模型"):
        page.get_by_role("button", name=opens).or_(page.get_by_title(opens)).first.click()
        page.locator(".nbp-pop").wait_for()
        assert english(notebook) == []
        listed = page.locator(".nbp-pop").inner_text()
        assert not re.search(r"needs|retired|server|turn", listed)
        page.keyboard.press("Escape")
    assert "需要 OPENAI_API_KEY" in listed
    page.get_by_role("button", name="更多").click()
    page.get_by_role("button", name="设置").click()
    page.get_by_label("运行代码，每次询问").check()
    assert english(notebook) == []
    page.keyboard.press("Escape")

    ask(notebook, "做吧")
    page.get_by_role("alertdialog").wait_for()
    assert english(notebook) == []
    page.get_by_label("拒绝的理由").fill("先不")
    page.get_by_role("button", name="拒绝").click()
    wait_for_answers(notebook, 1)
    assert english(notebook) == []
    assert "已拒绝" in page.locator(".nbp-log").inner_text()

    ask(notebook, "字" * 200_001)
    page.locator(".nbp-toast").wait_for()
    assert "面板最多接受 200,000 个" in page.locator(".nbp-toast").inner_text()
    assert english(notebook) == []


def test_a_cell_streams_in_chinese_and_keeps_the_answer_in_english(
    ask: Ask, service: Service
) -> None:
    words = said(*["词 "] * 60, thought=["想", "一想"])
    steps = Steps([], words[:3], words[3:33], words[33:])
    service.plays(steps)
    notebook = ask(f"{CHINESE}", "%%chat kimi-k2-thinking\n说吧", own_page=True)
    notebook.run(1)
    notebook.page.evaluate(SEE_ALL)

    notebook.run(2, wait=False)
    let_come(notebook, steps, ["等待中…", "思考中…", "tok/s"])
    notebook.ready()
    seen: list[str] = notebook.page.evaluate("[...window.seen]")
    (left,) = outputs(notebook, 2)
    streamed = [text for text in seen if "tok/s" in text or "等待中…" in text]

    assert any("kimi-k2-thinking · 等待中…" in text for text in seen)
    assert any("思考，3 字" in text for text in seen)
    assert not [words for text in streamed for words in english_left(text)]
    assert left.startswith("Thinking, 3 words")
    assert "kimi-k2-thinking · 9 → 12 tokens" in left
