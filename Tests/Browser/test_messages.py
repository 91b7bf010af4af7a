"""消息推送: a bureau writes to units below it and to applicants, who read and confirm (figures 2-5-1 … 2-5-4)."""

import pytest

BUREAU, SCHOOL, APPLICANT = "超级管理员·乐山市教育局（演示）", "超级管理员·乐山市演示中学", "申报人（已退回）·乐山市演示中学"
SUBJECT = "关于及时完成初审的通知"
LETTER = "各单位：\n请于本周五前完成初审。<b>谢谢</b>"


@pytest.fixture
def bureau(walker):
    walker.sign_in(BUREAU)
    return walker


def row(walker, name):
    return next(each for each in walker.all("tbody tr") if name in each.text)


def to_the_received(walker):
    walker.click(walker.find('.menu a[href="/received-messages"]'))


def tick(walker, name):
    walker.click(row(walker, name).find_element("css selector", "input"), stays=True)


def test_units_and_applicants_are_written_to(bureau):
    walker = bureau
    walker.press("消息通知")
    walker.inspect("circular-units")
    tick(walker, "乐山市演示中学")
    walker.sees("已选择 1 个单位")
    walker.press("编辑信息")
    walker.sees("乐山市演示中学")
    walker.press("发送")
    assert walker.complaint("subject") == "请填写标题"
    walker.inspect("circular-wrong")
    walker.fill("subject", SUBJECT)
    walker.fill("body", LETTER)
    walker.press("继续选择单位或人员")
    assert row(walker, "乐山市演示中学").text.startswith("已选")
    walker.press("查看本单位人员列表：乐山市演示中学")
    walker.inspect("circular-people")
    name = walker.all("tbody tr .name")[0].text
    tick(walker, name)
    walker.press("加入接收人")
    walker.sees("1 个单位、1 人", name)
    assert walker.value("body").replace("\r", "") == LETTER
    walker.inspect("circular-draft")
    walker.press(f"移除{name}")
    walker.misses(name)
    walker.press("发送")
    walker.sees("已发送给 1 个单位或人员", "未确认", "谢谢")
    walker.inspect("circular-sent")
    walker.press("返回已发送")
    walker.sees(SUBJECT, "0 / 1")
    walker.inspect("circulars")


def test_the_unit_reads_and_confirms(walker, other):
    walker.sign_in(SCHOOL)
    walker.sees(SUBJECT, "待确认")
    walker.inspect("home-messages")
    to_the_received(walker)
    walker.inspect("received-messages")
    walker.press(SUBJECT)
    walker.sees("乐山市教育局（演示）", "<b>谢谢</b>")
    walker.inspect("received-message")
    walker.press("确认已读")
    walker.sees("已确认")
    other.sign_in("初审·乐山市演示中学")
    to_the_received(other)
    other.sees("确认")
    other.press(SUBJECT)
    other.press("本人也已读")
    other.misses("本人也已读")
    other.become(BUREAU)
    other.press("消息通知")
    other.press("已发送、草稿")
    other.sees("1 / 1")


def test_a_school_writes_to_its_own_people_without_scripts(plain):
    walker = plain
    walker.sign_in(SCHOOL)
    walker.press("消息通知")
    walker.press("查看本单位人员列表：乐山市演示中学")
    boxes = walker.all("tbody input")
    for box in boxes:
        walker.click(box, stays=True)
    walker.press("编辑信息")
    walker.sees(f"{len(boxes)} 人")
    walker.fill("subject", "提交材料")
    walker.fill("body", "请在截止前提交。")
    walker.press("发送")
    walker.sees(f"已发送给 {len(boxes)} 个单位或人员")


def test_an_applicant_reads_and_confirms(walker):
    walker.sign_in(APPLICANT)
    to_the_received(walker)
    walker.press("提交材料")
    walker.press("确认已读")
    walker.sees("已确认")
    walker.inspect("received-by-applicant")
    walker.press("返回消息列表")
    walker.press("单位发送的消息")
    walker.sees("提交材料", "职称申报材料公示安排")
    walker.press("办理通知")
    walker.misses("提交材料")
