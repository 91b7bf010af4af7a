"""What applicants and reviewers write, and how they put it in."""

from datetime import timedelta

import papers
from system import today

TEACHER = {
    "application": {"specialty": "语文", "kind": "01", "currentSpecialty": "语文教学", "firstTime": "1"},
    "basics": {
        "ethnicGroup": "01", "politicalStatus": "13", "nationality": "1", "workingSince": "2008-07", "degreeOfEducation": "21",
        "school": "四川演示师范大学", "major": "汉语言文学", "graduated": "2008-06", "studyMode": "1", "currentTitle": "一级教师",
        "titleSince": "2016-12-20",
    },
    "education": {"from": "2004-09", "to": "2008-06", "school": "四川演示师范大学", "major": "汉语言文学", "level": "21", "studyMode": "1"},
    "work": {"from": "2008-07", "unit": "乐山市演示中学", "duty": "语文教学与班级管理", "post": "专任教师"},
    "achievement": {"obtained": "2023-06", "name": "市级优质课评选一等奖", "role": "主讲", "effect": "课例在全市推广。"},
    "summary": {"summary": "任现职以来一直承担语文教学工作。\n近五年年度考核均为合格以上。"},
}
ENGINEER = TEACHER | {
    "application": {"specialty": "机械设计", "kind": "01", "currentSpecialty": "机械设计", "firstTime": "1"},
    "basics": TEACHER["basics"] | {"major": "机械设计", "currentTitle": "工程师"},
    "work": {"from": "2008-07", "unit": "成都演示科技有限公司", "duty": "智能产线设计", "post": "工程师"},
    "achievement": {"obtained": "2023-06", "name": "智能产线改造项目", "role": "负责人", "effect": "按期投产。"},
    "summary": {"summary": "任现职以来长期从事机械设计工作。"},
}


def days_ago(count):
    return (today() - timedelta(days=count)).isoformat()


def recommendation():
    """A whole recommendation, publicised for a month: long enough whatever holidays there were."""
    return {
        "recommendation": "该同志师德师风良好，业务能力强，经单位民主评议，同意推荐。", "recommended": "1", "voters": "12", "votes": "12",
        "publicFrom": days_ago(40), "publicThrough": days_ago(8), "publicWay": "1", "publicPlace": "单位公告栏", "publicResult": "1",
    }


def row(walker, part, key, number=0):
    """The name of a field in a part's row; rows have ids that only the page knows."""
    return walker.all(f'[name^="{part}."][name$=".{key}"]')[number].get_attribute("name")


def fill_part(walker, part, values):
    for key, value in values.items():
        walker.fill(row(walker, part, key), value)


STEPS = [
    [("application", None)], [("basics", None)], [("education", "添加学习经历")], [("work", "添加工作经历")], [], [("achievement", "添加代表性业绩")], [],
    [("summary", None)], [],
]
FILES = {"basics": papers.PHOTO, "education": papers.CERTIFICATE}


def fill_sections(walker, content, title, finish=lambda: None):
    """Every section, from 申报信息 on; ends at 检查和提交. `finish` may add to each page before it is saved."""
    walker.fill("title", title)
    for number, parts in enumerate(STEPS):
        for part, add in parts:
            if add:
                walker.press(add)
            fill_part(walker, part, content[part])
        finish()
        for part, _ in parts:
            if part in FILES:
                upload(walker, part, FILES[part])
        walker.press("保存，去检查和提交" if number + 1 == len(STEPS) else "保存，下一步")


def place(walker, part):
    """Where the files of a part's first row are listed."""
    return walker.find(f'[data-files][data-part="{part}"]')


def upload(walker, part, path):
    """Chooses a file for a part's first row, and waits until it stands in the list."""
    name = walker.driver.execute_script("return arguments[0].id", place(walker, part))
    choose(walker, part, path)
    walker.wait(lambda: walker.all(f'[id="{name}"] .files li'), f"{path} is listed")


def choose(walker, part, path):
    place(walker, part).find_element("css selector", "button[data-attach]").click()
    walker.find("#chooser").send_keys(path)


def begin_application(walker, plan):
    """Presses 申报 at the plan of this name; returns the dossier's id."""
    offers = [offer for offer in walker.all("[aria-labelledby=plans] .rows > li") if plan in offer.text]
    walker.click(offers[0].find_element("css selector", "button.primary"))
    return walker.path().split("/")[3]


def submit(walker):
    walker.find("#pledge").click()
    walker.press("提交申报")


def fill_dialog(walker, values, proof=papers.PROOF):
    """Fills the window of a recommendation; a publicity comes with its proof."""
    for name, value in values.items():
        walker.fill(name, value)
    if "publicResult" in values and not walker.all("#proofs .files li"):
        walker.find("#proof").send_keys(proof)
