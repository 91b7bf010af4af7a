"""Makes the pictures of docs/guide anew: bin/guide. It walks the way that the chapters describe, by the personas' buttons."""

import base64
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import checks
import desk
import forms
import system
from conftest import start_browser, walk

GUIDE = system.ROOT / "docs" / "guide"
IMAGES = GUIDE / "images"
WIDTH, HEIGHT, MARGIN = 1280, 800, 10
SCHOOL, CITY = "乐山市演示中学", "乐山市教育局（演示）"
TEACHER = f"申报人·{SCHOOL}"
OFFICE = "受理·四川省中小学教师高级职称评审委员会办公室（演示）"

FRAME = """
const found = arguments[0].map((selector) => [...document.querySelectorAll(selector)]
  .find((each) => each.getClientRects().length && each.getBoundingClientRect().height));
const boxes = found.map((each) => each?.getBoundingClientRect());
return boxes.some((box) => !box) ? null : {
  left: Math.min(...boxes.map((box) => box.left)) + scrollX, right: Math.max(...boxes.map((box) => box.right)) + scrollX,
  top: Math.min(...boxes.map((box) => box.top)) + scrollY, bottom: Math.max(...boxes.map((box) => box.bottom)) + scrollY,
};
"""
LOADED = "return [...document.images].every((image) => image.complete && image.naturalWidth) && !document.querySelector('[aria-busy=true]')"
DOWNLOAD = """
const [address, done] = arguments;
fetch(address).then((answer) => answer.blob()).then((blob) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(",")[1]);
  reader.readAsDataURL(blob);
}).catch(() => done(null));
"""


def named_pictures():
    """Every picture that a chapter shows."""
    return {name for chapter in GUIDE.glob("*.md") for name in re.findall(r"\]\(images/([\w-]+)\.png\)", chapter.read_text())}


class Camera:
    """Takes what is before a walker's eyes, as wide as the page or as wide as what is asked for."""

    def __init__(self, folder):
        self.folder = folder
        self.made = set()

    def take(self, walker, name, *selectors, wide=False, most=None, height=HEIGHT):
        """The elements, or what is in sight where none are named; `most` cuts what is long, `wide` takes the page's whole width."""
        driver = walker.driver
        driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        if selectors:
            size = driver.execute_script(checks.PAGE_SIZE)
            checks.resize(driver, WIDTH, min(max(size, height), 6000))
        else:
            checks.resize(driver, WIDTH, height)
        walker.wait(lambda: driver.execute_script(LOADED), "every picture of the page is there")
        driver.execute_script("document.activeElement?.blur()")
        clip = {"x": 0, "y": driver.execute_script("return scrollY"), "width": WIDTH, "height": height}
        if selectors:
            box = driver.execute_script(FRAME, list(selectors))
            assert box, f"{', '.join(selectors)} is on {driver.current_url}"
            left, top = (0 if wide else max(box["left"] - MARGIN, 0)), max(box["top"] - MARGIN, 0)
            right = WIDTH if wide else min(box["right"] + MARGIN, WIDTH)
            clip = {"x": left, "y": top, "width": right - left, "height": min(box["bottom"] + MARGIN - top, most or 6000)}
        picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip | {"scale": 1}, "captureBeyondViewport": bool(selectors)})
        (self.folder / f"{name}.png").write_bytes(base64.b64decode(picture["data"]))
        self.made.add(name)
        checks.resize(driver, WIDTH, HEIGHT)


