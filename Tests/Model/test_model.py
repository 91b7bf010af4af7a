"""Random ways through a review, legal and illegal, each compared with what the model says of it."""

from collections import Counter
from datetime import date, timedelta
from urllib.parse import quote

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

import model
from model import APPLICANT, DAY, OWN_STEPS, STAFF, STAFF_STEPS

# Where each step is posted, and what is typed for it.
POSTS = {
    "pass": ("/dossiers/{}/passes", {"action": "pass", "confirmed": "1", "opinion": "同意"}),
    "give back": ("/dossiers/{}/returns", {"opinion": "请补充"}),
    "fail": ("/dossiers/{}/failures", {"opinion": "不符合条件", "confirmed": "1"}),
    "recuse": ("/dossiers/{}/recusals", {"opinion": "系近亲属"}),
    "extend": ("/dossiers/{}/extensions", {"opinion": ""}),
    "withdraw": ("/dossiers/{}/withdrawals", {"opinion": ""}),
    "take back": ("/dossiers/{}/take-backs", {"opinion": ""}),
    "reopen": ("/dossiers/{}/reopenings", {"opinion": "复核"}),
    "accept": ("/dossiers/{}/acceptances", {"opinion": "受理"}),
    "recall": ("/my/dossiers/{}/recalls", {}),
    "abandon": ("/my/dossiers/{}/abandonments", {"confirmed": "1"}),
    "submit": ("/my/dossiers/{}/submission", {"pledge": "1"}),
    "resubmit": ("/my/dossiers/{}/resubmissions", {"pledge": "1"}),
}
JUDGING = ("pass", "give back", "fail", "accept")
STAGES = {"draft": "draft", "first": "firstReview", "second": "secondReview", "returned": "returned", "failed": "failed", "awaiting": "awaitingAcceptance",
          "accepted": "accepted", "abandoned": "abandoned"}
# In which list a unit has what it last did.
ACTED = {"reported": "reported", "returned": "returned", "failed": "failed", "accepted": "accepted"}
READERS = {model.SCHOOL: ("schoolSecond", "own"), model.BUREAU: ("bureauFirst", "subordinate"), model.OFFICE: ("officeAccepter", "acceptance")}
ALL = [(who, step) for who in STAFF for step in STAFF_STEPS] + [(APPLICANT, step) for step in OWN_STEPS + STAFF_STEPS]

# How a way may begin, so that the places far along it are come to often.
BEGINNINGS = [(), ("pass",), ("pass", "pass"), ("pass",) * 3, ("pass",) * 4, ("pass",) * 4 + ("accept",), ("recall",), ("recall", "submit"), ("abandon",), ("give back",),
              ("pass", "take back"), ("pass", "fail"), ("pass", "pass", "give back")]

ONWARDS = [(who, step) for who, step in ALL if step in ("pass", "submit", "resubmit")]


class Count:
    """Of dossiers made, of steps taken and refused, over a whole run."""

    dossiers = 0
    taken = Counter()
    refused = Counter()


