"""受理: what is asked for once more and what is not accepted, by the office of the committee."""

import desk
from desk import fill_in, open_window

OFFICE = "受理·四川省中小学教师高级职称评审委员会办公室（演示）"
MENU = "受理审核"


def test_corrections_are_asked_for(walker):
    walker.sign_in(OFFICE)
    dossier = desk.open_first(walker, MENU, "待受理")
    open_window(walker, "要求补正", "corrections")
    walker.press("确定要求补正")
    assert "请填写补正要求" in walker.text("#corrections")
    fill_in(walker, "corrections", opinion="请补充聘任文件。")
    walker.inspect("correction-window")
    walker.press("确定要求补正")
    assert "补正" in desk.said(walker)
    desk.go_to_list(walker, MENU, "已要求补正")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    # With the applicant it can still be refused, and its time changed; nothing else.
    walker.sees("可以办理", "修改提交截止时间", "不予受理")
    assert not walker.all("#opinion")
    walker.inspect("correction-asked")


def test_what_is_not_accepted_ends(walker):
    walker.sign_in(OFFICE)
    dossier = desk.open_first(walker, MENU, "待受理")
    open_window(walker, "不予受理", "refusals")
    fill_in(walker, "refusals", opinion="申报专业不属于本评审委员会的评审范围。")
    walker.press("确定不予受理")
    assert "请勾选确认" in walker.text("#refusals")
    walker.inspect("refusal-window")
    walker.click(walker.find("#refusals-confirmed"), stays=True)
    walker.press("确定不予受理")
    assert "不予受理" in desk.said(walker)
    desk.go_to_list(walker, MENU, "不予受理")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    walker.sees("不予受理")
    assert not walker.all("#opinion") and "可以办理" not in walker.text()
