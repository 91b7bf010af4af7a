"""下级单位管理: a bureau makes a unit below it, in two steps (figures 1-2-1, 1-2-2), and looks after it."""

import random

import pytest

from test_platform import id_number

BUREAU, SCHOOL = "超级管理员·乐山市教育局（演示）", "乐山市演示中学"
SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NAME, CLERK = "乐山市演示新建学校", "欧阳演示经办"


def credit_code():
    """A code that no unit of the demo has, with its right check character."""
    digits = "12511100MB" + "".join(random.choice("0123456789") for _ in range(7))
    return digits + SYMBOLS[(31 - sum(SYMBOLS.index(each) * 3 ** place for place, each in enumerate(digits)) % 31) % 31]


@pytest.fixture
def bureau(walker):
    walker.sign_in(BUREAU)
    walker.press("下级单位管理")
    return walker


def fill_unit(walker, code):
    for name, value in {"name": NAME, "creditCode": code, "type": "21", "jurisdiction": "511100", "contactName": "联系人", "contactPhone": "0833-2100000"}.items():
        walker.fill(name, value)


def test_two_steps_of_which_none_can_be_skipped(bureau):
    walker, code = bureau, credit_code()
    walker.inspect("subordinates")
    walker.press("新建下级单位")
    walker.inspect("subordinate-new")
    fill_unit(walker, code[:-1] + ("1" if code[-1] != "1" else "2"))
    walker.press("下一步")
    assert "校验码不正确" in walker.complaint("creditCode")
    assert walker.value("name") == NAME and walker.value("jurisdiction") == "511100"
    walker.fill("creditCode", code)
    walker.press("下一步")
    walker.sees("经办人员为该单位的超级管理员")
    walker.press("保存")
    assert walker.complaint("personName") == "请填写姓名"
    walker.inspect("subordinate-new-administrator")
    walker.fill("personName", CLERK)
    walker.press("上一步")
    assert walker.value("creditCode") == code, "what was typed stays"
    walker.press("下一步")
    assert walker.value("personName") == CLERK
    for name, value in {"idNumber": id_number(), "phone": "13800001234"}.items():
        walker.fill(name, value)
    walker.press("保存")
    walker.sees("已保存", NAME)
    row = next(each.text for each in walker.all("tbody tr") if NAME in each.text)
    assert CLERK in row and "乐山市本级" in row and "在用" in row
    walker.press("新建下级单位")
    fill_unit(walker, code)
    walker.press("下一步")
    assert walker.complaint("creditCode") == f"该统一社会信用代码已有单位“{NAME}”"


def test_a_unit_is_changed_stopped_and_goes_on(bureau):
    walker = bureau
    walker.fill("q", "新建学校")
    walker.press("查询")
    walker.press(NAME)
    walker.inspect("subordinate")
    walker.fill("contactName", "新联系人")
    walker.press("保存")
    walker.press("管理记录")
    walker.sees("联系人：联系人 → 新联系人", "新建下级单位")
    walker.press("下级单位管理")
    walker.fill("q", "新建学校")
    walker.press("查询")
    walker.press(NAME)
    walker.press("停用")
    walker.sees("请勾选确认")
    walker.click(walker.find("#confirmed-disable"), stays=True)
    walker.press("停用")
    assert "停用" in next(each.text for each in walker.all("tbody tr") if NAME in each.text)
    walker.press(NAME)
    walker.press("启用")
    assert "在用" in next(each.text for each in walker.all("tbody tr") if NAME in each.text)


def test_a_unit_with_dossiers_waiting_is_not_stopped(bureau):
    walker = bureau
    walker.press(SCHOOL)
    walker.sees("件申报材料等待办理，办结或移交之前不能停用")
    assert [button.text for button in walker.all("button") if button.text == "停用"] == []
    walker.inspect("subordinate-waiting")


def test_the_tree_level_by_level(walker):
    walker.sign_in("超级管理员·四川省人力资源和社会保障厅（演示）")
    walker.press("下级单位管理")
    walker.inspect("subordinates-top")
    walker.fill("q", SCHOOL)
    walker.press("查询")
    walker.press(SCHOOL)
    walker.sees("该单位由其直接上级单位“乐山市教育局（演示）”管理")
    assert walker.all("form.sheet") == []
    walker.inspect("subordinate-of-another")
