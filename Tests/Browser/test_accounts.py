"""角色管理 and 工作人员管理, by the super administrator of a school (figures 1-3-1, 1-3-2, 1-4-1, 1-4-2)."""

from datetime import timedelta

import pytest

from system import today
from test_platform import id_number

ADMINISTRATOR, CLERK = "超级管理员·乐山市演示中学", "初审·乐山市演示中学"
ROLE, NAME = "教务经办", "欧阳演示教务"


@pytest.fixture
def administrator(walker):
    walker.sign_in(ADMINISTRATOR)
    return walker


def row(walker, name):
    return next(each for each in walker.all("tbody tr") if name in each.text)


def test_a_role_from_a_preset(administrator):
    walker = administrator
    walker.press("角色管理")
    walker.inspect("roles")
    walker.press("经办员")
    assert walker.value("name") == "经办员"
    assert [box.get_attribute("name") for box in walker.all("input:checked")] == ["permission.firstReview", "permission.secondReview"]
    walker.inspect("role-new")
    walker.fill("name", "")
    walker.press("保存")
    assert walker.complaint("name") == "请填写角色名称"
    assert len(walker.all("input:checked")) == 2, "what was ticked stays"
    walker.inspect("role-wrong")
    walker.fill("name", ROLE)
    walker.press("保存")
    assert "初审、复审" in row(walker, ROLE).text
    walker.press("新增角色")
    walker.fill("name", ROLE)
    walker.find('[name="permission.staff"]').click()
    walker.press("保存")
    assert walker.complaint("name") == f"本单位已有名为“{ROLE}”的角色"


def test_somebody_new_on_the_staff(administrator):
    walker = administrator
    number = id_number()
    walker.press("工作人员管理")
    walker.inspect("staff")
    walker.press("新增工作人员")
    walker.inspect("staff-new")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    for name, value in {"name": NAME, "idNumber": wrong, "phone": "13800001234", "department": "教务处"}.items():
        walker.fill(name, value)
    walker.press("保存")
    assert "校验码不正确" in walker.complaint("idNumber")
    assert (walker.value("name"), walker.value("idNumber"), walker.value("phone")) == (NAME, wrong, "13800001234")
    walker.inspect("staff-wrong", reveals=True)
    walker.fill("idNumber", number)
    walker.click(next(label for label in walker.all(".check label") if ROLE in label.text), stays=True)
    walker.press("保存")
    walker.sees("请告知本人")
    told = row(walker, NAME).text
    assert ROLE in told and "未登录" in told and number not in told and number[-4:] in told
    walker.inspect("staff-added")
    walker.press("新增工作人员")
    for name, value in {"name": "又一人", "idNumber": number, "phone": "13800001235"}.items():
        walker.fill(name, value)
    walker.press("保存")
    assert walker.complaint("idNumber") == "本单位工作人员中已有此证件号码"


def test_an_authorization_with_an_end_and_without_an_account(administrator):
    walker = administrator
    walker.press("工作人员管理")
    walker.fill("q", "教务")
    walker.press("查询")
    walker.press(NAME)
    walker.fill("validUntil", (today() - timedelta(days=1)).isoformat())
    walker.inspect("staff-member")
    walker.press("保存")
    assert "授权已到期" in row(walker, NAME).text
    walker.press(NAME)
    walker.fill("validUntil", "")
    walker.press("保存")
    walker.press(NAME)
    walker.press("停用")
    assert "停用" in row(walker, NAME).text
    walker.press(NAME)
    walker.press("启用")
    assert "未登录" in row(walker, NAME).text


def test_a_role_in_use_says_by_whom(administrator):
    walker = administrator
    walker.press("角色管理")
    walker.press(ROLE)
    walker.sees(f"正由 1 人使用：{NAME}")
    walker.inspect("role-in-use")


def test_two_at_once_the_slower_is_told(walker, other):
    for each in (walker, other):
        each.sign_in(ADMINISTRATOR)
        each.press("工作人员管理")
        each.press(NAME)
    walker.fill("department", "校办")
    walker.press("保存")
    other.fill("department", "德育处")
    other.press("保存")
    other.sees("没有保存", "进行“修改工作人员”")
    assert other.value("department") == "德育处", "what was typed stays"
    other.inspect("staff-late")


def test_the_record_of_it_all(administrator):
    walker = administrator
    walker.press("管理记录")
    walker.sees("新增角色", "新增工作人员", "停用工作人员", "启用工作人员", "教务处 → 校办")
    walker.inspect("administration")


def test_nobody_changes_himself(administrator):
    walker = administrator
    walker.press("工作人员管理")
    walker.press("查看")
    walker.sees("不能修改本人的角色")
    assert walker.all("form.sheet") == []
    walker.inspect("staff-self")


@pytest.mark.parametrize("path", ["/staff", "/staff/new", "/roles", "/administration"])
def test_who_may_not_is_told_why(walker, path):
    walker.sign_in(CLERK)
    assert [link.text for link in walker.all("nav.menu a") if link.text in ("工作人员管理", "角色管理", "管理记录")] == []
    walker.open(path)
    assert walker.status() == 403
    walker.sees("权限，请联系本单位超级管理员")
