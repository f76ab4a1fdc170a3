"""Every blueprint of the browser, listed once."""

from portal.web import home
from portal.web.auth.views import blueprint as auth
from portal.web.cases import blueprint as cases
from portal.web.intake.views import blueprint as intake

BLUEPRINTS = (home.blueprint, auth, cases, intake)
