"""Whatever somebody typed into a field, the report arrives: on both engines, whose columns have ends."""

import pytest

from portal.core.models import Case, IntakeReceipt
from tests.api.helpline.conftest import example

LONG = "x" * 3000
EXEMPT = {"dob", "src_ts"}  # these have a form, and are refused in any other


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param


def test_long_values_in_every_field_are_kept_or_cut_and_never_refused(office, ground):
    report = example("create_case")
    person = {key: value if key in EXEMPT else LONG for key, value in report["perpetrators_case"][0].items()}
    long = {key: LONG if isinstance(value, str) and key not in EXEMPT else value for key, value in report.items()}
    parts = {"reporter": person, "clients_case": [person], "perpetrators_case": [person]}
    services = [LONG, {"category_id": LONG, "name": LONG}]
    response = office.caller("agent").post("/api/cases/", {**long, **parts, "services": services})
    assert response.status_code == 201
    with ground.seen() as session:
        assert session.query(IntakeReceipt).one().raw.count(LONG) > 50
        assert session.query(Case).one().narrative == LONG
    again = office.caller("agent").get(f"/api/cases/{response.json['id']}")
    assert again.status_code == 200
    changes = {key: LONG for key in ("plan", "priority", "status", "escalated_to_id", "justice_id", "disposition_id")}
    assert office.caller("agent").post(f"/api/cases/{response.json['id']}", changes).status_code == 200


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "😀", "\u202e", "İ", "' OR 1=1 --", "{{ 7*7 }}", "%s%n"])
def test_no_text_is_too_strange(office, ground, text):
    report = {**example("create_case"), "narrative": f"said: {text}", "src_uid": f"uid {text}"}
    report["reporter"] = {"fname": f"Nia {text}", ".id": text, "phone": text, "email": text, "national_id": text}
    response = office.caller("agent").post("/api/cases/", report)
    assert response.status_code == 201
    assert office.caller("agent").get(f"/api/cases/{response.json['id']}").status_code == 200
