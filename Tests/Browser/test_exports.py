"""What is too large to be exported at once is made in the background."""

import io
import urllib.error
import zipfile

import pytest

import desk
from system import System, serving

CITY = "乐山市教育局（演示）"
FIRST, SECOND = f"初审·{CITY}", f"复审·{CITY}"
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
