"""委托申请审核, 专技人才审核 and 专技人才统计 (figures 2-3-1, 2-3-2, 2-4-1 … 2-4-3), from the person who asks to the letter and the numbers."""

import io
import zipfile

import papers

STRANGER = "个人（无单位）"
APPLICANT = "申报人·乐山市演示中学"
SCHOOL, SCHOOL_CHIEF = "初审·乐山市演示中学", "超级管理员·乐山市演示中学"
BUREAU, DEPARTMENT = "初审·乐山市教育局（演示）", "初审·四川省教育厅（演示）"
AUTHORITY = "超级管理员·四川省人力资源和社会保障厅（演示）"

PROFILE = {
    "ethnicGroup": "04",
    "politicalStatus": "13",
    "nationality": "1",
    "workingSince": "2019-07",
    "staffing": "2",
    "specialty": "历史",
    "degreeOfEducation": "14",
    "school": "四川演示大学",
    "major": "中国史",
    "graduated": "2019-06",
    "studyMode": "1",
    "title": "22--4",
    "titleSince": "２０２０－１２－０１",
}


def to_list(walker, path):
    walker.click(walker.find(f'.menu a[href="{path}"]'))


def open_row(walker, name):
    walker.click(next(each for each in walker.all("tbody tr") if name in each.text).find_element("css selector", "a"))


def named(walker):
    """What whoever is signed in is called."""
    return walker.find(".bar .person").text.split("\n")[0]


def fill_profile(walker):
    for name, value in PROFILE.items():
        walker.fill(name, value)
    walker.find('[name="file"]').send_keys(papers.keep("照片和证书.pdf", papers.pdf(2)))


def test_a_profile_is_submitted_returned_mended_and_comes_into_force(walker, other):
    walker.sign_in(STRANGER)
    name = named(walker)
    walker.press("专技人才档案")
    walker.sees("您还没有审核通过的专技人才档案")
    walker.inspect("profile-none")
    walker.press("填写档案")
    walker.press("提交")
    walker.sees("请查找并选择工作单位", "请选择民族", "请上传照片和证明材料")
    walker.inspect("profile-wrong")
    walker.fill("search", "乐山市演示中学")
    walker.press("查找单位")
    walker.click(walker.find('[name="unit"]'), stays=True)
    fill_profile(walker)
    walker.press("提交")
    walker.sees("待“乐山市演示中学”审核", "第 1 个环节，共 2 个", "硕士研究生", "2020-12-01")
    walker.inspect("profile-waiting")

    other.sign_in(SCHOOL)
    other.sees("专技人才审核")
    to_list(other, "/profiles")
    other.sees(name, "新增", "二级教师（助理级）")
    other.inspect("profiles")
    open_row(other, name)
    other.sees("照片和证书.pdf", "审核意见")
    other.inspect("profile-review")
    other.press("退回")
    assert other.complaint("opinion") == "请填写退回的意见"
    other.fill("opinion", "请补充学位证书。")
    other.press("退回")
    other.sees("已办理：退回")

    walker.open("/home")
    walker.sees("您的专技人才档案被“乐山市演示中学”退回：请补充学位证书。")
    walker.press("专技人才档案")
    walker.press("修改后重新提交")
    walker.sees("请补充学位证书。")
    assert walker.value("school") == "四川演示大学"
    walker.fill("degree", "3")
    walker.press("提交")
    walker.sees("待“乐山市演示中学”审核")

    to_list(other, "/profiles")
    open_row(other, name)
    other.press("通过")
    other.sees("已办理：通过", "待“乐山市教育局（演示）”审核")
    other.become(BUREAU)
    to_list(other, "/profiles")
    open_row(other, name)
    other.press("不通过")
    other.sees("请勾选确认")
    other.fill("opinion", "")
    other.press("通过")
    other.sees("已办理：通过", "审核通过，正在使用")
    other.inspect("profile-in-force")

    walker.press("专技人才档案")
    walker.sees("在用档案", "乐山市演示中学", "二级教师（助理级）")
    walker.misses("您提交的档案")
    walker.inspect("profile-own")
    # The plan of the school is open to its new employee, and what the profile says is not typed again.
    walker.open("/home")
    walker.sees("工作单位", "乐山市演示中学")
    walker.press("申报")
    walker.click(walker.find('.sections a[href$="/basics"]'))
    assert walker.value("basics.basics.major") == "中国史"


