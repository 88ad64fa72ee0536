"""Answer, tools, answer, until the end: one question in as many requests as its tools take.

Who reads the stream sees one answer: what the tools gave back stands right behind their calls,
the counts are summed, and there is one Stop. Nothing that needs consent runs without it.

permits          which calls may run
tool_round       the calls of one round, and their results
gathering        what comes of several requests, as one answer
chain            what of it is sent with the next request
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any, Unpack, cast

from nbchat.catalog.rows import Model
from nbchat.conversation.chain import CUT_RESULTS, Chain
from nbchat.conversation.gathering import Gathering
from nbchat.conversation.permits import NOBODY as NOBODY
from nbchat.conversation.permits import Permits
from nbchat.conversation.tool_round import CUT_OFF, LIMIT, ToolRounds
from nbchat.conversation.window import input_limit
from nbchat.errors import BadOption, NbchatError
from nbchat.events import INCOMPLETE, Answer, Event, Notice, Stop
from nbchat.messages import PROPOSE_PLAN, Message, ToolCall
from nbchat.network.failures import what_happened
from nbchat.option_values import as_tools
from nbchat.options import Options
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.streams import AnswerSource, SourceOptions, Stream
from nbchat.tools.plan import Plan
from nbchat.tools.tool import FunctionTool, with_functions

OURS = ("announce", "approve", "keep", "plan", "rounds")  # options that no source is told
ANY_ROUND = ("auto", "none")  # what tool_choice may say in later rounds
AT_LIMIT = Stop("tool_calls", "limit")


class Rounds:
    """An AnswerSource that runs the functions among a question's tools; all else goes through."""

    def __init__(
        self, source: Callable[[], AnswerSource], settings: Callable[[], Settings]
    ) -> None:
        self._source = source
        self._settings = settings

    def stream(
        self, model: str, messages: str | Sequence[Message], **options: Unpack[SourceOptions]
    ) -> Stream:
        """Ask, run what the model asks for, and ask again; see `nbchat.stream`."""
        if options.get("tools") is not None:
            options["tools"] = with_functions(options["tools"])
        if not _functions(options):
            for name in ("announce", "keep", "plan"):
                cast(dict[str, Any], options).pop(name, None)
            return self._source().stream(model, messages, **options)
        answer = Answer(model=model)
        question = _Question(self._source(), self._settings, model, options, answer)
        return Stream(question.batches(messages), answer)


def first_request(
    settings: Settings, model: str, messages: Sequence[Message], options: SourceOptions
) -> tuple[list[Message], SourceOptions]:
    """What a question asks first, to look at: nothing is asked."""
    functions = _functions(options)
    if not functions:
        return [*messages], options
    sent = _to_send(options, _plan(options, functions), is_first=True)
    given = Options.of(sent)
    return _chain(settings, model, given, messages).messages([], given.system, given.tools), sent


