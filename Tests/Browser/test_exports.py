"""What is too large to be exported at once is made in the background; and what nobody of a unit may review is asked to be taken over."""

import io
import urllib.error
import zipfile

import pytest

import desk
from desk import fill_in, name_on_page, open_window
from system import System, serving

CITY = "乐山市教育局（演示）"
FIRST, SECOND = f"初审·{CITY}", f"复审·{CITY}"
CLERK = "经办·乐山市演示小学"
AUTHORITY = "初审·四川省人力资源和社会保障厅（演示）"


@pytest.fixture(scope="module")
def system():
    yield from serving(System(MOST_EXPORTED_AT_ONCE="20"))


def made(walker):
    """Waits until the page, which looks again by itself, offers the file; returns the address of that."""
    walker.wait(lambda: walker.all("a[href$='/file']"), "the workbook is made")
    return walker.find("a[href$='/file']").get_attribute("href")


def rows(workbook):
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        return parts.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1


def test_a_large_list_is_exported_in_the_background(walker):
    walker.sign_in(AUTHORITY)
    desk.go_to_list(walker, "历年上报人员查询", "授权范围内全部")
    count = int(walker.text(".tabs [aria-current=page] .count").rstrip("+"))
    assert count > 20
    walker.click(next(each for each in walker.all("summary") if each.text == "导出"), stays=True)
    walker.press("导出 xlsx")
    walker.sees("请填写导出用途")
    walker.inspect("export-without-purpose")
    walker.fill("purpose", "年度统计")
    walker.press("导出 xlsx")
    assert "/exports/" in walker.path()
    address = made(walker)
    walker.sees("已生成")
    walker.inspect("export-made")
    assert rows(walker.download(address)) >= count
    # The way back to what was left.
    desk.go_to_list(walker, "历年上报人员查询", "授权范围内全部")
    walker.sees("最近的导出")
    walker.inspect("export-recent")


def test_a_list_says_that_it_is_large(walker):
    walker.sign_in(FIRST)
    desk.go_to_list(walker, desk.BELOW, "已上报")
    walker.click(next(each for each in walker.all(".exports a") if each.text == "xlsx"))
    walker.sees("工作簿在后台生成")
    walker.inspect("export-large")
    walker.press("生成 xlsx")
    assert rows(walker.download(made(walker))) > 20


def test_nobody_else_has_the_file(walker, other):
    walker.sign_in(FIRST)
    desk.go_to_list(walker, desk.BELOW, "已上报")
    walker.click(walker.find(".recent a"))
    address = made(walker)
    other.sign_in(SECOND)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        other.download(address)


def test_a_unit_asks_its_superior_to_take_over(walker, other):
    """A school whose only reviewer is kin of the applicant."""
    walker.sign_in(CLERK)
    dossier = desk.open_first(walker, desk.OWN, "初审")
    name = name_on_page(walker)
    open_window(walker, "回避", "recusals")
    fill_in(walker, "recusals", opinion="与申报人系姻亲。")
    walker.press("声明回避")
    walker.open(f"/dossiers/{dossier}")
    walker.sees("请求移交", "现在没有人可以办理")
    walker.inspect("hand-over-offer")
    walker.press(f"请求“{CITY}”移交办理")
    walker.sees("请填写请求移交的原因")
    walker.fill("handOverReason", "本单位唯一的审核人员须回避")
    walker.press(f"请求“{CITY}”移交办理")
    walker.sees("请求“乐山市教育局（演示）”移交办理。")
    walker.inspect("hand-over-asked")
    other.sign_in(f"超级管理员·{CITY}")
    other.sees("请求移交", name)
    other.inspect("hand-over-home")
    other.click(other.find("[aria-labelledby=asked] a"))
    other.inspect("hand-over-unit")
    other.misses("<button")
    other.click(other.find(f'button[value="take.{dossier}"]'))
    other.inspect("hand-over-taken")
    other.become(FIRST)
    other.open(f"/dossiers/{dossier}")
    other.sees(name)
    assert other.find("#opinion").is_displayed()
    walker.open(f"/dossiers/{dossier}")
    walker.sees(CITY)
