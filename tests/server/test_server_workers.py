import asyncio
import threading

import pytest

from genmusic.server.workers import Workers


@pytest.fixture
def workers():
    workers = Workers(1, "work")
    yield workers
    workers.close()


async def test_a_fault_is_told_to_who_waits_and_the_thread_goes_on(workers):
    with pytest.raises(ZeroDivisionError):
        await workers.do(lambda: 1 // 0)

    assert await workers.do(lambda: 7) == 7


async def test_what_nobody_waits_for_any_more_is_done_all_the_same(workers):
    gate, done = threading.Event(), []
    future = workers.do(lambda: (gate.wait(10), done.append(1)))
    future.cancel()
    gate.set()

    assert await workers.do(lambda: len(done)) == 1


async def test_there_are_no_more_threads_than_wanted():
    workers = Workers(2, "work")

    threads = await asyncio.gather(*(workers.do(threading.current_thread) for _ in range(20)))

    assert len({thread.name for thread in threads}) <= 2
    await asyncio.to_thread(workers.close)


async def test_closing_waits_for_what_was_begun_and_gives_up_the_rest(workers):
    gate, begun = threading.Event(), threading.Event()

    def work():
        begun.set()
        gate.wait(10)
        return "done"

    first, second = workers.do(work), workers.do(work)
    await asyncio.to_thread(begun.wait, 10)
    closing = asyncio.create_task(asyncio.to_thread(workers.close))
    await asyncio.sleep(0)
    gate.set()
    await closing

    assert await first == "done"
    assert second.cancelled() or second.done()
