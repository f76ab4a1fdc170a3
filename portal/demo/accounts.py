"""The demo accounts. The first two have the numbers that contract 000's example uses."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.core import accounts
from portal.core.actors import SYSTEM, Actor, from_user
from portal.core.models import User
from portal.core.vocabulary import Role

_EVERYWHERE = ("CONSTITUENCY", "HELPLINE", "CORRESPONDENCE", "HEALTH", "EDU", "ECON", "SOCIAL")


@dataclass(frozen=True)
class Account:
    """Somebody who works in the invented office; ``purpose`` tells a newcomer why to sign in as them."""

    key: str
    name: str
    role: Role
    purpose: str
    verticals: tuple[str, ...] = ()
    agent_code: str | None = None

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.key}@demo.example"


ACCOUNTS = (
    Account("admin", "Noor Haddad", Role.ADMINISTRATOR, "set the office up, and see everything"),
    Account(
        "caseworker",
        "John Smith",
        Role.CASEWORKER,
        "work on cases of five services",
        ("CONSTITUENCY", "HELPLINE", "CORRESPONDENCE", "HEALTH", "EDU"),
    ),
    Account("supervisor", "Priya Raman", Role.SUPERVISOR, "activate, suspend, transfer, merge, decide", _EVERYWHERE),
    Account("agent", "Tomás Ibarra", Role.AGENT, "take calls at the helpline", ("HELPLINE",), agent_code="100"),
    Account("auditor", "Ingrid Solheim", Role.AUDITOR, "read everything and change nothing"),
    Account(
        "caseworker2",
        "Wanjiru Kamau",
        Role.CASEWORKER,
        "verify what others submit",
        ("HELPLINE", "HEALTH", "EDU", "ECON", "SOCIAL"),
    ),
    Account("supervisor2", "Kofi Mensah", Role.SUPERVISOR, "approve what the other supervisor asks for", _EVERYWHERE),
)


@dataclass(frozen=True)
class Staff:
    """The demo accounts as users and as actors, by the first part of their e-mail."""

    users: dict[str, User]
    actors: dict[str, Actor]


def hash_passwords(password: str) -> dict[str, str]:
    """A hash of the demo password for each account; slow on purpose, so made outside the unit of work."""
    return {account.key: accounts.hash_password(password) for account in ACCOUNTS}


def create(session: Session, hashes: dict[str, str]) -> Staff:
    """Register the accounts, in order."""
    users = {
        account.key: accounts.create_user(
            session,
            SYSTEM,
            email=account.email,
            name=account.name,
            role=account.role,
            password_hash=hashes[account.key],
            vertical_codes=account.verticals,
            agent_code=account.agent_code,
        )
        for account in ACCOUNTS
    }
    session.flush()
    return Staff(users, {key: from_user(session, user) for key, user in users.items()})
