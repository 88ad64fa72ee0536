"""An Answer folds events into parts, in order; what it says is read from these."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbchat
from nbchat import Image, Message, Source, Stop, Text, Thought, ToolCall, ToolResult, Usage
from nbchat.engine.surrogates import Surrogates
from nbchat.events import Answer
from nbchat.provider_state import ProviderState

STATE = ProviderState("p", "w", {"signature": "s"})
CALL, RESULT = ToolCall("1", "now", {}), ToolResult("1", "now", "noon")


def folded(*events: Any) -> Answer:
    answer = Answer()
    for event in events:
        answer.add(event)
    return answer


def began(kind: type[Text] | type[Thought], text: str, **members: Any) -> Any:
    return kind(text, begins=True, **members)


# --- where a part begins ---------------------------------------------------------------------


def test_pieces_become_one_part_of_their_kind_also_where_they_interleave() -> None:
    """Hosts with one buffer of words and one of thinking cut both anywhere."""
    answer = folded(Text("Hel"), Thought("h"), Text("lo"), Thought("m"))

    assert answer.parts == [Text("Hello"), Thought("hm")]
    assert (answer.text, answer.thought) == ("Hello", "hm")


def test_words_that_begin_anew_stand_behind_a_blank_line() -> None:
    answer = folded(
        began(Thought, "hm"), began(Text, "Hi"), Text("."), began(Thought, "so"), began(Text, "4")
    )

    assert answer.parts == [Thought("hm"), Text("Hi."), Thought("so"), Text("4")]
    assert (answer.text, answer.thought) == ("Hi.\n\n4", "hm\n\nso")


def test_words_with_a_state_are_a_part_but_no_paragraph() -> None:
    """Gemini signs pieces in the middle of a sentence."""
    answer = folded(Text("a"), Text("b", STATE), Text("c"))

    assert answer.parts == [Text("a"), Text("b", STATE), Text("c")]
    assert answer.text == "abc"


def test_a_state_without_words_goes_to_the_part_before() -> None:
    answer = folded(Thought("h"), Thought("m"), Thought("", STATE), Thought("so"))

    assert answer.parts == [Thought("hm", STATE), Thought("so")]


def test_a_state_of_its_own_is_a_part_that_nobody_sees() -> None:
    answer = folded(began(Thought, "", state=STATE), began(Text, "Hi"))

    assert answer.parts == [Thought("", STATE), Text("Hi")]
    assert (answer.thought, answer.text) == ("", "Hi")
    assert not folded(began(Thought, "", state=STATE))


@pytest.mark.parametrize("between", [CALL, RESULT, Image(b"")])
def test_words_behind_something_else_begin_anew(between: Any) -> None:
    answer = folded(Text("a"), between, Text("b"), Text("c"))

    assert answer.parts == [Text("a"), between, Text("bc")]
    assert answer.text == "a\n\nbc"


def test_a_source_does_not_cut_the_sentence_it_belongs_to() -> None:
    answer = folded(Text("It is "), Source("https://example.org"), Text("sunny."))

    assert answer.text == "It is sunny."
    assert answer.sources == [Source("https://example.org")]


def test_parts_may_be_given_and_words_between_which_something_shows_stand_apart() -> None:
    answer = Answer()
    answer.parts = [Text("a"), Thought("hm"), Text("b"), Thought("", STATE), Text("c")]

    assert (answer.text, answer.thought) == ("a\n\nbc", "hm")


def test_parts_may_be_looked_at_while_they_grow() -> None:
    answer = folded(Text("a"))

    assert answer.parts == [Text("a")]
    answer.add(Text("b"))
    assert answer.parts == [Text("ab")]


pieces = st.lists(
    st.builds(
        lambda kind, text, begins: kind(text, begins=begins),
        st.sampled_from([Text, Thought]),
        st.text("ab", min_size=1, max_size=3),
        st.booleans(),
    ),
    max_size=12,
)


def test_who_folds_what_was_shown_once_more_sees_the_same_blank_lines() -> None:
    """What only the provider wants back stands between, and is not shown."""
    events = [Text("a"), began(Thought, "", state=STATE), began(Text, "b")]
    once = folded(*events)
    again = folded(*(event for event in events if event.text))

    assert again.text == once.text == "a\n\nb"
    assert events[2].spaced == "\n\nb"


@given(pieces)
def test_what_is_shown_as_it_comes_is_the_text_at_the_end(events: list[Any]) -> None:
    answer = folded(*events)
    words = "".join(event.spaced for event in events if isinstance(event, Text))

    assert words == answer.text
    assert words.replace("\n", "") == "".join(e.text for e in events if isinstance(e, Text))
    assert all(part.text for part in answer.parts)  # type: ignore[union-attr]


# --- rounds and messages -----------------------------------------------------------------------


def test_rounds_end_with_results() -> None:
    other = ToolCall("2", "now", {})
    answer = folded(Thought("hm"), CALL, other, RESULT, ToolResult("2", "now", "one"), Text("Hi"))

    assert [len(parts) for parts in answer.rounds] == [5, 1]
    assert [(m.role, m.text, m.tool_call_id) for m in answer.messages] == [
        ("assistant", "", ""),
        ("tool", "noon", "1"),
        ("tool", "one", "2"),
        ("assistant", "Hi", ""),
    ]
    assert answer.messages[0].tool_calls == (CALL, other)
    assert answer.is_answered
    assert not folded(CALL, other, RESULT).is_answered


def test_one_round_is_one_message_with_what_its_provider_wants_back() -> None:
    answer = folded(Thought("hm"), Thought("", STATE), Text("Hi"), CALL)

    assert answer.messages == [answer.message]
    assert answer.message.ordered_parts == [Thought("hm", STATE), Text("Hi"), CALL]
    assert (answer.message.text, answer.message.thought) == ("Hi", "hm")


def test_a_message_whose_words_were_changed_is_sent_as_it_reads() -> None:
    message = folded(Thought("", STATE), Text("Hi")).message
    message.content = "Hello"

    assert message.ordered_parts == [Text("Hello")]


def test_a_message_by_hand_is_in_the_usual_order() -> None:
    message = Message("assistant", "Hi", thought="hm", tool_calls=[CALL])

    assert message.ordered_parts == [Thought("hm"), Text("Hi"), CALL]


# --- beside the parts ----------------------------------------------------------------------------


def test_counts_in_their_order() -> None:
    usage = Usage(1, 2, 3, 4, 5)

    assert (usage.input, usage.output, usage.cached, usage.written, usage.reasoning) == (
        *(1, 2, 3, 4),
        5,
    )


def test_a_state_says_nothing_of_itself() -> None:
    assert "signature" not in repr([Thought("hm", STATE), STATE, folded(Text("a", STATE))])
    assert Text("a") == Text("a")
    assert Text("a") == began(Text, "a")


def test_half_characters_at_the_edge_of_a_part_are_mended_and_the_edge_stays() -> None:
    split = Surrogates()
    events = split.join([Text("a\ud83d"), began(Thought, "hm"), began(Text, "\ud83d")])
    events += split.join([Text("\ude00b")])
    events += split.join([Thought("\ud83d"), Thought("", STATE), Stop("end")])

    answer = folded(*events)
    assert answer.parts == [Text("a\ufffd"), Thought("hm\ufffd", STATE), Text("😀b")]
    assert answer.text == "a\ufffd\n\n😀b"


def test_new_names_are_public() -> None:
    assert {"ToolResult", "Source"} <= set(nbchat.__all__)
