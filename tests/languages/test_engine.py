"""What providers' errors and the engine's notices say in a Chinese session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

import nbchat
from nbchat.catalog.catalog import shipped
from nbchat.engine import refusal_words
from nbchat.engine.final_words import finish
from nbchat.engine.findings import refused as refused_finding
from nbchat.engine.redirects import redirect_error
from nbchat.engine.refusals import ErrorContext, error_for, not_an_api_error
from nbchat.errors import (
    BadAnswer,
    BudgetReached,
    ContextTooLong,
    Filtered,
    KeyRefused,
    ModelNotFound,
    NbchatError,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    RetiredModel,
    ServiceDown,
)
from nbchat.frontends.check_report import faults
from nbchat.key_policy import NO_KEY
from nbchat.keys import Secret
from nbchat.languages import translated
from nbchat.middleware import most_made
from nbchat.middleware.budget import MAY_GO_OVER
from nbchat.middleware.purse import Purse
from nbchat.wire.problem import ProviderProblem

from ..errors import no_answer, refused, setup, wrong_calls
from ..errors.stage import CASES, KEY, Case, Stage
from ..fakes.provider import answer, said
from .left_over import english_left

MODULES = (setup, wrong_calls, refused, no_answer)  # which fill CASES
KINDS = (
    *(KeyRefused, NotAllowed, NoCredit, RateLimited, ModelNotFound, RetiredModel),
    *(ContextTooLong, Filtered, RequestRefused, ServiceDown, BadAnswer, BudgetReached),
)
ENGINE = [case for case in CASES if case.kind in KINDS]
NAME = "Moonshot AI (Kimi)"
WORDS = "Invalid x of y, or of z. Please look at it anew"  # a provider's own
PLACE = "https://api.example.com/v1"
HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"(?<=它说：).*?(?=。(?:[\u4e00-\u9fff]|$))|(?<=（404: ).*?(?=）)", re.M)


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")


def context(origin: str = "KIMI_API_KEY", model: str = "kimi-k2.6", **known: Any) -> ErrorContext:
    return ErrorContext(shipped().find(model), origin, PLACE, (Secret(KEY),), **known)


def shown(error: NbchatError) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", "\n".join(error._render_traceback_()))


def check(text: str, known: tuple[str, ...] = (WORDS,)) -> None:
    """All of it is Chinese but the provider's words, which are there as they came."""
    assert HAN.search(text)
    assert not english_left(text, known)


def check_halves(error: NbchatError) -> None:
    """What happened and what to do, as a check says them in places of their own."""
    (fault,) = faults([refused_finding("answer", error)])
    for half in (fault.what, fault.to_do):
        assert not english_left(QUOTED.sub("", half), (WORDS,))


@pytest.mark.parametrize("case", ENGINE, ids=lambda case: f"{case.kind.__name__}: {case.when}")
def test_an_error_of_a_provider_has_its_own_words_in_english_alone(
    case: Case, stage: Stage
) -> None:
    with pytest.raises(case.kind) as raised:
        case.happens(stage)

    text = shown(raised.value)
    print(f"\n{text}")
    name, _, message = text.partition(": ")
    assert name == case.kind.__name__
    check(QUOTED.sub("", message))
    check_halves(raised.value)
    assert english_left(str(raised.value), (WORDS,))  # an exception's own text stays


@pytest.mark.parametrize("status", sorted({*refusal_words.STATUS_WORDS, 400, 401, 403, 404, 429}))
def test_every_status_is_said_in_chinese_around_the_providers_words(status: int) -> None:
    error = finish(error_for(ProviderProblem(WORDS), status, {}, context()), 3, context())
    text = shown(error)

    check(text.partition(": ")[2])
    check_halves(error)
    assert NAME in text
    assert f"（{status}）" in text
    assert f"它说：{WORDS}。" in text
    assert "已尝试 3 次。" in text


