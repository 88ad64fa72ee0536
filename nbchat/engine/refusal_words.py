"""What is said of a refusal: what happened, and what to do about it.

By its kind, or, where no word or code of the provider tells that, by its HTTP status. What
the provider says itself is quoted behind the first sentence.
"""

from __future__ import annotations

from typing import NamedTuple

from nbchat.errors import (
    ContextTooLong,
    Filtered,
    KeyRefused,
    ModelNotFound,
    NoCredit,
    NotAllowed,
    RateLimited,
    RequestRefused,
    ServiceDown,
    ServiceError,
)
from nbchat.wording import OR_ANOTHER_MODEL

ASK_LATER = "Ask again in a while"

# What happened and what the provider says; below it what to do, and what can be pasted for that.
SENTENCES: dict[type[ServiceError], str] = {
    KeyRefused: "{name} refuses the key{key}{status}.{said}\n{another_key}",
    NotAllowed: "{name} does not allow this {with_key}{status}.{said}\n"
    f"Check in your account there what may be asked {{with_key}}, {OR_ANOTHER_MODEL}",
    NoCredit: "{name} finds no credit or quota left in the account{of_key}{status}.{said}\n"
    f"Top it up on its billing page, {OR_ANOTHER_MODEL}",
    RateLimited: "{name} limits the rate of requests{status}.{wait}{said}\n"
    f"Nothing was added to the conversation; ask again later, {OR_ANOTHER_MODEL}",
    ModelNotFound: "{name} has no model '{model}'{status}.{said}\n{near}{models}",
    ContextTooLong: "{name} refuses a conversation that is too long for {model}{status}.{said}\n"
    "Shorten the question, choose a model that reads more, ask it aside with %%chat --fresh, "
    "or start over:\n%chat reset",
    Filtered: "{name} refuses the question: its content filter objects{status}.{said}\n"
    "It was not added to the conversation; word it differently, "
    f"{OR_ANOTHER_MODEL}",
    ServiceDown: "{name} cannot answer now{status}.{wait}{said}\n"
    f"{ASK_LATER}, {OR_ANOTHER_MODEL}",
    RequestRefused: "{name} refuses the request{status}.{said}\n"
    "Nothing was added to the conversation; change the question or its options and ask again.",
}


class StatusWords(NamedTuple):
    """What comes after the provider's name, and the lines below it.

    Where `happened` has no {status}, the status follows it.
    """

    happened: str
    to_do: str
    other_model_helps: bool = True


_CHANGE_IT = f"Change the question or its options, {OR_ANOTHER_MODEL}"
_CHECK_WAY = f"Check the base URL, and the proxy if there is one, {OR_ANOTHER_MODEL}"
_IN_A_MOMENT = f"Ask again in a moment, {OR_ANOTHER_MODEL}"
_IN_A_WHILE = f"{ASK_LATER}, {OR_ANOTHER_MODEL}"
_SMALLER = (
    "Shorten the question, send smaller files, choose a model that takes more, "
    "ask it aside with %%chat --fresh, or start over:\n%chat reset"
)

STATUS_WORDS: dict[int, StatusWords] = {
    405: StatusWords(
        "takes no questions at this address",
        "Check the base URL, which ends in /v1 at most servers, and the proxy if there is one, "
        f"{OR_ANOTHER_MODEL}",
    ),
    406: StatusWords("cannot answer in the form that was asked for", _CHANGE_IT),
    408: StatusWords(
        "ended the request, because it took too long",
        f"{ASK_LATER}, with smaller files if there are any, {OR_ANOTHER_MODEL}",
    ),
    409: StatusWords(
        "cannot answer while something else changes there, such as another question "
        "of this account",
        _IN_A_MOMENT,
    ),
    411: StatusWords(
        "was not told how long the request is",
        "A proxy on the way may have taken that out: check it and the base URL, "
        f"{OR_ANOTHER_MODEL}",
    ),
    413: StatusWords("does not take a request as large as this one", _SMALLER),
    414: StatusWords("was asked at an address that is too long for it", _CHECK_WAY),
    415: StatusWords(
        "does not take this kind of content",
        f"Leave out the picture or the file, {OR_ANOTHER_MODEL}",
    ),
    417: StatusWords("cannot do what a header of the request expects", _CHECK_WAY),
    418: StatusWords(
        'turns the request away with the status of a joke ("I\'m a teapot"), as some firewalls do',
        _CHECK_WAY,
    ),
    421: StatusWords("says that the request has come to the wrong server", _CHECK_WAY),
    422: StatusWords("understands the request, but cannot work with what is in it", _CHANGE_IT),
    423: StatusWords(
        "says that the model, or the account, is locked",
        f"See in your account there what locks it, {OR_ANOTHER_MODEL}",
    ),
    424: StatusWords("failed at something that the answer depends on", _IN_A_WHILE),
    425: StatusWords("is not ready for the request yet", _IN_A_MOMENT),
    426: StatusWords(
        "wants to be spoken to in another version of the protocol",
        f"Check that the base URL begins with https://, {OR_ANOTHER_MODEL}",
    ),
    428: StatusWords(
        "answers only requests that state a condition, and this one states none", _CHECK_WAY
    ),
    431: StatusWords(
        "finds the headers of the request too large",
        f"Check the key and the headers in your settings, {OR_ANOTHER_MODEL}",
    ),
    451: StatusWords(
        "may not answer, for reasons of law",
        "That may depend on the country, the question or the model: "
        f"word it differently, {OR_ANOTHER_MODEL}",
    ),
    499: StatusWords(
        "took the connection for closed before it had answered",
        f"Ask again; if it stays so, a proxy on the way may end it early, {OR_ANOTHER_MODEL}",
    ),
    500: StatusWords("failed while it worked on the request", _IN_A_WHILE),
    501: StatusWords("cannot do what was asked of it", _CHANGE_IT),
    502: StatusWords(
        "cannot answer now{status}: one of its servers got no proper answer from another",
        _IN_A_WHILE,
    ),
    504: StatusWords(
        "cannot answer now{status}: one of its servers waited too long for another",
        _IN_A_WHILE,
    ),
    505: StatusWords("does not speak this version of HTTP", _CHECK_WAY),
    507: StatusWords("has no room left to work on the request", _IN_A_WHILE),
    508: StatusWords("sends the request round in a circle on its side", _CHECK_WAY),
    511: StatusWords(
        "cannot be reached: this network wants a login first",
        "Open any web page in a browser, log in there, and ask again.",
        other_model_helps=False,
    ),
    529: StatusWords("has more requests than it can answer now", _IN_A_WHILE),
}

# Those of Cloudflare, which stands before many providers.
for _status in (520, 521, 522, 523, 524, 525, 526, 527, 530):
    STATUS_WORDS[_status] = StatusWords(
        "cannot answer now{status}: the network in front of it cannot reach its servers",
        _IN_A_WHILE,
    )
