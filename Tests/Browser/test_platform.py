"""The stand-in identity platform: its two doors, registration, and what comes of a new account."""

import random

from system import today

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
PASSWORD = "correct-horse-battery"


def id_number():
    """A number that nobody of the demo has, with its right check digit."""
    digits = f"510104{today().year - 30}0229"[:10] + f"0315{random.randrange(100, 999)}"
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS)) % 11]


def assert_at_upper_right(link, card):
    assert link.rect["x"] > card.rect["x"] + card.rect["width"] / 2
    assert link.rect["y"] < card.rect["y"] + 80


def test_unit_door(walker):
    walker.open("/")
    walker.press("单位登录")
    assert walker.driver.current_url.startswith(walker.system.issuer)
    walker.sees("用户登录", "法人登录")
    assert_at_upper_right(walker.control("注册"), walker.find("section.card"))
    walker.inspect("platform-unit-login")
    walker.press("注册")
    walker.sees("法人注册和认证")
    walker.inspect("platform-unit-registration")


def test_wrong_credit_code_is_told_and_kept(walker):
    walker.open("/")
    walker.press("单位注册")
    walker.press("注册")
    typed = {"creditCode": "91510000MA6000008B", "unitName": "成都演示新公司", "representative": "欧阳演示", "idNumber": id_number()}
    for name, value in typed.items():
        walker.fill(name, value)
    walker.press("提交注册")
    walker.sees("统一社会信用代码的校验码不正确")
    assert {name: walker.value(name) for name in typed} == typed
    walker.inspect("platform-unit-registration-wrong")


def test_front_page(walker):
    walker.open(walker.system.issuer)
    walker.inspect("platform-front")


def fill_registration(walker, number):
    for name, value in {"name": "欧阳演示", "idNumber": number, "phone": "13800001234", "password": PASSWORD, "passwordAgain": PASSWORD}.items():
        walker.fill(name, value)
    walker.press("提交注册")


def test_register_and_sign_in_as_a_person(walker):
    number = id_number()
    walker.open("/")
    walker.press("个人登录")
    walker.inspect("platform-person-login")
    walker.press("注册")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    fill_registration(walker, wrong)
    walker.sees("校验码不正确")
    assert (walker.value("name"), walker.value("idNumber")) == ("欧阳演示", wrong)
    walker.inspect("platform-registration-wrong")
    fill_registration(walker, number)
    walker.sees("个人注册和实名认证已完成")
    walker.fill("idNumber", number)
    walker.fill("password", "not-the-password")
    walker.press("登录")
    walker.inspect("platform-login-wrong")
    walker.fill("password", PASSWORD)
    walker.press("登录")
    assert walker.path() == "/home"
    walker.sees("欧阳演示，您好", "尚未登记工作单位")
