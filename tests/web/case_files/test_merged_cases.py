"""The files of cases that were merged."""

import pytest

from portal.core import clock, merging
from portal.core.models import Case, User
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_consent, make_participant, make_vertical
from tests.page import words
from tests.sent_files import PDF, png
from tests.web.case_files.conftest import put, send


class TestMergedCases:
    """A survivor shows the files of what was merged into it, and says of which."""

    @pytest.fixture
    def merged(self, app, office) -> dict[str, object]:
        with app.app_context(), committed(db.session) as session:
            case = session.get(Case, office["case"])
            twin = make_case(session, case.primary_vertical, subject=case.subject_person, status=Status.ACTIVE)
            number, reference = twin.id, twin.reference
        where = put(app, office, "twin.png", png(3), case=number)
        with app.app_context(), committed(db.session) as session:
            case, twin = session.get(Case, office["case"]), session.get(Case, number)
            actor = actor_of(session, session.get(User, office["boss"]))
            merging.merge(session, actor, case, [twin], reason_code="DUPLICATE_RECORD")
        return {"number": number, "reference": reference, "where": where}

    def test_they_stand_in_one_list(self, worker, path, merged):
        shown = words(worker.get(path))
        assert f"twin.png from {merged['reference']}" in shown
        worker.get(f"{path}/{merged['where'].rpartition('/')[2]}")

    def test_the_merged_case_takes_none_and_says_where_they_go(self, app, worker, merged):
        path = f"/app/cases/{merged['number']}/files"
        shown = words(worker.get(path))
        assert "The case was merged into another; files are added there." in shown
        assert "by undoing the merge" in shown
        send(worker, path, ("letter.pdf", PDF), expect=409)

    def test_those_of_a_member_whose_consent_was_withdrawn_are_not_shown(self, app, worker, office, path, merged):
        with app.app_context(), committed(db.session) as session:
            lost_to = make_vertical(session, "LOST", consent=True)
            make_participant(session, session.get(Case, merged["number"]), lost_to)
            person = session.get(Case, office["case"]).subject_person
            make_consent(session, person, lost_to, status="withdrawn", withdrawn_at=clock.now())
        assert "twin.png" not in words(worker.get(path))
        worker.get(f"{path}/{merged['where'].rpartition('/')[2]}", expect=403)
        worker.get(merged["where"], expect=403)
