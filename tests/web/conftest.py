"""One browser for each module, one server for all."""

import pytest
from page_driver import open_listener, running_browser, running_server

from genmusic.session.library import open_library


@pytest.fixture(scope="session")
def address():
    with running_server() as (_, address):
        yield address


@pytest.fixture(scope="session")
def library():
    return open_library()


@pytest.fixture(scope="module")
def browser():
    with running_browser() as browser:
        if browser is None:
            pytest.skip("needs Chromium: apt-get install chromium, or set CHROMIUM to its path")
        yield browser


@pytest.fixture
def visit(browser):
    """Opens pages that are closed when the test is over: playing ones keep the machine busy."""
    listeners = []

    def open_page(address, prepare=None, **context):
        context = {"reduced_motion": "reduce"} | context
        listeners.append(open_listener(browser, address, prepare=prepare, **context))
        return listeners[-1]

    yield open_page
    for listener in listeners:
        listener.page.context.close()
