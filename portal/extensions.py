"""The libraries the portal stands on: instances only, set up in ``create_app``."""

from flask_babel import Babel
from flask_compress import Compress
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from htmx_flask import Htmx

from portal.core.models import Base

# Our own Base keeps the models free of Flask; this shares its metadata (SQLAlchemy 2.1 with Flask-SQLAlchemy 3.1).
db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
htmx = Htmx()
babel = Babel()
compress = Compress()
