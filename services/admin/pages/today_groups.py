"""What needs a human, group by group, from what the owners told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.admin.pages.context import People
from services.admin.pages.today_calls import calls_due, calls_missed
from services.admin.pages.today_lines import SHOWN, Found, Group, Line, title_of
from services.admin.pages.wording import Sentences
from shared.contracts.matching import Decision
from shared.contracts.network import OrganisationCards
from shared.contracts.notifications import OutboxEntry
from shared.contracts.profiles import Cards
from shared.contracts.requests import RequestList, RequestShown, Words
from shared.web.translations import msg

MAILS_OF = timedelta(days=7)
"""Older failures were seen, or do not matter any more."""
NOBODY_WAITS = frozenset({"not_sent", "stale", "gone"})
"""Why a mail was given up that nobody misses."""


def people_groups(say: Sentences, found: Found, people: People) -> list[Group]:
    decisions = found.decisions.decisions if found.decisions else ()
    reservations = [entry for entry in decisions if entry.what == "decide_reservation"]
    return [
        calls_due(say, found, people),
        calls_missed(say, found, people),
        _tandems(say, decisions, found, people),
        _reservations(say, reservations, found.words, people),
        _of_requests(say, decisions, "approve_wave", found),
        _reviews(say, found.reviews),
        _of_requests(say, decisions, "nobody_left", found),
        _of_requests(say, decisions, "unlikely", found),
        _of_requests(say, decisions, "all_spared", found),
        _of_requests(say, decisions, "stopped", found),
        _organisations(say, found.organisations),
        _talks(say, found.talks),
    ]


def technical_groups(say: Sentences, found: Found, now: datetime) -> list[Group]:
    entries = [
        entry
        for outbox in (found.unknown, found.failed)
        for entry in (outbox.entries if outbox else ())
        if entry.created_at > now - MAILS_OF and entry.last_code not in NOBODY_WAITS
    ]
    return [_mails(say, entries), _letters(say, found.letters or 0)]


def _tandems(
    say: Sentences, decisions: Iterable[Decision], found: Found, people: People
) -> Group:
    """Tandems of which one side, or both, said that a coordinator should hear of it."""
    entries = [entry for entry in decisions if entry.what == "tandem_trouble"]
    return Group(
        say.words.ngettext(
            "%(num)s Tandem, bei dem etwas hakt",
            "%(num)s Tandems, bei denen etwas hakt",
            len(entries),
        ),
        [
            Line(
                people.name(entry.volunteer_id),
                f"/requests/{entry.request_id}/tandems/{entry.assignment_id}",
                title_of(say, found.words, entry.request_id),
                entry.decide_by,
            )
            for entry in entries[:SHOWN]
        ],
        "/requests?waits=tandem_trouble",
        len(entries),
    )


def _reservations(
    say: Sentences, entries: Sequence[Decision], words: Mapping[UUID, Words], people: People
) -> Group:
    return Group(
        say.words.ngettext(
            "%(num)s Zusage bestätigen", "%(num)s Zusagen bestätigen", len(entries)
        ),
        [
            Line(
                people.name(entry.volunteer_id),
                f"/requests/{entry.request_id}#places",
                title_of(say, words, entry.request_id),
                entry.decide_by,
            )
            for entry in entries[:SHOWN]
        ],
        "/requests?waits=decide_reservation",
        len(entries),
    )


def _of_requests(
    say: Sentences, decisions: Iterable[Decision], what: str, found: Found
) -> Group:
    """Requests whose next step is a coordinator's: a wave to approve, or nobody whom it asks."""
    entries = [entry for entry in decisions if entry.what == what]
    ngettext = say.words.ngettext
    number = len(entries)
    counted = msg("%(num)s Platz frei"), msg("%(num)s Plätze frei")
    if what == "approve_wave":
        counted = msg("%(num)s Mensch vorgeschlagen"), msg("%(num)s Menschen vorgeschlagen")
    facts = [ngettext(*counted, entry.people) for entry in entries]
    lines = [
        Line(
            title_of(say, found.words, entry.request_id),
            f"/requests/{entry.request_id}",
            ", ".join(filter(None, (*_whose(found, entry.request_id), told))),
            entry.decide_by,
        )
        for entry, told in zip(entries, facts, strict=True)
    ]
    hint = say.words.gettext(_HINTS[what]) if what in _HINTS else ""
    return Group(
        _waiting(say, what, number), lines[:SHOWN], f"/requests?waits={what}", number, hint
    )


