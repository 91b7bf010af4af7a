"""评审计划管理: the title authority opens a plan, under which people then apply, and puts its windows off."""

from datetime import date, timedelta

AUTHORITY, APPLICANT = "超级管理员·四川省人力资源和社会保障厅（演示）", "申报人·乐山市演示中学"


def test_a_plan_is_opened_used_and_put_off(walker, other):
    walker.sign_in(AUTHORITY)
    walker.press("评审计划管理")
    walker.sees("中小学教师", "申报中", "已办结")
    walker.inspect("plans")
    walker.press("新建评审计划")
    walker.press("保存")
    walker.sees("请填写计划名称", "请查找并选择受理单位", "请选择可以申报的职称")
    walker.inspect("plan-wrong")
    # Of a year that nobody holds yet.
    year = date.today().year + 1
    name = f"{year}年度四川省演示图书资料系列职称评审"
    days = [(date.today() + timedelta(days)).isoformat() for days in (30, 60, 90)]
    for key, value in {"name": name, "year": str(year), "applicationsUntil": days[0], "reviewsUntil": days[1], "acceptanceUntil": days[2]}.items():
        walker.fill(key, value)
    walker.fill("search.acceptanceUnit", "工程技术")
    walker.press("查找受理单位")
    walker.click(walker.find('[name="acceptanceUnit"]'), stays=True)
    walker.click(next(each for each in walker.all("#titles summary") if "图书" in each.text), stays=True)
    walker.click(walker.find("#titles details[open] input"), stays=True)
    walker.press("保存")
    walker.sees("已保存", name)
    walker.press(name)
    assert walker.value("name") == name
    walker.inspect("plan-change")

    other.sign_in(APPLICANT)
    other.sees(name)
    card = next(each for each in other.all("[aria-labelledby=plans] li") if name in each.text)
    other.click(card.find_element("css selector", "button"))
    other.sees("申报信息")

    walker.press("评审计划管理")
    walker.press(name)
    walker.sees("延长期限", "只能延长期限")
    walker.fill("applicationsUntil", (date.today() + timedelta(45)).isoformat())
    walker.press("延长期限")
    assert walker.complaint("reason") == "请填写延长原因"
    walker.inspect("plan-extension")
    walker.fill("reason", "系统升级维护")
    walker.press("延长期限")
    walker.sees("已保存")
    other.open("/home")
    other.sees(f"“{name}”申报截止延至")
