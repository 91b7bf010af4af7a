"""The review desk: every step in its window, every list with its tools, by the people of one school."""

import csv
import io
from datetime import datetime
from types import SimpleNamespace

import pytest
from selenium.webdriver.support.select import Select

import desk
from desk import fill_in, name_on_page, open_window
from system import System, serving

SCHOOL = "乐山市演示中学"
FIRST, SECOND = f"初审·{SCHOOL}", f"复审·{SCHOOL}"
RETURNED = f"申报人（已退回）·{SCHOOL}"
DEPARTMENT = "初审·四川省教育厅（演示）"


@pytest.fixture(scope="module")
def system():
    """A province of its own: what waits in the school's lists is used up here."""
    yield from serving(System())


@pytest.fixture(scope="module")
def case():
    return SimpleNamespace(dossier=None, name=None)


def test_a_dossier_is_given_back(walker, case):
    walker.sign_in(FIRST)
    case.dossier = desk.open_first(walker, desk.OWN, "初审")
    case.name = name_on_page(walker)
    walker.inspect("review-first")
    open_window(walker, "退回", "returns")
    walker.inspect("return-window")
    walker.press("确定退回")
    walker.sees("请填写退回原因")
    walker.inspect("return-window-wrong")
    fill_in(walker, "returns", opinion="请补充学历证书原件的扫描件。", remark_education="证书扫描件不清楚，请重新上传。")
    walker.press("确定退回")
    assert case.name in desk.said(walker) and "初审退回" in desk.said(walker)


def test_the_list_of_returns(walker, case):
    walker.sign_in(FIRST)
    desk.go_to_list(walker, desk.OWN, "已退回")
    walker.sees(case.name, "申报人修改中")
    walker.inspect("list-returned")
    walker.click(walker.find(f'a.action[href*="{case.dossier}"]'))
    walker.sees("由申报人", "修改提交截止时间")
    walker.inspect("review-returned")
    open_window(walker, "修改提交截止时间", "extensions")
    walker.inspect("extension-window")
    fill_in(walker, "extensions", within=walker.all("#extensions-within option")[-2].get_attribute("value"), opinion="学校放假")
    walker.press("确定修改")
    assert "修改提交截止时间" in desk.said(walker)


def test_the_applicant_mends_and_resubmits(walker, case):
    walker.sign_in(RETURNED)
    walker.click(next(link for link in walker.all("main a") if link.text.startswith("2026") or "年度" in link.text))
    walker.sees("请修改后重新提交", "修改提交截止时间")
    walker.inspect("my-returned")
    case.mine = walker.path().split("/")[-1]
    walker.press("修改材料")
    walker.inspect("mend-section")
    walker.open(f"/my/dossiers/{case.mine}/sections/basics")
    walker.find("[name='basics.basics.school']").clear()
    walker.find("[name='basics.basics.school']").send_keys("四川演示学院（已更名）")
    walker.press("保存", stays=False)
    walker.open(f"/my/dossiers/{case.mine}/submission")
    walker.sees("与上次提交相比的修改", "四川演示学院（已更名）")
    walker.inspect("resubmission")
    walker.click(walker.find("#pledge"), stays=True)
    walker.press("重新提交")
    walker.sees("申报材料已提交", "待初审")


def test_the_returner_sees_what_changed(walker, case):
    walker.sign_in(FIRST)
    walker.open(f"/dossiers/{case.mine}")
    if walker.status() == 200 and walker.all("#changes"):
        walker.sees("以后的修改", "四川演示学院（已更名）")
        walker.inspect("review-changes")
        return
    pytest.fail("the school has this dossier on its desk, and sees what was changed")


def test_a_failure_and_its_reopening(walker, case):
    walker.sign_in(FIRST)
    failed = desk.open_first(walker, desk.OWN, "初审")
    open_window(walker, "不通过", "failures")
    walker.inspect("failure-window")
    fill_in(walker, "failures", opinion="任职年限不足。")
    walker.click(walker.find("#failures-confirmed"), stays=True)
    walker.press("确定不通过")
    desk.go_to_list(walker, desk.OWN, "不通过")
    walker.inspect("list-failed")
    walker.click(walker.find(f'a.action[href*="{failed}"]'))
    walker.inspect("review-failed")
    open_window(walker, "重新审核", "reopenings")
    fill_in(walker, "reopenings", opinion="经核实，年限符合。")
    walker.press("确定重新审核")
    walker.sees("单位推荐和公示信息")
    assert "重新审核" in desk.said(walker)


def test_a_pass_is_taken_back_and_withdrawn(walker):
    walker.sign_in(FIRST)
    dossier = desk.open_first(walker, desk.OWN, "初审")
    walker.press("通过")
    walker.press("收回初审")
    walker.sees("收回初审")
    walker.inspect("after-take-back")
    walker.press("通过")
    desk.go_to_list(walker, desk.OWN, "我已初审")
    walker.inspect("list-reviewed")
    walker.become(SECOND)
    walker.open(f"/dossiers/{dossier}")
    walker.click(walker.find("a[data-opens=pass]"), stays=True)
    walker.press("确定")
    if walker.all("button[name=confirmed]"):
        walker.press("仍要提交")
    desk.go_to_list(walker, desk.OWN, "已上报")
    walker.sees("待初审")
    walker.inspect("list-reported")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    walker.inspect("review-reported")
    open_window(walker, "撤回", "withdrawals")
    fill_in(walker, "withdrawals", opinion="推荐意见有误")
    walker.press("确定撤回")
    walker.sees("撤回", "填写单位推荐")


