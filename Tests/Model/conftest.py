"""How long the model test runs: `--torture` is the long form."""

import pytest
from hypothesis import HealthCheck, settings
from rehearsal import Rehearsal

quiet = {"deadline": None, "database": None, "print_blob": False, "suppress_health_check": list(HealthCheck)}
settings.register_profile("quick", max_examples=60, stateful_step_count=30, derandomize=True, **quiet)
settings.register_profile("torture", max_examples=200, stateful_step_count=50, **(quiet | {"print_blob": True}))


def pytest_addoption(parser):
    parser.addoption("--torture", action="store_true", help="for long, and with other examples every time")


def pytest_configure(config):
    settings.load_profile("torture" if config.getoption("--torture") else "quick")


@pytest.fixture(scope="module", params=["ownUnit", "returningUnit"])
def rehearsal(request, tmp_path_factory):
    log = tmp_path_factory.mktemp("rehearsal") / "log"
    made = Rehearsal(request.param, log)
    made.returns_to_own_unit = request.param == "ownUnit"
    yield made
    findings = made.tell("verify")["findings"]
    made.stop()
    faults = [line for line in log.read_text().splitlines() if '"level":"error"' in line or '"level":"critical"' in line]
    assert findings == "", "the records prove themselves"
    assert faults == [], "nothing unforeseen happened on the server"
