"""What only a question shows: whether an answer streams, is counted, and may call tools.

Two short questions with the same words, the second with a tool, and a third that must call it
where the second left it open. What came is kept with its times, so that an answer in another wire
format is recognised by reading it as each of them.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace

from nbchat.engine.answer_checks import of_kind
from nbchat.engine.findings import Finding, fits, unseen, wrong
from nbchat.engine.heard import HeardResponse, Piece, hear
from nbchat.engine.model_request import cannot_call_tools
from nbchat.engine.prepare import PreparedRequest, prepare
from nbchat.engine.refusals import ErrorContext
from nbchat.engine.response import ResponseReader
from nbchat.engine.tolerant_json import SHAPE_ERRORS, value_of
from nbchat.errors import NbchatError
from nbchat.events import Answer
from nbchat.hosts import host_of
from nbchat.messages import Tool
from nbchat.network.client import Transport
from nbchat.network.failures import silence_error
from nbchat.network.peer import Peer
from nbchat.options import Options
from nbchat.plain_http import Transit
from nbchat.settings import Settings
from nbchat.wire.contract import load_dialect
from nbchat.wire.formats import FORMATS
from nbchat.wording import plural

ABOUT = ("question", "streaming", "counts", "tools")
QUESTION = (
    "If you have a tool named nbchat_check, call it with the word ok, and write nothing. "
    "If you have none, write the numbers from 1 to 80, with a space between."
)
TOOL = Tool(
    "nbchat_check",
    "Tells that tools can be called.",
    {
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
)
SECONDS = 90.0  # for one answer: a model that thinks may take its time
LEAST_WAIT = 0.5  # seconds until the last byte; of what is faster nothing can be said
PAUSE = 0.002  # seconds without a byte, after which what comes has come apart from the rest
FEWEST_TIMES = 4  # that bytes come apart, where an answer of this length streams
LEAST_SHARE = 0.05  # of the bytes, at the beginning, that may be signs of life
FEWEST_LETTERS = 100  # of an answer, for it to be expected in several pieces


TOO_LONG = "the answer was not heard to its end"
ASK_AGAIN = "Ask again; if it stays so, check the network, and what is between here and there."
OPERATOR = "Ask whoever runs the gateway, or ask the provider without it."


@dataclass(slots=True)
class Question:
    """A question that was asked, and what came. `is_cut`: we did not hear it to its end."""

    request: PreparedRequest
    context: ErrorContext
    heard: HeardResponse | None = None
    answer: Answer = field(default_factory=Answer)
    error: NbchatError | None = None
    is_cut: bool = False

    @property
    def name(self) -> str:
        return self.request.route.provider.name

    @property
    def pieces(self) -> list[Piece]:
        return self.heard.pieces if self.heard else []

    @property
    def body(self) -> bytes:
        return self.heard.body if self.heard else b""


async def check_live(settings: Settings, model: str, transport: Transport) -> list[Finding]:
    """Ask, and say what was seen of it."""
    plain = await _ask(settings, model, transport, Options(thinking=False))
    first = await _look_at_answer(plain)
    if first.state != "ok":
        return [first, *map(unseen, ABOUT[1:])]
    findings = [first, _look_at_streaming(plain), _look_at_counts(plain)]
    if plain.is_cut:
        return [*findings, unseen("tools", TOO_LONG)]
    if plain.request.route.provider.type == "demo":
        return [*findings, fits("tools", "the demo has none")]
    if cannot_call_tools(plain.request.route):
        return [*findings, fits("tools", "the model cannot call any, so none are sent to it")]
    options = Options(thinking=False, tools=(TOOL,))
    with_tool = await _ask(settings, model, transport, options)
    seen = _look_at_tools(plain, with_tool)
    if _is_left_open(plain, with_tool):
        options = Options(thinking=False, tools=(TOOL,), tool_choice="required")
        seen = _look_at_choice(seen, await _ask(settings, model, transport, options))
    return [*findings, seen]


# --- asking ----------------------------------------------------------------------------------


async def _ask(settings: Settings, model: str, transport: Transport, options: Options) -> Question:
    request = prepare(settings, model, QUESTION, options)
    question = Question(request, ErrorContext.of(settings, request))
    try:
        try:
            async with asyncio.timeout(SECONDS):
                await _hear(transport, question)
        except TimeoutError:  # what has come by then is read all the same
            question.is_cut = True
        if question.heard is None:
            raise silence_error(Peer(host_of(request.call.url), question.name), SECONDS)
        question.answer = await _read(question.heard, question, request.route.wire)
    except NbchatError as error:
        question.error = error
    return question


async def _hear(transport: Transport, question: Question) -> None:
    request, clock = question.request, asyncio.get_running_loop().time
    start = clock()
    async with transport.open_response(
        request.call.url,
        request.headers,
        request.timeouts,
        request.call.encoded(),
        question.name,
        only_private=request.transit is Transit.PRIVATE,
    ) as response:
        question.heard = HeardResponse(response.status, response.headers)
        await hear(question.heard, response, request.limits.answer, lambda: clock() - start)


async def _read(heard: HeardResponse, question: Question, wire: str) -> Answer:
    """What was heard, understood as an answer in a wire format. Raises NbchatError."""
    answer = Answer()
    route = replace(question.context.route, wire=wire)
    context = replace(question.context, route=route)
    reader = ResponseReader(heard, load_dialect(wire), context, question.request.limits)
    async with aclosing(reader.events()) as batches:
        async for batch in batches:
            for event in batch:
                answer.add(event)
    return answer


async def _format_seen(question: Question) -> str:
    """The wire format in which what came is a whole answer; empty where it is none."""
    heard = question.heard
    if heard is None or not 200 <= heard.status < 300:
        return ""
    for wire in FORMATS:
        with suppress(NbchatError):
            answer = await _read(heard, question, wire)
            if (answer.text or answer.tool_calls) and answer.stop.reason != "broken":
                return wire
    return ""


# --- what was seen ---------------------------------------------------------------------------


async def _look_at_answer(question: Question) -> Finding:
    answer, error = question.answer, question.error
    if error is None and (answer.text or answer.tool_calls):
        if question.is_cut:
            said = plural(len(answer.text), "character")
            return fits("question", f"{said} in {SECONDS:g} s, and it was still at it: {TOO_LONG}")
        if answer.stop.reason == "broken":
            return wrong("question", f"the answer broke off: {answer.stop.why}", ASK_AGAIN)
        return fits("question", f"answered with {plural(len(answer.text), 'character')}")
    own = question.request.route.wire
    seen = await _format_seen(question)
    if seen and seen != own:
        return wrong(
            "question",
            f"{question.name} was asked in the format {own}, and answers in {seen}.",
            f"Ask this server in its own: a row of [[providers]] with wire = {seen!r}.",
        )
    if error:
        return of_kind(error, "question")
    if answer.stop.reason == "length" or answer.thought:
        seen = "no word was said: all that may be said was thought"
        return wrong("question", f"{seen}.", "Ask with --think off, or choose another model.")
    return wrong("question", f"{question.name} gives an empty answer.", OPERATOR)


def _look_at_streaming(question: Question) -> Finding:
    """Whether it came as it was made. One that was made at once cannot be told from a held one."""
    pieces, letters = question.pieces, len(question.answer.text)
    if not pieces:
        return unseen("streaming")
    seconds = pieces[-1].seconds
    if _is_one_value(question.body):
        return wrong(
            "streaming", "the answer came whole, as one JSON value, and not as a stream.", OPERATOR
        )
    times = _times_apart(pieces)
    if letters < FEWEST_LETTERS:
        return Finding(
            "streaming", "unknown", f"the answer is too short to tell ({letters} letters)"
        )
    if seconds < LEAST_WAIT:
        return fits("streaming", f"the whole answer came within {LEAST_WAIT:g} s")
    if times < FEWEST_TIMES:
        came = "at once" if times < 2 else f"in {times} goes"
        seen = f"the whole answer came {came}, after {seconds:.1f} s, and not as it was made."
        to_do = f"Something on the way holds answers back. {OPERATOR}"
        return wrong("streaming", seen, f"{to_do} In nginx it is proxy_buffering off.")
    return fits("streaming", f"it came bit by bit, {times} times")


def _is_one_value(body: bytes) -> bool:
    try:
        return isinstance(value_of(body), dict)
    except SHAPE_ERRORS:
        return False


def _times_apart(pieces: list[Piece]) -> int:
    """How often bytes came with a pause before, without the signs of life before the answer."""
    size = sum(len(piece.data) for piece in pieces)
    read, last, times = 0, None, 0
    for piece in pieces:
        read += len(piece.data)
        if read <= LEAST_SHARE * size:
            continue
        if last is None or piece.seconds - last > PAUSE:
            times += 1
        last = piece.seconds
    return times


def _look_at_counts(question: Question) -> Finding:
    usage = question.answer.usage
    if question.is_cut:
        return unseen("counts", TOO_LONG)
    if usage.input is None and usage.output is None:
        seen = "the answer says nothing of the tokens that it took."
        return wrong("counts", seen, f"{OPERATOR} Without counts %chat usage knows no costs.")
    return fits("counts", f"{usage.input or 0:,} tokens in, {usage.output or 0:,} out")


def _look_at_tools(plain: Question, with_tool: Question) -> Finding:
    """Whether a tool reaches the model: it calls it, or the question counts more with it."""
    answer, error = with_tool.answer, with_tool.error
    if error:
        return of_kind(error, "tools")
    if answer.tool_calls:
        return fits("tools", "the model called one")
    if with_tool.is_cut:
        return unseen("tools", TOO_LONG)
    before, after = plain.answer.usage.input, answer.usage.input
    seen = "the model was told to call a tool, and answers as if it had none"
    if before is not None and before == after:
        seen += f": the question counts {before:,} tokens with the tool, and as many without"
        return wrong("tools", f"{seen}.", f"Something on the way takes tools out. {OPERATOR}")
    if before is not None and after is not None and after > before:
        more = f"{after - before:,} tokens more with it"
        return Finding("tools", "unknown", f"the tool arrived ({more}), and was not called")
    to_do = f"The model may have none, or something on the way takes them out. {OPERATOR}"
    return wrong("tools", f"{seen}.", to_do)


def _is_left_open(plain: Question, with_tool: Question) -> bool:
    """Whether a whole answer does not call the tool, and the counts do not say that it is gone."""
    before, after = plain.answer.usage.input, with_tool.answer.usage.input
    return _calls_nothing(with_tool) and (before is None or before != after)


def _calls_nothing(question: Question) -> bool:
    return not (question.error or question.is_cut or question.answer.tool_calls)


def _look_at_choice(before: Finding, forced: Question) -> Finding:
    """The same once more, where a tool has to be called. Hosts that know no such choice refuse."""
    if forced.answer.tool_calls:
        return fits("tools", "the model called one, when it had to")
    is_sent = not any("tool_choice" in notice for notice in forced.request.notices)
    if not is_sent or not _calls_nothing(forced):
        return before
    if before.state == "unknown":  # it arrived
        return replace(before, seen=f"{before.seen}, and neither when it had to be")
    seen = "the model has to call a tool (tool_choice), and answers as if it had none"
    return wrong("tools", f"{seen}.", before.to_do)
