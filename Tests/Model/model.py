"""The review as its rules tell it, in a few lines of another language than the program's: who may do what with a dossier, and what comes of it.

It was written from docs/rules.md, not from the program. The chain is school (first and second review) → bureau (the same) → office (acceptance).
"""

from copy import copy
from dataclasses import dataclass, field

SCHOOL, BUREAU, OFFICE = "school", "bureau", "office"
CHAIN = (SCHOOL, BUREAU)
APPLICANT = "applicant"

# Who sits where, with which permissions.
STAFF = {
    "schoolFirst": (SCHOOL, {"first"}),
    "schoolFirstToo": (SCHOOL, {"first"}),
    "schoolSecond": (SCHOOL, {"second"}),
    "reviewingApplicant": (SCHOOL, {"first", "second"}),
    "schoolAdministrator": (SCHOOL, {"first", "second", "accept"}),
    "schoolWithoutRole": (SCHOOL, set()),
    "bureauFirst": (BUREAU, {"first"}),
    "bureauSecond": (BUREAU, {"second"}),
    "officeAccepter": (OFFICE, {"accept"}),
    "authorityFirst": ("authority", {"first"}),
    "otherFirst": ("other", {"first"}),
    "otherSchoolFirst": ("otherSchool", {"first"}),
}
STAFF_STEPS = ("pass", "give back", "fail", "recuse", "extend", "withdraw", "take back", "reopen", "accept")
OWN_STEPS = ("recall", "submit", "resubmit", "abandon")

DAY = 86_400


@dataclass
class Dossier:
    """One dossier, submitted a moment ago."""

    returns_to_own_unit: bool
    stage: str = "first"
    stop: int = 0
    # How it came where it is: what may be undone depends on it (D17, D20).
    arrival: str = "submitted"
    # Who has done the first review that stands.
    first_reviewer: str = ""
    recused: set = field(default_factory=set)
    # Days from today until which it may be sent in again; nothing where it was not given back.
    days_left: int = 0
    version: int = 2
    # The units that see it (D24), and what each last did with it (D27).
    seen_by: set = field(default_factory=lambda: {SCHOOL})
    acted: dict = field(default_factory=dict)
    # Who could see it when it had which version: those who saw a form are told what has become of it.
    saw: dict = field(default_factory=dict)

    def __post_init__(self):
        self.note()

    def note(self):
        self.saw.setdefault(self.version, set()).update(who for who in STAFF if self.visible(who))

    @property
    def unit(self):
        """Where it is, or who has given it back or failed it."""
        return OFFICE if self.stage in ("awaiting", "accepted") else CHAIN[self.stop]

    def visible(self, who):
        if who == APPLICANT:
            return True
        unit, permissions = STAFF[who]
        return bool(permissions) and self.stage != "draft" and (unit in self.seen_by or unit == "authority")

    def allows(self, who, step):
        """Whether this person may take this step now."""
        if who == APPLICANT:
            return {
                "recall": self.stage == "first" and self.stop == 0 and self.arrival == "submitted",
                "submit": self.stage == "draft",
                "resubmit": self.stage == "returned" and self.days_left >= 0,
                "abandon": self.stage in ("draft", "first", "second", "returned", "awaiting"),
            }.get(step, False)
        if not self.visible(who) or who in self.recused:
            return False
        unit, permissions = STAFF[who]
        here = unit == self.unit
        match step:
            case "pass" | "give back" | "fail":
                if self.stage == "first":
                    return here and "first" in permissions
                # D1: two people.
                return self.stage == "second" and here and "second" in permissions and who != self.first_reviewer
            case "recuse":
                reviews = self.stage in ("first", "second") and permissions & {"first", "second"}
                return here and bool(reviews or self.stage == "awaiting" and "accept" in permissions)
            case "extend":
                return self.stage == "returned" and here and bool(permissions & {"first", "second"})
            case "reopen":
                return self.stage == "failed" and here and bool(permissions & {"first", "second"})
            case "take back":
                return self.stage == "second" and self.arrival != "withdrawn" and here and who == self.first_reviewer and "first" in permissions
            case "withdraw":
                sender = {"first": CHAIN[self.stop - 1] if self.stop else None, "awaiting": CHAIN[-1]}.get(self.stage)
                return self.arrival == "passed" and unit == sender and "second" in permissions
            case "accept":
                return self.stage == "awaiting" and here and "accept" in permissions
        return False

    def almost_allows(self, who, step):
        """Whether one thing alone stands in his way: what he did himself (D1, D11, D17), how it came here (D20), or the deadline."""
        if self.allows(who, step):
            return False
        others = ({"first_reviewer": ""}, {"first_reviewer": who}, {"recused": set()}, {"days_left": 0}, *({"arrival": way} for way in ("submitted", "passed")))
        return any(self.but(**other).allows(who, step) for other in others)

    def but(self, **other):
        """The same, with one thing otherwise."""
        changed = copy(self)
        for name, value in other.items():
            setattr(changed, name, value)
        return changed

    def take(self, who, step, days=0):
        """Takes a step that is allowed."""
        assert self.allows(who, step)
        # Neither moves it: what others have before them stays what it is (D9).
        self.version += step not in ("recuse", "extend")
        unit = self.unit
        match step:
            case "pass" if self.stage == "first":
                self.stage, self.first_reviewer = "second", who
            case "pass":
                self.acted[unit] = "reported"
                if self.stop + 1 < len(CHAIN):
                    self.stage, self.stop = "first", self.stop + 1
                else:
                    self.stage = "awaiting"
                self.arrival = "passed"
                self.seen_by.add(self.unit)
            case "give back":
                self.stage, self.days_left = "returned", days
                self.acted[unit] = "returned"
            case "fail":
                self.stage = "failed"
                self.acted[unit] = "failed"
            case "recuse":
                self.recused.add(who)
            case "extend":
                self.days_left = days
            case "reopen":
                self.stage, self.arrival = "first", "reopened"
                self.acted.pop(unit, None)
            case "take back":
                self.stage, self.arrival = "first", "taken back"
                self.acted.pop(unit, None)
            case "withdraw":
                if self.stage == "awaiting":
                    # D24: the acceptance unit sees it no more.
                    self.seen_by.discard(OFFICE)
                else:
                    self.stop -= 1
                self.stage, self.arrival = "second", "withdrawn"
                self.acted.pop(CHAIN[self.stop], None)
            case "accept":
                self.stage = "accepted"
                self.acted[unit] = "accepted"
            case "recall":
                self.stage, self.seen_by, self.acted = "draft", set(), {}
            case "submit":
                self.stage, self.stop, self.arrival, self.seen_by = "first", 0, "submitted", {SCHOOL}
            case "resubmit":
                self.stage, self.arrival = "first", "resubmitted"
                if self.returns_to_own_unit:
                    self.stop = 0
            case "abandon":
                self.stage = "abandoned"
        self.note()

    def time_passes(self, days):
        if self.stage == "returned":
            self.days_left -= days

    def waits_in(self):
        """The lists in which it waits."""
        own = "own" if self.stop == 0 else "subordinate"
        return {"first": {f"{own}-first"}, "second": {f"{own}-second"}, "awaiting": {"acceptance"}}.get(self.stage, set())
