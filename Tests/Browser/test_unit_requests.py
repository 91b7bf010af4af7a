"""自行注册 (figures 1-2-6, 1-2-7), 变更上级单位, 更正, and who decides them."""

from selenium.webdriver.support.select import Select

import papers

STRANGER, BUREAU, SCHOOL = "法人（未注册单位）", "超级管理员·乐山市教育局（演示）", "超级管理员·乐山市演示中学"
PROVINCE = "超级管理员·四川省人力资源和社会保障厅（演示）"


def choose(walker, name):
    """A superior, found by its name."""
    walker.fill("search", name)
    walker.press("查找单位")
    label = next(each for each in walker.all(".choices label") if each.text.splitlines()[0] == name)
    walker.click(label, stays=True)


def fill(walker):
    for name, value in {"type": "21", "jurisdiction": "511100", "contactName": "联系人", "contactPhone": "0833-2100000", "affiliation": "3", "address": "演示路 1 号"}.items():
        walker.fill(name, value)


def requests(walker):
    """The list of what units ask; its place in the menu tells how many wait."""
    walker.click(walker.find('nav.menu a[href="/unit-requests"]'))


def decide(walker, unit, button, opinion=""):
    requests(walker)
    walker.press(unit)
    if opinion:
        walker.fill("opinion", opinion)
    walker.press(button)


def test_a_unit_registers_itself(walker):
    walker.sign_in(STRANGER)
    walker.inspect("stranger-home")
    walker.press("完善单位信息")
    walker.inspect("registration")
    name = walker.all("dl.facts dd")[0].text
    walker.press("提交上级单位审核")
    assert walker.complaint("affiliation")
    walker.sees("请查找并选择上级单位名称", "请上传证照附件")
    walker.inspect("registration-wrong")
    fill(walker)
    choose(walker, "乐山市教育局（演示）")
    walker.inspect("registration-superior")
    walker.find('[name="file"]').send_keys(papers.keep("营业执照.pdf", papers.pdf(2)))
    walker.fill("email", "不是邮箱")
    walker.press("提交上级单位审核")
    assert walker.complaint("email") and walker.value("address") == "演示路 1 号"
    walker.sees("营业执照.pdf")
    walker.fill("email", "")
    walker.press("提交上级单位审核")
    walker.sees("待“乐山市教育局（演示）”审核，审核通过后开放申报、经办功能")
    walker.inspect("registration-waiting")
    walker.open("/staff")
    walker.sees("待“乐山市教育局（演示）”审核")
    walker.become(BUREAU)
    walker.sees("个单位待审核")
    decide(walker, name, "退回", "详细地址请填写到门牌号")
    walker.inspect("unit-request-decided")
    walker.become(STRANGER)
    walker.press("查看申请")
    walker.press("修改后重新提交")
    walker.sees("详细地址请填写到门牌号", "营业执照.pdf")
    walker.fill("address", "演示路 12 号")
    walker.press("提交上级单位审核")
    walker.become(BUREAU)
    requests(walker)
    walker.inspect("unit-requests")
    walker.press(name)
    walker.sees("演示路 12 号")
    walker.inspect("unit-request")
    walker.press("通过")
    walker.sees("已办理", "通过")
    walker.become(STRANGER)
    walker.sees("单位基本信息", "申报、经办功能已开放")
    walker.press("基本信息维护")
    walker.sees("营业执照.pdf")
    walker.inspect("own-unit")
    walker.fill("address", "")
    walker.fill("contactName", "")
    walker.press("保存")
    assert walker.complaint("contactName") == "请填写联系人"
    walker.fill("contactName", "新联系人")
    walker.press("保存")
    walker.sees("基本信息已保存")
    walker.press("管理记录")
    walker.sees("联系人：联系人 → 新联系人")


