"""What the records of those who work here, and of their relatives, are called on pages."""

from flask_babel import lazy_gettext as _l

from portal.core import own_records

TIES = {own_records.SELF: _l("Their own record"), own_records.RELATIVE: _l("The record of a relative")}
