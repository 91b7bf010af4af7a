"""Two nodes on one PostgreSQL: forms, sessions and files of one are the other's as well, and killing one loses nothing (R-01, I-33)."""

import threading

import pages
import pytest
from papers import paper
from people import Reviewer
from postgres import Postgres, SharedProvince
from proxy import DELAY, HOLD, PASS, Proxy
from servers import Server, free_port, wait_for
from trial import Trial
from visitor import File, PatientVisitor, Visitor, posting

BACK_WITHIN = 5
SILENT = 8
SEEN_WITHIN = 15


@pytest.fixture(scope="module")
def postgres():
    made = Postgres()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def shared(postgres, pytestconfig):
    made = SharedProvince(postgres, dossiers=pytestconfig.getoption("--dossiers"))
    yield made
    made.stop()


class Nodes(Trial):
    """Two nodes behind a proxy on the origin's port."""

    def __init__(self, province, name, seed, database_port=None):
        super().__init__(province, name, seed)
        environment = province.environment(name, database_port)
        self.nodes = [Server(province, self.folder, province.folder / f"{name}-{letter}.log", port=free_port(), **environment) for letter in "ab"]
        self.proxy = Proxy([node.address for node in self.nodes], province.port)

    def begin(self):
        for node in self.nodes:
            node.start()
        return self

    def finish(self):
        codes = [node.end()[0] for node in self.nodes]
        assert codes == [0, 0]
        self.check()

    def close(self):
        for node in self.nodes:
            node.kill()
        self.proxy.stop()
        super().close()


@pytest.fixture
def nodes(shared, seed):
    made = []

    def make(name, **more):
        made.append(Nodes(shared, name, seed, **more))
        return made[-1].begin()

    yield make
    for each in made:
        each.close()


def test_a_node_is_killed_under_load(nodes, rounds, tell):
    trial = nodes("killed")
    trial.work(PatientVisitor)
    for turn in range(rounds(6, 60)):
        node = trial.nodes[turn % 2]
        trial.pause(trial.chance.uniform(0.2, 1.5))
        node.kill()
        trial.pause(0.3)
        node.start()
    cut_off = trial.rest()
    trial.settle()
    tell(trial.told())
    assert cut_off == [], "the other node goes on"
    trial.finish()


def test_nodes_share_everything(nodes):
    """A session begun at one, a form given by the other, a file uploaded to one and read at the other."""
    trial = nodes("shared")
    applicant, clerk = "申报人·乐山市演示中学", "初审·乐山市演示中学"
    first, second = ([Visitor(node.address, trial.province.cookies[person], trial.province.origin) for node in trial.nodes] for person in (applicant, clerk))
    base = f"/my/dossiers/{trial.province.drafts[applicant]}"
    content = paper("from node to node")
    page = first[0].get(f"{base}/sections/education").text
    row = page.split('data-part="education" data-row="')[1].split('"')[0]
    form = pages.form_to(first[0].get(f"{base}/attaching?part=education&row={row}").text, "/files")
    assert first[1].post(posting(form.path, form.fields, [File("file", "证书.pdf", content)])).status == 303
    links = [link for link in first[0].get(f"{base}/sections/education").text.split('data-file="')[1:]]
    read = first[0].get(links[-1].split('"')[0])
    assert read.status == 200 and read.text == content.decode()
    reviewer = Reviewer(clerk, second[0], trial.record, trial.seed, ["own-first"])
    reviewer.work()
    sent = trial.record.all[-1]
    assert sent.took_effect
    again = trial.record.repeat(sent, second[1])
    assert again.status == 303 and len(sent.numbers) <= 1, "the other node knows the form's key"
    trial.finish()


def test_postgres_goes_and_comes_back(nodes, postgres, tell):
    trial = nodes("away")
    trial.work(PatientVisitor)
    trial.pause(1)
    postgres.crash()
    for node in trial.nodes:
        wait_for(lambda: node.probe("/readyz") == 503, "the node says that it is not ready", 5)
        assert node.probe("/healthz") == 200
        wait_for(lambda: node.failures("unreachable") and node.metric("zhiping_scrape_complete") == 0, "the metrics tell of it", SEEN_WITHIN)
    before = len(trial.record.heard)
    trial.pause(2)
    meanwhile = trial.record.heard[before:]
    postgres.start()
    _, elapsed = wait_for(lambda: all(node.probe("/readyz") == 200 for node in trial.nodes), "the nodes are ready again", BACK_WITHIN + 25)
    trial.pause(1)
    cut_off = trial.rest()
    trial.settle()
    tell(f"{trial.told()}, ready {elapsed:.2f} s after its return; meanwhile {statuses(meanwhile)}")
    assert cut_off == []
    assert meanwhile and {heard.status for heard in meanwhile} == {503}
    assert all("retry-after" in heard.headers for heard in meanwhile)
    assert max(heard.elapsed for heard in meanwhile) <= 3
    assert elapsed <= BACK_WITHIN
    trial.finish()


def statuses(answers):
    return {status: sum(heard.status == status for heard in answers) for status in sorted({heard.status for heard in answers})}


def test_a_bad_connection_to_postgres(nodes, postgres, rounds, tell):
    """The way to the database is cut, slow, and goes silent: what was answered is there, and everything works when the way is good again."""
    way = Proxy([("127.0.0.1", postgres.port)])
    try:
        trial = nodes("way", database_port=way.port)
        trial.work(PatientVisitor)
        for _ in range(rounds(2, 20)):
            trial.pause(0.5)
            way.cut()
            trial.pause(0.5)
            way.delay, way.mode = 0.05, DELAY
            trial.pause(1)
            way.mode = HOLD
            threading.Event().wait(SILENT)
            assert all(node.probe("/healthz") == 200 for node in trial.nodes)
            way.mode = PASS
            way.cut()
            wait_for(lambda: all(node.probe("/readyz") == 200 for node in trial.nodes), "the nodes are ready again", BACK_WITHIN)
        cut_off = trial.rest()
        trial.settle()
        tell(f"{trial.told()}, answers {statuses(trial.record.heard)}, slowest {max(heard.elapsed for heard in trial.record.heard):.2f} s")
        assert cut_off == []
        assert {heard.status for heard in trial.record.heard} <= {200, 303, 409, 503}
        trial.finish()
    finally:
        way.stop()