_WHAT_HELPS = msg("Was helfen würde oder woran es fehlt, steht auf der Seite der Anfrage.")
_HINTS = {
    "stopped": msg("Gefragt wird erst, wenn Sie weiter einladen lassen."),
    "nobody_left": _WHAT_HELPS,
    "unlikely": _WHAT_HELPS,
    "all_spared": msg(
        "Sie wurden zuletzt viel gefragt oder werden anderswo mehr gebraucht. Wenn die Zeit knapp"
        " wird, werden sie von selbst gefragt; auf der Seite der Anfrage geht es auch gleich."
    ),
}


def _waiting(say: Sentences, what: str, number: int) -> str:
    """What the requests wait for, as the title of a group."""
    if what == "approve_wave":
        return say.words.ngettext(
            "%(num)s Auswahl freigeben", "%(num)s Auswahlen freigeben", number
        )
    if what == "all_spared":
        return say.words.ngettext(
            "%(num)s Anfrage, bei der alle geschont werden, die passen",
            "%(num)s Anfragen, bei denen alle geschont werden, die passen",
            number,
        )
    if what == "stopped":
        return say.words.ngettext(
            "%(num)s angehaltene Anfrage mit freien Plätzen",
            "%(num)s angehaltene Anfragen mit freien Plätzen",
            number,
        )
    if what == "unlikely":
        return say.words.ngettext(
            "%(num)s Anfrage, bei der alle gefragt sind und es kaum reichen wird",
            "%(num)s Anfragen, bei denen alle gefragt sind und es kaum reichen wird",
            number,
        )
    return say.words.ngettext(
        "%(num)s Anfrage, für die niemand mehr da ist",
        "%(num)s Anfragen, für die niemand mehr da ist",
        number,
    )


def _reviews(say: Sentences, found: RequestList | None) -> Group:
    requests = found.requests if found else ()
    number = found.total if found else 0
    title = say.words.ngettext("%(num)s Anfrage prüfen", "%(num)s Anfragen prüfen", number)
    lines = [
        Line(
            entry.words.title if entry.words else entry.reference,
            f"/requests/{entry.request_id}",
            ", ".join(filter(None, (entry.reference, _when(say, entry)))),
        )
        for entry in requests[:SHOWN]
    ]
    return Group(title, lines, "/requests?status=review", number)


def _organisations(say: Sentences, found: OrganisationCards | None) -> Group:
    cards = found.cards if found else ()
    title = say.words.ngettext(
        "%(num)s Organisation prüfen", "%(num)s Organisationen prüfen", len(cards)
    )
    lines = [
        Line(
            card.name,
            f"/organisations/{card.organisation_id}",
            say.label("organisation_kind", card.kind),
            card=card,
        )
        for card in cards[:SHOWN]
    ]
    return Group(title, lines, "/organisations?state=unverified", len(cards))


def _talks(say: Sentences, found: Cards | None) -> Group:
    # An owner that does not know the filter yet sends everybody.
    cards = [card for card in (found.cards if found else ()) if not card.known]
    title = say.words.ngettext(
        "%(num)s Erstgespräch führen", "%(num)s Erstgespräche führen", len(cards)
    )
    lines = [
        Line(card.name, f"/volunteers/{card.volunteer_id}", card.municipality or "", card=card)
        for card in cards[:SHOWN]
    ]
    return Group(title, lines, "/volunteers?known=no", len(cards))


def _mails(say: Sentences, entries: Sequence[OutboxEntry]) -> Group:
    title = say.words.ngettext(
        "%(num)s Mail kam nicht an", "%(num)s Mails kamen nicht an", len(entries)
    )
    lines = [
        Line(
            say.label("template", entry.template),
            f"/mails?state={entry.state}",
            say.label("email_state", entry.state),
        )
        for entry in entries[:SHOWN]
    ]
    return Group(title, lines, "/mails?state=failed", len(entries))


def _letters(say: Sentences, number: int) -> Group:
    title = say.words.ngettext(
        "%(num)s liegen gebliebene Nachricht", "%(num)s liegen gebliebene Nachrichten", number
    )
    line = Line(say.words.gettext("Ansehen und noch einmal verarbeiten"), "/dead-letters")
    return Group(title, [line] if number else [], count=number)


def _whose(found: Found, request_id: UUID) -> tuple[str, ...]:
    """Organisation and number: several requests may have the same title."""
    known = found.words.get(request_id)
    if known is None:
        return ()
    card = found.names.get(known.organisation_id)
    return (card.name, known.reference) if card else (known.reference,)


def _when(say: Sentences, entry: RequestShown) -> str:
    slots = entry.words.slots if entry.words else ()
    return say.words.formats.moment(slots[0].starts_at) if slots else ""
