"""Every blueprint of the browser, listed once."""

from portal.web import home
from portal.web.auth.views import blueprint as auth

BLUEPRINTS = (home.blueprint, auth)
