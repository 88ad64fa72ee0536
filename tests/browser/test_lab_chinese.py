"""A JupyterLab in Chinese, by its own language pack: the extension and the kernel are so, too."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ..fakes.provider import Service, answer, said
from ..languages.left_over import english_left
from ..nightly import by_day
from .lab import Lab, Notebook, let_go_on
from .lab_extension import LOAD
from .test_chinese import english, said_in
from .test_lab_blocks import using

LABELS = [
    "就此单元格提问…",
    "修复最近的错误",
    "解释最近的错误",
    "打开聊天面板",
    "随处提问…",
    "建议下一个单元格",
]
LANGUAGE = "translation-extension:plugin"
# All of ours in the page: the sidebar, what a cell has of the extension, the names in its places.
OURS = (
    "#nbchat-beside, .nbchat-acts, .nbchat-note, .nbp-pop, .lm-TabBar-tab[data-id=nbchat-beside], "
    ".lm-Menu [data-command^=nbchat]"
)
HAN = re.compile(r"[\u4e00-\u9fff]")
# NBCHAT_LANG, the browser, JupyterLab, and what comes of it.
CASES = [
    ("zh", "en-US", "en", "zh"),
    ("en", "zh-CN", "zh_CN", "en"),
    ("", "en-US", "zh_CN", "zh"),
    ("", "zh-CN", "en", "zh"),
    ("", "en-US", "en", "en"),
]


@pytest.fixture
def chinese(extended_lab: Lab) -> Iterator[Notebook]:
    extended_lab.setting(LANGUAGE, {"locale": "zh_CN"})
    notebook = extended_lab.open(
        f"{LOAD}\nimport nbchat", "%chat", "%chat use nobody", "%chat panel"
    )
    yield notebook
    notebook.close()
    extended_lab.setting(LANGUAGE, None)


def test_the_menu_the_panel_and_what_a_cell_says_are_in_the_language_of_lab(
    chinese: Notebook,
) -> None:
    page = chinese.page
    page.locator(".lm-MenuBar-item", has_text="聊天").click()
    page.locator(".lm-Menu-item", has_text=LABELS[-1]).wait_for()
    offered = page.locator(".lm-Menu-item .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    chinese.run(0)
    # The page tells the kernel.
    let_go_on(page, lambda: chinese.value("nbchat.languages.language()") == "'zh'")
    chinese.run(1, 2, 3)
    beside = page.locator("#nbchat-beside")
    beside.locator("textarea").wait_for()
    line = page.locator(".jp-Cell .nbchat-note").inner_text()
    outputs = page.locator(".jp-Cell-outputArea").all_inner_texts()

    assert offered == LABELS
    assert english(chinese, "#nbchat-beside") == []
    assert line == "聊天面板在笔记本旁边。 显示"
    assert "写 %%chat [MODEL]，并在下一行写出问题即可提问" in outputs[1]
    assert "没有名为 'nobody' 的模型" in outputs[2]
    assert not english_left(outputs[1] + outputs[2], ["UnknownModel"])


@pytest.mark.parametrize(("variable", "browser", "lab", "spoken"), by_day(2, CASES))
def test_no_page_has_two_languages(
    extended_lab: Lab, service: Service, variable: str, browser: str, lab: str, spoken: str
) -> None:
    service.always(answer(*said("```python\nx = 1\n```")))
    extended_lab.setting(LANGUAGE, {"locale": lab})
    load = f"import os\nos.environ['NBCHAT_LANG'] = '{variable}'\n{using(service)}"
    notebook = extended_lab.open(load, "%%chat\n1 + 1", "1/0", "%chat panel", locale=browser)
    page = notebook.page
    try:
        notebook.run()
        page.locator("#nbchat-beside .nbp-foot").wait_for()
        page.locator(f".nbp-root[lang^={spoken}]").wait_for()
        page.locator(".lm-MenuBar-item", has_text="聊天" if spoken == "zh" else "Chat").click()
        page.locator(".lm-Menu [data-command='nbchat:quick']").wait_for()
        shown = said_in(notebook, OURS)
        left = english(notebook, OURS) if spoken == "zh" else list(filter(HAN.search, shown))
        page.keyboard.press("Escape")
        page.locator("#nbchat-beside header button").first.click()
        date = page.locator(".nbp-pop small").first.inner_text()
    finally:
        notebook.close()
        extended_lab.setting(LANGUAGE, None)

    assert left == []
    for one in ({"Explain", "解释"}, {"Run below", "在下方运行"}, {"Chat panel", "聊天面板"}):
        assert one & {*shown}
    assert date.startswith("20") == (spoken == "zh")
