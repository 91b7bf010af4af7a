"""A provider that is not ours: the same people sign in through Canaille, by both doors, and nobody does who should not."""

from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import desk
import pytest
from canaille_provider import PASSWORD, canaille
from selenium.webdriver.common.keys import Keys
from system import System, serving

PERSON, UNIT = "个人登录", "单位登录"
APPLICANT, REVIEWER, UNKNOWN = "申报人·乐山市演示中学", "初审·乐山市演示中学", "法人（未注册单位）"


@pytest.fixture(scope="module")
def system():
    """For the walkers of this module, in place of the one that all others share."""
    yield from serving(System(canaille))


def persona(walker, label):
    return next(each for each in walker.system.personas if each["label"] == label)


# At the provider


def submit(walker, name, value):
    walker.fill(name, value)
    walker.send(walker.find(f"[name={name}]"), Keys.ENTER)


def identify(walker, label, password=PASSWORD):
    """The two pages on which Canaille asks who it is."""
    assert walker.driver.current_url.startswith(walker.system.issuer)
    submit(walker, "login", persona(walker, label)["loginHint"])
    submit(walker, "password", password)


def come_in(walker, door, label, password=PASSWORD):
    walker.open("/")
    walker.press(door)
    identify(walker, label, password)


def menu(walker):
    return [link.text.split("\n")[0] for link in walker.all("nav.menu a")]


def assert_nobody_is_in(walker):
    walker.open("/home")
    assert walker.path() == "/"
    walker.sees(PERSON, UNIT)


# Coming in


def test_entry_page_offers_doors_and_personas(walker):
    walker.open("/")
    assert sorted(link.text for link in walker.all("a.persona")) == sorted(walker.system.labels())
    walker.inspect("canaille-entry")
    walker.press(REVIEWER)
    identify(walker, REVIEWER)
    assert walker.path() == "/home"


def test_applicant_comes_by_the_personal_door(walker):
    come_in(walker, PERSON, APPLICANT)
    assert walker.path() == "/home"
    walker.sees(f"{persona(walker, APPLICANT)['name']}，您好", "我的申报", "乐山市演示中学")
    assert not any("审核" in entry for entry in menu(walker))
    walker.inspect("canaille-applicant-home")


def test_reviewer_comes_by_the_unit_door(walker):
    come_in(walker, UNIT, REVIEWER)
    assert walker.path() == "/home"
    assert persona(walker, REVIEWER)["name"] in walker.text(".who")
    walker.sees("乐山市演示中学")
    walker.inspect("canaille-reviewer-home")
    assert desk.open_first(walker, desk.OWN, "初审"), "what waits for him is there"


def test_unknown_legal_person_cannot_act_yet(walker):
    come_in(walker, UNIT, UNKNOWN)
    assert walker.path() == "/home"
    walker.sees("单位尚未在本系统注册", "完善单位信息")
    assert not any("审核" in entry for entry in menu(walker))
    walker.inspect("canaille-unknown-unit")


def test_next_one_at_the_same_computer_is_asked(walker):
    come_in(walker, PERSON, APPLICANT)
    walker.sign_out()
    walker.press(UNIT)
    assert walker.driver.current_url.startswith(walker.system.issuer), "the provider still knows the applicant, and asks all the same"
    walker.click(walker.find('form a[href$="/login"]'))
    identify(walker, REVIEWER)
    assert persona(walker, REVIEWER)["name"] in walker.text(".who")


# Not coming in


@pytest.mark.parametrize("door, label, right, page", [
    (UNIT, APPLICANT, PERSON, "canaille-person-by-unit-door"), (PERSON, REVIEWER, UNIT, "canaille-unit-by-personal-door"),
])
def test_wrong_door(walker, door, label, right, page):
    come_in(walker, door, label)
    walker.sees(f"请从“{right}”进入")
    walker.inspect(page)
    assert_nobody_is_in(walker)


def test_wrong_password_signs_nobody_in(walker):
    come_in(walker, PERSON, APPLICANT, "not-the-password")
    assert walker.driver.current_url.startswith(walker.system.issuer)
    assert_nobody_is_in(walker)


def begin_sign_in(walker):
    """Begins a sign-in for this browser, which would not tell where it was sent; returns what has to come back."""
    connection = HTTPConnection(urlsplit(walker.origin).netloc)
    with closing(connection):
        connection.request("GET", "/sign-in/person")
        answer = connection.getresponse()
        name, value = answer.headers["Set-Cookie"].split(";")[0].split("=")
        walker.driver.add_cookie({"name": name, "value": value})
        return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


@pytest.mark.parametrize("forged, said", [
    ({}, "应答无法核验"), ({"state": "a" * 52}, "登录请求已失效"), ({"iss": "http://127.0.0.1:1"}, "不是来自统一身份认证平台"),
    ({"code": "", "error": "access_denied"}, "登录未完成"),
])
def test_callback_by_hand_signs_nobody_in(walker, forged, said):
    """With the right state in the right browser, but without the provider's word."""
    true = {"code": "a" * 48, "state": begin_sign_in(walker), "iss": walker.system.issuer}
    walker.open("/sign-in/callback?" + urlencode({name: value for name, value in (true | forged).items() if value}))
    walker.sees(said)
    assert_nobody_is_in(walker)
