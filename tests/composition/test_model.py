import json
import time
import zipfile

import numpy as np
import pytest
from composing import toy_model, tune_of
from singing import bare, prepare, task_of

from genmusic.composition.lessons import lesson_arrays
from genmusic.composition.manifest import Work, manifest_path, read_manifest, write_manifest
from genmusic.composition.model import MODES, load_model, shipped_models
from genmusic.composition.training.writing import save_model
from genmusic.errors import ModelError
from kernels import sampling

SHIPPED = shipped_models()["vocal"]
WEIGHTS = ("alone", "corpus", "line")
TOY = toy_model().parts[0][0]
TONIC, DOMINANT = {"major": (0, ""), "minor": (0, "m")}, (7, "7")


@pytest.fixture(scope="module")
def model():
    return load_model(SHIPPED)


def chords_after(model, mode, *chords):
    out = np.empty(len(model.chords))
    model.chord_distribution(mode, [model.chords.index(chord) for chord in chords], out)
    return dict(zip(model.chords, out.tolist(), strict=True))


def pitches_after(model, mode, history, position=0, *, ends=False):
    tune = tune_of(mode, [*history, 0], position, ends=ends)
    row = model.next_pitches(tune)[min(48, max(0, history[-1] + 24))]
    return dict(zip(model.pitches, row.tolist(), strict=True))


def sung(model, weights, uniforms, history=(0,), widest=48):
    """A melody of even eighths that ends its phrase."""
    notes = len(weights)
    tune = tune_of("major", [*history, *[0] * notes], ends=True)
    table = tune.table(np.arange(len(tune)))
    asked, mode = task_of(table, notes, len(uniforms)), MODES.index("major")
    desk = model.melody_desk(len(table))
    prepare(desk.values, table, weights, widest, uniforms)
    model.sing(model.songs(mode, 1.0), *bare(*asked, desk))
    return desk.values.drawn[0, :notes].tolist()


def test_the_shipped_model_loads_quickly(model):
    began = [time.process_time()]
    for _ in range(5):
        load_model(SHIPPED)
        began.append(time.process_time())

    assert min(np.diff(began)) < 0.1  # seconds; the best of five, as the machine is shared


def test_the_shipped_model_is_small():
    assert SHIPPED.stat().st_size < 2_000_000


def test_the_shipped_manifest_says_of_every_work_who_what_whence_and_on_what_terms():
    works = read_manifest(manifest_path(SHIPPED))

    assert len(works) > 1400
    for work in works:
        assert min(len(work.composer), len(work.title)) > 0
        assert work.licence == "CC0-1.0"
        assert work.source.startswith("https://")
        assert len(work.sha256) == 64


def test_no_work_is_listed_twice():
    hashes = [work.sha256 for work in read_manifest(manifest_path(SHIPPED))]

    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("mode", MODES)
def test_the_dominant_seventh_leads_home(model, mode):
    after = chords_after(model, mode, DOMINANT)

    assert max(after, key=after.get) == TONIC[mode]
    assert after[TONIC[mode]] > 0.3


@pytest.mark.parametrize("mode", MODES)
def test_a_secondary_dominant_leads_to_the_dominant(model, mode):
    after = chords_after(model, mode, (2, "7"))

    assert max(after, key=after.get)[0] == 7


def test_the_seventh_on_the_tonic_leads_to_the_fourth(model):
    major, minor = (chords_after(model, mode, (0, "7")) for mode in MODES)

    assert max(major, key=major.get) == (5, "")
    assert max(minor, key=minor.get) == (5, "m")


def test_the_leading_note_rises_to_the_tonic_at_the_end_of_a_phrase(model):
    after = pitches_after(model, "major", [2, -1], ends=True)

    assert max(after, key=after.get) == 0


def test_melodies_move_by_steps_more_than_by_leaps(model):
    after = pitches_after(model, "major", [0, 2, 4])

    assert after[5] + after[2] > 0.3
    assert sum(p for pitch, p in after.items() if abs(pitch - 4) > 7) < 0.1


def test_minor_melodies_have_the_small_third(model):
    after = pitches_after(model, "minor", [7, 5, 3, 2])

    assert after[3] > 4 * after[4]


def cells_after(model, *context):
    """Probability of each rhythm cell after a metre, a pulse, and the cells before, backwards."""
    out = np.empty(len(model.cells))
    sampling.distribution(model.rhythms.values.words.tree, np.array(context), len(context), out)
    return out


def test_a_bar_in_four_begins_with_an_onset_more_often_than_not(model):
    cells = zip(model.cells, cells_after(model, 4, 0), strict=True)

    assert sum(p for cell, p in cells if 0 in cell) > 0.5


def test_every_distribution_sums_to_one(model):
    sums = [cells_after(model, 3, 1, 5, 4, 3, 2).sum()]
    sums += [sum(pitches_after(model, mode, [-30, 0, 40]).values()) for mode in MODES]
    sums += [sum(chords_after(model, mode, *model.chords[:6]).values()) for mode in MODES]

    assert np.allclose(sums, 1.0, rtol=0, atol=1e-6)  # shares are float32


