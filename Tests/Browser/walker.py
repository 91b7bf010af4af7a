"""Somebody who walks through the site with a browser, by what is written on it."""

import urllib.request
from contextlib import contextmanager

from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

import checks

PATIENCE = 10

POST = """
const [path, fields, done] = arguments;
fetch(path, { method: "POST", body: new URLSearchParams(fields) }).then((answer) => done(answer.status)).catch((error) => done(String(error)));
"""


class Walker:
    def __init__(self, driver, system):
        self.driver = driver
        self.system = system
        self.origin = system.origin
        self.wrong = []

    # Going about

    def open(self, path):
        self.driver.get(path if path.startswith("http") else self.origin + path)

    def sign_in(self, label):
        self.open("/")
        self.press(label)
        self.wait(lambda: self.path() == "/home", f"{label} comes to the home page, not to {self.path()}")

    def sign_out(self):
        self.press("退出")
        self.wait(lambda: self.path() == "/", "signing out leads to the entry page")

    def become(self, label):
        self.sign_out()
        self.sign_in(label)

    def path(self):
        return self.driver.current_url.removeprefix(self.origin)

    def press(self, name, stays=False):
        """Clicks the button or link with exactly this name; waits for the page that comes, unless the same one stays."""
        self.click(self.control(name), stays)

    def click(self, element, stays=False):
        with self.leaving(stays):
            element.click()

    def send(self, element, keys):
        """Types into a field what sends its form."""
        with self.leaving():
            element.send_keys(keys)

    @contextmanager
    def leaving(self, stays=False):
        """Waits afterwards until another page has come."""
        page = self.all("html")
        yield
        if not stays:
            self.wait(lambda: self.all("html") not in ([], page), "a new page comes")

    def control(self, name):
        expression = f'//*[self::a or self::button][normalize-space(.)="{name}" or @aria-label="{name}"]'

        def shown():
            return next((each for each in self.driver.find_elements(By.XPATH, expression) if each.is_displayed()), None)

        return self.wait(shown, f"“{name}” is on the page")

    # Reading

    def wait(self, condition, what):
        def quiet(_):
            try:
                return condition()
            except StaleElementReferenceException:
                return None

        try:
            return WebDriverWait(self.driver, PATIENCE).until(quiet)
        except TimeoutException:
            raise AssertionError(f"{what}; {self.driver.current_url} says: {self.text('body')[:800]}") from None

    def find(self, selector):
        found = self.all(selector)
        assert found, f"{selector} is on {self.driver.current_url}, which says: {self.text('body')[:800]}"
        return found[0]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector="main"):
        return self.find(selector).text

    def sees(self, *texts):
        for text in texts:
            self.wait(lambda: text in self.text(), f"“{text}” is on the page")

    def misses(self, *texts):
        shown = self.text()
        assert [text for text in texts if text in shown] == []

    def status(self):
        return self.driver.execute_script("return performance.getEntriesByType('navigation')[0].responseStatus")

    # Filling in

    def fill(self, name, value):
        element = self.find(f'[name="{name}"]')
        if element.tag_name == "select":
            Select(element).select_by_value(value)
            return
        element.clear()
        element.send_keys(value)

    def value(self, name):
        return self.find(f'[name="{name}"]').get_property("value")

    def complaint(self, name):
        """What is said at a field; the field refers to it."""
        element = self.find(f'[name="{name}"]')
        assert element.get_attribute("aria-invalid") == "true"
        return self.find(f'[id="{element.get_attribute("aria-describedby")}"]').text

    def post(self, path, fields):
        """Posts a form as a script of this page would; returns the status of what comes of it."""
        return self.driver.execute_async_script(POST, path, fields)

    def download(self, address):
        """The bytes under an address, fetched as the person who is signed in."""
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.driver.get_cookies())
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookies}), timeout=PATIENCE) as answer:
            return answer.read()

    # Looking closely

    def inspect(self, name, reveals=False):
        """Keeps what is wrong for the end of the test, so that one test finds all of it."""
        self.wrong += checks.inspect(self.driver, name, () if reveals else self.system.numbers())