class Story:
    """One dossier's way, photographed; `second` is somebody at another computer."""

    def __init__(self, camera, first, second, papers):
        self.camera, self.first, self.second, self.papers = camera, first, second, papers
        self.dossier = self.name = None

    def take(self, name, *selectors, **how):
        self.camera.take(self.first, name, *selectors, **how)

    # What belongs to everybody

    def doors(self):
        self.first.open("/")
        self.take("entry", "header.bar", ".personas", wide=True)
        self.first.press("个人登录")
        self.take("platform", "header.bar", "section.card", wide=True)

    def collect_papers(self):
        """Saves one paper of each kind from a dossier of the demo, to be uploaded for another."""
        walker = self.first
        walker.sign_in(f"初审·{CITY}")
        desk.go_to_list(walker, desk.BELOW, "初审")
        walker.fill("q", SCHOOL)
        walker.press("查询")
        walker.click(walker.all("a.action")[0])
        wanted = {"portrait": "img.portrait", "diploma": "#education a[data-file]", "award": "#results a[data-file]",
                  "publicity": "#recommendation a[data-file]"}
        for name, selector in wanted.items():
            found = walker.find(selector)
            address = found.get_attribute("data-file") or found.get_attribute("src")
            content = base64.b64decode(walker.driver.execute_async_script(DOWNLOAD, address))
            title = found.text.rsplit(".", 1)[0] or "证件照片"
            path = self.papers / f"{title}.{'pdf' if content.startswith(b'%PDF') else 'jpg' if content.startswith(bytes([255, 216])) else 'png'}"
            path.write_bytes(content)
            setattr(self, name, str(path))
        walker.sign_out()

    # The applicant

    def path(self, section):
        return f"/my/dossiers/{self.dossier}/{section}"

    def begin(self):
        walker = self.first
        walker.sign_in(TEACHER)
        self.name = walker.text("h1").removesuffix("，您好")
        self.take("applicant-home", height=560)
        self.dossier = forms.begin_application(walker, "中小学教师")
        walker.fill("title", "22--2")
        forms.fill_part(walker, "application", forms.TEACHER["application"])
        walker.press("保存，下一步")
        forms.fill_part(walker, "basics", forms.TEACHER["basics"])
        forms.upload(walker, "basics", self.portrait)
        walker.press("保存")
        self.take("applicant-section", "header.bar", ".filling", wide=True)
        walker.press("保存，下一步")

    def fill_tables(self):
        walker = self.first
        walker.press("添加学习经历")
        forms.fill_part(walker, "education", forms.TEACHER["education"])
        walker.press("保存")
        forms.upload(walker, "education", self.diploma)
        self.photograph_uploading()
        walker.press("保存，下一步")
        walker.press("添加工作经历")
        forms.fill_part(walker, "work", forms.TEACHER["work"])
        walker.press("保存，下一步")
        walker.open(self.path("sections/results"))
        walker.press("添加代表性业绩")
        forms.fill_part(walker, "achievement", forms.TEACHER["achievement"] | {"representative": "1"})
        walker.press("保存")
        forms.upload(walker, "achievement", self.award)
        self.take("applicant-representative", "#achievement")
        walker.open(self.path("submission"))
        self.take("applicant-gaps", "header.bar", ".notice.warning", "[aria-labelledby=route]", wide=True)

    def photograph_uploading(self):
        """A slow line and a file that is too large, at one place."""
        walker = self.first
        slow, large = self.papers / "学位证书.jpg", self.papers / "毕业论文扫描件.pdf"
        slow.write_bytes(Path(self.portrait).read_bytes() + bytes(1_200_000))
        large.write_bytes(Path(self.diploma).read_bytes() + bytes(21_000_000))
        with self.line_of(60_000):
            forms.choose(walker, "education", f"{large}\n{slow}")
            walker.wait(lambda: float(walker.find(".uploading progress").get_property("value")) > 0.3, "the upload goes on")
            self.take("applicant-upload", "#education .row")
            walker.press("取消", stays=True)
        walker.driver.refresh()

    @contextmanager
    def line_of(self, bytes_a_second):
        driver = self.first.driver
        driver.execute_cdp_cmd("Network.enable", {})
        conditions = {"offline": False, "latency": 20, "downloadThroughput": -1}
        driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions | {"uploadThroughput": bytes_a_second})
        try:
            yield
        finally:
            driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions | {"uploadThroughput": -1})

    def save_in_two_windows(self):
        walker, path, field = self.first, self.path("sections/summary"), "summary.summary.summary"
        walker.open(path)
        self.second.sign_in(TEACHER)
        self.second.open(path)
        self.second.fill(field, "先在另一个窗口填写的总结。")
        self.second.press("保存")
        self.second.sign_out()
        walker.fill(field, forms.TEACHER["summary"]["summary"])
        walker.press("保存")
        self.take("applicant-two-windows", height=700)
        walker.press("保存")

    def submit(self):
        walker = self.first
        walker.open(self.path("submission"))
        walker.sees("材料完整")
        walker.find("#pledge").click()
        self.take("applicant-pledge", "form.card.sheet")
        walker.press("提交申报")
        self.take("applicant-receipt")
        walker.sign_out()

    def follow(self):
        """What the applicant sees after his unit has passed him, and what somebody sees whose dossier came back."""
        walker = self.first
        walker.sign_in(TEACHER)
        walker.open(f"/my/dossiers/{self.dossier}")
        self.take("applicant-progress", height=880)
        walker.become(f"申报人（已退回）·{SCHOOL}")
        walker.click(walker.find("[aria-labelledby=mine] a"))
        self.take("applicant-returned", height=880)
        walker.sign_out()

    # The reviewers

    def first_review(self):
        walker = self.first
        walker.sign_in(f"初审·{SCHOOL}")
        self.take("reviewer-home")
        desk.go_to_list(walker, desk.OWN, "初审")
        self.take("reviewer-list", "header.bar", "table.work", wide=True)
        desk.open_from_list(walker, desk.OWN, "初审", self.dossier, self.name)
        self.take("reviewer-page", height=960)
        self.take("reviewer-reveal", "#basics", most=250)
        walker.click(walker.find("#education a[data-file]"), stays=True)
        self.take("reviewer-file", height=900)
        walker.press("关闭", stays=True)
        self.photograph_lateness()

    def photograph_lateness(self):
        """A colleague passes the same dossier while it is open here."""
        walker, other = self.first, self.second
        other.sign_in(f"超级管理员·{SCHOOL}")
        other.open(f"/dossiers/{self.dossier}")
        other.fill("opinion", "材料齐全，情况属实。")
        other.press("通过")
        other.sign_out()
        walker.fill("opinion", "材料齐全，同意。")
        walker.press("通过")
        self.take("reviewer-late", height=560)
        walker.sign_out()

    def second_review(self):
        walker = self.first
        walker.sign_in(f"复审·{SCHOOL}")
        desk.open_from_list(walker, desk.OWN, "复审", self.dossier, self.name)
        walker.press("通过", stays=True)
        walker.wait(lambda: walker.find("#pass").is_displayed(), "the window opens")
        forms.fill_dialog(walker, forms.recommendation(), self.publicity)
        walker.wait(lambda: walker.all("#proofs .files li"), "the proof is listed")
        walker.driver.execute_script("document.querySelector('#pass .body').scrollTop = 0")
        self.take("reviewer-recommendation", height=900)
        walker.fill("search", "绵阳")
        walker.press("查找单位")
        walker.press("增加绵阳市教育局（演示）")
        walker.fill(walker.find('[name^="reason."]').get_attribute("name"), "跨市借调，须由借调地核实")
        walker.fill("search", "乐山市人力资源")
        walker.press("查找单位")
        walker.driver.execute_script("document.querySelector('#next').scrollIntoView({ block: 'end' })")
        self.take("reviewer-route", height=900)
        walker.press("去掉绵阳市教育局（演示）")
        walker.press("确定")
        self.take("reviewer-passed", height=300)
        desk.go_to_list(walker, "岗位情况表")
        self.take("reviewer-posts", "header.bar", "form.sheet", wide=True)
        walker.sign_out()

    def superior_review(self):
        walker = self.first
        walker.sign_in(f"初审·{CITY}")
        desk.open_from_list(walker, desk.BELOW, "初审", self.dossier, self.name)
        walker.press("显示完整证件号码和手机", stays=True)
        walker.wait(lambda: walker.all("[data-revealed]"), "the numbers are there")
        walker.press("查看经办流程")
        self.take("reviewer-trail", "header.bar", ".trail", wide=True)
        walker.sign_out()

    def acceptance(self):
        walker = self.first
        walker.sign_in(OFFICE)
        desk.open_first(walker, desk.ACCEPTANCE, None)
        self.take("reviewer-acceptance", height=700)
        walker.sign_out()

    def talents(self):
        walker = self.first
        walker.sign_in(f"初审·{SCHOOL}")
        walker.click(walker.find('.menu a[href="/profiles"]'))
        walker.click(next(row for row in walker.all("tbody tr") if "变更" in row.text).find_element("css selector", "a"))
        self.take("talents-review", height=900)
        walker.become(f"初审·{CITY}")
        walker.click(walker.find('.menu a[href="/statistics"]'))
        self.take("talents-statistics", height=900)
        walker.sign_out()

    def tell(self):
        for chapter in (self.doors, self.collect_papers, self.begin, self.fill_tables, self.save_in_two_windows, self.submit, self.first_review,
                        self.second_review, self.follow, self.superior_review, self.acceptance, self.talents):
            print(f"  {chapter.__name__.replace('_', ' ')}", flush=True)
            chapter()


