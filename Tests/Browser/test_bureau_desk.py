"""The desk of a bureau: what its employers have sent up, in its lists and windows; paper; and what an applicant takes back himself."""

import base64
import re
import subprocess
from types import SimpleNamespace

import pytest

import desk
import forms
from desk import fill_in, name_on_page, open_window
from system import System, serving

SCHOOL, CITY = "乐山市演示中学", "乐山市教育局（演示）"
FIRST, SECOND = f"初审·{CITY}", f"复审·{CITY}"
CLERK = "经办·乐山市演示小学"
TEACHER = f"申报人·{SCHOOL}"
# A4 in points, as programs that read PDFs round it.
A4 = re.compile(r"Page size:\s+59[45][.\d]* x 84[12][.\d]* pts")
PRINT = {"preferCSSPageSize": True, "printBackground": True}


@pytest.fixture(scope="module")
def system():
    """A province of its own: what waits in the bureau's lists is used up here."""
    yield from serving(System())


@pytest.fixture(scope="module")
def case():
    return SimpleNamespace(dossier=None, name=None)


def read(pdf, path):
    """Facts and text of a PDF, as poppler reads it."""
    path.write_bytes(pdf)
    facts = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    return facts, subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


def test_the_bureau_gives_back(walker):
    walker.sign_in(FIRST)
    dossier = desk.open_first(walker, desk.BELOW, "初审")
    name = name_on_page(walker)
    open_window(walker, "退回", "returns")
    fill_in(walker, "returns", opinion="请补充近五年年度考核表。")
    walker.press("确定退回")
    desk.go_to_list(walker, desk.BELOW, "已退回")
    walker.sees(name, "申报人修改中")
    walker.inspect("below-returned")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    open_window(walker, "修改提交截止时间", "extensions")
    fill_in(walker, "extensions", within=walker.all("#extensions-within option")[-2].get_attribute("value"))
    walker.press("确定修改")
    assert "修改提交截止时间" in desk.said(walker)
    walker.press("查看经办流程")
    walker.sees("初审退回", "修改提交截止时间")


def test_the_bureau_fails_and_reviews_again(walker):
    walker.sign_in(FIRST)
    failed = desk.open_first(walker, desk.BELOW, "初审")
    open_window(walker, "不通过", "failures")
    fill_in(walker, "failures", opinion="业绩不符合申报条件。")
    walker.click(walker.find("#failures-confirmed"), stays=True)
    walker.press("确定不通过")
    desk.go_to_list(walker, desk.BELOW, "不通过")
    walker.inspect("below-failed")
    walker.click(walker.find(f'a.action[href*="{failed}"]'))
    open_window(walker, "重新审核", "reopenings")
    fill_in(walker, "reopenings", opinion="复核后符合。")
    walker.press("确定重新审核")
    assert "重新审核" in desk.said(walker)


def test_a_key_that_is_held_down_decides_nothing(walker):
    walker.sign_in(FIRST)
    dossier = desk.open_first(walker, desk.BELOW, "初审")
    press = """document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: arguments[0], repeat: arguments[1], bubbles: true, cancelable: true }))"""
    for _ in range(3):
        walker.driver.execute_script(press, "p", True)
    # Keys are heard: the next one leads into the opinion, of the same dossier.
    walker.driver.execute_script(press, "o", False)
    assert walker.driver.switch_to.active_element.get_attribute("id") == "opinion"
    walker.open(f"/dossiers/{dossier}")
    assert walker.find("#opinion").is_displayed(), "it still waits here"


def test_the_bureau_reports_and_withdraws(walker):
    walker.sign_in(FIRST)
    dossier = desk.open_first(walker, desk.BELOW, "初审")
    walker.press("通过")
    walker.become(SECOND)
    walker.open(f"/dossiers/{dossier}")
    walker.press("通过")
    desk.go_to_list(walker, desk.BELOW, "已上报")
    walker.inspect("below-reported")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    walker.press("查看经办流程")
    walker.sees("复审通过", "初审通过")
    walker.open(f"/dossiers/{dossier}")
    open_window(walker, "撤回", "withdrawals")
    walker.press("确定撤回")
    walker.sees("撤回")
    assert walker.find("#opinion").is_displayed()


def test_a_reviewer_recuses_himself(walker, case):
    walker.sign_in(FIRST)
    dossier = desk.open_first(walker, desk.BELOW, "初审")
    desk.recuse(walker, look=True)
    # On to the next of the list.
    case.dossier = walker.path().split("/")[2].split("?")[0]
    assert case.dossier != dossier
    walker.open(f"/dossiers/{dossier}")
    walker.sees("声明回避")
    assert not walker.all("#opinion")
    walker.inspect("review-recused")


