"""Answer, tools, answer, until the end: one question in as many requests as its tools take.

Who reads the stream sees one answer: what the tools gave back stands right behind their calls,
the counts are summed, and there is one Stop. Nothing that needs consent runs without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Unpack

from nbchat.errors import NbchatError
from nbchat.events import INCOMPLETE, Answer, Event, Notice, Stop, Usage, summed
from nbchat.messages import Message, Tool, ToolCall, ToolResult
from nbchat.network.failures import what_happened
from nbchat.option_values import as_tools
from nbchat.options import Options
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.streams import Announce, AnswerSource, SourceOptions, Stream
from nbchat.tools.consent import ConsentQuestion, Decision
from nbchat.tools.running import INTERRUPTED, NOT_RUN, REFUSED, Job, Outcome
from nbchat.tools.tool import BadArguments, FunctionTool, with_functions
from nbchat.tools.workplace import workplace

NOBODY = "refused: this tool needs a person's consent, and nobody can be asked here."
STOPPED = f"{NOT_RUN}: stopped by the user"


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
        announce = options.pop("announce", None)
        if options.get("tools") is not None:
            options["tools"] = with_functions(options["tools"])
        tools = options.get("tools")
        ours = [one for one in tools or () if isinstance(one, FunctionTool)]
        if not ours:
            return self._source().stream(model, messages, **options)
        answer = Answer(model=model)
        others = [one for one in tools or () if one not in ours]
        declared = as_tools(others)
        question = _Question(
            self._source(), self._settings, model, options, answer, ours, declared, announce
        )
        return Stream(question.batches(messages), answer)


@dataclass(slots=True)
class _Question:
    """One question, until its last round."""

    source: AnswerSource
    settings: Callable[[], Settings]
    model: str
    options: SourceOptions
    answer: Answer
    tools: Sequence[FunctionTool]
    declared: Sequence[Tool]  # whose calls are for whoever asks
    announce: Announce | None
    counted: list[Usage] = field(default_factory=list)
    allowed: set[str] = field(default_factory=set)  # tools that need not ask again
    calls: int = 0  # that have run, or were refused
    stop: Stop = field(default_factory=lambda: Stop("broken"))  # of the request before
    is_stopped: bool = False

    async def batches(self, messages: str | Sequence[Message]) -> AsyncGenerator[list[Event]]:
        given = Options.of(self.options)
        settings = self.settings()
        before = as_messages(messages)
        most = given.rounds or settings.tools.rounds
        for number in range(1, most + 1):
            async with aclosing(self._request([*before, *self.answer.messages])) as request:
                async for events in request:
                    yield events
            stop = self.stop
            waiting = self._waiting() if stop.reason in ("tool_calls", "end") else []
            if not waiting:
                break
            async with aclosing(
                self._results(waiting, settings, is_last=number == most)
            ) as results:
                async for event in results:
                    self.answer.add(event)
                    yield [event]
            if self.is_stopped:
                stop = Stop("interrupted", "a tool was stopped")
                break
            if number == most or self.calls >= settings.tools.calls:
                stop = Stop("tool_calls", "limit")
                break
            if not self.answer.is_answered:  # calls of tools that are only declared
                break
        self.answer.add(stop)
        yield [stop]

    async def _request(self, messages: Sequence[Message]) -> AsyncGenerator[list[Event]]:
        """What comes of one request, but for its Stop, which is noted."""
        self.stop = Stop("broken")
        stream = self.source.stream(self.model, messages, **self.options)
        try:
            async with stream:
                async for batch in stream.batches():
                    events = [event for event in batch if not isinstance(event, Stop)]
                    if len(events) < len(batch):
                        self.stop = stream.result.stop
                    if shown := self._take(events, stream.result):
                        yield shown
        except NbchatError as error:
            if not self.answer:
                raise
            self.stop = Stop("broken", f"{what_happened(error)}{INCOMPLETE}")
        finally:
            self._settle(stream.result)

    def _take(self, events: Sequence[Event], result: Answer) -> list[Event]:
        """What of a batch is handed on, noted in the answer."""
        answer = self.answer
        answer.model, answer.provider = result.model, result.provider
        answer.host, answer.given_url = result.host, result.given_url
        shown = []
        for event in events:
            match event:
                case Notice(text) if text in answer.notices:  # each request says it again
                    continue
                case Usage():
                    event = summed([*self.counted, event])
            answer.add(event)
            shown.append(event)
        return shown

    def _settle(self, result: Answer) -> None:
        """What one request has cost, also where it did not end."""
        if str(result.usage):
            self.counted.append(result.usage)
            self.answer.usage = summed(self.counted)
        self.answer.lost += result.lost

    def _waiting(self) -> list[ToolCall]:
        """The calls of this round that nobody has answered."""
        answered = {part.id for part in self.answer.parts if isinstance(part, ToolResult)}
        declared = {one.name for one in self.declared}
        calls = self.answer.tool_calls
        return [call for call in calls if call.id not in answered and call.name not in declared]

    async def _results(
        self, waiting: Sequence[ToolCall], settings: Settings, *, is_last: bool
    ) -> AsyncGenerator[ToolResult]:
        for call in waiting:
            if self.is_stopped:
                yield _result(call, Outcome(STOPPED, error=True))
            elif is_last or self.calls >= settings.tools.calls:
                yield _result(
                    call, Outcome(f"{NOT_RUN}: the limit of one question is reached", True)
                )
            else:
                self.calls += 1
                try:
                    outcome = await self._outcome(call, settings)
                except asyncio.CancelledError:
                    self.answer.add(_result(call, Outcome(INTERRUPTED, error=True)))
                    raise
                self.is_stopped = self.is_stopped or outcome.interrupted
                yield _result(call, outcome)

    async def _outcome(self, call: ToolCall, settings: Settings) -> Outcome:
        tool = next((one for one in self.tools if one.name == call.name), None)
        if tool is None:
            names = ", ".join(one.name for one in self.tools)
            return Outcome(f"there is no tool of that name. There are: {names}.", error=True)
        if call.arguments is None:
            return Outcome("the arguments are no JSON object.", error=True)
        try:
            arguments = tool.checked(call.arguments)
        except BadArguments as error:
            return Outcome(str(error), error=True)
        if tool.approve and tool.name not in self.allowed:
            decision = await self._decide(ConsentQuestion(call, tool, arguments))
            if decision.stopped:
                return Outcome(STOPPED, error=True, interrupted=True)
            if not decision.approved:
                return Outcome(f"{REFUSED}: {decision.reason}", error=True)
            if decision.for_rest:
                self.allowed.add(tool.name)
            if decision.arguments is not None:
                arguments = dict(decision.arguments)
        job = Job(call, tool, arguments, settings.data)
        if tool.is_async:
            return await job.perform_async()
        return await workplace().perform(job)

    async def _decide(self, question: ConsentQuestion) -> Decision:
        """What a person says, wherever they are asked; a refusal where nobody is there."""
        approve = self.options.get("approve")
        if approve is not None:
            said = approve(question.call)
            return Decision(said is True, "" if said is True else str(said or ""))
        if self.announce is not None:
            self.announce(question)
        asking = asyncio.ensure_future(workplace().ask(question))
        answer = asyncio.ensure_future(question.wait())
        try:
            await asyncio.wait([asking, answer], return_when=asyncio.FIRST_COMPLETED)
            if not answer.done() and not question.is_taken:
                question.answer(Decision(False, NOBODY), by="")
            return await answer
        finally:
            question.answer(Decision(False, stopped=True), by="")
            asking.cancel()
            answer.cancel()


def _result(call: ToolCall, outcome: Outcome) -> ToolResult:
    return ToolResult(call.id, call.name, outcome.content, outcome.error, outcome.seconds)
