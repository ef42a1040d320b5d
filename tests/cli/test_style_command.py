import json

import pytest

from genmusic.cli import build_parser, main
from genmusic.rules import shipped_styles


def test_the_shipped_styles_are_listed(capsys):
    assert main(["style", "list"]) == 0

    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == list(shipped_styles())


def test_the_list_is_there_for_machines_too(capsys):
    main(["style", "list", "--json"])

    rows = json.loads(capsys.readouterr().out)
    assert [set(row) for row in rows] == [{"name", "title", "text"}] * len(shipped_styles())


@pytest.fixture
def rain(tmp_path):
    path = tmp_path / "rain.toml"
    path.write_text('title = "Rain"\nextends = "evening"\n')
    return path


def test_a_good_file_is_called_good(rain, capsys):
    assert main(["style", "check", str(rain)]) == 0

    assert capsys.readouterr().out == "rain.toml: good\n"


def test_each_bad_file_is_told_and_the_good_ones_still_checked(rain, tmp_path, capsys):
    bad = tmp_path / "hail.toml"
    bad.write_text('title = "Hail"\nextends = "evening"\nparts.pad.patch = "no-such-patch"\n')

    assert main(["style", "check", str(bad), str(rain)]) == 1

    out, err = capsys.readouterr()
    assert "hail.toml" in err
    assert "no-such-patch" in err
    assert out == "rain.toml: good\n"


def test_a_preview_charts_phrases_with_players_and_chords(rain, capsys):
    assert main(["style", "preview", "--style", str(rain), "--seed", "3", "--bars", "12"]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("Rain, ")
    assert head.endswith(" bpm")
    assert all(line.count("|") == 5 for line in lines[:2])  # four bars
    assert "melody" in lines[1]


@pytest.mark.parametrize("suffix", [".mid", ".flac", ".musicxml"])
def test_a_preview_can_be_heard_and_read(rain, tmp_path, capsys, suffix):
    out = tmp_path / f"rain{suffix}"

    assert main(["style", "preview", "--style", str(rain), "--bars", "4", "--out", str(out)]) == 0

    assert out.stat().st_size > 300
    assert "Rain" in capsys.readouterr().out


def test_a_preview_of_a_style_that_is_not_there_is_one_sentence(capsys):
    assert main(["style", "preview", "--style", "snow"]) == 1

    assert "no style 'snow'" in capsys.readouterr().err


def test_the_actions_are_in_the_help():
    assert "style" in build_parser().format_help()
