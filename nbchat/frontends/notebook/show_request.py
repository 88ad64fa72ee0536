"""What would be sent, for a person to read: nothing is sent, and nothing of it is kept.

Above the messages as they are, below them the body as it would be posted, to the byte. Only
the bytes of pictures and files are shown by their size, and what nobody sees is written out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbchat import known_keys
from nbchat.attachments import Attachment
from nbchat.context.tokens import told
from nbchat.conversation.rounds import first_request
from nbchat.engine.demo.service import HOST
from nbchat.frontends.notebook.cell_request import cell_id, execution_id
from nbchat.frontends.notebook.page_or_text import show
from nbchat.frontends.notebook.watching import open_runtime
from nbchat.invisible import INVISIBLE
from nbchat.languages import aside, listed, translated
from nbchat.messages import File, Image
from nbchat.picture_words import picture_words
from nbchat.render import inline_style
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import details, line, note
from nbchat.wording import plural, size_text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.context.question import Composed
    from nbchat.conversation.conversation import Conversation
    from nbchat.engine.prepare import PreparedRequest
    from nbchat.engine.preview import Preview
    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.messages import Message
    from nbchat.runtime import Runtime

HEADING = "Nothing was sent. This is what would be:"
LONGEST_SHOWN = 500_000  # characters of a message, or of the body
LONGEST_MEMBER = 80  # characters of a member of the body that is told in a line
LONGEST_BASE64 = 120  # characters that are not cut
BASE64_BEGINNING = 40  # characters of base64 that are left of it

_NOT_SEEN = re.compile(f"{INVISIBLE.pattern}|[\x7f-\x9f\u2028\u2029]")


@dataclass(slots=True, frozen=True)
class Entry:
    """A message as it is listed."""

    role: str
    text: str


def show_request(
    shell: InteractiveShell, arguments: MagicArguments, question: Composed, typed: str = ""
) -> None:
    """Show what a question would send. Raises where no request can be made of it."""
    opened = open_runtime(shell)
    with opened.chat_to_ask(arguments.name) as conversation:
        model, remarks = _model(opened, conversation, arguments)
        sent = conversation.preview(
            question.content,
            model,
            fresh=arguments.fresh,
            cell=cell_id(shell),
            execution=execution_id(shell),
            inserted=question.inserted,
            typed=typed,
            data=question.data,
            **arguments.options,
        )
        settings = opened.usable_settings()
        messages, options = first_request(settings, model, sent.messages, sent.options)
        preview = opened.engine.preview(settings, model, messages, options)
    if preview.refusal:
        why, *_ = preview.refusal.split("\n")
        remarks.append(f"It could not be sent: {why}")
    if settings.trouble:
        remarks.append(f"Nothing can be asked before this is mended: {settings.trouble}")
    remarks = [*remarks, *sent.notices, *preview.notices]
    facts = [_where(preview), _size(preview.request), *_along(sent.inserted)]
    show(shell, *_page(facts, remarks, preview.request))


def _model(
    opened: Runtime, conversation: Conversation, arguments: MagicArguments
) -> tuple[str, list[str]]:
    """The model that would be asked, as far as is known without a look around."""
    from nbchat.conversation.default_model import NO_KEY

    if arguments.model:
        return arguments.model, []
    is_usable = not opened.usable_settings().trouble
    choose = opened.choose_model if is_usable else opened.model_to_show
    name, why = choose(conversation)
    if why != NO_KEY:
        return name, []
    return name, [
        "No key is set: a server on this machine, if one is found, would be asked instead."
    ]


# --- what is told of it --------------------------------------------------------------------------


def _where(preview: Preview) -> str:
    """Who would be asked, at which address, and with the key of which variable."""
    request = preview.request
    model, provider = request.route.model.id, request.route.provider.name
    url = urlsplit(request.call.url)
    if url.hostname == HOST:
        return translated(f"{model} at {provider}, in this process")
    address = known_keys.hide(f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}")
    if not request.key.secret:
        return translated(f"{model} at {provider}: POST {address}")
    origin = request.key.origin
    return translated(f"{model} at {provider}: POST {address}, with the key in {origin}")


def _size(request: PreparedRequest) -> str:
    """`~1,230 tokens of text, 2 pictures`."""
    ask = request.ask
    words = [ask.system, *(message.text for message in ask.messages)]
    parts = [part for message in ask.messages for part in message.parts]
    pictures = sum(isinstance(part, Image) for part in parts)
    files = sum(isinstance(part, File) for part in parts)
    counted = [plural(pictures, "picture")] if pictures else []
    counted += [plural(files, "file")] if files else []
    return translated(", ".join([f"{told(''.join(words))} of text", *counted]))


def _along(inserted: Sequence[str]) -> list[str]:
    """What goes along with the question, as the line below its answer would say it."""
    return [translated(f"with {listed(inserted)}")] if inserted else []


def _entries(request: PreparedRequest) -> list[Entry]:
    """The messages in their order, the system prompt first."""
    system = [Entry("system", request.ask.system)] if request.ask.system else []
    return [*system, *(Entry(m.role, _words(m)) for m in request.ask.messages)]


def _words(message: Message) -> str:
    """A message as it is; what is no text stands on lines of its own, in words."""
    text = ""
    for piece in _pieces(message):
        gap = "\n" if text and not text.endswith("\n") and piece.startswith("[") else ""
        text += gap + piece
    return _cut(text)


def _pieces(message: Message) -> Iterator[str]:
    for part in message.parts:
        yield part if isinstance(part, str) else f"{_attachment_words(part)}\n"
    for call in message.tool_calls:
        yield translated(f"[asks for the tool {call.name}]") + f"\n{call.raw}"


def _attachment_words(part: Image | File) -> str:
    if isinstance(part, Image):
        return translated(picture_words(part))
    return translated(f"[file {part.name}, {part.media_type}, {size_text(len(part.data))}]")


def _members(request: PreparedRequest) -> str:
    """The members of the body but the conversation, which is its last."""
    members = []
    for name in [*request.call.body][:-1]:
        value = json.dumps(request.call.body[name], ensure_ascii=False, default=str)
        is_short = len(value) <= LONGEST_MEMBER
        size = translated(plural(len(value), "character"))
        members.append(f"{name} {value}" if is_short else f"{name} ({size})")
    return ", ".join(members)


# --- the body ------------------------------------------------------------------------------------


def body_text(body: bytes, attached: Sequence[Attachment] = ()) -> str:
    r"""The body as JSON; of what is attached only the beginning of its base64.

    >>> body_text(b'{"content":"a\\u200bb"}')
    '{"content":"a\\u200bb"}'
    """
    text = body.decode()
    for one in attached:
        coded = one.base64
        if len(coded) > LONGEST_BASE64:
            text = text.replace(coded, f"{coded[:BASE64_BEGINNING]}…{_left_out(coded)}")
    return _cut(_NOT_SEEN.sub(_write_out, text))


def _left_out(coded: str) -> str:
    return translated(f"({len(coded) - BASE64_BEGINNING:,} more characters of base64)")


def _write_out(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _attached(request: PreparedRequest) -> list[Attachment]:
    """The pictures and files of the messages, those of answers among them."""
    return [
        part
        for message in request.ask.messages
        for part in [*message.parts, *message.answer_parts]
        if isinstance(part, Attachment)
    ]


def _cut(text: str) -> str:
    if len(text) <= LONGEST_SHOWN:
        return text
    left = translated(f"… {len(text) - LONGEST_SHOWN:,} more characters, not shown")
    return f"{text[:LONGEST_SHOWN]}\n{left}"


# --- how it looks --------------------------------------------------------------------------------


def _page(
    facts: Sequence[str], remarks: Sequence[str], request: PreparedRequest
) -> tuple[str, str]:
    """The page, and the same as text."""
    encoded = request.call.encoded()
    body = body_text(encoded, _attached(request))
    heading = translated(HEADING)
    size = size_text(len(encoded))
    summary = translated(f"The body as it would be posted: {size} of JSON")
    facts = [*facts, _members(request)]
    remarks = list(dict.fromkeys(remarks))
    entries = _entries(request)
    text = [
        "\n".join([heading, *facts, *map(aside, remarks)]),
        *(f"[{entry.role}]\n{entry.text}" for entry in entries),
        f"[{summary}]\n{body}",
    ]
    html = [
        f"<p>{line(heading)}</p>",
        f"<p>{'<br>'.join(map(line, facts))}</p>",
        *map(note, map(translated, remarks)),
        _messages_html(entries),
        details(summary, _as_it_is(body)),
    ]
    return "".join(html), "\n\n".join(text)


def _messages_html(entries: Sequence[Entry]) -> str:
    """The question open; what goes before it folded."""
    *before, question = entries
    asked = _entry_html(question)
    if not before:
        return asked
    size = told("".join(entry.text for entry in before))
    summary = f"{plural(len(before), 'message')} go before the question, {size}"
    if len(before) == 1:
        summary = f"1 message goes before the question, {size}"
    return details(translated(summary), "".join(map(_entry_html, before))) + asked


def _entry_html(entry: Entry) -> str:
    style = inline_style.WIDE_CODE
    return (
        f'<fieldset style="{style}"><legend>{line(entry.role)}</legend>'
        f"{_as_it_is(entry.text)}</fieldset>"
    )


def _as_it_is(text: str) -> str:
    """Text with its lines and spaces, in which nothing is markup."""
    return f'<pre class="nbc-plain">{escape(undisguised(readable(text)), quote=False)}</pre>'
