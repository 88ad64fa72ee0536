"""Keys, which nothing shows by accident. A call that brings one is sealed first.

The rest of nbchat holds a Secret, so that no traceback, repr, log or copy of what
it holds has a key in it; only the engine's headers reveal one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from nbchat.errors import BadOption


class Secret:
    """A key that cannot be shown by accident; `.reveal()` is the only way to it.

    >>> Secret("sk-1234567890"), str(Secret("sk-1234567890"))
    (Secret('…'), '…')
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    @classmethod
    def of(cls, key: Any) -> Secret | None:
        """A caller's `api_key`, wrapped before any other frame can hold it. Raises BadSettings."""
        if key is None or isinstance(key, Secret):
            return key
        if not isinstance(key, str):
            kind = type(key).__name__
            del key  # a traceback shows the variables of this frame
            raise BadOption(f"api_key is the key itself, a str, not {kind}.")
        from nbchat import known_keys  # loading the extension needs none of its patterns

        known_keys.remember(key)
        return cls(key.strip())

    def reveal(self) -> str:
        return self.__value

    @property
    def sendable(self) -> bool:
        """Whether it can stand in a header."""
        return all("!" <= letter <= "~" for letter in self.__value)

    def __repr__(self) -> str:
        return "Secret('…')"

    def __str__(self) -> str:
        return "…"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled or copied")


def wrap_key(options: dict[str, Any]) -> None:
    """Wrap the `api_key` among a caller's options; the first thing that is done with them."""
    if "api_key" in options:
        options["api_key"] = Secret.of(options.pop("api_key"))


@dataclass(slots=True, frozen=True)
class Key:
    """A provider's key and where it was found; `secret` is empty where none is needed."""

    secret: Secret
    origin: str
