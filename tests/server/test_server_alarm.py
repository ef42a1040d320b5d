"""The timer that wakes who plays."""

import asyncio

import pytest

from genmusic.server.alarm import Alarm

NEVER = 1e6  # seconds


@pytest.fixture
def bell():
    return asyncio.Event()


async def rings(bell):
    try:
        await asyncio.wait_for(bell.wait(), 0.05)
    except TimeoutError:
        return False
    return True


async def test_it_rings_when_it_is_time(bell):
    Alarm(bell.set, lambda: 0.0).at(0.0)

    assert await rings(bell)


async def test_the_earlier_of_two_times_counts(bell):
    alarm = Alarm(bell.set, lambda: 0.0)
    alarm.at(NEVER)
    alarm.at(0.0)
    alarm.at(NEVER)

    assert await rings(bell)


async def test_it_can_be_set_again_after_it_rang(bell):
    alarm = Alarm(bell.set, lambda: 0.0)
    alarm.at(0.0)
    await rings(bell)
    bell.clear()
    alarm.at(0.0)

    assert await rings(bell)


async def test_one_that_is_cancelled_is_silent(bell):
    alarm = Alarm(bell.set, lambda: 0.0)
    alarm.at(0.0)
    alarm.cancel()

    assert not await rings(bell)
