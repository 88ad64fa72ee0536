"""No key is in an answer, however it was cut, and whatever it stands in."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbchat.engine.key_filter import KeyFilter
from nbchat.events import Answer, Event, Notice, Stop, Usage
from nbchat.known_keys import Mask
from nbchat.messages import Source, Text, Thought, ToolCall, ToolResult
from nbchat.provider_state import ProviderState

from ..nightly import examples

KEY = "sk-canary-7Qv/3xY+9Zt_K2mW8pLr4NbD6"
OTHER = "sk-canary-0123456789abcdef"
MASK = Mask({KEY: "KIMI_API_KEY", OTHER: "OPENAI_API_KEY"})
SAID = f"The keys: {KEY}, `{OTHER}`{KEY} and sk-canary-7Qv is none; sks, sk-."
MASKED = SAID.replace(KEY, "[KIMI_API_KEY]").replace(OTHER, "[OPENAI_API_KEY]")

pytestmark = pytest.mark.field("T6")


def folded(*batches: list[Event]) -> Answer:
    keys, answer = KeyFilter(MASK), Answer()
    for batch in batches:
        for event in keys.feed(batch):
            answer.add(event)
    for event in [*keys.flush(), *keys.notices()]:
        answer.add(event)
    return answer


places = st.lists(st.integers(0, len(SAID)), max_size=60)
kinds = st.lists(st.sampled_from([Text, Thought]), min_size=60)


@given(places=places, kinds=kinds, joined=st.data())
@settings(max_examples=examples(150))
def test_a_key_is_masked_however_the_pieces_are_cut(
    places: list[int], kinds: list[type[Text]], joined: st.DataObject
) -> None:
    """Words and thinking at random, each of which holds the same; as many at a time as come."""
    cuts = sorted({0, *places, len(SAID)})
    pieces = [SAID[a:b] for a, b in pairwise(cuts)]
    lanes: dict[type, list[str]] = {Text: [*pieces], Thought: [*pieces]}
    events: list[Event] = []
    for kind in [*kinds, *[Text, Thought] * len(pieces)]:
        if lanes[kind]:
            events.append(kind(lanes[kind].pop(0)))
    batches = []
    while events:
        size = joined.draw(st.integers(1, len(events)))
        batches.append(events[:size])
        events = events[size:]

    answer = folded(*batches, [Stop("end")])

    assert answer.text == answer.thought == MASKED
    assert answer.notices == [
        "KIMI_API_KEY and OPENAI_API_KEY stood in the answer and were masked."
    ]
    assert answer.stop == Stop("end")


def test_ordinary_words_do_not_wait() -> None:
    keys = KeyFilter(MASK)

    def shown(*words: str) -> list[str]:
        return [event.text for event in keys.feed([*map(Text, words)]) if isinstance(event, Text)]

    assert shown("A task-", "force ") == ["A task-", "force "]
    assert shown("asks") == ["ask"]
    assert shown(" for sk") == ["s for "]
    assert shown("i and sk-learn ") == ["ski and sk-learn "]
    assert keys.flush() == []


def test_a_key_that_breaks_off_is_masked_and_its_public_beginning_is_not() -> None:
    assert folded([Text(f"It is {KEY[:-1]}")], [Stop("broken")]).text == "It is [KIMI_API_KEY]"
    assert folded([Text("They begin with sk-ca")], [Stop("end")]).text == "They begin with sk-ca"


def test_what_is_held_back_is_there_when_the_answer_is_stopped() -> None:
    answer = folded([Text("a disk")])

    assert (answer.text, answer.notices) == ("a disk", [])


def test_where_words_begin_anew_a_part_begins() -> None:
    first, second = Text("One", begins=True), Text("s", begins=True)
    answer = folded([first], [Thought("hm", begins=True)], [second], [Text("ky.")], [Stop("end")])

    assert answer.text == "One\n\nsky."
    assert [part.text for part in answer.parts if isinstance(part, Text | Thought)] == [
        "One",
        "hm",
        "sky.",
    ]


def test_words_before_a_call_stay_before_it() -> None:
    call = ToolCall("1", "add", {}, "{}")
    answer = folded([Text("Disks"), call, Text("anary")], [Stop("tool_calls")])

    assert [getattr(part, "text", part) for part in answer.parts] == ["Disks", call, "anary"]


def test_a_key_is_masked_in_calls_results_sources_and_notices() -> None:
    arguments = {"env": {"KEY": KEY}, "n": 1}
    answer = folded(
        [
            ToolCall("call_1", "run", arguments, json.dumps(arguments).replace("/", "\\/")),
            ToolCall("call_2", "run", None, f'{{"env": "{KEY}", "cut'),
            ToolResult("call_1", "run", f"KEY={KEY}"),
            Source(f"https://example.org/?k={KEY}", KEY, f"it says {KEY}"),
            Notice(f"see {KEY}"),
            Usage(1, 2),
        ],
        [Stop("filter", f"because of {KEY}")],
    )

    first, second = answer.tool_calls
    assert json.loads(first.raw) == first.arguments == {"env": {"KEY": "[KIMI_API_KEY]"}, "n": 1}
    assert second.raw == '{"env": "[KIMI_API_KEY]", "cut'
    assert KEY not in repr(answer.parts) + repr(answer.notices) + repr(answer.stop)
    assert answer.usage == Usage(1, 2)


def test_what_a_provider_wants_back_stays_as_it_is_unless_a_key_can_be_read_in_it() -> None:
    opaque = ProviderState("a", "b", {"encrypted_content": "gAAAAABo" * 9, "id": "rs_1"})
    signed = ProviderState("a", "b", {"type": "thinking", "thinking": KEY, "signature": "Eq0B"})
    plain = ProviderState("a", "b", {"summary": [{"text": f"with {KEY}"}]})
    answer = folded(
        [Thought("hm", opaque, begins=True), Thought(KEY, signed, begins=True)],
        [Thought("", plain, begins=True), Stop("end")],
    )

    states = [part.state for part in answer.parts if isinstance(part, Thought)]
    assert states[:2] == [opaque, None]
    assert states[2] is not None
    assert states[2].data == {"summary": [{"text": "with [KIMI_API_KEY]"}]}


def test_without_keys_nothing_is_changed() -> None:
    keys = KeyFilter(Mask({}))
    batch: list[Event] = [Text("asks"), Stop("end")]

    assert keys.feed(batch) == [Text("asks"), Stop("end")]
    assert keys.flush() == []
