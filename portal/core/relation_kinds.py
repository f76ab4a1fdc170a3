"""How people can be related, and what the one is to the other when it is looked at from the other side."""

import enum


class RelationKind(enum.StrEnum):
    """What somebody is to somebody else."""

    PARENT = "parent"
    CHILD = "child"
    STEP_PARENT = "step_parent"
    STEP_CHILD = "step_child"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    SIBLING = "sibling"
    SPOUSE = "spouse"
    PARTNER = "partner"
    FORMER_PARTNER = "former_partner"
    AUNT_OR_UNCLE = "aunt_or_uncle"
    NIECE_OR_NEPHEW = "niece_or_nephew"
    COUSIN = "cousin"
    IN_LAW = "in_law"
    RELATIVE = "relative"
    GUARDIAN = "guardian"
    WARD = "ward"
    CARER = "carer"
    CARED_FOR = "cared_for"
    TEACHER = "teacher"
    PUPIL = "pupil"
    EMPLOYER = "employer"
    EMPLOYEE = "employee"
    NEIGHBOUR = "neighbour"
    FRIEND = "friend"
    KNOWN = "known"


_K = RelationKind
_ACROSS = (
    (_K.PARENT, _K.CHILD),
    (_K.STEP_PARENT, _K.STEP_CHILD),
    (_K.GRANDPARENT, _K.GRANDCHILD),
    (_K.AUNT_OR_UNCLE, _K.NIECE_OR_NEPHEW),
    (_K.GUARDIAN, _K.WARD),
    (_K.CARER, _K.CARED_FOR),
    (_K.TEACHER, _K.PUPIL),
    (_K.EMPLOYER, _K.EMPLOYEE),
)
_INVERSE: dict[str, str] = {one: other for one, other in _ACROSS} | {other: one for one, other in _ACROSS}

# Who is one of these is nobody's family: such a relation closes no record (closed_people.py).
NOT_FAMILY = (_K.CARER, _K.CARED_FOR, _K.TEACHER, _K.PUPIL, _K.EMPLOYER, _K.EMPLOYEE, _K.NEIGHBOUR, _K.FRIEND, _K.KNOWN)


def inverse(kind: str) -> str:
    """What the one is to the other where the other is *kind* to the one: a parent's is a child, a cousin's a cousin."""
    return _INVERSE.get(kind, kind)
