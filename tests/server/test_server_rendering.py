import asyncio
import threading

import pytest

from genmusic.server.rendering import RenderPool


@pytest.fixture
def pool():
    pool = RenderPool(threads=1)
    yield pool
    pool.close()


class Gate:
    """Work that holds its thread until it is let go."""

    def __init__(self):
        self.open = threading.Event()
        self.entered = threading.Event()

    def __call__(self):
        self.entered.set()
        self.open.wait(10)


async def test_work_is_done_in_another_thread(pool):
    thread = await pool.run(0.0, threading.current_thread)

    assert thread.name.startswith("render")


async def test_a_pool_is_crowded_while_work_waits_that_must_be_done_soon(pool):
    gate = Gate()
    tasks = [asyncio.create_task(pool.run(0.0, gate))]
    await asyncio.to_thread(gate.entered.wait, 10)
    before = pool.crowded(10.0)
    tasks.append(asyncio.create_task(pool.run(5.0, int)))
    await asyncio.sleep(0)
    during = pool.crowded(10.0), pool.crowded(4.0)
    gate.open.set()
    await asyncio.gather(*tasks)

    assert [before, during, pool.crowded(10.0)] == [False, (True, False), False]


async def test_in_a_turn_the_thread_is_nobody_elses(pool):
    order = []
    async with pool.turn(1.0):
        other = asyncio.create_task(pool.run(0.0, lambda: order.append("other")))
        await pool.do(lambda: order.append("first"))
        await pool.do(lambda: order.append("second"))
    await other

    assert order == ["first", "second", "other"]


async def test_the_earliest_deadline_goes_first(pool):
    gate, order = Gate(), []
    tasks = [asyncio.create_task(pool.run(0.0, gate))]
    await asyncio.sleep(0)
    for deadline in (3.0, 1.0, 2.0):
        work = pool.run(deadline, lambda deadline=deadline: order.append(deadline))
        tasks.append(asyncio.create_task(work))
    await asyncio.sleep(0)
    gate.open.set()
    await asyncio.gather(*tasks)

    assert order == [1.0, 2.0, 3.0]


async def test_who_gives_up_waiting_does_not_block_the_others(pool):
    gate, done = Gate(), []
    first = asyncio.create_task(pool.run(0.0, gate))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(pool.run(1.0, lambda: done.append("impatient")))
    patient = asyncio.create_task(pool.run(2.0, lambda: done.append("patient")))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.open.set()
    await asyncio.gather(first, patient)

    assert done == ["patient"]


async def test_a_turn_that_nobody_takes_goes_to_the_next(pool):
    gate = Gate()
    first = asyncio.create_task(pool.run(0.0, gate))
    await asyncio.sleep(0)
    impatient = asyncio.create_task(pool.run(1.0, int))
    await asyncio.sleep(0)
    first.add_done_callback(lambda _: impatient.cancel())
    gate.open.set()
    await asyncio.wait([first, impatient])

    assert await asyncio.wait_for(pool.run(2.0, lambda: "free"), 5) == "free"


async def test_work_that_fails_frees_its_thread(pool):
    with pytest.raises(ZeroDivisionError):
        await pool.run(0.0, lambda: 1 / 0)

    assert await pool.run(0.0, lambda: "free") == "free"
