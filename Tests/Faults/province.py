"""A small demo province whose people are signed in, as a folder to begin from again and again."""

import http.cookiejar
import json
import re
import secrets
import shutil
import tempfile
import time
import urllib.request
from pathlib import Path

import pages
from books import sqlite_books
from papers import paper, photo
from people import LISTS, Applicant, Reviewer
from servers import Program, Server, free_port, probe, run, wait_for
from visitor import File, Visitor, posting

CLERKS = {
    "初审·乐山市演示中学": LISTS[:1], "复审·乐山市演示中学": LISTS[1:2], "初审·乐山市教育局（演示）": LISTS[2:3], "复审·乐山市教育局（演示）": LISTS[3:4],
    "初审·四川省教育厅（演示）": LISTS[2:3], "复审·四川省教育厅（演示）": LISTS[3:4], "受理·四川省中小学教师高级职称评审委员会办公室（演示）": LISTS[4:],
    "经办·成都演示科技有限公司": LISTS[:1], "审核·锦江区人力资源和社会保障局（演示）": LISTS[2:3],
    "初审·成都市人力资源和社会保障局（演示）": LISTS[2:3], "复审·成都市人力资源和社会保障局（演示）": LISTS[3:4],
}
APPLICANTS = ("申报人·乐山市演示中学", "申报人·成都演示科技有限公司")
WRITTEN = {
    "application": {"specialty": "语文", "kind": "01", "currentSpecialty": "语文教学", "firstTime": "1"},
    "basics": {
        "ethnicGroup": "01", "politicalStatus": "13", "nationality": "1", "workingSince": "2008-07", "degreeOfEducation": "21",
        "school": "四川演示师范大学", "major": "汉语言文学", "graduated": "2008-06", "studyMode": "1", "titleSince": "2016-12-20",
    },
    "education": {"from": "2004-09", "to": "2008-06", "school": "四川演示师范大学", "major": "汉语言文学", "level": "21", "studyMode": "1"},
    "work": {"from": "2008-07", "unit": "演示单位", "duty": "业务工作", "post": "专任"},
    "achievement": {"obtained": "2023-06", "name": "市级一等奖", "role": "负责人", "effect": "已推广。"},
    "summary": {"summary": "任现职以来一直承担本职工作。"},
}
SECTIONS = (("application", "application"), ("basics", "basics"), ("education", "education"), ("work", "work"), ("results", "achievement"), ("summary", "summary"))
TITLES = {"申报人·乐山市演示中学": "一级教师", "申报人·成都演示科技有限公司": "工程师"}
# Sessions end after half an hour in which nothing is marked as seen.
FRESH = 20 * 60


class Province:
    """`copy` gives a data folder in which everybody of `cookies` has a session, and each applicant a draft that could be handed in."""

    def __init__(self, units=60, dossiers=900):
        self.folder = Path(tempfile.mkdtemp(prefix="zhiping-faults-"))
        self.template = self.folder / "template"
        self.secret = secrets.token_hex(32)
        self.port, self.identity_port = free_port(), free_port()
        self.origin, self.issuer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.identity_port}"
        self.platform = Program(self.folder / "identity-platform.log")
        self.cookies, self.drafts = {}, {}
        accounts = self.folder / "personas.json"
        # Nobody has more than one a year.
        run("zhiping", "demo", "--data", self.template, "--accounts", accounts, "--units", units, "--people", max(600, dossiers // 2), "--dossiers", dossiers,
            **self.environment("template"))
        self.people = {persona["label"] for persona in json.loads(accounts.read_text())}
        run("identity-platform", "import", "--folder", self.folder / "identity", accounts, IDENTITY_CLIENT_SECRET=self.secret)
        self.platform.begin("identity-platform", "serve", "--folder", self.folder / "identity", "--port", self.identity_port, "--issuer", self.issuer,
                            "--redirect-uri", f"{self.origin}/sign-in/callback", IDENTITY_CLIENT_SECRET=self.secret)
        wait_for(lambda: probe(self.identity_port, "/.well-known/openid-configuration") == 200, "the identity platform answers")
        self.fill()

    def environment(self, name):
        """By which environment a server finds the database of a copy."""
        return {}

    def fill(self):
        """Signs everybody in, on the template itself; the first time the applicants write their drafts as well."""
        server = Server(self, self.template, self.folder / "template.log", **self.environment("template"))
        server.start()
        try:
            self.sign_in(server)
        finally:
            code, _ = server.end()
        assert code == 0, f"the server ended with {code}"
        self.filled_at = time.monotonic()

    def sign_in(self, server):
        for person in [*CLERKS, *APPLICANTS]:
            self.cookies[person] = signed_in(server.origin, person)
        for person in APPLICANTS:
            if person not in self.drafts:
                self.drafts[person] = write_draft(Visitor(server.address, self.cookies[person], server.origin), person)

    def copy(self, name):
        """A data folder to spoil."""
        if time.monotonic() - self.filled_at > FRESH:
            self.fill()
        return self.copy_folder(name)

    def copy_folder(self, name):
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, folder)
        return folder

    def books(self, name):
        """What stands in a copy that no server has open, and what is damaged in it."""
        return sqlite_books(self.folder / name)

    def verify(self, name):
        """Lets the program itself look through a copy of a copy; the folder stays as the server left it."""
        aside = self.folder / f"{name}-verified"
        shutil.copytree(self.folder / name, aside, ignore=shutil.ignore_patterns("*-shm", "*.sock*", "lock"))
        run("zhiping", "verify", "--data", aside, **self.environment(name))
        shutil.rmtree(aside)

    def visitor(self, person, server, kind=Visitor, **more):
        return kind(server.address, self.cookies[person], server.origin, **more)

    def workers(self, server, record, seed, kind=Visitor):
        """Everybody at his desk, not yet working."""
        def visitor(person):
            return self.visitor(person, server, kind, heard=record.heard)

        clerks = [Reviewer(person, visitor(person), record, seed, lists) for person, lists in CLERKS.items()]
        return clerks + [Applicant(person, visitor(person), record, seed, self.drafts[person]) for person in APPLICANTS]

    def stop(self):
        self.platform.end()
        shutil.rmtree(self.folder)


