"""What each thread has of its own."""

from concurrent.futures import ThreadPoolExecutor

from genmusic.threads import OfThread


def test_a_thread_is_given_the_same_thing_again_and_another_thread_another():
    boxes = OfThread(lambda size: [0] * size)

    mine = boxes.of(3)
    with ThreadPoolExecutor(1) as others:
        theirs = others.submit(boxes.of, 3).result()

    assert boxes.of(3) is mine
    assert theirs == mine
    assert theirs is not mine


def test_a_thread_sees_all_of_its_own_things_and_no_others():
    boxes = OfThread(lambda size: [0] * size)
    boxes.of(1), boxes.of(2)

    with ThreadPoolExecutor(1) as others:
        others.submit(boxes.of, 3).result()

    assert list(boxes.all) == [[0], [0, 0]]
