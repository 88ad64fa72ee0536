"""What conversations, histories, values and rows tell, in a Chinese session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field

from nbchat.catalog.prices import Cost
from nbchat.context.forms import Form
from nbchat.context.values import label, show
from nbchat.conversation.invalid_answers import repair_notice
from nbchat.conversation.unanswered import unanswered_notices
from nbchat.conversation.window import left_out_notice
from nbchat.dataframes.estimate import UNKNOWN_SUM, Foretold
from nbchat.dataframes.plan import plan_line
from nbchat.errors import BadOption, NbchatError
from nbchat.events import Answer, Stop
from nbchat.languages import translated
from nbchat.messages import Message
from nbchat.store.no_history import NoHistory
from nbchat.store.store import Store
from nbchat.turns import Turn
from nbchat.values.problems import InvalidValue
from nbchat.values.value_type import ValueType

from ..errors import no_answer, refused, setup, wrong_calls
from ..errors.stage import CASES, Case, Stage
from ..running_kernel import RunningKernel
from .left_over import english_left

MODULES = (setup, wrong_calls, refused, no_answer)  # which fill CASES
OURS = re.compile(
    r"an answer (?:that is not of its schema|with a schema that is cut)|%chat (?:delete|import)"
    r"|NBCHAT_HISTORY in the folder|.*(?:schema=\{|\.value|\.frame|parent=|export\()"
)


@pytest.fixture(autouse=True)
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBCHAT_LANG", "zh")


def close(text: str) -> str:
    """Without spaces beside Chinese, and with one kind of signs."""
    text = re.sub(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])", "", text)
    return text.translate(str.maketrans("，：；（）", ",:;()")).replace(" (", "(")


def shown(error: NbchatError) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", "\n".join(error._render_traceback_()))


def titled(case: Case) -> str:
    return f"{case.kind.__name__}: {case.when}"


@pytest.mark.parametrize("case", [one for one in CASES if OURS.match(one.when)], ids=titled)
def test_a_cell_shows_an_error_without_an_english_sentence(case: Case, stage: Stage) -> None:
    with pytest.raises(case.kind) as raised:
        case.happens(stage)
    text = shown(raised.value)
    assert not english_left(text)
    assert re.search(r"[\u4e00-\u9fff]", text)
    assert re.findall(r"'[^' ]*'", text) == re.findall(r"'[^' ]*'", str(raised.value))


# --- values --------------------------------------------------------------------------------------


def lower(text: str) -> str:
    if text != text.lower():
        raise ValueError(f"{text} has capitals")
    return text


class Person(BaseModel):
    name: Annotated[str, Field(min_length=2)]
    age: Annotated[int, Field(ge=0, le=150)] = 0
    size: Literal["small", "large"] = "small"
    day: str | None = None
    alias: Annotated[str, AfterValidator(lower)] = ""


PEOPLE = {
    "type": "object",
    "properties": {
        "age": {"type": ["integer", "null"], "minimum": 3, "multipleOf": 2},
        "tags": {"type": "array", "minItems": 2, "uniqueItems": True},
        "kind": {"enum": ["a", "b"]},
    },
    "required": ["age"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("schema", "answer", "chinese"),
    [
        (Person, "{}", "name:缺少必填字段"),
        (Person, '{"name": "A"}', "name:字符串应至少有2个字符"),
        (Person, '{"name": "Ada", "age": "old"}', "age:输入应为有效的整数,无法将字符串解析为整数"),
        (Person, '{"name": "Ada", "age": 1.5}', "age:输入应为有效的整数,得到的却是小数"),
        (Person, '{"name": "Ada", "age": -1}', "age:输入应大于或等于0"),
        (Person, '{"name": "Ada", "size": "big"}', "size:输入应为'small'或'large'"),
        (Person, '{"name": 3}', "name:输入应为有效的字符串"),
        (PEOPLE, "{}", "age:缺少必填字段"),
        (PEOPLE, '{"age": "x"}', "age:输入应为整数或null"),
        (PEOPLE, '{"age": 2}', "age:输入应不小于3"),
        (PEOPLE, '{"age": 5}', "age:输入应为2的倍数"),
        (PEOPLE, '{"age": 4, "tags": [1]}', "tags:输入应至少有2项,而不是1"),
        (PEOPLE, '{"age": 4, "tags": [1, 1]}', "tags:各项应互不相同"),
        (PEOPLE, '{"age": 4, "kind": "c"}', 'kind:输入应为"a"或"b"'),
        (PEOPLE, '{"age": 4, "more": 1}', "more:不允许多余的输入"),
        ("list[int]", "nothing", "其中没有可以读取的JSON值"),
    ],
)
def test_what_is_wrong_with_an_answer_names_the_field_in_chinese(
    schema: Any, answer: str, chinese: str
) -> None:
    with pytest.raises(InvalidValue) as raised:
        ValueType.of(schema).read(answer)
    text = translated(repair_notice(raised.value, 1).text)
    assert close(f"回答无效：{chinese}") in close(text)
    assert not english_left(text)


def test_what_a_check_of_the_user_says_stays_as_it_is() -> None:
    with pytest.raises(InvalidValue) as raised:
        ValueType.of(Person).read('{"name": "Ada", "alias": "Countess of L"}')
    text = translated(repair_notice(raised.value, 2).text)
    assert "Countess of L has capitals" in text
    assert "第 2 次" in text


@pytest.mark.parametrize(
    "schema",
    [
        {"nmae": 3},
        {"type": "strin"},
        {"minimum": "3"},
        {"required": "name"},
        {"$ref": "#/nowhere"},
        {"properties": {"a": 3}},
        {"allOf": {}},
        "name, name",
        "a b c",
        "age itn",
        "",
        len,
    ],
    ids=str,
)
def test_a_schema_that_cannot_be_used_is_told_in_chinese(schema: Any) -> None:
    with pytest.raises(BadOption) as raised:
        ValueType.of(schema)
    text = shown(raised.value)
    assert not english_left(text, ["name, age int, tags list", repr(len)])
    assert re.search(r"[\u4e00-\u9fff]", text)


# --- histories -----------------------------------------------------------------------------------


def test_why_nothing_is_saved_is_told_in_chinese(tmp_path: Path) -> None:
    place = tmp_path / "no database here.sqlite"
    place.write_bytes(b"x" * 5000)
    store = Store(place)
    with pytest.raises(NbchatError) as raised:
        store.ask(lambda database: list(database.conversations()))
    text = shown(raised.value)
    assert str(place) in text
    assert not english_left(text, [str(place)])
    assert translated(NoHistory("this user has no home folder.").trouble()).startswith("未保存：")


def test_what_is_not_sent_again_is_told_in_chinese() -> None:
    first = Turn(Message("user", "?"), Answer(stop=Stop("filter")))
    second = Turn(Message("user", "?"), Answer(stop=Stop("end")), parent=first)
    asked = Turn(Message("user", "?"), Answer(), parent=second)
    notices = [*unanswered_notices(asked), left_out_notice(1), left_out_notice(1200)]
    assert len(notices) == 4
    for notice in map(translated, notices):
        assert not english_left(notice)
    assert close(translated(notices[-1])).startswith("较早的1,200轮没有发送")


# --- rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        (
            plan_line(5000, 4312, 912345, "at least $0.27"),
            "5,000行,4,312个不同,输入约910,000词元,至少$0.27",
        ),
        (
            plan_line(1, 1, 90, "$0.01", "less than a minute", most="$0.30"),
            "1行,输入约90词元,$0.01至$0.30,不到一分钟",
        ),
        (plan_line(2, 2, 90, UNKNOWN_SUM), "2行,输入约90词元,金额未知(没有已知的价格)"),
        (
            plan_line(20, 20, 90, Foretold(Cost({"USD": 0.31}), 0.2, 240.0, 8).words),
            "20行,输入约90词元,约$0.31±20%,约4分钟(根据前8行估计)",
        ),
        (
            plan_line(20, 20, 90, Foretold(Cost({}), 0.2, 60.0, 8).words),
            "20行,输入约90词元,约1分钟(根据前8行估计)",
        ),
        (
            plan_line(20, 20, 90, Foretold(Cost({}, complete=False), 0.2, 9.0, 8).words),
            "20行,输入约90词元,金额未知(没有已知的价格),不到一分钟(根据前8行估计)",
        ),
    ],
)
def test_what_a_map_will_take_is_told_in_chinese(line: str, chinese: str) -> None:
    assert close(translated(line)).replace(" ", "").rstrip(".。") == chinese


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    """One for all of them, in Chinese."""
    folder = tmp_path_factory.mktemp("kernel")
    with RunningKernel(folder, {"NBCHAT_LANG": "zh"}) as kernel:
        kernel.run("import nbchat\n%load_ext nbchat")
        yield kernel


def below(kernel: RunningKernel, code: str) -> list[str]:
    """What stands below the rows of the last result of a cell."""
    plain: str = kernel.run(code).outputs[-1]["data"]["text/plain"]
    return [line for line in plain.split("\n")[1:] if not re.match(r"\d+  ", line)]


def test_a_map_is_told_in_chinese_and_its_columns_keep_their_names(kernel: RunningKernel) -> None:
    ran = kernel.run("out = nbchat.map([{'word': 'lemon'}] * 12, 'What is {word}?', 'demo')\nout")
    head, *rows, line = ran.outputs[-1]["data"]["text/plain"].split("\n")
    assert head.split() == ["word", "answer", "tokens", "cost"]
    assert len(rows) == 10
    assert close(line).startswith("另有2行;12行,已回答12,")
    assert not english_left(line)
    assert kernel.run("print(repr(out))").text.startswith("<12 rows, 12 answered")


def test_rows_that_failed_are_counted_in_chinese(kernel: RunningKernel) -> None:
    line, told = below(
        kernel,
        "nbchat.map(['a', 'b'], 'What is {value}?', 'demo', max_tokens=1)",
    )
    assert close(line).startswith("2行,已回答0,失败2,")
    assert close(told).startswith("ServiceError:2行。")
    assert "out.retry() 会重新提问没有回答的行" in told
    assert not english_left(told, ["ServiceError"])


@pytest.mark.parametrize(
    "call",
    [
        "[{'word': 'a'}], 'What is {wrd}?', 'demo'",
        "[{'word': 'a'}], 'What?', 'demo'",
        "[{'word': 'a'}], '', 'demo'",
        "[{'word': 'a'}], 'Code: `{word}`', 'demo'",
        "{'word': 'a'}, '{word}?', 'demo'",
        "3, '{word}?', 'demo'",
        "[{'word': 'a'}], '{word}?', 'demo', where=3",
    ],
)
def test_a_map_that_cannot_be_asked_is_told_in_chinese(kernel: RunningKernel, call: str) -> None:
    ran = kernel.run(f"nbchat.map({call})")
    assert ran.status == "error"
    text = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(ran.of("error")[0]["traceback"]))
    assert not english_left(text)
    assert re.search(r"[\u4e00-\u9fff]", text)


# --- what goes along -----------------------------------------------------------------------------


def test_what_goes_along_is_told_in_chinese_and_its_name_stays(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("line\n" * 50, "utf-8")
    (tmp_path / "photo.tiff").write_bytes(b"II*\0" + b"\0" * 80)
    brief = [*range(5000)]
    told = {
        "log": label("log", show("log", tmp_path / "log.txt", Form("rows", 20))),
        "photo": label("photo", show("photo", tmp_path / "photo.tiff", Form())),
        "image": label("image", show("image", (n for n in brief), Form())),
        "text": label("text", show("text", "word " * 9000, Form("all"))),
        "here": label("here", show("here", tmp_path, Form())),
    }
    for name, text in told.items():
        chinese = translated(text)
        assert chinese.startswith(name)
        assert chinese != text
        assert not english_left(chinese, ["photo.tiff"])
    assert "前 20 行" in translated(told["log"])
    assert "list(image)" in translated(told["image"])
    together = translated(f"{told['log']}, {told['here']}, {told['text']}")
    assert not english_left(together)
