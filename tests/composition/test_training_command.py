"""``genmusic train`` and ``genmusic model show`` on small corpora."""

import io
import json
import zipfile

import mido
import pytest
from score_writing import mxl, song

from genmusic.cli import main
from genmusic.composition.manifest import manifest_path, read_manifest
from genmusic.composition.model import load_model

COLUMNS = "path\tcomposer\ttitle\tsource\tlicence\n"
SCORES_TABLE = "id\tpath\tname\tlink\n1\tA,_B/_/One\tOne\thttps://x.org/scores/1\n"
COMPOSERS_TABLE = "id\tpath\tname\n9\tA,_B\tB. A.\n"
CC0 = "Creative Commons Legal Code\n\nCC0 1.0 Universal\n"


def tune():
    file = mido.MidiFile()
    track = mido.MidiTrack()
    for pitch in (60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72):
        track.append(mido.Message("note_on", note=pitch, velocity=64))
        track.append(mido.Message("note_off", note=pitch, time=480))
    file.tracks.append(track)
    packed = io.BytesIO()
    file.save(file=packed)
    return packed.getvalue()


@pytest.fixture
def corpus(tmp_path):
    """A folder with a song, a MIDI tune, a broken score and one without a licence."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "song.musicxml").write_bytes(song())
    (folder / "tune.mid").write_bytes(tune())
    (folder / "broken.mxl").write_bytes(b"PK and no more")
    (folder / "nobody's.mxl").write_bytes(mxl(song(1)))
    rows = [
        "song.musicxml\tAnna Song\tThe Song\thttps://x.org/1\tCC0-1.0",
        "tune.mid\tBen Tune\tThe Tune\thttps://x.org/2\tCC-BY-4.0",
        "broken.mxl\tC\tD\thttps://x.org/3\tCC0-1.0",
        "nobody's.mxl\tE\tF\thttps://x.org/4\t",
    ]
    (folder / "manifest.tsv").write_text(COLUMNS + "\n".join(rows) + "\n")
    return folder


def openscore(path, *, licence=CC0, inside="Lieder-main/"):
    """A zip as OpenScore makes them, with one song in its table and one that is not."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside + "LICENSE.txt", licence)
        archive.writestr(inside + "data/scores.tsv", SCORES_TABLE)
        archive.writestr(inside + "data/composers.tsv", COMPOSERS_TABLE)
        archive.writestr(inside + "scores/A,_B/_/One/lc1.mxl", mxl(song()))
        archive.writestr(inside + "scores/C,_D/Set/2_Two_Words/lc2.mxl", mxl(song(bars=12, tune=1)))
    return path


def train(*corpora, to, report=None):
    options = ["--report", str(report)] if report else []
    return main(["train", *map(str, corpora), "-o", str(to), *options])


def rows(model):
    return [(w.id, w.composer, w.title, w.source, w.licence) for w in read_manifest(model)]


def test_what_can_be_learned_is_learned(corpus, tmp_path, capsys):
    model = tmp_path / "out" / "mine.npz"

    assert train(corpus, to=model) == 0
    assert "learned 2 works, skipped 2" in capsys.readouterr().out
    assert (0, "") in load_model(model).chords
    assert rows(manifest_path(model)) == [
        ("song", "Anna Song", "The Song", "https://x.org/1", "CC0-1.0"),
        ("tune", "Ben Tune", "The Tune", "https://x.org/2", "CC-BY-4.0"),
    ]


def test_what_is_skipped_is_named_with_its_reason(corpus, tmp_path, capsys):
    report = tmp_path / "skipped.tsv"

    train(corpus, to=tmp_path / "mine.npz", report=report)

    lines = {line.split("\t")[1]: line.split("\t")[2] for line in report.read_text().splitlines()}
    assert "no licence on record" in lines["nobody's.mxl"]
    assert "not a readable zip" in lines["broken.mxl"]
    assert "skipped broken.mxl: it is not a readable zip" in capsys.readouterr().err


def test_training_twice_gives_the_same_bytes(corpus, tmp_path):
    for name in "ab":
        train(corpus, to=tmp_path / name / "mine.npz")

    for suffix in (".npz", ".manifest.tsv"):
        first, second = ((tmp_path / name / f"mine{suffix}").read_bytes() for name in "ab")
        assert first == second


def test_the_tables_of_openscore_are_the_record(tmp_path):
    model = tmp_path / "mine.npz"

    train(openscore(tmp_path / "lieder.zip"), to=model)

    assert rows(manifest_path(model)) == [
        ("lc1", "B. A.", "One", "https://x.org/scores/1", "CC0-1.0"),
        ("lc2", "D C", "Two Words", "https://x.org/scores/2", "CC0-1.0"),
    ]