def signed_in(origin, person):
    """The session's cookie of one of the demo's people, by his button on the entry page."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    entry = browser.open(origin + "/").read().decode()
    link = re.search(r'href="([^"]*)">' + re.escape(person) + "<", entry)[1]
    arrived = browser.open(origin + link.replace("&amp;", "&"))
    assert arrived.geturl() == f"{origin}/home", f"{person} comes to {arrived.geturl()}"
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar if cookie.name in ("zhiping", "__Host-zhiping"))


def write_draft(visitor, person):
    """Opens a draft and fills it in so that it could be handed in; returns its id."""
    title = TITLES[person]
    home = visitor.get("/home").text
    form = next(form for form in pages.forms(home) if form.path == "/my/dossiers")
    dossier = visitor.post(posting(form.path, form.fields)).location.split("/")[3]
    base = f"/my/dossiers/{dossier}"
    for section, part in SECTIONS:
        form = section_form(visitor, base, section)
        if not any(name.startswith(f"{part}.") for name in form.fields):
            expect(visitor.post(posting(form.path, form.fields | {"action": f"add.{part}"})), 303)
            form = section_form(visitor, base, section)
        values = WRITTEN[part] | ({"currentTitle": title} if part == "basics" else {})
        fields = dict(form.fields)
        for name in fields:
            if name.startswith(f"{part}.") and name.rsplit(".", 1)[1] in values:
                fields[name] = values[name.rsplit(".", 1)[1]]
        if "title" in fields and not fields["title"]:
            fields["title"] = form.options["title"][0]
        expect(visitor.post(posting(form.path, fields | {"action": "save"})), 303)
        if part in ("basics", "education"):
            attach(visitor, base, section, part, File("file", "照片.png", photo()) if part == "basics" else File("file", "毕业证书.pdf", paper(person)))
    submission = visitor.get(f"{base}/submission").text
    assert "材料完整" in submission, re.findall(r'<ul class="gaps">.*?</ul>', submission)
    return dossier


def section_form(visitor, base, section):
    return pages.form_to(visitor.get(f"{base}/sections/{section}").text, f"/sections/{section}")


def attach(visitor, base, section, part, file):
    row = re.search(rf'data-part="{part}" data-row="([^"]+)"', visitor.get(f"{base}/sections/{section}").text)[1]
    form = pages.form_to(visitor.get(f"{base}/attaching?part={part}&row={row}").text, "/files")
    expect(visitor.post(posting(form.path, form.fields, [file])), 303)


def expect(answer, status):
    assert answer.status == status, f"{answer.status} instead of {status}: {re.findall(r'class=.complaint.[^<]*', answer.text)} {answer.text[:3000]}"
