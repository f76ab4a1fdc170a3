"""Random steps by random roles through the API: every answer fits the table, and the history tells the same story."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.vocabulary import Role, Status
from tests.api.interventions.conftest import at
from tests.core.test_lifecycle_table import STEPS, WHO_WITH_CONSENT

ROLES = {
    "agent": Role.AGENT,
    "worker": Role.CASEWORKER,
    "other": Role.CASEWORKER,
    "supervisor": Role.SUPERVISOR,
    "administrator": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
}
BODIES = {
    "submit": {},
    "activate": {},
    "suspend": {"suspension_reason": "POLICY_SUSPENSION"},
    "resume": {},
    "stabilize": {},
    "close": {"closure_reason": "OBJECTIVES_MET"},
    "reopen": {"reason_code": "NEW_INFORMATION"},
}
FORWARD = ("submit", "verify", "activate", "stabilize", "resume")
steps = st.lists(
    st.tuples(
        st.sampled_from([*ROLES, "supervisor", "administrator"]),
        st.sampled_from([*BODIES, "verify", "archive", "withdraw", "consent"]),
    ),
    min_size=8,
    max_size=25,
)


class Story:
    """One case and what should be true of it."""

    def __init__(self, office) -> None:
        self.office = office
        self.person = office.person(f"Subject {at()}")
        self.consent = office.consent(self.person)
        self.case = office.case(self.person)
        self.states, self.version = ["draft"], 0

    @property
    def now(self) -> dict:
        """The case as it is answered."""
        return self.office.auditor.get(f"/cases/{self.case}").json

    def take(self, who: str, action: str) -> None:
        """One call, and whether its answer fits."""
        caller, before = self.office.caller(who), self.now["status"]
        if action in ("withdraw", "consent"):
            return self._consent(caller, action, before)
        body = BODIES.get(action)
        if action == "verify":
            body = {"verified_by": caller.user_id, "verified_at": at()}
        if action == "archive":
            body = {"reason_code": "RETENTION" if before == "closed" else "ABANDONED"}
        answer = caller.post(f"/cases/{self.case}/{action}", body)
        if answer.status_code != 200:
            assert answer.status_code in (403, 409) and self.now["status"] == before, answer.json
            return None
        allowed = {a.value: target for a, target in STEPS[Status(before)].items()}
        assert action in allowed, f"{action} from {before}"
        assert ROLES[who] in next(roles for a, roles in WHO_WITH_CONSENT.items() if a.value == action)
        assert self.consent is not None or action not in FORWARD, "no step forward without consent"
        if action != "resume":
            assert answer.json["status"] == allowed[action].value
        self.states.append(answer.json["status"])
        return None

    def _consent(self, caller, action: str, before: str) -> None:
        if action == "withdraw" and self.consent is not None:
            done = caller.post(f"/consents/{self.consent}/withdraw", {"reason_code": "USER_REQUEST"})
            if done.status_code == 200:
                self.consent = None
                if before not in ("suspended", "closed", "archived"):
                    self.states.append("suspended")
        elif action == "consent" and self.consent is None:
            self.consent = self.office.consent(self.person)
            if self.now["status"] != before:
                self.states.append(self.now["status"])

    def check(self) -> None:
        """The present state is the last of the history, and the version only rose."""
        shown = self.now
        history = self.office.auditor.get(f"/cases/{self.case}/history", page_size=200).json["items"]
        assert [step["status"] for step in history] == self.states
        assert shown["status"] == self.states[-1]
        assert shown["version_id"] >= self.version
        self.version = shown["version_id"]
        if self.consent is None:
            assert shown["status"] in ("suspended", "closed", "reopened", "archived")


@pytest.mark.slow
def test_whatever_is_called_by_whomever_the_answers_fit(office):
    @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(steps)
    def stories(calls):
        story = Story(office)
        for who, action in calls:
            story.take(who, action)
            story.check()

    stories()