def test_what_is_typed_is_kept_for_its_author(walker, other, case):
    walker.sign_in(FIRST)
    walker.open(f"/dossiers/{case.dossier}")
    walker.fill("opinion", "写到一半，先去开会。")
    walker.wait(lambda: "已暂存" in walker.text("form.decide [data-saved]"), "what is typed is kept")
    walker.inspect("review-kept")
    # Nothing asks whether to leave: nothing would be lost.
    walker.open("/home")
    walker.open(f"/dossiers/{case.dossier}")
    assert walker.value("opinion") == "写到一半，先去开会。"
    walker.sees("已恢复您")
    walker.inspect("review-restored")
    other.sign_in(SECOND)
    other.open(f"/dossiers/{case.dossier}")
    other.misses("写到一半")
    walker.fill("opinion", "材料齐全，同意。")
    walker.press("通过")
    assert "初审通过" in desk.said(walker)


def test_paper(walker, case, tmp_path):
    """Every printout as a page, as the browser prints it, and as the PDF that the site draws."""
    walker.sign_in(SECOND)
    walker.open(f"/dossiers/{case.dossier}")
    name = name_on_page(walker)
    for number, title in enumerate(["申报材料", "单位推荐表", "公示表", "材料清单"]):
        walker.open(f"/dossiers/{case.dossier}")
        walker.press(title)
        walker.sees(name)
        walker.inspect(f"printout-{number}")
        printed = base64.b64decode(walker.driver.execute_cdp_cmd("Page.printToPDF", PRINT)["data"])
        drawn = walker.download(walker.control("下载 PDF").get_attribute("href"))
        for kind, pdf in (("printed", printed), ("drawn", drawn)):
            facts, text = read(pdf, tmp_path / f"{number}-{kind}.pdf")
            assert A4.search(facts), f"{title} {kind}: {facts}"
            pages = int(re.search(r"Pages:\s+(\d+)", facts)[1])
            # Characters may stand apart, as where they are aslant.
            close = re.sub(r"\s", "", text)
            assert name in close and f"第{pages}页，共{pages}页" in close, f"{title} {kind}"
            assert close.count("打印") >= pages, f"{title} {kind} says on every page who prints it"
            assert "主菜单" not in close and "退出" not in close
    assert walker.all("[data-print]")[0].is_displayed()


def test_one_publicity_for_a_whole_list(walker):
    walker.sign_in(f"初审·{SCHOOL}")
    desk.go_to_list(walker, desk.OWN, "初审")
    count = int(re.search(r"\d+", walker.text(".tabs [aria-current=page]"))[0])
    walker.press("打印公示表")
    walker.sees(f"拟推荐以下 {count} 人")
    walker.fill("begin", "2026-10-09")
    walker.press("更新")
    walker.sees("公示期自 2026-10-09")
    walker.inspect("publicity-list")


def test_an_applicant_recalls_and_abandons(walker):
    walker.sign_in(TEACHER)
    dossier = forms.begin_application(walker, "中小学教师")
    forms.fill_sections(walker, forms.TEACHER, "22--2")
    forms.submit(walker)
    walker.sees("待初审")
    walker.open(f"/my/dossiers/{dossier}")
    open_window(walker, "取回", "recalls")
    walker.inspect("recall-window")
    walker.press("确定取回")
    walker.open(f"/my/dossiers/{dossier}/submission")
    walker.sees("材料完整")
    forms.submit(walker)
    open_window(walker, "放弃申报", "abandonments")
    walker.inspect("abandonment-window")
    walker.press("确定放弃")
    walker.sees("请勾选确认")
    walker.click(walker.find("#abandonments-confirmed"), stays=True)
    walker.press("确定放弃")
    walker.sees("放弃申报。申报已结束")


def test_a_unit_asks_its_superior_to_take_over(walker, other):
    """A school whose only reviewer is kin of the applicant."""
    walker.sign_in(CLERK)
    dossier = desk.open_first(walker, desk.OWN, "初审")
    name = name_on_page(walker)
    desk.recuse(walker)
    walker.open(f"/dossiers/{dossier}")
    walker.sees("请求移交", "现在没有人可以办理")
    walker.inspect("hand-over-offer")
    walker.press(f"请求“{CITY}”移交办理")
    walker.sees("请填写请求移交的原因")
    walker.fill("handOverReason", "本单位唯一的审核人员须回避")
    walker.press(f"请求“{CITY}”移交办理")
    walker.sees(f"请求“{CITY}”移交办理。")
    walker.inspect("hand-over-asked")
    other.sign_in(f"超级管理员·{CITY}")
    other.sees("请求移交", name)
    other.inspect("hand-over-home")
    other.click(other.find("[aria-labelledby=asked] a"))
    other.inspect("hand-over-unit")
    other.misses("<button")
    other.click(other.find(f'button[value="take.{dossier}"]'))
    other.inspect("hand-over-taken")
    other.become(FIRST)
    other.open(f"/dossiers/{dossier}")
    other.sees(name)
    assert other.find("#opinion").is_displayed()
    walker.open(f"/dossiers/{dossier}")
    walker.sees(CITY)
