"""Tables in the cache: mapped where they are whole, worked out again where they are not."""

import os
import time

import numpy as np
import pytest
from composing import toy_model

from genmusic import tables
from genmusic.composition.copying import LIMITS, kept_copy_rule
from genmusic.composition.trained import load_trained
from genmusic.composition.training.writing import save_model


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "genmusic" / "tables"


def numbers(path, work_out):
    return tables.kept(path, lambda arrays: arrays["numbers"].tolist(), work_out)


def refuse():
    raise AssertionError("it is known already")


def test_what_was_worked_out_once_is_read_from_then_on():
    path = tables.tables_path("some", b"x")
    made = numbers(path, lambda: {"numbers": np.arange(3)})

    assert numbers(path, refuse) == made == [0, 1, 2]


@pytest.mark.parametrize("fault", ["lost", "cut"])
def test_tables_that_lost_a_file_or_half_of_one_are_made_again(fault):
    path = tables.tables_path("some", b"x")
    numbers(path, lambda: {"numbers": np.arange(100)})
    if fault == "lost":
        (path / tables.VALUES).unlink()
    else:
        (path / tables.VALUES).write_bytes((path / tables.VALUES).read_bytes()[:-80])

    assert numbers(path, lambda: {"numbers": np.arange(2)}) == [0, 1]
    assert numbers(path, refuse) == [0, 1]


def test_an_index_that_is_damaged_is_made_again_with_its_tables():
    path = tables.tables_path("some", b"x")
    numbers(path, lambda: {"numbers": np.arange(100)})
    (path / tables.INDEX).write_text('{"numbers": {"kind": "no such", "shape": [1]}}')

    assert numbers(path, lambda: {"numbers": np.arange(2)}) == [0, 1]


def test_arrays_of_any_kind_and_shape_come_back_as_they_were_and_keep_one_file_open():
    path, made = tables.tables_path("some", b"x"), {
        "none": np.zeros((0, 3), np.float32),
        "one": np.array(True),
        "turned": np.arange(6, dtype=np.int32).reshape(2, 3).T,
        "bytes": np.arange(5, dtype=np.uint8),
        "doubles": np.linspace(0.0, 1.0, 7),
        "rows": np.array([(1, 0.5), (2, 0.25)], [("place", "i8"), ("share", "f4")]),
    }  # fmt: skip
    before = len(os.listdir("/proc/self/fd"))

    for read in [tables.kept(path, dict, lambda: made), tables.kept(path, dict, refuse)]:
        assert {name: (a.dtype, a.tolist()) for name, a in read.items()} == {
            name: (a.dtype, a.tolist()) for name, a in made.items()
        }
        assert all(array.flags.c_contiguous and array.flags.aligned for array in read.values())
    assert len(os.listdir("/proc/self/fd")) == before + 1


def test_tables_that_nobody_has_read_for_a_month_are_swept_out_when_new_ones_come():
    read, unread = tables.tables_path("read", b"x"), tables.tables_path("unread", b"x")
    for path in (read, unread):
        numbers(path, lambda: {"numbers": np.arange(2)})
    for path in (read, unread):
        os.utime(path, (time.time() - 40 * 86_400,) * 2)
    numbers(read, refuse)

    numbers(tables.tables_path("new", b"x"), lambda: {"numbers": np.arange(2)})
    assert read.exists()
    assert not unread.exists()


def test_without_a_cache_to_write_in_tables_are_made_each_time(cache):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")

    path = tables.tables_path("some", b"x")
    assert numbers(path, lambda: {"numbers": np.arange(2)}) == [0, 1]


def test_a_model_whose_trees_are_known_reads_its_lessons_when_they_are_asked_for(tmp_path):
    path = tmp_path / "toy.npz"
    save_model(path, toy_model().parts[0][0].lessons, ())
    grown = load_trained(path).trees.melody.tree

    again = load_trained(path)
    assert "lessons" not in vars(again)
    assert np.array_equal(again.trees.melody.tree.shares, grown.shares)
    assert len(again.lessons.tunes.lengths) == 4


def test_runs_that_may_not_be_copied_are_found_once_for_each_limit(tmp_path):
    path = tmp_path / "toy.npz"
    save_model(path, toy_model().parts[0][0].lessons, ())
    strict, normal = (
        kept_copy_rule([load_trained(path)], LIMITS[name]) for name in ("strict", "normal")
    )
    again = kept_copy_rule([load_trained(path)], LIMITS["strict"])

    assert np.array_equal(again.tune.keys, strict.tune.keys)
    assert again.tune.steps == 8
    assert normal.tune.steps == 12