def test_an_unusual_metre_still_has_rhythm(model):
    assert abs(cells_after(model, 13, 6, 0).sum() - 1.0) < 1e-12  # rounding


def test_a_melody_keeps_to_its_scale_and_ends_on_its_goal(model):
    scale = {0, 2, 4, 5, 7, 9, 11}
    weights = np.array([[float(p % 12 in scale) for p in model.pitches]] * 16)
    weights[15] = [p == 0 for p in model.pitches]

    for draws in np.random.default_rng(440).random((50, 128)):
        melody = sung(model, weights, draws)
        assert {pitch % 12 for pitch in melody} <= scale
        assert melody[15] == 0


def test_a_melody_leaps_no_wider_than_songs_do(model):
    draws = np.random.default_rng(440).random((200, 128))

    melodies = [sung(model, np.ones((16, 49)), d) for d in draws]

    leaps = np.abs(np.diff(melodies, axis=1))
    assert np.mean(leaps > 7) < 0.055  # the share in the corpora
    assert np.mean(leaps > 12) < 0.004


def test_a_leap_too_wide_is_not_taken(model):
    for draws in np.random.default_rng(440).random((50, 128)):
        melody = [0, *sung(model, np.ones((16, 49)), draws, widest=4)]
        assert np.abs(np.diff(melody)).max() <= 4


def test_no_notes_are_refused(model):
    with pytest.raises(ModelError, match="no notes"):
        sung(model, np.empty((0, 49)), np.empty(0))


def test_weights_that_forbid_everything_are_refused(model):
    with pytest.raises(ModelError, match="a pitch above 0"):
        sung(model, np.zeros((1, 49)), np.ones(8))


def test_too_few_draws_are_refused(model):
    with pytest.raises(ModelError, match="a draw each"):
        sung(model, np.ones((2, 49)), np.ones(1))


def test_a_saved_model_says_the_same(tmp_path):
    path = tmp_path / "toy.npz"
    save_model(path, TOY.lessons, ())

    loaded = load_model(path)

    assert loaded.chords == toy_model().chords
    assert pitches_after(loaded, "major", [0, 2]) == pitches_after(toy_model(), "major", [0, 2])


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in "ab":
        save_model(tmp_path / name / "toy.npz", TOY.lessons, ())

    assert (tmp_path / "a/toy.npz").read_bytes() == (tmp_path / "b/toy.npz").read_bytes()


def save_changed(path, **changes):
    arrays = {**lesson_arrays(TOY.lessons), **changes}
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, np.asarray(array))


def header(**changes):
    plain = json.loads(bytes(lesson_arrays(TOY.lessons)["header"]))
    known = plain | changes
    return np.frombuffer(json.dumps(known).encode(), np.uint8)


DAMAGE = {
    "format is 9": {"header": header(format=9)},
    "chords that are not known": {"header": header(chords=[[0, "blue"]])},
    "rhythms beyond a beat": {"header": header(cells=[[960]])},
    "viewpoints that are not known": {"header": header(views=[["smell", [], [], 2]])},
    "weights do not fit": {"header": header(weights={name: [[1.0]] for name in WEIGHTS})},
    "tunes do not add up": {"tunes.length": np.ones(4, np.uint32)},
    "chord statistics do not add up": {"progressions.chord": np.full(54, 200, np.uint8)},
    "rhythm statistics do not add up": {"pulses.cell": np.full(36, 99, np.uint8)},
    "motif statistics do not add up": {"motifs.operation": np.full(8, 99, np.uint8)},
    "pitches out of range": {"tunes.pitch": np.full(92, 99, np.int8)},
    "beats of no length": {"tunes.beat": np.zeros(92, np.uint16)},
    "modes that are not known": {"tunes.mode": np.full(4, 7, np.uint8)},
    "Object arrays": {"header": np.array([{}], object)},
}


@pytest.mark.parametrize("reason", DAMAGE)
def test_a_damaged_model_is_refused_with_its_reason(tmp_path, reason):
    path = tmp_path / "bad.npz"
    save_changed(path, **DAMAGE[reason])

    with pytest.raises(ModelError, match=reason):
        load_model(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model"])
def test_a_file_that_is_no_model_is_refused(tmp_path, content):
    path = tmp_path / "bad.npz"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"bad\.npz"):
        load_model(path)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"none\.npz cannot be read"):
        load_model(tmp_path / "none.npz")


def test_a_manifest_survives_tabs_and_line_ends_in_titles(tmp_path):
    path = tmp_path / "m.tsv"
    write_manifest(path, [Work("1", "A\tB", "Two\nlines\u2028", "", "s", "CC0-1.0", "")])

    assert read_manifest(path) == (Work("1", "A B", "Two lines", "", "s", "CC0-1.0", ""),)


@pytest.mark.parametrize("text", ["", "id\ttitle\n", "\udcff"])
def test_a_manifest_of_another_kind_is_refused(tmp_path, text):
    path = tmp_path / "m.tsv"
    path.write_text(text, errors="surrogateescape")

    with pytest.raises(ModelError, match=r"m\.tsv"):
        read_manifest(path)
