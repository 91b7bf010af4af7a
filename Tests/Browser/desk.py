"""How a reviewer finds a dossier in a list, passes it, and uses the windows of its page."""

from selenium.webdriver.support.select import Select

OWN, BELOW, ACCEPTANCE = "本单位人员审核", "下级单位人员审核", "受理审核"


def go_to_list(walker, menu, tab=None):
    links = [link for link in walker.all("nav.menu a") if link.text.startswith(menu)]
    walker.click(links[0])
    if tab:
        current = walker.find(".tabs [aria-current=page]")
        if not current.text.startswith(tab):
            walker.click(next(link for link in walker.all(".tabs a") if link.text.startswith(tab)))


def open_from_list(walker, menu, tab, dossier, name):
    """Searches the list for the name, and opens this dossier."""
    go_to_list(walker, menu, tab)
    walker.fill("q", name)
    walker.press("查询")
    walker.click(walker.find(f'a.action[href*="{dossier}"]'))
    walker.sees("审核意见" if menu != ACCEPTANCE else "受理意见")


def open_first(walker, menu, tab):
    """Opens the dossier that has waited longest; returns its id."""
    go_to_list(walker, menu, tab)
    walker.click(walker.all("a.action")[0])
    return walker.path().split("/")[2].split("?")[0]


def said(walker):
    """What the page after a decision says was done."""
    return walker.text(".notice.success")


def pass_on(walker, label, menu, tab, dossier, name, opinion="同意。"):
    """One reviewer's whole work: in, find, pass, out."""
    walker.sign_in(label)
    open_from_list(walker, menu, tab, dossier, name)
    walker.fill("opinion", opinion)
    walker.press("通过")
    assert name in said(walker)
    walker.sign_out()


def name_on_page(walker):
    return walker.driver.execute_script("return document.querySelector('h1').firstChild.textContent").strip()


def open_window(walker, word, window):
    walker.press(word, stays=True)
    walker.wait(lambda: walker.find(f"#{window}").is_displayed(), f"the window {word} opens")


def fill_in(walker, window, **values):
    for key, value in values.items():
        element = walker.find(f"[id='{window}-{key.replace('_', '.')}']")
        walker.driver.execute_script("arguments[0].closest('details')?.setAttribute('open', '')", element)
        if element.tag_name == "select":
            Select(element).select_by_value(value)
        else:
            element.clear()
            element.send_keys(value)


def recuse(walker, look=False):
    """声明回避 on the page of a dossier."""
    open_window(walker, "回避", "recusals")
    if look:
        walker.inspect("recusal-window")
    fill_in(walker, "recusals", opinion="与申报人系姻亲。")
    walker.press("声明回避")
