"""Which pages are for everybody, and which show nobody's name."""

from services.admin.domain.accounts import Role

_OPEN = frozenset({"/sign-in", "/healthz", "/readyz"})
_OPEN_BELOW = ("/sign-in/", "/static/")

_WITHOUT_PEOPLE = frozenset(
    {"/", "/account", "/account/everywhere", "/sign-out", "/mails", "/dead-letters"}
    | {"/figures", "/figures/proposals"}
)
_WITHOUT_PEOPLE_BELOW = ("/dead-letters/",)


def is_open(path: str) -> bool:
    """Whether a page is for everybody; all others ask for a session."""
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def may_open(role: Role, path: str) -> bool:
    """Whether a role may open a page: who does not see people, only those without names."""
    without_people = path in _WITHOUT_PEOPLE or path.startswith(_WITHOUT_PEOPLE_BELOW)
    return role.sees_people or without_people
