"""Editing a style while it plays: heard at the next bar, logged, and never the end of the music."""

import queue

import numpy as np
import pytest

from genmusic.session.engine import Engine
from genmusic.session.library import add_style, open_library, read_styles_again
from genmusic.session.log import EDITION
from genmusic.session.past import Past
from genmusic.session.shelf import edition_of
from genmusic.session.watching import StyleWatch
from genmusic.units import QUANTUM

SLOW = 'title = "Rain"\nextends = "evening"\nparts.comp.patch = "harp"\n'
DRY = SLOW.replace("harp", "nylon")
BROKEN = SLOW.replace("harp", "hrap")
BLOCK = 3_000 * QUANTUM  # 4 s: more than a bar


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "styles"
    folder.mkdir()
    return folder


@pytest.fixture
def rain(own):
    path = own / "rain.toml"
    path.write_text(SLOW)
    return path


@pytest.fixture
def library(rain):
    return open_library(rain.parent)


def play(engine, frames=BLOCK):
    out = np.empty((2, frames), np.float32)
    engine.render(out)
    return out


def live(library):
    return Engine(library, 3, {"style": "rain"}, follows_edits=True)


def test_an_edit_is_logged_and_heard_from_the_next_bar_on(library, rain):
    edited, same = live(library), Engine(library, 3, {"style": "rain"})
    assert np.array_equal(play(edited), play(same))
    now = edited.rendered_end
    bar_line = max(timed.end_frame for timed in edited.take_bars())

    rain.write_text(DRY)
    read_styles_again(library.styles, rain.parent)
    after, before = play(edited), play(same)

    assert [(c.frame, c.name) for c in edited.log] == [(now, EDITION)]
    assert np.array_equal(after[:, : bar_line - now], before[:, : bar_line - now])
    assert not np.array_equal(after, before)


def test_the_log_replays_an_edit_to_the_last_bit(library, rain):
    edited = live(library)
    heard = [play(edited)]
    rain.write_text(DRY)
    read_styles_again(library.styles, rain.parent)
    heard.append(play(edited))

    again = Engine(library, 3, {"style": "rain"}, log=edited.log)

    assert np.array_equal(np.concatenate(heard, axis=1), play(again, 2 * BLOCK))


def test_what_was_heard_before_an_edit_is_rendered_again_without_it(library, rain):
    edited = live(library)
    past = Past(edited)
    heard = play(edited)
    rain.write_text(DRY)
    read_styles_again(library.styles, rain.parent)

    past.return_to(edited, BLOCK // 2, keep_until=BLOCK)
    again = np.empty((2, BLOCK // 2), np.float32)
    past.play_again(edited, again)

    assert np.array_equal(again, heard[:, BLOCK // 2 :])
    assert edited.log == []


def test_who_comes_after_an_edit_says_so_in_the_log(library, rain):
    rain.write_text(DRY)
    (edition,) = read_styles_again(library.styles, rain.parent)

    late = live(library)
    play(late, QUANTUM)

    assert [(c.frame, c.name, c.value) for c in late.log] == [(0, EDITION, edition_of(edition))]


def test_a_broken_edit_keeps_the_last_good_one_and_says_so_once(library, rain, caplog):
    good = library.style("rain")
    rain.write_text(BROKEN)

    for _ in range(3):
        assert read_styles_again(library.styles, rain.parent) == []

    assert library.style("rain") is good
    (line,) = [r.message for r in caplog.records if "hrap" in r.message]
    assert line.startswith("rain.toml:3: parts.comp.patch: there is no patch 'hrap'; did you mean")
    assert line.endswith("the last good edition plays on")
    assert "hrap" in library.styles.faults["rain"]


def test_a_fault_is_forgotten_when_it_is_cured(library, rain):
    for text in (BROKEN, SLOW):
        rain.write_text(text)
        read_styles_again(library.styles, rain.parent)

    assert library.styles.faults == {}


def test_a_file_that_is_taken_away_plays_on(library, rain):
    rain.unlink()
    read_styles_again(library.styles, rain.parent)

    assert library.style("rain").title == "Rain"


def test_an_own_style_cannot_take_the_name_of_a_shipped_one(library, own, caplog):
    (own / "drive.toml").write_text(SLOW)
    read_styles_again(library.styles, own)

    assert library.style("drive").title == "Drive"
    assert "the name of a shipped style" in caplog.text


def test_the_watch_reads_again_whenever_files_change(library, rain, own):
    saved = queue.Queue()

    def changes(folders, stopped):
        assert own in folders
        while change := saved.get():
            yield change
            saved.task_done()
        saved.task_done()

    with StyleWatch(library, own, changes):
        rain.write_text(DRY)
        saved.put("rain.toml")
        saved.join()
        saved.put(None)

    assert library.style("rain").parts["comp"].patch == "nylon"


def test_a_single_file_is_watched_too(rain, tmp_path):
    library, name = add_style(open_library(), rain)

    def once(folders, _stopped):
        assert rain.parent in folders
        rain.write_text(DRY)
        yield "rain.toml"

    with StyleWatch(library, tmp_path / "none", once):
        pass

    assert library.style(name).parts["comp"].patch == "nylon"


def test_a_style_that_fails_when_played_never_reaches_a_listener(library, rain, monkeypatch):
    good = library.style("rain")
    monkeypatch.setattr(Engine, "render", lambda *_: 1 // 0)
    rain.write_text(DRY)

    def once(_folders, _stopped):
        yield "rain.toml"

    with StyleWatch(library, rain.parent, once):
        pass

    assert library.style("rain") is good
    assert "cannot be played" in library.styles.faults["rain"]


def test_a_file_saved_in_an_editor_is_noticed(library, rain, own):
    placed = queue.Queue()
    put = library.styles.put
    library.styles.put = lambda style: put(style) and (placed.put(style.name) or True)

    with StyleWatch(library, own) as watch:
        assert watch is not None
        for number in range(50):  # until the watch has begun to look
            rain.write_text(DRY.replace("Rain", f"Rain {number}"))
            try:
                assert placed.get(timeout=1) == "rain"
                break
            except queue.Empty:
                continue

    assert library.style("rain").parts["comp"].patch == "nylon"
