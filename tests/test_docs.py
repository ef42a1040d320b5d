"""What is public is in docs/, and a test says so."""

import re
from pathlib import Path

import pytest

from genmusic.config import LIMITS, Settings
from genmusic.controls.spec import CHORDS, TABLE
from genmusic.names import PARTS, QUALITIES
from genmusic.server.routes import ROUTES
from genmusic.synthesis.patches import PATCHES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def first_column(file):
    """What the tables of a document name in their first column."""
    return re.findall(r"^\| `([^`]+)`", (DOCS / file).read_text(), re.MULTILINE)


def test_every_control_is_documented_and_nothing_else():
    generic = {name.replace(part, "PART") if "." in name else name
               for name in (control.name for control in TABLE)
               for part in PARTS if "." not in name or name.startswith(part)}  # fmt: skip

    assert sorted(first_column("controls.md")) == sorted(generic)


@pytest.mark.parametrize("control", [c for c in TABLE if "." not in c.name], ids=lambda c: c.name)
def test_the_row_of_a_control_gives_its_range_its_landing_and_its_controller(control):
    lines = (DOCS / "controls.md").read_text().splitlines()
    row = next(line for line in lines if line.startswith(f"| `{control.name}`"))

    assert control.text in row
    assert control.lands in row
    named = QUALITIES if control.choices == CHORDS else control.choices  # their roots are keys
    assert all(choice in row for choice in named)
    assert control.midi_cc is None or f"| {control.midi_cc} |" in row
    assert control.kind != "number" or f"{control.low:g}…{control.high:g}" in row


def test_every_route_is_documented_and_nothing_else():
    routes = {f"{route.method} {route.path}" for route in ROUTES}

    documented = {name for name in first_column("http.md") if " /" in name}

    assert documented - {"GET /"} == routes


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_is_documented_with_what_it_usually_is(name):
    lines = (DOCS / "limits.md").read_text().splitlines()
    row = next(
        (line for line in lines if line.startswith(f"| `{name}` |")),
        f"no row for {name} in docs/limits.md",
    )

    assert f"| `{name}` | {getattr(Settings(), name):.10g} |" in row


def test_no_limit_is_documented_that_is_not_there():
    assert set(first_column("limits.md")) == set(LIMITS)


@pytest.mark.parametrize(
    "page", sorted([*DOCS.glob("*.md"), ROOT / "README.md"]), ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("document", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_document_is_linked_from_another(document):
    others = [page for page in [*DOCS.glob("*.md"), ROOT / "README.md"] if page != document]

    assert any(document.name in page.read_text() for page in others)


def test_every_patch_is_listed_and_nothing_else():
    section = (DOCS / "rules.md").read_text().split("## Patches")[1]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("|")]

    assert set(re.findall(r"`([^`]+)`", " ".join(rows))) == set(PATCHES)