def machine_over(rehearsal):
    class Review(RuleBasedStateMachine):
        @initialize(data=some.data(), beginning=some.sampled_from(BEGINNINGS))
        def submits(self, data, beginning):
            Count.dossiers += 1
            made = rehearsal.tell("dossier", number=Count.dossiers)
            self.id, self.name, self.applicant = made["dossier"], made["name"], made["cookie"]
            self.model = model.Dossier(rehearsal.returns_to_own_unit)
            # The last form that took effect: path, cookie, fields.
            self.last = None
            for step in beginning:
                self.step_by(data.draw(some.sampled_from([who for who in [*STAFF, APPLICANT] if self.model.allows(who, step)])), step, 5)

        def cookie(self, who):
            return self.applicant if who == APPLICANT else rehearsal.cookie(who)

        def sees(self):
            return rehearsal.tell("dossier as it is", dossier=self.id)

        def send(self, who, step, days=5, version=None):
            """Posts a step with the version that the model knows, unless another is given."""
            path, typed = POSTS[step]
            path, cookie, now = path.format(self.id), self.cookie(who), self.sees()
            fields = rehearsal.tell("form", cookie=cookie, path=path, version=self.model.version if version is None else version)
            fields |= typed
            if step in JUDGING:
                fields["seen"] = now["seen"]
            if step in ("give back", "extend"):
                fields["deadline"] = self.day(days)
            if step in ("submit", "resubmit"):
                fields["edition"] = now["edition"]
            status, page = rehearsal.ask("POST", path, cookie, fields)
            return status, page, (path, cookie, fields)

        def day(self, days):
            today = date.fromisoformat(rehearsal.tell("time passes", number=0)["today"])
            return (today + timedelta(days=days)).isoformat()

        def step_by(self, who, step, days):
            status, page, self.last = self.send(who, step, days)
            assert status == 303, f"{who} may {step}: {status} {page[:2000]}"
            self.model.take(who, step, days)
            Count.taken[step] += 1

        @precondition(lambda self: self.model.stage not in ("accepted", "abandoned"))
        @rule(data=some.data(), days=some.integers(0, 6))
        def takes_a_step(self, data, days):
            enabled = [(who, step) for who, step in ALL if self.model.allows(who, step)]
            steps = sorted({step for _, step in enabled})
            # What ends a way is not taken every time it could be.
            step = data.draw(some.sampled_from([step for step in steps if step != "abandon"] * 3 + steps))
            self.step_by(data.draw(some.sampled_from([who for who, each in enabled if each == step])), step, days)

        @precondition(lambda self: any(self.model.allows(who, step) for who, step in ONWARDS))
        @rule(data=some.data())
        def moves_on(self, data):
            """Towards the end of the way, where steps are that are never allowed before."""
            self.step_by(*data.draw(some.sampled_from([each for each in ONWARDS if self.model.allows(*each)])), 0)

        @rule(data=some.data())
        def is_refused(self, data):
            self.refuse(*data.draw(some.sampled_from([(who, step) for who, step in ALL if not self.model.allows(who, step)])))

        @precondition(lambda self: any(self.model.almost_allows(who, step) for who, step in ALL))
        @rule(data=some.data())
        def is_barely_refused(self, data):
            """One guard alone refuses it: without that guard it would be done."""
            self.refuse(*data.draw(some.sampled_from([(who, step) for who, step in ALL if self.model.almost_allows(who, step)])))

        def refuse(self, who, step):
            status, page, _ = self.send(who, step)
            if who == APPLICANT and step in STAFF_STEPS:
                assert status == 403, f"an applicant reviews nothing: {status}"
            elif not self.model.visible(who):
                assert status == 404, f"{who} does not see it: {step} {status}"
            else:
                assert status in (403, 409), f"{who} may not {step}: {status} {page[:2000]}"
            Count.refused[step] += 1

        @precondition(lambda self: self.last is not None)
        @rule()
        def is_sent_twice(self):
            """The same form again does nothing again, whatever has happened since."""
            path, cookie, fields = self.last
            status, _ = rehearsal.ask("POST", path, cookie, fields)
            assert status == 303

        @precondition(lambda self: self.model.version > 2)
        @rule(data=some.data(), back=some.integers(1, 3))
        def is_sent_too_late(self, data, back):
            """A form that was made before somebody else's step is refused, and says so. Nobody has one of what he has never seen."""
            version = max(2, self.model.version - back)
            had = self.model.saw[version] | {APPLICANT}
            who, step = data.draw(some.sampled_from([(who, step) for who, step in ALL if who in had and not (who == APPLICANT and step in STAFF_STEPS)]))
            status, page, _ = self.send(who, step, version=version)
            assert status == 409, f"{who} {step}: {status} {page[:2000]}"
            Count.refused[step] += 1

        @rule(days=some.integers(1, 4))
        def time_passes(self, days):
            rehearsal.tell("time passes", number=days * DAY)
            self.model.time_passes(days)

        @rule(unit=some.sampled_from([model.SCHOOL, model.BUREAU, model.OFFICE]))
        def is_looked_for_in_the_lists(self, unit):
            reader, scope = READERS[unit]
            lists = {"own": ["own-first", "own-second", "own-reported", "own-returned", "own-failed"],
                     "subordinate": ["subordinate-first", "subordinate-second", "subordinate-reported", "subordinate-returned", "subordinate-failed"],
                     "acceptance": ["acceptance", "acceptance-accepted"]}[scope]
            acted = self.model.acted.get(unit)
            expected = self.model.waits_in() | ({f"{scope}-{ACTED[acted]}"} if acted and self.model.stage != "draft" else set())
            for name in lists:
                status, page = rehearsal.ask("GET", f"/reviews/{name}?name={quote(self.name)}", rehearsal.cookie(reader))
                assert status == 200
                assert (self.id in page) == (name in expected), f"{name} of {unit}"

        @rule(who=some.sampled_from([*STAFF, APPLICANT]))
        def is_opened(self, who):
            path = f"/my/dossiers/{self.id}" if who == APPLICANT else f"/dossiers/{self.id}"
            status, page = rehearsal.ask("GET", path, self.cookie(who))
            if who == APPLICANT:
                assert status == (303 if self.model.stage == "draft" else 200)
            else:
                assert status == (200 if self.model.visible(who) else 404), f"{who}: {status}"
                # Offered is what is allowed, and nothing else.
                for step in ("give back", "fail", "withdraw", "take back", "reopen", "extend", "recuse", "accept", "pass") if status == 200 else ():
                    offered = f'action="{POSTS[step][0].format(self.id)}"' in page
                    assert offered == self.model.allows(who, step), f"{step} for {who}"

        @invariant()
        def is_where_the_model_says(self):
            if not hasattr(self, "model"):
                return
            now = self.sees()
            assert (now["stage"], int(now["version"])) == (STAGES[self.model.stage], self.model.version)
            if self.model.stage in ("first", "second", "returned", "failed"):
                assert int(now["stop"]) == self.model.stop

    return Review


def test_every_way_through_a_review_is_the_models(rehearsal):
    Count.taken, Count.refused = Counter(), Counter()
    run_state_machine_as_test(machine_over(rehearsal))
    taken, refused = sum(Count.taken.values()), sum(Count.refused.values())
    print(f"{taken} steps taken, {refused} refused: {dict(Count.taken)} {dict(Count.refused)}")
    assert set(Count.taken) == set(POSTS), "every step was taken"
    assert refused >= 0.4 * (taken + refused)
