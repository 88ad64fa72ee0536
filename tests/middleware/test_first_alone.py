"""The first of a kind goes alone; the others follow when it has ended, however it did."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from nbchat.middleware.first_alone import FirstAlone


def orders(*, fails: bool) -> list[str]:
    """What three of one kind did, one after the other."""
    first_alone, known, told = FirstAlone(), set[str](), list[str]()

    async def one(name: str) -> None:
        with suppress(ValueError):
            async with first_alone.turn("kind", lambda: "kind" in known):
                told.append(f"{name} begins")
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                told.append(f"{name} ends")
                if fails and name == "a":
                    raise ValueError
                known.add("kind")

    async def main() -> None:
        await asyncio.gather(*map(one, "abc"))

    asyncio.run(main())
    return told


def test_the_others_go_together_when_the_first_has_ended() -> None:
    told = orders(fails=False)

    assert told[:2] == ["a begins", "a ends"]
    assert sorted(told[2:4]) == ["b begins", "c begins"]


def test_where_the_first_fails_another_is_the_first() -> None:
    assert orders(fails=True)[:5] == ["a begins", "a ends", "b begins", "b ends", "c begins"]


def test_whoever_stops_waiting_holds_nobody_up() -> None:
    async def main() -> bool:
        first_alone = FirstAlone()
        async with first_alone.turn("kind", lambda: False):
            waiting = asyncio.ensure_future(first_alone.turn("kind", lambda: False).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
        async with asyncio.timeout(20), first_alone.turn("kind", lambda: False):
            return True

    assert asyncio.run(main())
