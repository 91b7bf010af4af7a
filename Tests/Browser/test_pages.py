"""Every persona comes in, sees a home page that fits and is accessible, and the menu of the persona's duties."""

import re
import subprocess

import pytest

import desk

OUTSIDE = ("申报人", "个人", "法人")
OWN_UNITS = ("乐山市演示中学", "乐山市演示小学", "成都演示科技有限公司")


def expected_menu(label):
    duty, _, unit = label.partition("·")
    if duty.startswith(OUTSIDE):
        return []
    if duty == "受理":
        return [desk.ACCEPTANCE]
    return [desk.OWN if unit in OWN_UNITS else desk.BELOW]


def menu(walker):
    titles = [re.sub(r"\s*\d*$", "", link.text) for link in walker.all("nav.menu a")]
    assert titles[0] == "首页"
    return titles[1:]


def slug(system, label):
    return f"home-{system.labels().index(label) + 1:02}"


def test_entry_page(walker):
    walker.open("/")
    walker.inspect("entry")
    assert sorted(link.text for link in walker.all("a.persona")) == sorted(walker.system.labels())


def test_every_persona_has_a_home(walker):
    for label in walker.system.labels():
        walker.sign_in(label)
        assert walker.find("h1")
        assert [item for item in menu(walker) if item in (desk.OWN, desk.BELOW, desk.ACCEPTANCE)] == expected_menu(label), label
        walker.inspect(slug(walker.system, label))
        walker.sign_out()


def test_lists_and_trail_of_a_superior_unit(walker, tmp_path):
    walker.sign_in("初审·乐山市教育局（演示）")
    desk.go_to_list(walker, desk.BELOW, "初审")
    walker.inspect("below-first-list")
    walker.fill("q", "没有这个人")
    walker.press("查询")
    walker.sees("没有找到相符的申报人")
    walker.inspect("below-list-nothing-found")
    desk.open_first(walker, desk.BELOW, "初审")
    walker.inspect("below-first-review")
    walker.press("查看经办流程")
    walker.inspect("reviewer-trail")
    proof = tmp_path / "proof.json"
    proof.write_bytes(walker.download(walker.control("下载经办流程证明").get_attribute("href")))
    code, told = verified(walker.system, proof)
    assert code == 0 and "记录完整" in told, told
    # One character of what it says is another.
    proof.write_text(proof.read_text().replace("submit", "resubmit", 1))
    code, told = verified(walker.system, proof)
    assert code == 1 and "不成立" in told, told


def verified(system, proof):
    """What `zhiping verify FILE` says of a proof, without a database."""
    done = subprocess.run(system.command("zhiping", ["verify", proof]), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_adding_a_unit_above(walker):
    walker.sign_in("复审·乐山市教育局（演示）")
    desk.open_first(walker, desk.BELOW, "复审")
    walker.press("增加审核单位", stays=True)
    walker.wait(lambda: walker.find("#pass").is_displayed(), "the window opens")
    walker.inspect("below-dialog")
    walker.send(walker.find("#search"), "绵阳\n")
    walker.sees("绵阳市教育局（演示）")
    assert walker.find("#pass").is_displayed(), "Enter searches, and passes nothing"


def test_keys_help(walker):
    walker.sign_in("初审·乐山市演示中学")
    walker.find("body").send_keys("?")
    walker.wait(lambda: walker.find("dialog.keys-help").is_displayed(), "the help opens")
    walker.inspect("keys-help")


def test_legal_person_of_an_unknown_unit(walker):
    walker.sign_in("法人（未注册单位）")
    walker.sees("单位尚未在本系统注册", "审核通过后开放申报、经办功能")


def test_person_without_a_unit(walker):
    walker.sign_in("个人（无单位）")
    walker.sees("尚未登记工作单位")
    assert walker.all("form button.primary") == [], "nothing can be applied for"


@pytest.mark.parametrize("path, status", [("/nowhere", 404), ("/public/nothing.png", 404), ("/reviews/own-first", 403), ("/dossiers/nonsense", 403)])
def test_wrong_addresses(walker, path, status):
    walker.sign_in("个人（无单位）")
    walker.open(path)
    assert walker.status() == status
    walker.inspect(f"trouble-{path.strip('/').replace('/', '-')}")


def test_pages_ask_to_sign_in(walker):
    walker.open("/home")
    assert walker.path() == "/"


def test_signing_in_leads_to_the_page_that_was_wanted(walker):
    wanted = "/reviews/own-first?q=%E5%BC%A0"
    walker.open(wanted)
    walker.sees("登录后将打开您要访问的页面")
    walker.inspect("entry-on-the-way")
    walker.press("初审·乐山市演示中学")
    walker.wait(lambda: walker.path() == wanted, "the page that was wanted opens")
