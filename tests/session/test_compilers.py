"""A first start: what compiles, and what still works when nothing does."""

import json
import os
import subprocess
import sys
from pathlib import Path

from genmusic.session import compilers, warmup

LATE_KERNELS = Path(__file__).with_name("late_kernels.py")


def compiler_that(does):
    """A process in place of a compiler."""
    return subprocess.Popen([sys.executable, "-c", does], stdin=subprocess.PIPE)


def test_music_of_every_style_needs_no_kernel_that_was_not_compiled_before():
    done = subprocess.run(
        [sys.executable, LATE_KERNELS], capture_output=True, check=True, timeout=300
    )

    assert json.loads(done.stdout) == []


def test_where_all_is_compiled_nobody_is_started(monkeypatch):
    monkeypatch.setattr(compilers, "is_compiled", lambda: True)
    monkeypatch.setattr(compilers, "_start", None)
    told = []

    with compilers.compilers() as wait:
        wait(told.append)

    assert told == []


def test_compilers_that_die_are_waited_for_no_longer(monkeypatch):
    working = [compiler_that("import os; os._exit(1)"), compiler_that("pass")]
    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", lambda _number: working)

    with compilers.compilers() as wait:
        wait(lambda share: None)

    assert [compiler.returncode for compiler in working] == [1, 0]


def test_a_start_that_fails_ends_its_compilers(monkeypatch):
    working = [compiler_that("input()")]
    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", lambda _number: working)

    try:
        with compilers.compilers():
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass

    assert working[0].returncode is not None


def test_without_compilers_a_start_goes_on(monkeypatch):
    def refuse(_number):
        raise OSError("no more processes")

    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", refuse)

    with compilers.compilers() as wait:
        wait(lambda share: None)


def test_a_compiler_ends_with_the_process_that_started_it():
    numbers, list_of_tasks = os.pipe()  # a list that never comes
    command = [sys.executable, "-m", "genmusic.session.warmup", str(numbers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(numbers,)) as compiler:
        compiler.stdin.close()
        status = compiler.wait(timeout=60)
    os.close(numbers)
    os.close(list_of_tasks)

    assert status == 1


def test_compilers_share_a_list_of_tasks(monkeypatch):
    done = []
    made = tuple(lambda number=number: done.append(number) for number in range(3))
    monkeypatch.setattr(warmup, "tasks", lambda: made)
    monkeypatch.setattr(warmup.gc, "disable", lambda: None)
    numbers, list_of_tasks = os.pipe()
    os.write(list_of_tasks, bytes(range(compilers.MOST_TASKS)))
    os.close(list_of_tasks)

    warmup._compile(numbers)
    left = os.read(numbers, compilers.MOST_TASKS)
    os.close(numbers)

    assert done == [0, 1, 2]
    assert left == bytes(range(4, compilers.MOST_TASKS))  # the end was taken as well
