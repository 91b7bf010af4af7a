"""Files beside a draft's rows. Runs before test_journey, on the draft that test_draft has begun."""

import pytest

import forms
import papers

APPLICANT = "申报人·乐山市演示中学"
SLOW = {"offline": False, "latency": 0, "downloadThroughput": 1_000_000, "uploadThroughput": 400_000}
FAST = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


@pytest.fixture
def draft(walker):
    """The path of the sections of a draft, with its applicant signed in."""
    walker.sign_in(APPLICANT)
    walker.press("继续填报")
    yield walker.path().removesuffix("/submission") + "/sections"
    network(walker, FAST)


def network(walker, conditions):
    walker.driver.execute_cdp_cmd("Network.enable", {})
    walker.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def listed(walker, part):
    return [item.text for item in forms.place(walker, part).find_elements("css selector", ".files li")]


def add_paper(walker, draft):
    walker.open(f"{draft}/results")
    if not walker.all('[data-part="paper"]'):
        walker.press("添加论文")


def test_a_photo_is_uploaded_shown_and_removed(walker, draft):
    walker.open(f"{draft}/basics")
    forms.upload(walker, "basics", papers.PHOTO)
    picture = walker.find("img.portrait")
    walker.wait(lambda: walker.driver.execute_script("return arguments[0].naturalWidth", picture) > 0, "the photo is shown")
    assert not walker.all("[data-part=basics] [data-attach]"), "one photo is enough"
    walker.inspect("files-photo")
    walker.press("删除照片.png")
    assert walker.all("[data-part=basics] .files li") == []


def test_what_is_typed_stays_while_a_file_goes_up(walker, draft):
    add_paper(walker, draft)
    walker.fill(forms.row(walker, "paper", "title"), "单元教学实践")
    forms.upload(walker, "paper", papers.THREE_PAGES)
    assert "3 页" in listed(walker, "paper")[0]
    assert walker.value(forms.row(walker, "paper", "title")) == "单元教学实践"
    walker.inspect("files-paper")


def test_the_window_of_pictures(walker, draft):
    walker.open(f"{draft}/results")
    walker.click(walker.find("a[data-file]"), stays=True)
    walker.sees("第 1 / 3 页")
    image = walker.find(".viewer img")
    walker.wait(lambda: walker.driver.execute_script("return arguments[0].naturalWidth", image) > 500, "the page is drawn")
    walker.inspect("files-viewer")
    walker.press("下一页", stays=True)
    walker.sees("第 2 / 3 页")
    walker.press("放大", stays=True)
    walker.find(".viewer").send_keys("\ue00c")
    assert walker.all(".viewer") == [], "Escape closes it"


def test_a_wrong_file_is_refused_at_its_place(walker, draft):
    add_paper(walker, draft)
    before = listed(walker, "paper")
    forms.choose(walker, "paper", papers.NOT_A_PDF)
    walker.wait(lambda: "内容不是 PDF、JPG 或 PNG" in forms.place(walker, "paper").text, "the reason is said")
    walker.inspect("files-refused")
    forms.choose(walker, "paper", papers.TOO_LARGE)
    walker.sees("超过 20 MB")
    walker.press("知道了", stays=True)
    assert listed(walker, "paper") == before


def test_progress_cancel_and_retry(walker, draft):
    add_paper(walker, draft)
    before = listed(walker, "paper")
    network(walker, SLOW)
    forms.choose(walker, "paper", papers.HEAVY)
    bar = walker.find(".uploading progress")
    walker.wait(lambda: 0 < bar.get_property("value") < 1, "the bar moves")
    walker.press("取消", stays=True)
    assert walker.all(".uploading") == [] and listed(walker, "paper") == before
    network(walker, SLOW | {"offline": True})
    forms.choose(walker, "paper", papers.CERTIFICATE)
    walker.sees("上传失败，请检查网络")
    network(walker, FAST)
    walker.press("重试", stays=True)
    walker.wait(lambda: len(listed(walker, "paper")) == len(before) + 1, "tried again, it stands in the list")
    walker.driver.get_log("browser")  # that the network was away is written there


def test_files_without_scripts(plain):
    plain.sign_in(APPLICANT)
    plain.press("继续填报")
    plain.open(plain.path().removesuffix("/submission") + "/sections/basics")
    plain.fill("basics.basics.school", "四川演示师范大学")
    plain.press("上传照片")
    plain.find("#file").send_keys(papers.NOT_A_PDF)
    plain.press("上传")
    plain.sees("内容不是 PDF、JPG 或 PNG")
    plain.find("#file").send_keys(papers.PHOTO)
    plain.press("上传")
    assert plain.path().endswith("/sections/basics#basics.basics.files")
    assert plain.value("basics.basics.school") == "四川演示师范大学", "what was typed was saved on the way"
    plain.click(plain.find("a[data-file]"))
    plain.sees("第 1 页，共 1 页")
