"""What all tests share: how hypothesis searches."""

import os

from hypothesis import settings

# The same examples on every run in CI; no deadline anywhere, because the machines are shared.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Nobody's own styles; commands that are started inherit it.
os.environ["GENMUSIC_STYLES"] = os.devnull
