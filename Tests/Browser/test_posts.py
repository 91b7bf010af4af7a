"""事业单位岗位情况表, and an applicant's numbers in full. Runs after test_journey."""

import desk
import papers

SCHOOL = "乐山市演示中学"


def test_the_post_table_of_the_year(walker):
    walker.sign_in(f"初审·{SCHOOL}")
    walker.press("岗位情况表")
    walker.sees("全面实行岗位管理")
    walker.inspect("posts")
    walker.fill("associateSenior.filled", "70")
    walker.wait(lambda: walker.text("[data-vacant=associateSenior]") == "-8", "空缺数 follows")
    walker.press("保存")
    assert "推荐数多于空缺数" in walker.complaint("explanation")
    walker.inspect("posts-wrong")
    walker.fill("explanation", "本年度评聘分离")
    walker.find("#file").send_keys(papers.POSTS)
    walker.press("保存")
    walker.sees("岗位情况表已保存", "岗位情况表（盖章）.pdf")


def test_the_window_names_the_table(walker):
    walker.sign_in(f"复审·{SCHOOL}")
    desk.open_first(walker, desk.OWN, "复审")
    walker.press("通过", stays=True)
    walker.sees("年度事业单位岗位情况表", "副高级空缺 -8 个", "查看、修改（在新窗口打开）")


def test_numbers_in_full_are_shown_in_place(walker):
    walker.sign_in("初审·乐山市教育局（演示）")
    desk.open_first(walker, desk.BELOW, "初审")
    walker.fill("opinion", "先写下的意见")
    walker.press("显示完整证件号码和手机", stays=True)
    walker.wait(lambda: walker.all("[data-revealed] dd"), "the number appears")
    shown = walker.text("[data-revealed] dd")
    assert len(shown) == 18 and "*" not in shown
    assert walker.value("opinion") == "先写下的意见"
    walker.inspect("numbers-revealed", reveals=True)
    walker.fill("opinion", "")
    walker.driver.execute_script("document.querySelector('form.decide').dispatchEvent(new Event('zhiping:saved'))")
    walker.press("查看经办流程")
    walker.sees("证件号码查看记录")
    walker.inspect("numbers-trail")
