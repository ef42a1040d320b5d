"""A first start: what compiles, and what still works when nothing does."""

import json
import subprocess
import sys
from pathlib import Path

from genmusic.composition import forest, trained
from genmusic.session import compilers, library, warmup
from genmusic.synthesis import cache

LATE_KERNELS = Path(__file__).with_name("late_kernels.py")


def compiler_that(does):
    """A process in place of a compiler."""
    return subprocess.Popen([sys.executable, "-c", does], stdin=subprocess.PIPE)


def test_music_of_every_style_needs_no_kernel_that_was_not_compiled_before():
    done = subprocess.run(
        [sys.executable, LATE_KERNELS], capture_output=True, check=True, timeout=300
    )

    assert json.loads(done.stdout) == []


def test_what_the_compilers_counted_of_the_models_is_not_counted_again(monkeypatch):
    warmup._count_models()
    library._shipped_model.cache_clear()
    monkeypatch.setattr(trained, "grow_trees", None)
    monkeypatch.setattr(forest, "join", None)

    warmup.load_models(library.open_library())


def test_where_all_is_compiled_nobody_is_started(monkeypatch):
    monkeypatch.setattr(compilers, "is_compiled", lambda: True)
    monkeypatch.setattr(compilers, "_start", None)
    told = []

    with compilers.compilers() as wait:
        wait(told.append)

    assert told == []


def test_compilers_that_die_are_waited_for_no_longer(monkeypatch):
    first = compiler_that("import os; os._exit(1)")
    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", lambda _number: first)

    with compilers.compilers() as wait:
        wait(lambda share: None)

    assert first.returncode == 1


def test_a_start_that_fails_ends_its_compilers(monkeypatch):
    first = compiler_that("input()")
    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", lambda _number: first)

    try:
        with compilers.compilers():
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass

    assert first.returncode is not None


def test_without_compilers_a_start_goes_on(monkeypatch):
    def refuse(_number):
        raise OSError("no more processes")

    monkeypatch.setattr(compilers, "is_compiled", lambda: False)
    monkeypatch.setattr(compilers, "_start", refuse)

    with compilers.compilers() as wait:
        wait(lambda share: None)


def test_compilers_sort_without_what_is_slow_unless_told_otherwise():
    usual = compilers._surroundings({"HOME": "/home/me"})
    told_with = compilers._surroundings({compilers.NUMPY_WITH: "AVX2"})
    told_without = compilers._surroundings({compilers.NUMPY_WITHOUT: "AVX2"})

    assert usual["HOME"] == "/home/me"
    assert usual[compilers.NUMPY_WITHOUT] == compilers.SLOW_SORTS
    assert compilers.NUMPY_WITHOUT not in told_with  # NumPy refuses both at once
    assert told_without[compilers.NUMPY_WITHOUT] == "AVX2"


COMPILE = """
import os, sys, time
from genmusic.session import warmup

def work(number):
    os.write(1, b"%d\\n" % number)
    {then}

warmup.tasks = lambda: [lambda number=number: work(number) for number in range(4)]
sys.exit(0 if warmup.compile_all(2) else 3)
"""


def compilers_that(then):
    """Two compilers whose tasks are to tell their number, and to do something more."""
    return subprocess.Popen(
        [sys.executable, "-c", COMPILE.format(then=then)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_compilers_share_a_list_of_tasks():
    first = compilers_that("time.sleep(0.01)")
    told, status = first.stdout.read(), first.wait(timeout=60)
    first.communicate()

    assert sorted(map(int, told.split())) == [0, 1, 2, 3]
    assert status == 0


def test_what_a_compiler_could_not_do_is_not_called_compiled():
    first = compilers_that("number == 2 and sys.exit(1)")
    status = first.wait(timeout=100)
    first.communicate()

    assert status != 0


def test_compilers_end_with_the_process_that_started_them():
    first = compilers_that("time.sleep(1000)")
    begun = {first.stdout.readline() for _ in range(2)}
    first.stdin.close()
    rest = first.stdout.read()  # until nobody is left who could write
    first.wait(timeout=60)
    first.stdout.close()

    assert begun == {b"0\n", b"1\n"}
    assert rest == b""


def test_what_is_compiled_for_one_processor_is_not_for_another(monkeypatch, tmp_path):
    monkeypatch.setattr(cache.kernels, "CACHE_FOLDER", tmp_path)
    before = cache.is_compiled()
    cache.mark_as_compiled()
    after = cache.is_compiled()
    monkeypatch.setenv("NUMBA_CPU_NAME", "another")

    assert (before, after, cache.is_compiled()) == (False, True, False)