def test_the_score_knows_its_composer_better_than_a_folder_named_after_an_editor(tmp_path):
    said = b"<identification><creator type='composer'>Clara Who</creator></identification>"
    path = openscore(tmp_path / "lieder.zip")
    with zipfile.ZipFile(path, "a") as archive:
        xml = song(bars=16, tune=2).replace(b"<part-list>", said + b"<part-list>")
        archive.writestr("Lieder-main/scores/A,_B/_/3_Three/lc3.mxl", mxl(xml))

    train(path, to=tmp_path / "mine.npz")

    credits = {row[0]: row[1:3] for row in rows(tmp_path / "mine.manifest.tsv")}
    assert credits["lc3"] == ("Clara Who", "Three")


def test_the_same_file_under_another_name_counts_once(tmp_path, capsys):
    path = openscore(tmp_path / "lieder.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("Lieder-main/scores/A,_B/_/One/lc9.mxl", mxl(song()))

    train(path, to=tmp_path / "mine.npz")

    assert "lc9.mxl: it is the file scores/A,_B/_/One/lc1.mxl again" in capsys.readouterr().err


def failure(capsys):
    error = capsys.readouterr().err.strip()
    assert "Traceback" not in error
    return error.splitlines()[-1]


def test_without_a_known_licence_nothing_is_learned(tmp_path, capsys):
    path = openscore(tmp_path / "lieder.zip", licence="All rights reserved")

    assert train(path, to=tmp_path / "mine.npz") == 1
    assert "none of 2 scores could be learned" in failure(capsys)


def test_a_corpus_without_a_record_says_what_to_add(tmp_path, capsys):
    (tmp_path / "song.mxl").write_bytes(mxl(song()))

    assert train(tmp_path, to=tmp_path / "mine.npz") == 1
    assert "put a manifest.tsv at its top with the columns path, composer" in failure(capsys)


def test_a_json_manifest_serves_as_well(corpus, tmp_path):
    row = {"path": "tune.mid", "composer": "B", "title": "T", "source": "s", "licence": "CC0-1.0"}
    (corpus / "manifest.tsv").unlink()
    (corpus / "manifest.json").write_text(json.dumps([row]))

    assert train(corpus, to=tmp_path / "mine.npz") == 0
    assert rows(tmp_path / "mine.manifest.tsv") == [("tune", "B", "T", "s", "CC0-1.0")]


@pytest.mark.parametrize("text", ["[", "{}", "[1]", "[" * 100_000])
def test_a_json_manifest_of_another_kind_is_refused(corpus, tmp_path, capsys, text):
    (corpus / "manifest.tsv").unlink()
    (corpus / "manifest.json").write_text(text)

    assert train(corpus, to=tmp_path / "mine.npz") == 1
    assert "manifest.json" in failure(capsys)


def test_a_link_out_of_the_corpus_is_not_followed(corpus, tmp_path):
    secret = tmp_path / "secret.mxl"
    secret.write_bytes(mxl(song()))
    (corpus / "link.mxl").symlink_to(secret)
    with (corpus / "manifest.tsv").open("a") as file:
        file.write("link.mxl\tA\tB\ts\tCC0-1.0\n../secret.mxl\tA\tB\ts\tCC0-1.0\n")

    train(corpus, to=tmp_path / "mine.npz")

    assert [row[0] for row in rows(tmp_path / "mine.manifest.tsv")] == ["song", "tune"]


@pytest.mark.parametrize(
    ("corpus_name", "model_name", "reason"),
    [
        ("none", "mine.npz", "neither a folder nor a .zip"),
        ("corpus", "mine.txt", "must end in .npz"),
        ("corpus", "corpus/song.musicxml/mine.npz", "cannot be written"),
    ],
)
def test_wrong_paths_fail_with_one_sentence(
    corpus, tmp_path, capsys, corpus_name, model_name, reason
):
    assert train(tmp_path / corpus_name, to=tmp_path / model_name) == 1
    assert reason in failure(capsys)


def test_show_prints_figures_and_every_work(capsys):
    assert main(["model", "show"]) == 0

    shown = capsys.readouterr().out
    assert "CC0-1.0" in shown
    assert "Franz Schubert: Der Erlkönig, D.328 · CC0-1.0 · https://" in shown


def test_show_speaks_json(corpus, tmp_path, capsys):
    train(corpus, to=tmp_path / "mine.npz")
    capsys.readouterr()

    assert main(["model", "show", str(tmp_path / "mine.npz"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["licences"]) == ("mine", {"CC0-1.0": 1, "CC-BY-4.0": 1})
    assert [work["composer"] for work in shown["works"]] == ["Anna Song", "Ben Tune"]


def test_showing_an_unknown_model_names_those_there_are(capsys):
    assert main(["model", "show", "nothing"]) == 1
    assert "no model named nothing; there are: chamber, piano, vocal" in failure(capsys)
