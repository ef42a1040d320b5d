"""`genmusic doctor` and `genmusic midi` on machines that lack something."""

import json

import pytest

from genmusic.cli import main
from genmusic.errors import DeviceError
from genmusic.midi.ports import find_port


def test_every_finding_says_how_it_is_or_what_to_do(capsys):
    status = main(["doctor", "--json"])

    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["what"] for f in findings if not f["text"]] == []
    assert status == (0 if all(f["is_well"] for f in findings) else 1)


def test_a_machine_without_jack_hears_of_it(monkeypatch, capsys):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")

    main(["doctor"])

    assert "sound devices" in capsys.readouterr().out


PORTS = ("Keystep 37", "nanoKONTROL2", "nanoPAD2")


@pytest.mark.parametrize(
    ("wanted", "found"), [("1", "nanoKONTROL2"), ("key", "Keystep 37"), ("nanopad", "nanoPAD2")]
)
def test_a_port_is_found_by_its_number_or_a_part_of_its_name(wanted, found):
    assert find_port(PORTS, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "why"), [("nano", "several"), ("7", "no MIDI port matches '7'")]
)
def test_a_port_that_is_not_clear_is_answered_with_those_there_are(wanted, why):
    with pytest.raises(DeviceError, match=f"{why}.*0 Keystep 37; 1 nanoKONTROL2"):
        find_port(PORTS, wanted)
