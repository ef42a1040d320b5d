"""What all tests share: how hypothesis searches, and kernels that are compiled before."""

import os

import pytest
from hypothesis import settings

from genmusic.session import compilers

# The same examples on every run in CI; no deadline anywhere, because the machines are shared.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Nobody's own styles; commands that are started inherit it.
os.environ["GENMUSIC_STYLES"] = os.devnull

PROCESSORS = ({}, {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""})
"""This one, and the one for which some tests render again."""


@pytest.fixture(scope="session", autouse=True)
def compiled(request):
    """Every kernel: the first run of the whole suite compiles on all cores, not as tests come."""
    if request.config.args_source is not pytest.Config.ArgsSource.ARGS:
        for processor in PROCESSORS:
            with pytest.MonkeyPatch.context() as environment:
                for name, value in processor.items():
                    environment.setenv(name, value)
                compilers.compile_kernels()
