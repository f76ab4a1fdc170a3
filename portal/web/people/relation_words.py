"""What somebody is to somebody else, in words: without a sex, for that is not always known."""

from flask_babel import lazy_gettext as _l

from portal.core.relation_kinds import RelationKind as K

RELATIONS = {
    K.PARENT: _l("Parent"),
    K.CHILD: _l("Child"),
    K.STEP_PARENT: _l("Step-parent"),
    K.STEP_CHILD: _l("Step-child"),
    K.GRANDPARENT: _l("Grandparent"),
    K.GRANDCHILD: _l("Grandchild"),
    K.SIBLING: _l("Brother or sister"),
    K.SPOUSE: _l("Husband or wife"),
    K.PARTNER: _l("Partner"),
    K.FORMER_PARTNER: _l("Former partner"),
    K.AUNT_OR_UNCLE: _l("Aunt or uncle"),
    K.NIECE_OR_NEPHEW: _l("Niece or nephew"),
    K.COUSIN: _l("Cousin"),
    K.IN_LAW: _l("Relative by marriage"),
    K.RELATIVE: _l("Another relative"),
    K.GUARDIAN: _l("Guardian"),
    K.WARD: _l("In their guardianship"),
    K.CARER: _l("Carer"),
    K.CARED_FOR: _l("In their care"),
    K.TEACHER: _l("Teacher"),
    K.PUPIL: _l("Pupil"),
    K.EMPLOYER: _l("Employer"),
    K.EMPLOYEE: _l("Employee"),
    K.NEIGHBOUR: _l("Neighbour"),
    K.FRIEND: _l("Friend"),
    K.KNOWN: _l("Somebody they know"),
}


def relation(kind: str | None) -> str:
    """What somebody is to somebody else; a kind without words is shown by its own name."""
    return str(RELATIONS.get(kind, (kind or "").replace("_", " ").capitalize()))