class _Question:
    """One question, until its last round."""

    def __init__(
        self,
        source: AnswerSource,
        settings: Callable[[], Settings],
        model: str,
        options: SourceOptions,
        answer: Answer,
    ) -> None:
        self._source = source
        self._settings = settings
        self._model = model
        self._options = options
        self._gathering = Gathering(answer)
        self._functions = _functions(options)
        self._declared = {one.name for one in as_tools(_declared(options))}
        self._plan = _plan(options, self._functions)
        self._stop = Stop("broken")  # of the request before

    @property
    def _answer(self) -> Answer:
        return self._gathering.answer

    async def batches(self, messages: str | Sequence[Message]) -> AsyncGenerator[list[Event]]:
        settings, given = self._settings(), Options.of(self._options)
        most = given.rounds or settings.tools.rounds
        chain = _chain(settings, self._model, given, as_messages(messages))
        tool_rounds = self._tool_rounds(settings)
        for number in range(1, most + 1):
            request = self._request(chain, given.system, is_first=number == 1)
            async with aclosing(request):
                async for events in request:
                    yield events
            calls = self._calls_to_run()
            if not calls:
                break
            why_not = self._why_not(calls, is_last=number == most)
            told = tool_rounds.leave(calls, why_not) if why_not else tool_rounds.run(calls)
            async with aclosing(told):
                async for result in told:
                    yield [result]
            if why_not == LIMIT or tool_rounds.is_at_limit:
                self._stop = AT_LIMIT
            elif tool_rounds.is_stopped:
                self._stop = Stop("interrupted", "a tool was stopped")
            if self._is_at_end(tool_rounds, why_not):
                break
        self._answer.add(self._stop)
        yield [self._stop]

    def _tool_rounds(self, settings: Settings) -> ToolRounds:
        permits = Permits(
            {one.name: one for one in self._functions},
            settings.data,
            self._options.get("approve"),
            self._options.get("announce"),
            self._plan,
        )
        keep = self._options.get("keep")
        return ToolRounds(permits, settings.tools.calls, self._answer.add, keep)

    # --- one request -------------------------------------------------------------------------

    async def _request(
        self, chain: Chain, system: str, *, is_first: bool
    ) -> AsyncGenerator[list[Event]]:
        """What comes of one request, but for its Stop, which is noted."""
        options = _to_send(self._options, self._plan, is_first=is_first)
        tools = as_tools(options.get("tools") or ())
        messages = chain.messages(self._answer.messages, system, tools)
        self._stop = Stop("broken")
        self._gathering.begin()
        stream = self._source.stream(self._model, messages, **options)
        said: list[Event] = [Notice(CUT_RESULTS)] if chain.has_cut else []
        try:
            async with stream:
                async for batch in stream.batches():
                    shown = self._gathering.take([*said, *batch], stream.result)
                    said = []
                    if shown:
                        yield shown
                    if batch and isinstance(batch[-1], Stop):
                        self._stop = batch[-1]
        except NbchatError as error:
            if not self._answer:
                raise
            self._stop = Stop("broken", f"{what_happened(error)}{INCOMPLETE}")
        finally:
            self._gathering.settle(stream.result)
            chain.note_counted(stream.result.usage.input)

    # --- between two requests ----------------------------------------------------------------

    def _calls_to_run(self) -> list[ToolCall]:
        """The calls of the last request that are not for whoever asks."""
        if self._stop.reason in ("broken", "interrupted", "filter"):
            return []
        return [call for call in self._gathering.calls if call.name not in self._declared]

    def _why_not(self, calls: Sequence[ToolCall], *, is_last: bool) -> str:
        """Why none of them can run; empty where they may."""
        if self._stop.reason == "length" and all(call.arguments is None for call in calls):
            return CUT_OFF
        return LIMIT if is_last else ""

    def _is_at_end(self, tool_rounds: ToolRounds, why_not: str) -> bool:
        """Whether no other request follows; calls of tools that are only declared end it, too."""
        is_for_others = any(call.name in self._declared for call in self._gathering.calls)
        has_ended = tool_rounds.is_stopped or tool_rounds.is_at_limit
        return bool(why_not) or has_ended or is_for_others


# --- what is sent --------------------------------------------------------------------------------


def _functions(options: SourceOptions) -> list[FunctionTool]:
    """The tools that run here."""
    tools = options.get("tools")
    if not isinstance(tools, list):
        return []
    return [one for one in tools if isinstance(one, FunctionTool)]


def _declared(options: SourceOptions) -> list[Any]:
    """The tools whose calls are for whoever asks."""
    return [one for one in options.get("tools") or () if not isinstance(one, FunctionTool)]


def _plan(options: SourceOptions, functions: Sequence[FunctionTool]) -> Plan | None:
    """The plan that comes first. Raises BadOption where a tool has the name of the one for it."""
    if not options.get("plan"):
        return None
    if any(one.name == PROPOSE_PLAN for one in as_tools(options.get("tools") or ())):
        raise BadOption(
            f"a plan is written with a tool that is called {PROPOSE_PLAN}, as one of yours is. "
            'Give yours another name: nbchat.tool(f, name="other").'
        )
    return Plan(functions)


def _chain(settings: Settings, model: str, given: Options, before: Sequence[Message]) -> Chain:
    row: Model | None = None
    with suppress(NbchatError):  # the engine says what is wrong
        row = settings.catalog.find(model).model
    return Chain(before, row, input_limit(row, given.max_tokens))


def _to_send(options: SourceOptions, plan: Plan | None, *, is_first: bool) -> SourceOptions:
    """The options of one request."""
    sent: dict[str, Any] = {name: value for name, value in options.items() if name not in OURS}
    if plan is not None:
        sent["tools"] = [*_declared(options), *plan.offered]
    choice = sent.get("tool_choice")
    names = [one.name for one in as_tools(sent["tools"])]
    # What has to be called is called once: the model would never come to an end.
    if choice not in ANY_ROUND and (not is_first or choice not in ("required", *names)):
        sent.pop("tool_choice", None)
    return cast(SourceOptions, sent)
