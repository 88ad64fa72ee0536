"""A question in either of OpenAI's formats, before it is settled what of it can be asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nbchat.addresses import TABLE
from nbchat.catalog.catalog import Route
from nbchat.chat_service.request import ChatStreamRequest, ChatTool
from nbchat.errors import NoQuestion
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_fields import EFFORTS
from nbchat.frontends.server.thinking_members import budget_body, take_thinking
from nbchat.frontends.server.tool_choice import ChosenTool, offer
from nbchat.frontends.server.vendor_members import sort_out
from nbchat.messages import Message
from nbchat.questions import as_messages
from nbchat.settings import Settings
from nbchat.wire.contract import merge_into


@dataclass(frozen=True)
class Question:
    """What a client asks for. `members` are those that not every provider has a place for."""

    model: str
    messages: list[Message]
    place: str = "messages"  # what the format calls them
    options: dict[str, Any] = field(default_factory=dict)
    tools: list[ChatTool] = field(default_factory=list)
    tool_choice: str | ChosenTool | None = None
    effort: str | None = None
    one_call: bool = False  # an answer may call one tool, and no more
    stops: list[str] = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)

    def settle(self, settings: Settings, route: Route) -> tuple[ChatStreamRequest, list[str]]:
        """The request to make, and what to say of members that the route has no place for.

        Raises Invalid for what cannot be asked.
        """
        members = dict(self.members)
        level, budget = take_thinking(members)
        if self.effort is not None:
            level = EFFORTS[self.effort]
        search = bool(self.options.get("search"))
        tools, choice, search, told = offer(self.tools, self.tool_choice, search)
        if self.one_call and tools and route.wire != "anthropic-messages":
            members["parallel_tool_calls"] = False
        moved = settings.base_url(route).origin != TABLE
        body, warnings = sort_out(members, route, moved)
        warnings += told
        if self.one_call and tools and route.wire == "anthropic-messages":
            choice = _one_call_of_claude(body, route, choice)
        if budget is not None:
            placed = budget_body(budget, settings.catalog, route)
            merge_into(body, placed)
            if not placed:
                warnings.append("the budget to think with has no place here; it was left out.")
        request = ChatStreamRequest.of(
            {
                "model": self.model,
                "messages": self._with_a_question(),
                **self.options,
                "search": search,
                "thinking": level,
                "tools": tools,
                "tool_choice": choice,
            }
        )
        return request.with_extra(body), warnings

    def _with_a_question(self) -> list[Message]:
        """OpenAI answers to rules alone; others want a question, which the last of them becomes."""
        messages = self.messages
        if all(message.role == "system" for message in messages):
            messages = [*messages[:-1], replace(messages[-1], role="user")]
        if not any(message.role == "user" for message in messages):
            raise Invalid(f"{self.place}: there is no message of the user's.", field=self.place)
        check_question(messages, self.place)
        return messages


def check_question(messages: str | list[Message], place: str) -> None:
    """Raise Invalid where nothing is asked, in words for whoever sends a request."""
    try:
        as_messages(messages)
    except NoQuestion:
        reason = f"{place}: there is no question; every text is empty."
        raise Invalid(reason, field=place) from None


def _one_call_of_claude(body: dict[str, Any], route: Route, choice: str | None) -> str | None:
    """Claude is told within the choice of a tool. Returns the choice to make."""
    if "tool_choice" in route.model.refuses:
        return choice
    merge_into(body, {"tool_choice": {"disable_parallel_tool_use": True}})
    return choice or "auto"
