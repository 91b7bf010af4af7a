"""With scripts switched off everything still works: links, windows by their address, forms."""

import desk
import forms

SCHOOL = "乐山市演示中学"


def test_first_reviewer_fills_in_ahead_and_passes(plain):
    plain.sign_in(f"初审·{SCHOOL}")
    dossier = desk.open_first(plain, desk.OWN, "初审")
    plain.fill("opinion", "同意，无脚本。")
    plain.press("填写单位推荐和公示信息", stays=True)
    forms.fill_dialog(plain, {"recommendation": "初审拟写的推荐意见", "recommended": "1"})
    plain.press("填好并通过初审")
    assert "通过" in desk.said(plain)
    plain.become(f"复审·{SCHOOL}")
    plain.open(f"/dossiers/{dossier}#pass")
    assert plain.value("recommendation") == "初审拟写的推荐意见"


def test_window_opens_by_its_address_and_posts(plain):
    plain.sign_in(f"复审·{SCHOOL}")
    dossier = desk.open_first(plain, desk.OWN, "复审")
    plain.press("通过", stays=True)
    assert plain.path().startswith(f"/dossiers/{dossier}") and plain.path().endswith("#pass")
    assert plain.find("#pass").is_displayed()
    plain.press("确定")
    plain.sees("未填写公示信息，仍要提交？")
    forms.fill_dialog(plain, forms.recommendation())
    plain.press("仍要提交")
    assert "通过" in desk.said(plain)
    plain.open(f"/dossiers/{dossier}/trail")
    plain.misses("未填写公示信息")


def test_window_closes_again(plain):
    plain.sign_in(f"复审·{SCHOOL}")
    desk.open_first(plain, desk.OWN, "复审")
    plain.press("通过", stays=True)
    plain.press("取消", stays=True)
    assert not plain.find("#pass").is_displayed()
    plain.press("通过", stays=True)
    plain.press("确定")
    plain.sees("未填写公示信息，仍要提交？")
    plain.press("取消", stays=True)
    plain.wait(lambda: not plain.find("#pass").is_displayed(), "the window that the server opened closes, too")