CONTEXTS = {
    "a variable": context(),
    "no key": context(NO_KEY),
    "an argument": context("the api_key argument"),
    "a base URL of a variable": context(base_url_origin="KIMI_BASE_URL"),
    "a placeholder": context(has_placeholder=True),
}
CODES = {
    "content_filter": 200,
    "context_length_exceeded": 400,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "permission_denied": 403,
    "model_not_found": 404,
    "overloaded": 503,
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("of", CONTEXTS)
def test_a_code_is_said_in_chinese_whoever_gave_the_key(of: str, code: str) -> None:
    known = CONTEXTS[of]
    problem = ProviderProblem(WORDS, code=code)
    headers = {"x-request-id": "r1", "retry-after": "300"}
    text = shown(finish(error_for(problem, CODES[code], headers, known), 1, known))

    check(text.partition(": ")[2])
    assert text.endswith(("%chat models", "%chat reset", "kimi", "getpass()", " 的密钥。"))


LIMITS = {
    "Limit 6000, Requested 9000": ("6,000", "9,000"),
    "daily quota": ("每日", "5 min", "明天"),
    "quota per week": ("每周", "下周"),
    "quota per month": ("每月", "下个月"),
    "max_tokens: 9000 > 4096": ("--max-tokens 4096", "max_tokens=4096"),
    "max_tokens is too large": ("--max-tokens",),
    "maximum context length is 100 tokens, you requested 50 output tokens and your prompt contains "
    "at least 60 input tokens": ("40", "%chat reset"),
}


@pytest.mark.parametrize("words", LIMITS)
def test_a_limit_is_said_in_chinese_with_its_numbers(words: str) -> None:
    status = 400 if words.startswith("max") else 429
    headers = {"retry-after": "300"} if words.startswith("daily") else {}
    text = shown(error_for(ProviderProblem(words), status, headers, context()))

    check(text.partition(": ")[2], (words,))
    assert f"它说：{words}。" in text
    for part in LIMITS[words]:
        assert part in text


@pytest.mark.parametrize("body", [b"", b"hello there", b"{}", b"<title>Log in now</title>", b"<p>"])
@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize("whose", ["the provider's table", "KIMI_BASE_URL"])
def test_what_is_no_api_is_told_in_chinese(body: bytes, status: int, whose: str) -> None:
    known = context(base_url_origin=whose)
    text = shown(finish(not_an_api_error(body, status, known), 1, known))

    check(text.partition(": ")[2])
    if status < 500:
        assert re.search(r"基础 URL（(可用 )?KIMI_BASE_URL", text)


@pytest.mark.parametrize("location", ["https://x.example/v1?a=b", ""])
def test_a_redirect_is_told_in_chinese_with_who_has_set_the_address(location: str) -> None:
    known = context()
    text = shown(finish(redirect_error(location, known), 1, known))

    check(text.partition(": ")[2])
    assert "基础 URL（可用 KIMI_BASE_URL 另行设置）" in text
    assert not location or "https://x.example/v1" in text


def test_a_retired_model_is_told_in_chinese_with_who_serves_it_still() -> None:
    known = context(
        model="kimi-k2-thinking",
        other_names=lambda: ["a:b", "c:d"],
        replacement=lambda: "kimi-k2.6",
    )
    text = shown(error_for(ProviderProblem("No such model"), 404, {}, known))

    check(text.partition(": ")[2], ("No such model",))
    assert "a:b, c:d" in text
    assert text.endswith("\n%%chat kimi-k2.6")


# --- notices ------------------------------------------------------------------------------------


def test_a_second_try_is_told_in_chinese(stage: Stage) -> None:
    stage.service.plays(
        answer(b'{"error": {"message": "We are full"}}', status=503), answer(*said("Hi"))
    )
    notices = nbchat.ask("kimi-k2.6", "Hi").notices

    [text] = [translated(notice) for notice in notices]
    check(text, ("We are full",))
    assert "它说：We are full" in text
    assert text.endswith(" s 后重试。")


def test_what_a_model_does_not_take_is_told_in_chinese(stage: Stage) -> None:
    stage.service.always(answer(*said("Hi")))
    notices = nbchat.ask("kimi-k2.6", "Hi", temperature=0.3, extra={"top_k": 5}).notices

    for text in map(translated, notices):
        check(text)
    assert len(notices) == 2
    assert "kimi-k2.6 的 temperature 是固定的；该选项已略去。" in map(translated, notices)


NAMES = {"today": "今天", "in this notebook": "此笔记本中", "of the budget": "预算中"}


@pytest.mark.parametrize("name", NAMES)
def test_a_budget_is_named_in_chinese_with_its_amounts(name: str) -> None:
    purse = Purse.of("1 USD", name, 'To spend more:\nbudget.day = "2 USD"  # in nbchat.toml')
    with pytest.raises(BudgetReached) as raised:
        asyncio.run(purse.reserve(3.0, "USD"))

    happened, to_do = shown(raised.value).split("\n")
    assert not re.search("[a-z]", happened.partition(": ")[2])
    assert happened.startswith(f"BudgetReached: {NAMES[name]}")
    assert "$1.00" in happened
    assert to_do == 'budget.day = "2 USD"  # 写在 nbchat.toml 中'


@pytest.mark.parametrize("why", ["NOT_GIVEN", "NOT_TAKEN", "EXTRA", "THINKING", "SEARCH"])
def test_why_a_budget_may_not_hold_is_told_in_chinese(why: str) -> None:
    check(translated(f"{getattr(most_made, why)}: {MAY_GO_OVER}"))


NOTICES: Mapping[str, str] = {
    "KIMI_API_KEY and MY_KEY stood in the answer and were masked.": (
        "回答中出现了 KIMI_API_KEY 和 MY_KEY，已遮盖。"
    ),
    "Moonshot AI (Kimi) has asked to wait. Asking in 7.0 s.": (
        "Moonshot AI (Kimi) 要求等待。7.0 s 后再问。"
    ),
    "qwen3:4b thought up to the limit of its tokens, and gave no answer.": (
        "qwen3:4b 的思考用完了词元上限，没有给出回答。"
    ),
    "Ollama has read 2,048 of some 9,000 tokens; what came first was left out. "
    "Your num_ctx is 2,048: set it higher, or send less.": (
        "Ollama 只读取了约 9,000 个词元中的 2,048 个；最前面的内容没有读到。"
        "你的 num_ctx 是 2,048：请调大，或少发一些。"
    ),
    "2 keys masked in what was sent.": "发送的内容中已遮盖 2 个密钥。",
    "there is no list of models at https://a.example/v1/models (404), but one at "
    "https://a.example/api/tags, as servers of the format ollama have it.": (
        "https://a.example/v1/models 没有模型列表（404），但 https://a.example/api/tags 有一个，"
        "这是 ollama 格式的服务器才有的。"
    ),
    "there is no list of models at https://a.example/v1/models (404); questions go to /v1 (405)": (
        "https://a.example/v1/models 没有模型列表（404）；提问发往 /v1（405）"
    ),
    "glm-5 does not search the web beside other tools; the search was left out.": (
        "glm-5 使用其他工具时不搜索网络；搜索已略去。"
    ),
}


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_is_told_in_chinese_with_its_values(notice: str) -> None:
    assert translated(notice) == NOTICES[notice]
