"""What is asked of every page: axe-core finds nothing, nothing sticks out at phone width, the console is silent."""

import os
import re
from importlib.util import find_spec
from pathlib import Path

SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", Path(__file__).parent / "screenshots"))
AXE = (Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = 1280, 390
HEIGHTS = {WIDE: 900, NARROW: 844}

RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: { type: "tag", values: arguments[0] }, resultTypes: ["violations"] })
  .then((found) => done(found.violations.map((rule) => rule.id + ": " + rule.help + "\\n"
      + rule.nodes.map((node) => "    " + node.html.slice(0, 300) + "\\n        " + node.failureSummary.replaceAll("\\n", " ")).join("\\n"))))
  .catch((error) => done([String(error)]));
"""
PAGE_SIZE = "return document.querySelector('dialog[open], dialog:target') ? 0 : document.documentElement.scrollHeight"
STICKING_OUT = """
const width = window.innerWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 0.5)
  .slice(-5).map((each) => each.outerHTML.slice(0, 160));
"""


def resize(driver, width, height=None):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": height or HEIGHTS[width], "deviceScaleFactor": 1, "mobile": False})


def screenshot(driver, name, width):
    """The whole page, as far down as a reader would care; only what is in sight while a window is open."""
    size = driver.execute_script(PAGE_SIZE)
    if size:
        resize(driver, width, min(max(size, HEIGHTS[width]), 6000))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(SCREENSHOTS / f"{name}-{width}.png"))
    resize(driver, width)


def axe_violations(driver):
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(AXE)
    return driver.execute_async_script(RUN_AXE, STANDARDS)


def console_errors(driver):
    """Severe lines of the console; that the page itself was refused with 4xx is not one of them."""
    refused = re.compile(r"(\S+) - Failed to load resource: the server responded with a status of 4\d\d")
    severe = [line["message"] for line in driver.get_log("browser") if line["level"] == "SEVERE"]
    return [line for line in severe if not ((match := refused.match(line)) and not re.search(r"\.(css|js|svg|ico)$", match[1]))]


def inspect(driver, name, secrets=()):
    """Looks at the page at both widths; returns what is wrong, and leaves the page wide."""
    source = driver.page_source
    wrong = [f"shows a number in full: {secret[:3]}…" for secret in secrets if secret in source]
    for width in (NARROW, WIDE):
        resize(driver, width)
        screenshot(driver, name, width)
        wrong += [f"axe at {width}: {violation}" for violation in axe_violations(driver)]
        wrong += [f"sticks out at {width}: {element}" for element in driver.execute_script(STICKING_OUT)]
    wrong += [f"console: {line}" for line in console_errors(driver)]
    return [f"[{name}] {line}" for line in wrong]