def test_a_change_of_superior_closes_and_is_cancelled(walker):
    walker.sign_in(SCHOOL)
    walker.press("基本信息维护")
    walker.press("申请变更上级单位")
    walker.sees("提交后的影响", "审核流程不变")
    walker.inspect("superior-change")
    choose(walker, "四川省教育厅（演示）")
    walker.fill("reason", "主管部门调整")
    walker.press("提交上级单位审核")
    walker.sees("待“四川省教育厅（演示）”审核")
    walker.inspect("superior-change-waiting")
    walker.become("初审·乐山市演示中学")
    walker.sees("变更上级单位申请已于", "待“四川省教育厅（演示）”审核")
    walker.inspect("home-closed")
    walker.become(SCHOOL)
    walker.press("基本信息维护")
    walker.press("变更上级单位")
    walker.press("取消申请")
    walker.sees("已取消")
    walker.press("首页")
    walker.misses("待“四川省教育厅（演示）”审核")


def test_locked_fields_are_corrected_by_the_superior(walker):
    walker.sign_in(SCHOOL)
    walker.press("基本信息维护")
    walker.press("申请更正")
    walker.fill("reason", "登记有误")
    walker.press("提交上级单位审核")
    walker.sees("请上传证明材料")
    walker.find('[name="file"]').send_keys(papers.keep("法人证书.png", papers.png()))
    walker.press("提交上级单位审核")
    walker.sees("与现在登记的相同，没有要更正的内容")
    walker.inspect("correction")
    walker.fill("name", "乐山市演示实验中学")
    walker.press("提交上级单位审核")
    walker.become(BUREAU)
    requests(walker)
    walker.press("乐山市演示中学")
    walker.sees("乐山市演示实验中学", "不变")
    walker.inspect("correction-request")
    walker.fill("opinion", "与证照不符")
    walker.press("不通过")
    walker.sees("审核不通过")


def test_the_tree_opens_where_it_is(walker):
    walker.sign_in(PROVINCE)
    walker.press("下级单位管理")
    opener = next(each for each in walker.all(".tree .opener") if each.get_attribute("aria-expanded") == "false")
    walker.click(opener, stays=True)
    walker.wait(lambda: opener.get_attribute("aria-expanded") == "true", "the branch opens")
    assert len(walker.all(".tree ul ul ul li")) > 0
    walker.inspect("tree-open")
    walker.click(opener, stays=True)
    walker.wait(lambda: not [each for each in walker.all(".tree ul ul ul") if each.is_displayed()], "the branch closes")


def test_a_zone_is_added_and_messages_are_read(walker):
    walker.sign_in(PROVINCE)
    walker.press("归属地维护")
    walker.press("新增")
    assert walker.complaint("affiliation") == "请填写归属地名称"
    walker.inspect("regions-wrong")
    walker.fill("affiliation", "乐山演示高新区")
    walker.fill("superior", "511100")
    walker.press("新增")
    walker.sees("归属地已新增")
    walker.inspect("regions")
    walker.become("初审·乐山市演示中学")
    walker.sees("条未读")
    walker.inspect("home-unread")
    walker.press("全部标为已读")
    walker.misses("未读")


def test_a_deputy_and_a_range(walker):
    walker.sign_in(SCHOOL)
    walker.press("工作人员管理")
    row = next(each for each in walker.all("tbody tr") if "复审" in each.text)
    walker.click(row.find_element("css selector", "a"))
    walker.press("设定代理人")
    walker.sees("请选择代理人")
    walker.inspect("deputy-wrong")
    Select(walker.find("#deputy")).select_by_index(1)
    walker.fill("from", "2026-11-01")
    walker.fill("until", "2099-12-31")
    walker.press("设定代理人")
    row = next(each for each in walker.all("tbody tr") if "复审" in each.text)
    walker.click(row.find_element("css selector", "a"))
    walker.sees("代理", "2099-12-31")
    walker.inspect("deputy")
    walker.press("取消代理")


def test_a_sheet_is_looked_at_before_it_is_taken_over(walker):
    walker.sign_in(BUREAU)
    walker.press("下级单位管理")
    walker.press("导入")
    walker.inspect("import")
    template = walker.download(walker.origin + "/subordinates/import/template")
    assert template.startswith(b"PK")
    walker.find('[name="sheet"]').send_keys(papers.keep("模板.xlsx", template))
    walker.press("上传并核对")
    assert walker.complaint("sheet") == "工作簿中没有要导入的行"
    walker.inspect("import-empty")
