"""Credits of a track and of a model, as a user asks for them."""

import json

from genmusic.cli import main


def test_a_rendered_piece_names_the_works_that_taught_it(tmp_path, capsys):
    path = tmp_path / "credits.json"

    assert main(["render", str(tmp_path / "a.mid"), "--bars", "16", "--credits", str(path)]) == 0

    credits = json.loads(path.read_text())
    whole = sum(work["share"] for work in credits["works"])
    assert (
        abs(whole + credits["session"] + credits["rules"] + credits["you"] - 1.0) < 2e-3
    )  # six decimals of each
    assert all(work["licence"] == "CC0-1.0" for work in credits["works"])
    assert credits["works"][0]["share"] >= credits["works"][-1]["share"]
    for note in credits["notes"]:
        assert abs(sum(note["shares"].values()) - 1.0) < 1e-5


def test_a_model_names_its_works_by_how_much_they_taught(capsys):
    assert main(["model", "credits", "chamber", "--json"]) == 0

    works = json.loads(capsys.readouterr().out)
    assert abs(sum(work["share"] for work in works) - 1.0) < 1e-3
    assert works[0]["share"] == max(work["share"] for work in works)
