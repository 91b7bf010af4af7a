"""How much is done, and the small province that all tests begin from."""

import secrets

import pytest
from powerloss import Shim
from province import Province
from trial import Trial


def pytest_addoption(parser):
    parser.addoption("--torture", action="store_true", help="many rounds")
    parser.addoption("--rounds", type=int, help="rounds of each test, instead of its own number")
    parser.addoption("--seed", default=secrets.token_hex(4), help="what chance begins with")
    parser.addoption("--dossiers", type=int, default=900, help="dossiers of the province")


def pytest_report_header(config):
    return f"seed: {config.getoption('--seed')}"


@pytest.fixture(scope="session")
def province(pytestconfig):
    made = Province(dossiers=pytestconfig.getoption("--dossiers"))
    yield made
    made.stop()


@pytest.fixture
def seed(pytestconfig):
    return pytestconfig.getoption("--seed")


@pytest.fixture
def rounds(pytestconfig):
    """`rounds(30, 500)`: so many by themselves, so many as torture."""
    return lambda few, many: pytestconfig.getoption("--rounds") or (many if pytestconfig.getoption("--torture") else few)


@pytest.fixture
def tell(pytestconfig):
    """Prints a line whether or not the test passes."""
    plugins = pytestconfig.pluginmanager
    reporter, capture = plugins.getplugin("terminalreporter"), plugins.getplugin("capturemanager")

    def say(line):
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"  {line}")

    return say


@pytest.fixture
def trials(province, seed):
    """`trials(name)`: a data folder and its server, which ends with the test at the latest."""
    made = []

    def make(name, **environment):
        made.append(Trial(province, name, seed, **environment))
        return made[-1]

    yield make
    for trial in made:
        trial.close()


@pytest.fixture
def disks(province):
    """The disk below a trial's folder, whose power can be cut."""
    return lambda trial: Shim(province.folder / f"{trial.name}-disk", trial.folder)
