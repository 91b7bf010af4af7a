"""The fixtures: the running system, and browsers to walk through it."""

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import checks
from system import System, serving
from walker import Walker


@pytest.fixture(scope="session")
def system():
    yield from serving(System())


def start_browser(scripts=True):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900", "--lang=zh-CN", "--force-prefers-reduced-motion"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


@pytest.fixture(scope="session")
def browsers():
    """Browsers by name, each started when it is first asked for."""
    started = {}

    def browser(name, scripts=True):
        if name not in started:
            started[name] = start_browser(scripts)
        return started[name]

    yield browser
    for driver in started.values():
        driver.quit()


def walk(driver, system):
    driver.get(system.origin)
    driver.delete_all_cookies()
    checks.resize(driver, checks.WIDE)
    driver.get_log("browser")
    return Walker(driver, system)


@pytest.fixture
def walker(system, browsers):
    return walk(browsers("first"), system)


@pytest.fixture
def other(system, browsers):
    """A second person at a second computer."""
    return walk(browsers("second"), system)


@pytest.fixture
def plain(system, browsers):
    """Somebody whose browser runs no scripts."""
    return walk(browsers("plain", scripts=False), system)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """A test fails of what its walkers noticed on the way, too."""
    result = yield
    walkers = [value for value in item.funcargs.values() if isinstance(value, Walker)]
    wrong = [line for each in walkers for line in each.wrong + checks.console_errors(each.driver)]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
    return result
