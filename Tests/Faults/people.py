"""Reviewers and applicants who do their work as fast as they are answered."""

import hashlib
import random
import re
import threading
from datetime import datetime, timedelta, timezone

import pages
from papers import paper
from record import Sent
from visitor import File, Unanswered, posting

CHINA = timezone(timedelta(hours=8))
LISTS = ("own-first", "own-second", "subordinate-first", "subordinate-second", "acceptance")


def days_ago(count):
    return (datetime.now(CHINA).date() - timedelta(days=count)).isoformat()


def recommendation():
    return {
        "recommendation": "该同志师德师风良好，业务能力强，同意推荐。", "recommended": "1", "voters": "12", "votes": "12", "publicFrom": days_ago(40),
        "publicThrough": days_ago(8), "publicWay": "1", "publicPlace": "单位公告栏", "publicResult": "1",
    }


class Worker(threading.Thread):
    """Works until he is told to stop or the server goes away; whatever else happens to him is for the test to see (`wrong`)."""

    def __init__(self, person, visitor, record, seed):
        super().__init__(name=person, daemon=True)
        self.person, self.visitor, self.record = person, visitor, record
        self.chance = random.Random(f"{seed}/{person}")
        self.done = threading.Event()
        self.wrong = []
        self.cut_off = None

    def run(self):
        try:
            while not self.done.is_set():
                self.work()
        except Unanswered as error:
            self.cut_off = error
        except Exception as error:  # What a thread dies of would be lost.
            self.wrong.append(f"{self.person}: {error!r}")
        finally:
            self.visitor.close()

    def read(self, path):
        answer = self.visitor.get(path)
        if answer.status >= 500:
            self.idle()
        return answer

    def send(self, sent):
        """Answers that mean no more than that the server cannot now are for the test to judge."""
        answer = self.record.send(sent, self.visitor)
        if answer.status not in (200, 303, 409, 503, 507):
            self.wrong.append(f"{self.person}: {sent.kind} was answered with {answer.status}: {words(answer.text)}")
        if answer.status >= 500:
            self.idle()
        return answer

    def idle(self):
        self.done.wait(0.02)


def words(html):
    """What a page complains of, or its end."""
    told = re.findall(r'class="(?:complaint|notice error)[^>]*>(.*?)</(?:p|div)>', html, re.S)
    return " ".join(re.sub(r"<[^>]*>", " ", " ".join(told) or html).split())[-300:]


class Reviewer(Worker):
    def __init__(self, person, visitor, record, seed, lists):
        super().__init__(person, visitor, record, seed)
        self.lists = lists

    def work(self):
        name = self.chance.choice(self.lists)
        listed = self.read(f"/reviews/{name}")
        waiting = pages.dossiers(listed.text) if listed.status == 200 else []
        if not waiting:
            return self.idle()
        dossier = self.chance.choice(waiting)
        page = self.read(f"/dossiers/{dossier}?list={name}")
        if page.status != 200:
            return
        if self.chance.random() < 0.3:
            self.reveal(dossier, page.text)
        self.decide(dossier, page.text)

    def reveal(self, dossier, html):
        form = pages.form_to(html, "/revelations")
        self.send(Sent("reveal", form.key, self.person, dossier, form.version, posting(form.path, form.fields)))

    def decide(self, dossier, html):
        form = pages.form_to(html, "/acceptances")
        if form:
            fields = form.fields | {"opinion": "符合条件，同意受理。"}
            self.send(Sent("accept", form.key, self.person, dossier, form.version, posting(form.path, fields)))
            return
        form = pages.form_to(html, "/passes")
        if not form:
            return
        fields, files = form.fields | {"opinion": "同意。", "action": "pass"}, []
        sent = Sent("pass", form.key, self.person, dossier, form.version, None)
        if "additions" in fields and "recommendation" in fields:
            fields |= recommendation()
            # A proof that came with a decision that failed is there already.
            if not any(value.startswith("drop.") for _, value in form.buttons):
                content = paper(form.key)
                sent.digest = hashlib.sha256(content).hexdigest()
                files = [File("proof", "公示证明.pdf", content)]
        sent.posting = posting(form.path, fields, files, multipart=form.is_multipart)
        self.send(sent)


class Applicant(Worker):
    """Writes on the one draft he has; now and then he adds a file, takes one away, or hands the draft in."""

    def __init__(self, person, visitor, record, seed, dossier):
        super().__init__(person, visitor, record, seed)
        self.dossier = dossier

    @property
    def base(self):
        return f"/my/dossiers/{self.dossier}"

    def work(self):
        luck = self.chance.random()
        if luck < 0.3:
            self.attach()
        elif luck < 0.35:
            self.submit()
        else:
            self.save()

    def mark(self):
        return f"{self.chance.getrandbits(64):016x}"

    def section(self, name):
        page = self.read(f"{self.base}/sections/{name}")
        return pages.form_to(page.text, f"/sections/{name}") if page.status == 200 else None

    def save(self):
        form = self.section("summary")
        if not form or not form.key:
            return self.idle()
        mark = self.mark()
        name = next(name for name in form.fields if name.startswith("summary.") and name.endswith(".summary"))
        fields = form.fields | {name: f"任现职以来一直承担教学工作。{mark}", "action": "save"}
        self.send(Sent("save", form.key, self.person, self.dossier, form.version, posting(form.path, fields), mark=mark))

    def attach(self):
        """A certificate for the first row of 学历; taken away again when there are some."""
        page = self.read(f"{self.base}/sections/education")
        form = pages.form_to(page.text, "/sections/education") if page.status == 200 else None
        row = re.search(r'data-part="education" data-row="([^"]+)"', page.text)
        if not form or not row:
            return self.idle()
        there = re.findall(r'value="(detach\.education\.[^"]+)"', page.text)
        if len(there) > 4:
            # The last one may be part of what another test looks for: the first is the oldest.
            action = there[1]
            fields = form.fields | {"action": action}
            self.send(Sent("save", form.key, self.person, self.dossier, form.version, posting(form.path, fields), detached=action.rsplit(".", 1)[1]))
            return
        form = pages.form_to(self.read(f"{self.base}/attaching?part=education&row={row[1]}").text, "/files")
        if not form:
            return self.idle()
        content = paper(self.mark(), length=self.chance.randint(0, 100_000))
        self.send(Sent("attach", form.key, self.person, self.dossier, 0, posting(form.path, form.fields, [File("file", "证书.pdf", content)]),
                       digest=hashlib.sha256(content).hexdigest()))

    def submit(self):
        page = self.read(f"{self.base}/submission")
        form = pages.form_to(page.text, "/submission") if page.status == 200 else None
        if not form:
            return self.idle()
        self.send(Sent("submit", form.key, self.person, self.dossier, form.version, posting(form.path, form.fields | {"pledge": "1"})))
