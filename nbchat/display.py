"""How our objects show themselves in a notebook: an answer, a conversation, a list of models.

Their `_repr_mimebundle_` is the one place that looks up to a room above its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbchat.languages import aside, listed, translated
from nbchat.render.characters import readable
from nbchat.render.page import answer_parts, note, plain, styled_page
from nbchat.render.terminal.clean import clean_words
from nbchat.render.transcript import asked_html, short_question, table_bundle
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.catalog.rows import Model
    from nbchat.events import Answer
    from nbchat.store.spent_table import SpentTable
    from nbchat.turns import Turn

MOST_TURNS = 20  # of a conversation that are shown
MODEL_HEAD = ("model", "provider", "context", "in / out per 1M", "besides text", "")


def answer_bundle(answer: Answer) -> dict[str, str]:
    """An answer as IPython displays it, with its model and tokens below."""
    footer = [fact for fact in (answer.model, answer.host, str(answer.usage)) if fact]
    return {
        "text/html": styled_page(answer_parts(answer, footer=footer)),
        "text/plain": clean_words(plain(answer)),
    }


def conversation_bundle(about: str, turns: Sequence[Turn]) -> dict[str, str]:
    """The last turns of a conversation, under a line about it."""
    shown = turns[-MOST_TURNS:]
    text = [translated(about)] if about else []
    if len(shown) < len(turns):
        text.append(translated(_not_shown(len(turns) - len(shown))))
    html = [note(words) for words in text]
    for turn in shown:
        question, rest = short_question(turn.as_typed)
        html.append(asked_html(question) + (note(translated(rest)) if rest else ""))
        answerer = [fact for fact in (turn.answer.model, turn.answer.host) if fact]
        html.append(answer_parts(turn.answer, footer=answerer))
        asked = f"> {question.strip()}" + (f"\n{aside(rest)}" if rest else "")
        text.append(f"{asked}\n\n{plain(turn.answer)}")
    return {
        "text/html": styled_page("".join(html)),
        "text/plain": clean_words("\n\n".join(map(readable, text))),
    }


def _not_shown(count: int) -> str:
    if count == 1:
        return "1 earlier turn is not shown."
    return f"{count:,} earlier turns are not shown."


def spent_bundle(table: SpentTable) -> dict[str, str]:
    """What was spent, one group below the other."""
    return table_bundle([*map(translated, table.head)], table.rows, translated(table.below))


def models_bundle(models: Sequence[Model]) -> dict[str, str]:
    """The rows of the model-mapping table, one below the other."""
    head = [translated(name) if name else "" for name in MODEL_HEAD]
    count = translated(plural(len(models), "model"))
    return table_bundle(head, [_model_cells(model) for model in models], count)


def _model_cells(model: Model) -> tuple[str, ...]:
    from nbchat.catalog.model_list import abilities, price_text

    window = f"{model.context_window:,}" if model.context_window else ""
    status = (
        ""
        if model.status in ("current", "unlisted")
        else f"{translated(model.status)} {model.retired_on or ''}".strip()
    )
    return (model.id, model.type, window, price_text(model), listed(abilities(model)), status)