def test_an_entrustment_goes_to_its_letter(walker, other):
    walker.sign_in(APPLICANT)
    walker.press("委托申请")
    walker.press("委托省外评审")
    walker.press("提交")
    walker.sees("请选择申报职称", "请填写受托评审机构")
    walker.inspect("entrustment-wrong")
    for name, value in {"title": "22--2", "specialty": "地理", "committee": "贵州省演示评审委员会", "reason": "本省未组建该专业评审委员会"}.items():
        walker.fill(name, value)
    walker.press("提交")
    walker.sees("待“乐山市演示中学”审核", "第 1 个环节，共 4 个", "贵州省演示评审委员会")
    walker.inspect("entrustment-waiting")

    name = None
    for label in [SCHOOL, BUREAU, DEPARTMENT]:
        other.sign_in(label) if name is None else other.become(label)
        name = named(walker)
        to_list(other, "/entrustments")
        other.sees(name, "委托省外评审")
        if label == SCHOOL:
            other.inspect("entrustments")
        open_row(other, name)
        other.press("通过")
        other.sees("已办理：通过")
    other.become(AUTHORITY)
    other.sees("委托申请审核")
    to_list(other, "/entrustments")
    open_row(other, name)
    other.press("通过")
    other.sees("请填写委托函编号", "请上传委托函")
    other.inspect("entrustment-letter-missing")
    other.fill("letterNumber", "川人社函委〔2026〕5号")
    other.fill("letterDate", "2026-01-05")
    other.find('[name="letter"]').send_keys(papers.keep("委托函.pdf", papers.pdf(1)))
    other.press("通过")
    other.sees("川人社函委〔2026〕5号", "委托函.pdf", "并出具委托函")
    other.inspect("entrustment-letter")

    walker.open("/home")
    walker.sees("并出具委托函 川人社函委〔2026〕5号")
    walker.press("委托申请")
    walker.sees("已通过")
    walker.inspect("entrustments-own")


def test_the_title_authority_sets_how_far_profiles_go(walker):
    walker.sign_in(AUTHORITY)
    to_list(walker, "/profiles")
    walker.sees("没有等待审核的专技人才档案", "审核层级")
    walker.fill("reach", "authority")
    walker.press("保存")
    assert walker.value("reach") == "authority"
    walker.fill("reach", "prefecture")
    walker.press("保存")


def test_professionals_are_counted(walker):
    walker.sign_in(BUREAU)
    walker.press("专技人才统计")
    walker.sees("系列", "层级", "学历", "年龄", "少数民族", "中共党员", "港澳台及外籍", "下级单位", "乐山市演示中学")
    walker.inspect("statistics")
    total = int(walker.text(".hint").split("共 ")[1].split(" 人")[0])
    assert sum(int(each.text) for each in walker.all('[aria-labelledby="origin"] tbody td.number:nth-child(2)')) == total
    workbook = walker.download(walker.find('a[href^="/statistics/export"]').get_attribute("href"))
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert "港澳台及外籍" in archive.read("xl/worksheets/sheet1.xml").decode()
    walker.press("交叉统计")
    walker.sees("中小学教师", "合计")
    assert walker.all("tfoot td")[-1].text == str(total)
    walker.inspect("statistics-cross")
    walker.press("专技人才统计")
    walker.press("乐山市演示中学")
    walker.sees("乐山市教育局（演示） › 乐山市演示中学")
    walker.press("仅本单位")
    link = walker.find('[aria-labelledby="party"] tbody a')
    number = int(link.text)
    walker.click(link)
    walker.sees("中共党员：中共党员")
    assert len(walker.all("tbody tr")) == number
    walker.inspect("statistics-people")
    walker.click(walker.find("tbody a"))
    walker.sees("档案内容")


def test_without_scripts(plain):
    plain.sign_in(SCHOOL)
    to_list(plain, "/entrustments")
    plain.click(plain.find("tbody a"))
    plain.press("不通过")
    plain.sees("请勾选确认")
    plain.fill("opinion", "材料不齐，不同意委托。")
    plain.find("#confirmed-fail").click()
    plain.press("不通过")
    plain.sees("此条审核终止")
    to_list(plain, "/entrustments")
    plain.press("已审核")
    plain.sees("不通过")
    plain.sign_out()
