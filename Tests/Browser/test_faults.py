"""Slips and mischief: nothing happens twice, nobody is overwritten, nobody reaches what is another's."""

import re

import pytest
from selenium.webdriver import ActionChains

import desk

REVIEWER = "初审·乐山市演示中学"


@pytest.fixture
def waiting(walker):
    """A dossier that waits for the reviewer, open before him."""
    walker.sign_in(REVIEWER)
    return desk.open_first(walker, desk.OWN, "初审")


def passes(walker, dossier):
    """How often the trail says 通过."""
    walker.open(f"/dossiers/{dossier}/trail")
    return len([entry for entry in walker.all(".timeline > li strong") if entry.text.endswith("通过")])


def hidden_fields(walker):
    return {field.get_attribute("name"): field.get_attribute("value") for field in walker.all("form.decide > input[type=hidden]")}


@pytest.mark.parametrize("label, path", [
    ("申报人·成都演示科技有限公司", "/my/dossiers/{}"), ("经办·成都演示科技有限公司", "/dossiers/{}"), ("经办·成都演示科技有限公司", "/dossiers/{}/trail"),
    ("初审·四川省教育厅（演示）", "/dossiers/{}"),
])
def test_another_ones_dossier_is_not_there(walker, waiting, label, path):
    walker.become(label)
    walker.open(path.format(waiting))
    assert walker.status() == 404
    walker.sees("页面不存在")


def test_a_form_belongs_to_its_session(walker, other, waiting):
    before = passes(walker, waiting)
    walker.open(f"/dossiers/{waiting}")
    form = hidden_fields(walker) | {"opinion": "冒用", "action": "pass"}
    other.sign_in(REVIEWER)
    assert other.post(f"/dossiers/{waiting}/passes", form) == 403
    assert passes(walker, waiting) == before


def test_a_form_belongs_to_its_dossier(walker, waiting):
    form = hidden_fields(walker) | {"opinion": "挪用", "action": "pass"}
    another = waiting[:-1] + ("a" if waiting[-1] != "a" else "b")
    assert walker.post(f"/dossiers/{another}/passes", form) == 403


def test_signed_out_reviewer_keeps_what_he_wrote(walker, waiting):
    walker.driver.delete_all_cookies()
    walker.fill("opinion", "写了很久的意见")
    walker.press("通过")
    assert walker.status() == 401
    walker.sees("登录已失效", "写了很久的意见")
    walker.inspect("signed-out")


# The tests below use up a dossier each; the demo has five.


def test_double_click_passes_once(walker, waiting):
    before, waited = passes(walker, waiting), int(walker.text("nav.menu .count"))
    walker.open(f"/dossiers/{waiting}")
    with walker.leaving():
        ActionChains(walker.driver).double_click(walker.control("通过")).perform()
    walker.sees("通过：")
    assert passes(walker, waiting) == before + 1
    assert int(walker.text("nav.menu .count")) == waited - 1, "nobody else was passed by the second click"


def test_back_button_repeats_nothing(walker, waiting):
    before = passes(walker, waiting)
    walker.open(f"/dossiers/{waiting}")
    walker.press("通过")
    walker.driver.back()
    if walker.all("form.decide"):
        walker.press("通过")
        walker.sees("通过：")
    assert passes(walker, waiting) == before + 1


def test_same_form_twice_is_one_decision(walker, waiting):
    before = passes(walker, waiting)
    walker.open(f"/dossiers/{waiting}")
    form = hidden_fields(walker) | {"opinion": "同意", "action": "pass"}
    answers = [walker.post(f"/dossiers/{waiting}/passes", form) for _ in range(2)]
    assert answers == [200, 200]
    assert passes(walker, waiting) == before + 1


def test_stale_page_tells_who_was_faster(walker, other, waiting):
    other.sign_in(REVIEWER)
    other.open(f"/dossiers/{waiting}")
    name = other.text(".who .person").split("\n")[0]
    other.fill("opinion", "先到的意见")
    other.press("通过")
    walker.fill("opinion", "后到的意见，不能丢")
    walker.press("通过")
    assert walker.status() == 409
    assert re.search(rf"{name}\S* 已于 \d{{4}}-\d\d-\d\d \d\d:\d\d", walker.text(".notice.error"))
    walker.sees("后到的意见，不能丢")
    walker.inspect("stale-review")
