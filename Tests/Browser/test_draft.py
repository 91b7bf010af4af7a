"""A draft while it is being filled in. Runs before test_journey, in which the same applicant uses up the year."""

import pytest

import forms

APPLICANT = "申报人·乐山市演示中学"
PLAN = "工程技术"


@pytest.fixture(scope="module")
def drafts():
    return []


@pytest.fixture
def draft(walker, drafts):
    """The path of the draft's sections, with its applicant signed in."""
    walker.sign_in(APPLICANT)
    if not drafts:
        drafts.append(forms.begin_application(walker, PLAN))
    return f"/my/dossiers/{drafts[0]}/sections"


def test_a_date_in_the_future_is_refused_and_kept(walker, draft):
    walker.open(f"{draft}/basics")
    walker.fill("basics.basics.workingSince", "2030-01")
    walker.press("保存")
    assert "不能晚于今天" in walker.complaint("basics.basics.workingSince")
    assert walker.value("basics.basics.workingSince") == "2030-01"
    walker.inspect("draft-basics-wrong")


def test_typing_is_saved_by_itself(walker, draft):
    walker.open(f"{draft}/summary")
    walker.fill("summary.summary.summary", "自动保存的一段话")
    walker.wait(lambda: walker.text("[data-saved]").startswith("已自动保存"), "the page says that it has saved")
    walker.inspect("draft-autosaved")
    walker.driver.refresh()
    assert walker.value("summary.summary.summary") == "自动保存的一段话"


def test_saving_goes_on_after_an_automatic_one(walker, draft):
    walker.open(f"{draft}/application")
    walker.fill("application.application.specialty", "机械")
    walker.wait(lambda: walker.text("[data-saved]").startswith("已自动保存"), "the page says that it has saved")
    walker.fill("application.application.specialty", "机械设计")
    walker.press("保存，下一步")
    walker.open(f"{draft}/application")
    assert walker.value("application.application.specialty") == "机械设计"


def test_enter_in_a_field_saves_and_removes_nothing(walker, draft):
    walker.open(f"{draft}/education")
    walker.press("添加学习经历")
    field = walker.find(f'[name="{forms.row(walker, "education", "school")}"]')
    walker.send(field, "四川演示师范大学\n")
    walker.open(f"{draft}/education")
    assert walker.value(forms.row(walker, "education", "school")) == "四川演示师范大学"


def test_a_row_is_removed_by_its_button_only(walker, draft):
    walker.open(f"{draft}/work")
    for post in ("助理工程师", "工程师"):
        walker.press("添加工作经历")
        walker.fill(forms.row(walker, "work", "post", -1), post)
    walker.press("删除第 1 条工作经历")
    assert [field.get_property("value") for field in walker.all('[name$=".post"]')] == ["工程师"]
    walker.inspect("draft-row-removed")


def test_stale_draft_is_not_overwritten(walker, other, draft):
    walker.open(f"{draft}/application")
    other.sign_in(APPLICANT)
    other.open(f"{draft}/application")
    other.fill("application.application.currentSpecialty", "先保存的")
    other.press("保存")
    walker.fill("application.application.currentSpecialty", "后保存的")
    walker.press("保存")
    assert walker.status() == 409
    walker.sees("在另一个窗口保存过")
    assert walker.value("application.application.currentSpecialty") == "后保存的"
    walker.inspect("draft-stale")


def test_rows_without_scripts(walker, plain, draft):
    plain.sign_in(APPLICANT)
    plain.open(f"{draft}/results")
    plain.press("添加代表性业绩")
    forms.fill_part(plain, "achievement", forms.ENGINEER["achievement"])
    plain.press("保存")
    assert plain.value(forms.row(plain, "achievement", "name")) == "智能产线改造项目"
