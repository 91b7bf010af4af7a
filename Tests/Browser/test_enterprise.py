"""An engineer's dossier the enterprise way; its applicant and its first reviewer write hostile text wherever they can."""

from types import SimpleNamespace

import pytest

import desk
import forms

COMPANY = "成都演示科技有限公司"
ENGINEER = f"申报人·{COMPANY}"
DISTRICT, CITY = "审核·锦江区人力资源和社会保障局（演示）", "成都市人力资源和社会保障局（演示）"
PROVINCE, OFFICE = "四川省人力资源和社会保障厅（演示）", "受理·四川省工程技术高级职称评审委员会办公室（演示）"
SHORT = "'\"><svg onload=__pwn=1>"
LONG = "<script>window.__pwn=1</script>'\"><svg onload=window.__pwn=1>"


@pytest.fixture(scope="module")
def case():
    return SimpleNamespace(dossier=None, name=None)


def write_hostile(walker):
    for field in walker.all("form.sheet input[type=text]:not([inputmode]), form.sheet textarea"):
        field.clear()
        field.send_keys(LONG if field.tag_name == "textarea" else SHORT)


def assert_harmless(walker, *texts):
    walker.sees(*texts)
    assert walker.driver.execute_script("return typeof window.__pwn") == "undefined"
    assert walker.all("main svg, main script") == []


def test_applicant_applies_with_hostile_text(walker, case):
    walker.sign_in(ENGINEER)
    case.name = walker.text("h1").removesuffix("，您好")
    case.dossier = forms.begin_application(walker, "工程技术")
    forms.fill_sections(walker, forms.ENGINEER, "5--2", finish=lambda: write_hostile(walker))
    assert_harmless(walker, "材料完整", SHORT, LONG)
    forms.submit(walker)
    assert_harmless(walker, "申报材料已提交", SHORT, LONG)


def test_one_step_unit_passes_by_the_window(walker, case):
    walker.sign_in(f"经办·{COMPANY}")
    desk.open_from_list(walker, desk.OWN, None, case.dossier, case.name)
    assert_harmless(walker, SHORT, LONG)
    walker.fill("opinion", LONG)
    walker.press("通过", stays=True)
    walker.wait(lambda: walker.find("#pass").is_displayed(), "the window opens")
    forms.fill_dialog(walker, forms.recommendation() | {"recommendation": LONG, "publicPlace": SHORT, "publicFrom": LONG})
    walker.press("确定")
    assert walker.value("publicFrom") == LONG, "a wrong value stays as it was typed"
    walker.fill("publicFrom", forms.days_ago(40))
    walker.press("确定")
    assert case.name in desk.said(walker)
    walker.open(f"/dossiers/{case.dossier}/trail")
    assert_harmless(walker, LONG)


@pytest.mark.parametrize("label, tab", [
    (DISTRICT, None), (f"初审·{CITY}", "初审"), (f"复审·{CITY}", "复审"), (f"初审·{PROVINCE}", "初审"), (f"复审·{PROVINCE}", "复审"),
])
def test_superior_units_pass(walker, case, label, tab):
    desk.pass_on(walker, label, desk.BELOW, tab, case.dossier, case.name)


def test_office_accepts(walker, case):
    walker.sign_in(OFFICE)
    desk.go_to_list(walker, desk.ACCEPTANCE)
    walker.inspect("acceptance-list")
    desk.open_from_list(walker, desk.ACCEPTANCE, None, case.dossier, case.name)
    walker.press("受理")
    assert "受理" in desk.said(walker)


def test_applicant_reads_the_whole_way(walker, case):
    walker.sign_in(ENGINEER)
    walker.open(f"/my/dossiers/{case.dossier}")
    assert_harmless(walker, "已受理", LONG)
    walker.open(f"/my/dossiers/{case.dossier}/trail")
    walker.sees("已受理")
    assert len(walker.all(".timeline > li")) == 8, "submission, six passes, acceptance"
