"""What a check has found: of each thing that was looked at, what was seen, and what to do.

Only what was seen is said. A thing that could not be looked at says so, and is not called wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nbchat.errors import NbchatError
from nbchat.wording import OR_ANOTHER_MODEL

State = Literal["ok", "wrong", "unknown"]

NOT_LOOKED_AT = "not looked at"
NO_ANSWER = "no answer within a second"
CORRECT_IT = "Correct that, and look again."
ANOTHER_MODEL = f"Correct that, {OR_ANOTHER_MODEL}"
AGAIN = "Look again; if it stays so, check the network and the base URL."


@dataclass(slots=True, frozen=True)
class Finding:
    """One thing that was looked at. `to_do` is empty where there is nothing to do about it.

    A command or a line of Python to do it with is the last line of `to_do`.
    """

    about: str
    state: State
    seen: str
    to_do: str = ""


def fits(about: str, seen: str) -> Finding:
    return Finding(about, "ok", seen)


def wrong(about: str, seen: str, to_do: str) -> Finding:
    return Finding(about, "wrong", seen, to_do)


def refused(about: str, error: NbchatError) -> Finding:
    """What an error says, as a finding."""
    happened, to_do = in_two(error)
    return wrong(about, happened, to_do)


def in_two(error: NbchatError) -> tuple[str, str]:
    """What happened, and what to do about it, with what can be pasted on a line of its own."""
    happened, _, to_do = str(error.args[0]).partition("\n")
    if happened.endswith(":"):  # which leads to what can be pasted
        happened, _, leads = happened.rpartition(". ")
        return f"{happened}.", f"{leads}\n{to_do}"
    if not to_do:
        to_do = ANOTHER_MODEL if error.other_model_helps else CORRECT_IT
    return happened, to_do


def unseen(about: str, why: str = "") -> Finding:
    """It was not looked at, because of something else."""
    return Finding(about, "unknown", f"{NOT_LOOKED_AT}: {why}" if why else NOT_LOOKED_AT)


def no_answer(about: str, of_whom: str, to_do: str = AGAIN) -> Finding:
    """It was looked at, and nothing came in time."""
    return Finding(about, "unknown", f"{of_whom}: {NO_ANSWER}.", to_do)


def is_at_fault(findings: Iterable[Finding]) -> bool:
    """Whether something is wrong, or has not answered."""
    return any(finding.to_do for finding in findings)


def first_to_do(findings: Iterable[Finding]) -> list[Finding]:
    """Those with something to do, what is surely wrong before what has not answered."""
    pending = [finding for finding in findings if finding.to_do]
    return sorted(pending, key=lambda finding: finding.state != "wrong")
