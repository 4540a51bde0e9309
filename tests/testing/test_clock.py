"""The clock that moves only when told to."""

import asyncio

from flujo.testing.clock import EPOCH, ManualClock


def test_it_stands_still_until_it_is_moved() -> None:
    clock = ManualClock()
    assert (clock.now(), clock.now()) == (EPOCH, EPOCH)
    clock.advance(1.5)
    assert clock.now() == EPOCH + 1_500_000


def test_waits_end_in_the_order_of_their_times() -> None:
    async def scenario() -> list[str]:
        clock, woken = ManualClock(0), []

        async def wait(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(name)

        tasks = [asyncio.ensure_future(wait(name, seconds)) for name, seconds in (("b", 20), ("a", 10), ("c", 86_400))]
        await asyncio.sleep(0)
        clock.advance(9.9)
        await asyncio.sleep(0)
        assert woken == []
        clock.advance(0.1)
        await tasks[1]
        assert woken == ["a"]
        clock.advance(86_400)
        await asyncio.gather(*tasks)
        assert clock.naps == [20, 10, 86_400]
        return woken

    assert asyncio.run(scenario()) == ["a", "b", "c"]


def test_waits_can_move_it() -> None:
    clock = ManualClock(0, jumps=True)
    asyncio.run(clock.sleep(3600))
    asyncio.run(clock.sleep(-1))
    assert clock.now() == 3_600_000_000
    assert clock.naps == [3600, -1]