class Morning(system.System):
    """The programs as they run on the morning at which bin/guide has set their clock, so that the pictures change only with the pages."""

    def start(self, *arguments):
        self.environment["LD_PRELOAD"] = os.environ["GUIDE_CLOCK"]
        system.today = forms.today = lambda: date.fromisoformat(os.environ["GUIDE_DAY"])
        super().start(*arguments)


def squeeze(folder):
    """Few colours are enough for pages, and make small files that are the same every time."""
    for picture in sorted(folder.glob("*.png")):
        subprocess.run(["pngquant", "--nofs", "--quality=70-98", "--speed=1", "--strip", "--force", "--ext=.png", picture], check=True)


def make(folder):
    pictures, papers = folder / "pictures", folder / "papers"
    pictures.mkdir()
    papers.mkdir()
    camera = Camera(pictures)
    running = Morning()
    browsers = []
    try:
        # The language of the browser's own words, as on a button that chooses files.
        os.environ["LANGUAGE"] = "zh_CN"
        browsers += [start_browser() for _ in range(2)]
        first, second = (walk(browser, running) for browser in browsers)
        Story(camera, first, second, papers).tell()
    finally:
        for browser in browsers:
            browser.quit()
        running.stop()
    squeeze(pictures)
    return pictures, camera.made


def main():
    wanted = named_pictures()
    with tempfile.TemporaryDirectory(prefix="zhiping-guide-") as folder:
        pictures, made = make(Path(folder))
        if wanted - made:
            sys.exit(f"Not made, though a chapter shows it: {', '.join(sorted(wanted - made))}")
        IMAGES.mkdir(exist_ok=True)
        for old in IMAGES.glob("*.png"):
            old.unlink()
        for name in sorted(made):
            (IMAGES / f"{name}.png").write_bytes((pictures / f"{name}.png").read_bytes())
    size = sum(each.stat().st_size for each in IMAGES.glob("*.png"))
    unused = f"; shown by no chapter: {', '.join(sorted(made - wanted))}" if made - wanted else ""
    print(f"{len(made)} pictures, {size // 1024} KB{unused}")


if __name__ == "__main__":
    main()