def test_filters_views_and_columns(walker):
    walker.sign_in(FIRST)
    desk.go_to_list(walker, desk.OWN, "初审")
    walker.fill("year", "2026")
    walker.press("查询")
    walker.sees("找到")
    walker.click(walker.find("details summary"), stays=True)
    walker.inspect("list-filtered")
    for summary in walker.all(".tools summary"):
        walker.click(summary, stays=True)
    walker.find("#view-name").send_keys("本年度")
    walker.inspect("list-tools")
    walker.click(walker.find("form[action$='/views'] button"))
    walker.sees("本年度")
    walker.click([summary for summary in walker.all(".tools summary") if summary.text == "显示列"][0], stays=True)
    walker.click(walker.find("input[type=checkbox][name=specialty]"), stays=True)
    walker.click(walker.find("form[action$='/columns'] button"))
    assert "申报专业" in [head.text for head in walker.all("th")]
    rows = list(csv.reader(io.StringIO(walker.download(walker.find("a[href*='format=csv']").get_attribute("href")).decode("utf-8-sig"))))
    assert rows[0][0] == "姓名" and len(rows) - 1 == int(walker.text(".found").split()[1])
    assert walker.download(walker.find("a[href*='format=xlsx']").get_attribute("href"))[:2] == b"PK"
    walker.click([summary for summary in walker.all(".tools summary") if summary.text == "按证件号码查找"][0], stays=True)
    walker.find("#idNumber").send_keys("123")
    walker.click(walker.find("form[action$='/person'] button"))
    assert walker.find("#idNumber-note").text
    walker.inspect("list-number-wrong")


def test_common_opinions(walker):
    walker.sign_in(FIRST)
    walker.press("常用意见设置")
    walker.inspect("common-opinions-empty")
    walker.click(walker.all("details summary")[1], stays=True)
    walker.find("[id='giveBack-body']").send_keys("请{姓名}于{截止时间}前补充材料。")
    walker.press("添加")
    walker.sees("请{姓名}于{截止时间}前补充材料。", "已使用 0 次")
    walker.inspect("common-opinions")
    desk.open_first(walker, desk.OWN, "初审")
    name = name_on_page(walker)
    open_window(walker, "退回", "returns")
    Select(walker.find("#returns-phrase")).select_by_index(1)
    day = walker.find("#returns-within").get_property("value")
    assert walker.find("#returns-opinion").get_property("value") == f"请{name}于{day}前补充材料。"
    walker.press("确定退回")
    walker.press("常用意见设置")
    walker.sees("已使用 1 次")


def test_many_are_given_back_at_once(walker):
    walker.sign_in(FIRST)
    desk.go_to_list(walker, desk.OWN, "初审")
    boxes = walker.all("td.tick input")[:2]
    names = [box.get_attribute("aria-label").removeprefix("选择") for box in boxes]
    for box in boxes:
        walker.click(box, stays=True)
    walker.sees(f"已选择 {len(boxes)} 人")
    walker.press("批量退回")
    walker.inspect("bulk-form")
    walker.find("#opinion").send_keys("请补充继续教育学时证明。")
    walker.press(f"确定批量退回 {len(boxes)} 人")
    walker.inspect("bulk-waiting")
    walker.wait(lambda: "已全部处理完毕" in walker.text() or walker.driver.refresh(), "all are given back")
    walker.sees(*names, "初审退回")
    walker.inspect("bulk-done")


def test_ticks_are_kept_from_page_to_page(walker):
    walker.sign_in(DEPARTMENT)
    desk.go_to_list(walker, desk.BELOW, "初审")
    boxes = walker.all("td.tick input")
    walker.click(boxes[0], stays=True)
    # The list is shorter than a page: where the next one would begin is said by hand, behind the fourth.
    arrival = datetime.fromisoformat(walker.all("td[data-label=到达时间]")[3].text + "+08:00")
    later = f"{walker.path()}?after=n{int(arrival.timestamp() * 1000) + 60_000}-{'a' * 26}"
    walker.open(later)
    walker.sees("已选择 1 人（其他页 1 人）")
    for box in walker.all("td.tick input")[:2]:
        walker.click(box, stays=True)
    walker.sees("已选择 3 人（其他页 1 人）")
    walker.inspect("ticks-of-two-pages")
    walker.press("批量退回")
    walker.sees("已选择 3 人")
    walker.press("取消")
    walker.sees("已选择 3 人")
    assert len([box for box in walker.all("td.tick input") if box.is_selected()]) == 3
    walker.press("清除选择", stays=True)
    walker.sees("已选择 0 人")
    walker.open(later)
    walker.sees("已选择 0 人")
    # Whoever comes to the same browser next finds nothing chosen.
    walker.click(walker.all("td.tick input")[0], stays=True)
    walker.become(DEPARTMENT)
    desk.go_to_list(walker, desk.BELOW, "初审")
    walker.sees("已选择 0 人")


def test_the_archive(walker):
    walker.sign_in(FIRST)
    walker.press("历年上报人员查询")
    walker.sees("材料当前所在机构", "状态")
    walker.inspect("archive")
    walker.click([summary for summary in walker.all(".tools summary") if summary.text == "导出"][0], stays=True)
    walker.press("导出 xlsx")
    walker.sees("请填写导出用途")
    walker.inspect("archive-purpose-missing")
