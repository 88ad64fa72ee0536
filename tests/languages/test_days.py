"""What a day of questions brings to a cell in a Chinese session, beside answers that are whole."""

from __future__ import annotations

import asyncio
import re

from ..fakes.provider import Request, Service, answer, said
from ..frontends.notebook.calling import calls
from ..running_kernel import DEADLINE, RunningKernel
from .chinese_kernel import pages, plain
from .left_over import english_left


async def cut(request: Request, writer: asyncio.StreamWriter) -> bool:
    """An answer whose connection is lost in its middle."""
    piece = b"".join(said("一半")[:2])
    head = b"HTTP/1.1 200 .\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
    writer.write(head + b"\r\n\r\n%x\r\n%b\r\n" % (len(piece), piece))
    await writer.drain()
    return False


def test_an_answer_that_is_not_whole_is_told_in_chinese(
    session: RunningKernel, service: Service
) -> None:
    service.plays(answer(*said("一半", "没有")[:2], hold=DEADLINE))
    started = session.start("%%chat kimi-k2.6\n做吧", cell="a")
    session.wait_until(started, lambda seen: "一半" in str(seen[-1:]), "words")
    session.interrupt()
    stopped = session.finish(started)
    service.plays(cut)
    lost = session.run("%%chat kimi-k2.6 --fresh\n做吧")

    for ran in (stopped, lost):
        assert ran.status == "error"
        assert not english_left(ran.error)
    assert "个字符后停止；已保留。可以重新提问，也可以继续。" in stopped.error
    assert re.search(r"回答在 \d 个字符之后断开：Moonshot AI \(Kimi\) 中断了：", lost.error)
    told = session.run("%chat history").text
    assert "（在 " in told
    assert not english_left(told)


def test_a_conversation_read_again_is_chinese_around_its_words(
    session: RunningKernel, service: Service
) -> None:
    service.answers(calls(("add", {"a": 1, "b": 2}), ("nosuch", {})))
    service.plays(answer(*said("好的。", thought=["想", "一想"])))
    session.run("df = 3")
    session.run("%%chat kimi-k2.6 --tools add\n做吧 {df}")

    page = plain(session.run("%chat history 1").html)
    assert "add · a=1, b=2" in page
    assert "nosuch · 未运行" in page
    assert "思考，3 字" in page
    about = session.run("import nbchat\nnbchat.chat()").text
    assert about.startswith("对话 'main'：1 轮，kimi-k2.6\n")


def test_a_broken_file_of_settings_is_told_in_chinese(
    session: RunningKernel, service: Service
) -> None:
    service.answers(*said("好的。"))
    session.run("from pathlib import Path; _ = Path('nbchat.toml').write_text('= 3')")
    ran = session.run("%%chat kimi-k2.6\n做吧")

    (told,) = {page for page in pages(ran) if "已忽略：" in page}
    assert "nbchat.toml 已忽略：它第 1 行第 1 列不是 TOML：Invalid statement。" in told
    settings = session.run("%chat settings").text
    assert "已忽略：它第 1 行第 1 列不是 TOML" in " ".join(settings.split())


def test_rows_that_failed_are_told_in_chinese_and_kept_in_english(
    session: RunningKernel, service: Service
) -> None:
    service.always(answer(*said("no JSON")))
    session.run("import pandas as pd\ndf = pd.DataFrame({'n': [1, 2]})")
    ran = session.run('%%chat kimi-k2.6 --each df --as "age int" --into out\n多大？{n}')

    assert "InvalidAnswer: Moonshot AI (Kimi) 试了 3 次都没有给出有效的回答：" in ran.text
    kept = session.run("print(out.frame().error[0])").text
    assert kept.startswith("InvalidAnswer: Moonshot AI (Kimi) gave no valid answer in 3 tries:")
