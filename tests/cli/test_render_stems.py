"""`genmusic render --stems`."""

import json

from genmusic import cli
from genmusic.mixing.stems import STEMS


def render(capsys, *arguments):
    status = cli.main(["render", *map(str, arguments), "--seconds", "2", "--json"])
    shown = capsys.readouterr()
    return status, json.loads(shown.out) if shown.out else {}, shown.err


def test_stems_lie_in_the_folder_whatever_the_format(tmp_path, capsys):
    status, _, _ = render(capsys, tmp_path / "a.mid", "--stems", tmp_path / "parts" / "a")

    assert status == 0
    names = {path.name for path in (tmp_path / "parts" / "a").iterdir()}
    assert names == {f"{stem}.wav" for stem in STEMS}


def test_stems_change_neither_figures_nor_hash(tmp_path, capsys):
    plain = render(capsys, tmp_path / "a.wav")[1]

    figures = render(capsys, tmp_path / "b.wav", "--stems", tmp_path)[1]

    assert figures | {"realtime_factor": 0} == plain | {"realtime_factor": 0}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path, capsys):
    (tmp_path / "parts").write_text("mine")

    status, _, error = render(capsys, tmp_path / "a.wav", "--stems", tmp_path / "parts")

    assert status == 1
    assert f"cannot write {tmp_path / 'parts'}" in error
    assert not (tmp_path / "a.wav").exists()
