"""A conversation to read again: its turns by number, without the data that was sent along.

A question is shown as it was typed. What stood in the place of `{df}`, and the rest of a
long question, is shown where its turn is asked for alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from nbchat import render
from nbchat.frontends.footer import sent_along, told_footer
from nbchat.frontends.notebook.commands.state_lines import moment_text
from nbchat.languages import aside, translated
from nbchat.languages.live import live
from nbchat.render.answer_body import body_html, has_results
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import answer_parts, note, small_line
from nbchat.render.pictures import picture_in_words
from nbchat.render.transcript import short_question
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.events import Answer
    from nbchat.turns import Turn

SEPARATOR = " · "
_IN_BRACES = re.compile(r"\{([^\W\d]\w*)\}")


@live()
def history_page(conversation: Conversation, *, with_times: bool = True) -> tuple[str, str]:
    """The branch as HTML and as text: of each turn who answered when, its question, its answer."""
    turns = conversation.turns
    numbers = {turn: conversation.number_of(turn) for turn in turns}
    places = [_place(conversation, turn) for turn in turns]
    facts = [_facts(turn, number, with_times) for turn, number in numbers.items()]
    words = [_shortened(turn, number) for turn, number in numbers.items()]
    page = map(_turn_html, turns, facts, places, words)
    text = map(_turn_text, turns, facts, places, words)
    return "".join(page), "\n\n".join(text)


@live()
def whole_turn(turn: Turn, number: int, *, with_times: bool = True) -> tuple[str, str]:
    """One turn with all that was sent of its question, as HTML and as text."""
    question = turn.question.text.strip("\n")
    below = [*_number_and_time(turn, number, with_times), *told_footer(turn)]
    page = f"{_asked_html(question)}{answer_parts(turn.answer, footer=below)}"
    text = [f"> {question}", render.plain(turn.answer), SEPARATOR.join(below)]
    return page, "\n\n".join(text)


def _facts(turn: Turn, number: int, with_times: bool) -> list[str]:
    """Below an answer: `#3`, `2026-05-11 14:05`, `kimi-k2.6`, `sent df (150 × 5, 1.1 kB)`."""
    answer = turn.answer
    facts = [answer.model, answer.host, *_sent_along(turn)]
    return [*_number_and_time(turn, number, with_times), *(fact for fact in facts if fact)]


def _number_and_time(turn: Turn, number: int, with_times: bool) -> list[str]:
    if not with_times:
        return [f"#{number}"]
    asked_at = moment_text(turn.asked_at) or translated("at a time that is not known")
    return [f"#{number}", asked_at]


def _sent_along(turn: Turn) -> list[str]:
    """What was sent besides words, in a few of them."""
    others = sum(not isinstance(part, str) for part in turn.question.parts)
    if turn.inserted or not others:
        return sent_along(turn)
    return [translated(f"sent {plural(others, 'attachment')}")]


def _shortened(turn: Turn, number: int) -> tuple[str, str]:
    """The words of a question, and what to say where these are not all."""
    words, rest = short_question(turn.as_typed)
    return words, rest and f"{rest} %chat history {number} shows all of it."


def _place(conversation: Conversation, turn: Turn) -> str:
    """`question 2 of 3 here`, where others were asked in the same place."""
    family = conversation.siblings(turn)
    if len(family) == 1:
        return ""
    return f"question {family.index(turn) + 1} of {len(family)} here"


def _turn_html(turn: Turn, facts: Sequence[str], place: str, words: tuple[str, str]) -> str:
    question, rest = words
    remarks = [f"{place}; %chat branches lists them" if place else "", rest]
    above = "".join(note(translated(remark)) for remark in remarks if remark)
    asked = _asked_html(question, turn.inserted if turn.typed else ())
    flaw = _flaw(turn)
    ending = note(translated(flaw)) if flaw else ""
    below = small_line(facts)
    return f"{above}{asked}{_answer_html(turn.answer)}{ending}{below}"


def _answer_html(answer: Answer) -> str:
    """Its words, and the tools that were run for it; a picture in words."""
    if not has_results(answer) and answer.valued is None:
        return render.to_html(answer.text)
    return body_html(answer, picture_in_words)


def _asked_html(question: str, inserted: Sequence[str] = ()) -> str:
    """A question as a quotation. The variables in it are set apart; `inserted` begins with them."""
    names = {label.partition(" ")[0] for label in inserted}

    def set_apart(match: re.Match[str]) -> str:
        return f"<code>{match[0]}</code>" if match[1] in names else match[0]

    words = _IN_BRACES.sub(set_apart, escape(undisguised(readable(question))))
    return f'<blockquote><div class="nbc-plain">{words}</div></blockquote>'


def _turn_text(turn: Turn, facts: Sequence[str], place: str, words: tuple[str, str]) -> str:
    question, rest = words
    lines = [aside(remark) for remark in (place, rest) if remark]
    lines.append(f"> {question}")
    flaw = _flaw(turn)
    ending = f"\n\n{aside(flaw)}" if flaw else ""
    asked = "\n".join(lines)
    return f"{asked}\n\n{render.plain(turn.answer)}{ending}\n\n{SEPARATOR.join(facts)}"


def _flaw(turn: Turn) -> str:
    """What is wrong with an answer that is not whole."""
    stop = turn.answer.stop
    if stop.reason == "interrupted":
        return stop.detail or "stopped"
    return f"broke off: {stop.why}" if stop.reason == "broken" else ""
