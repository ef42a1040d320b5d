import re
from pathlib import Path

import pytest
from schemas import SCHEMAS, rows

from genmusic.rules import load_style

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()


def section(heading: str) -> str:
    """What the documentation says under a heading about a table."""
    parts = TEXT.split("\n### ")[1:]
    return next((part for part in parts if f"`{heading}`" in part.splitlines()[0]), "")


@pytest.mark.parametrize("heading", SCHEMAS)
def test_every_key_is_documented_with_its_range_and_default(heading):
    missing = [row for row in rows(SCHEMAS[heading]) if row not in section(heading)]

    assert not missing, f"docs/rules.md, under {heading}, lacks:\n" + "\n".join(missing)


@pytest.mark.parametrize("heading", SCHEMAS)
def test_no_key_is_documented_that_is_not_there(heading):
    documented = set(re.findall(r"^\| `(\w+)`", section(heading), re.M))

    assert documented == {re.match(r"\| `(\w+)`", row)[1] for row in rows(SCHEMAS[heading])}


def test_the_styles_shown_are_good(tmp_path):
    shown = re.findall(r"^```toml\n# (\w+\.toml)(?:, with hooks)?\n(.*?)^```", TEXT, re.M | re.S)

    for name, text in shown:
        (tmp_path / name).write_text(text)
    styles = [load_style(tmp_path / name) for name, _ in shown]
    assert {style.name for style in styles} >= {"rain", "waltz", "tall"}


def test_the_error_shown_is_the_error_one_gets(tmp_path):
    wrong, error = re.search(
        r"^```toml\n# \w+\.toml, wrong\n(.*?)^```.*?^```\n(.*?)^```", TEXT, re.M | re.S
    ).groups()
    (tmp_path / "rain.toml").write_text("# rain.toml, wrong\n" + wrong)

    with pytest.raises(Exception, match="did you mean") as caught:
        load_style(tmp_path / "rain.toml")
    assert str(caught.value) == error.strip()
