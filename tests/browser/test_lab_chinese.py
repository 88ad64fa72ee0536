"""A JupyterLab in Chinese, by its own language pack: the extension and the kernel are so, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..languages.left_over import english_left
from .lab import Lab, Notebook
from .lab_extension import LOAD

LABELS = [
    "就此单元格提问…",
    "修复最近的错误",
    "解释最近的错误",
    "打开聊天面板",
    "随处提问…",
    "建议下一个单元格",
]
LANGUAGE = "translation-extension:plugin"


@pytest.fixture
def chinese(extended_lab: Lab) -> Iterator[Notebook]:
    extended_lab.setting(LANGUAGE, {"locale": "zh_CN"})
    notebook = extended_lab.open(LOAD, "%chat", "%chat use nobody", "%chat panel")
    yield notebook
    notebook.close()
    extended_lab.setting(LANGUAGE, None)


def test_the_menu_the_panel_and_what_a_cell_says_are_in_the_language_of_lab(
    chinese: Notebook,
) -> None:
    page = chinese.page
    page.locator(".lm-MenuBar-item", has_text="聊天").click()
    offered = page.locator(".lm-Menu-item .lm-Menu-itemLabel").all_inner_texts()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    chinese.run()
    beside = page.locator("#nbchat-beside")
    beside.locator("textarea").wait_for()
    line = page.locator(".jp-Cell .nbchat-note").inner_text()
    outputs = page.locator(".jp-Cell-outputArea").all_inner_texts()

    assert offered == LABELS
    assert line == "聊天面板在笔记本旁边。 显示"
    assert "写 %%chat [MODEL]，并在下一行写出问题即可提问" in outputs[1]
    assert "没有名为 'nobody' 的模型" in outputs[2]
    assert not english_left(outputs[1] + outputs[2], ["UnknownModel"])
