"""Every blueprint of the browser, listed once."""

from portal.web import home
from portal.web.account.language import blueprint as language
from portal.web.account.passkeys import blueprint as passkeys
from portal.web.account.second_factor import blueprint as second_factor
from portal.web.account.views import blueprint as account
from portal.web.admin import blueprint as admin
from portal.web.audit.views import blueprint as audit
from portal.web.auth.openid_door import blueprint as openid_door
from portal.web.auth.passkey_door import blueprint as passkey_door
from portal.web.auth.reset import blueprint as reset
from portal.web.auth.views import blueprint as auth
from portal.web.break_glass.views import blueprint as break_glass
from portal.web.cases import blueprint as cases
from portal.web.conflicts.deciding import blueprint as conflicts
from portal.web.consents import blueprint as consents
from portal.web.covers.views import blueprint as covers
from portal.web.files import blueprint as files
from portal.web.households import blueprint as households
from portal.web.intake.views import blueprint as intake
from portal.web.notices.views import blueprint as notices
from portal.web.participation.deciding import blueprint as approvals
from portal.web.participation.invitations import blueprint as invitations
from portal.web.people.views import blueprint as people
from portal.web.people_pairs import blueprint as people_pairs
from portal.web.reports.views import blueprint as reports
from portal.web.reviews.views import blueprint as reviews
from portal.web.rights import blueprint as rights
from portal.web.search.views import blueprint as search
from portal.web.triage.views import blueprint as triage
from portal.web.verification import blueprint as verification
from portal.web.worklist.views import blueprint as worklist

BLUEPRINTS = (
    home.blueprint,
    admin,
    auth,
    break_glass,
    cases,
    intake,
    account,
    language,
    second_factor,
    reset,
    passkeys,
    passkey_door,
    openid_door,
    audit,
    people,
    people_pairs,
    search,
    worklist,
    approvals,
    invitations,
    conflicts,
    consents,
    covers,
    files,
    households,
    verification,
    triage,
    notices,
    reports,
    reviews,
    rights,
)
