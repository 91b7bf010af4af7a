"""A teacher's dossier from the first field to acceptance, and every reviewer on its way, by persona buttons only."""

from types import SimpleNamespace

import pytest

import desk
import forms

SCHOOL = "乐山市演示中学"
TEACHER = f"申报人·{SCHOOL}"
CITY, PROVINCE = "乐山市教育局（演示）", "四川省教育厅（演示）"
OFFICE = "受理·四川省中小学教师高级职称评审委员会办公室（演示）"


@pytest.fixture(scope="module")
def case():
    """The dossier and its applicant, as the first leg makes them known to the later ones."""
    return SimpleNamespace(dossier=None, name=None)


def resume(walker, case, section):
    walker.sign_in(TEACHER)
    walker.open(f"/my/dossiers/{case.dossier}/{section}")


def test_applicant_begins_and_sees_the_gaps(walker, case):
    walker.sign_in(TEACHER)
    case.name = walker.text("h1").removesuffix("，您好")
    walker.inspect("teacher-home")
    case.dossier = forms.begin_application(walker, "中小学教师")
    assert walker.path() == f"/my/dossiers/{case.dossier}/sections/application"
    walker.inspect("teacher-application-empty")
    for _ in range(8):
        walker.press("保存，下一步")
    walker.press("保存，去检查和提交")
    walker.sees("项需要补充或修改", "请选择申报职称", "至少填写一条学习经历")
    walker.inspect("teacher-gaps")
    assert not walker.all("#pledge"), "an incomplete dossier cannot be submitted"


def test_a_gap_leads_to_its_field(walker, case):
    resume(walker, case, "submission")
    walker.press("申报信息 请选择申报职称")
    assert walker.path() == f"/my/dossiers/{case.dossier}/sections/application#title"
    assert "电子邮箱" not in walker.text()


def test_applicant_fills_in_and_submits(walker, case):
    resume(walker, case, "sections/application")
    forms.fill_sections(walker, forms.TEACHER, "22--2")
    walker.sees("材料完整")
    walker.inspect("teacher-complete")
    walker.press("提交申报")
    walker.sees("请先签署诚信承诺")
    walker.inspect("teacher-pledge-missing")
    forms.submit(walker)
    walker.sees("申报材料已提交", case.dossier, "待初审")
    walker.inspect("teacher-receipt")


def test_first_review_in_the_own_unit(walker, case):
    walker.sign_in(f"初审·{SCHOOL}")
    walker.sees("本单位人员审核", "人待办")
    walker.inspect("first-reviewer-home")
    desk.go_to_list(walker, desk.OWN)
    walker.inspect("own-first-list")
    desk.open_from_list(walker, desk.OWN, "初审", case.dossier, case.name)
    walker.sees(case.name, "市级优质课评选一等奖", "近五年年度考核")
    walker.inspect("own-first-review")
    walker.fill("opinion", "材料齐全，情况属实。")
    walker.press("通过")
    assert case.name in desk.said(walker)
    walker.inspect("own-first-passed")


def open_second_review(walker, case):
    walker.sign_in(f"复审·{SCHOOL}")
    desk.open_from_list(walker, desk.OWN, "复审", case.dossier, case.name)
    walker.press("通过", stays=True)
    walker.wait(lambda: walker.find("#pass").is_displayed(), "the window opens")


def test_second_review_asks_before_passing_unpublicised(walker, case):
    open_second_review(walker, case)
    walker.sees("单位推荐和公示信息", "下一环节审核单位", CITY)
    walker.inspect("recommendation-dialog")
    walker.press("确定")
    walker.sees("未填写公示信息，仍要提交？")
    walker.inspect("recommendation-asks")


def test_second_review_says_what_is_wrong(walker, case):
    open_second_review(walker, case)
    forms.fill_dialog(walker, {"publicFrom": forms.days_ago(3), "publicThrough": forms.days_ago(2)})
    walker.press("确定")
    assert "请选择公示结果" in walker.complaint("publicResult")
    walker.fill("publicResult", "1")
    walker.press("确定")
    assert "公示应不少于 5 个工作日" in walker.complaint("publicThrough")
    assert walker.value("publicFrom") == forms.days_ago(3)
    walker.inspect("recommendation-wrong")


def test_second_review_adds_and_removes_a_unit(walker, case):
    open_second_review(walker, case)
    walker.fill("search", "绵阳")
    walker.press("查找单位")
    walker.inspect("recommendation-found")
    walker.press("增加绵阳市教育局（演示）")
    walker.press("确定")
    assert "请填写增加原因" in walker.complaint(walker.find('[name^="reason."]').get_attribute("name"))
    walker.inspect("recommendation-reason-missing")
    walker.send(walker.find('[name^="reason."]'), "跨市借调\n")
    assert walker.value(walker.find('[name^="reason."]').get_attribute("name")) == "跨市借调", "Enter removes no unit"
    walker.press("去掉绵阳市教育局（演示）")
    assert not walker.all('[name^="reason."]')


def test_second_review_passes(walker, case):
    open_second_review(walker, case)
    forms.fill_dialog(walker, forms.recommendation())
    walker.press("确定")
    assert case.name in desk.said(walker) and CITY in desk.said(walker)
    walker.inspect("own-second-passed")


@pytest.mark.parametrize("label, tab", [
    (f"初审·{CITY}", "初审"), (f"复审·{CITY}", "复审"), (f"初审·{PROVINCE}", "初审"), (f"复审·{PROVINCE}", "复审"),
])
def test_superior_units_pass(walker, case, label, tab):
    desk.pass_on(walker, label, desk.BELOW, tab, case.dossier, case.name)


def test_office_accepts(walker, case):
    walker.sign_in(OFFICE)
    desk.open_from_list(walker, desk.ACCEPTANCE, None, case.dossier, case.name)
    walker.inspect("acceptance-review")
    walker.press("受理")
    assert "受理" in desk.said(walker)


def test_applicant_reads_the_whole_way(walker, case):
    walker.sign_in(TEACHER)
    walker.sees("已受理")
    walker.open(f"/my/dossiers/{case.dossier}")
    walker.inspect("teacher-accepted")
    walker.press("单独查看")
    walker.inspect("teacher-trail")
    entries = [entry.text for entry in walker.all(".timeline > li")]
    assert len(entries) == 8, "submission, six passes, acceptance"
    reviewers = [persona["name"] for persona in walker.system.personas if persona["kind"] == "unit"]
    assert [name for name in reviewers if any(name in entry for entry in entries)] == []
