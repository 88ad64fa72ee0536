"""What is said of a refusal: what happened, and what to do about it.

By its kind, or, where no word or code of the provider tells that, by its HTTP status. What
the provider says itself is quoted behind the first sentence. Every text is a whole piece of a
sentence, so that it can be said in another language.
"""

from __future__ import annotations

from typing import NamedTuple

from nbchat.errors import Filtered, RateLimited, RequestRefused, ServiceDown, ServiceError
from nbchat.wording import OR_ANOTHER_MODEL

Kind = type[ServiceError]

ASK_LATER = "Ask again in a while"


class RefusalWords(NamedTuple):
    """What comes after the provider's name and before the status, and the lines below it."""

    happened: str
    to_do: str
    other_model_helps: bool = True
    reason: str = ""  # behind the status

    def sentence(self, name: str, status: str) -> str:
        """What happened, without its full stop."""
        reason = f": {self.reason}" if self.reason else ""
        return f"{name} {self.happened}{status}{reason}"


# Of the kinds that need no more words than these.
SENTENCES: dict[Kind, RefusalWords] = {
    RateLimited: RefusalWords(
        "limits the rate of requests",
        f"Nothing was added to the conversation; ask again later, {OR_ANOTHER_MODEL}",
    ),
    Filtered: RefusalWords(
        "refuses the question: its content filter objects",
        f"It was not added to the conversation; word it differently, {OR_ANOTHER_MODEL}",
    ),
    ServiceDown: RefusalWords("cannot answer now", f"{ASK_LATER}, {OR_ANOTHER_MODEL}"),
    RequestRefused: RefusalWords(
        "refuses the request",
        "Nothing was added to the conversation; change the question or its options and ask again.",
        other_model_helps=False,
    ),
}

# Of limits that last longer than minutes, by their period.
PERIODS: dict[str, RefusalWords] = {
    "hourly": RefusalWords(
        "has an hourly limit, and it is reached",
        f"Nothing was added to the conversation; ask again later, {OR_ANOTHER_MODEL}",
    ),
    "daily": RefusalWords(
        "has a daily limit, and it is reached",
        f"Nothing was added to the conversation; ask again tomorrow, {OR_ANOTHER_MODEL}",
    ),
    "weekly": RefusalWords(
        "has a weekly limit, and it is reached",
        f"Nothing was added to the conversation; ask again next week, {OR_ANOTHER_MODEL}",
    ),
    "monthly": RefusalWords(
        "has a monthly limit, and it is reached",
        f"Nothing was added to the conversation; ask again next month, {OR_ANOTHER_MODEL}",
    ),
}


LOG_IN_FIRST = "this network wants a login first"
_CHANGE_IT = f"Change the question or its options, {OR_ANOTHER_MODEL}"
_CHECK_WAY = f"Check the base URL, and the proxy if there is one, {OR_ANOTHER_MODEL}"
_IN_A_MOMENT = f"Ask again in a moment, {OR_ANOTHER_MODEL}"
_IN_A_WHILE = f"{ASK_LATER}, {OR_ANOTHER_MODEL}"
_SMALLER = (
    "Shorten the question, send smaller files, choose a model that takes more, "
    "ask it aside with %%chat --fresh, or start over:\n%chat reset"
)

STATUS_WORDS: dict[int, RefusalWords] = {
    405: RefusalWords(
        "takes no questions at this address",
        "Check the base URL, which ends in /v1 at most servers, and the proxy if there is one, "
        f"{OR_ANOTHER_MODEL}",
    ),
    406: RefusalWords("cannot answer in the form that was asked for", _CHANGE_IT),
    408: RefusalWords(
        "ended the request, because it took too long",
        f"{ASK_LATER}, with smaller files if there are any, {OR_ANOTHER_MODEL}",
    ),
    409: RefusalWords(
        "cannot answer while something else changes there, such as another question "
        "of this account",
        _IN_A_MOMENT,
    ),
    411: RefusalWords(
        "was not told how long the request is",
        "A proxy on the way may have taken that out: check it and the base URL, "
        f"{OR_ANOTHER_MODEL}",
    ),
    413: RefusalWords("does not take a request as large as this one", _SMALLER),
    414: RefusalWords("was asked at an address that is too long for it", _CHECK_WAY),
    415: RefusalWords(
        "does not take this kind of content",
        f"Leave out the picture or the file, {OR_ANOTHER_MODEL}",
    ),
    417: RefusalWords("cannot do what a header of the request expects", _CHECK_WAY),
    418: RefusalWords(
        'turns the request away with the status of a joke ("I\'m a teapot"), as some firewalls do',
        _CHECK_WAY,
    ),
    421: RefusalWords("says that the request has come to the wrong server", _CHECK_WAY),
    422: RefusalWords("understands the request, but cannot work with what is in it", _CHANGE_IT),
    423: RefusalWords(
        "says that the model, or the account, is locked",
        f"See in your account there what locks it, {OR_ANOTHER_MODEL}",
    ),
    424: RefusalWords("failed at something that the answer depends on", _IN_A_WHILE),
    425: RefusalWords("is not ready for the request yet", _IN_A_MOMENT),
    426: RefusalWords(
        "wants to be spoken to in another version of the protocol",
        f"Check that the base URL begins with https://, {OR_ANOTHER_MODEL}",
    ),
    428: RefusalWords(
        "answers only requests that state a condition, and this one states none", _CHECK_WAY
    ),
    431: RefusalWords(
        "finds the headers of the request too large",
        f"Check the key and the headers in your settings, {OR_ANOTHER_MODEL}",
    ),
    451: RefusalWords(
        "may not answer, for reasons of law",
        "That may depend on the country, the question or the model: "
        f"word it differently, {OR_ANOTHER_MODEL}",
    ),
    499: RefusalWords(
        "took the connection for closed before it had answered",
        f"Ask again; if it stays so, a proxy on the way may end it early, {OR_ANOTHER_MODEL}",
    ),
    500: RefusalWords("failed while it worked on the request", _IN_A_WHILE),
    501: RefusalWords("cannot do what was asked of it", _CHANGE_IT),
    502: RefusalWords(
        "cannot answer now",
        _IN_A_WHILE,
        reason="one of its servers got no proper answer from another",
    ),
    504: RefusalWords(
        "cannot answer now",
        _IN_A_WHILE,
        reason="one of its servers waited too long for another",
    ),
    505: RefusalWords("does not speak this version of HTTP", _CHECK_WAY),
    507: RefusalWords("has no room left to work on the request", _IN_A_WHILE),
    508: RefusalWords("sends the request round in a circle on its side", _CHECK_WAY),
    511: RefusalWords(
        f"cannot be reached: {LOG_IN_FIRST}",
        "Open any web page in a browser, log in there, and ask again.",
        other_model_helps=False,
    ),
    529: RefusalWords("has more requests than it can answer now", _IN_A_WHILE),
}

# Those of Cloudflare, which stands before many providers.
for _status in (520, 521, 522, 523, 524, 525, 526, 527, 530):
    STATUS_WORDS[_status] = RefusalWords(
        "cannot answer now",
        _IN_A_WHILE,
        reason="the network in front of it cannot reach its servers",
    )
