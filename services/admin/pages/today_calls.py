"""Whom to ring: calls that are due, and those whose deadline has passed while it still helps."""

from collections.abc import Sequence

from services.admin.pages.context import People
from services.admin.pages.today_lines import SHOWN, Found, Group, Line, title_of
from services.admin.pages.wording import Sentences
from shared.contracts.matching import PhoneTask
from shared.web.translations import msg

MISSED_HINT = msg(
    "Die Frist ist vorbei, aber es ist noch ein Platz frei. Ein Ja zählt bis zum Beginn."
)


def calls_due(say: Sentences, found: Found, people: People) -> Group:
    """Calls that are in time."""
    tasks = [task for task in _tasks(found) if not task.missed]
    title = say.words.ngettext("%(num)s Anruf", "%(num)s Anrufe", len(tasks))
    return Group(title, _lines(say, tasks, found, people), "/phone", len(tasks))


def calls_missed(say: Sentences, found: Found, people: People) -> Group:
    """Calls that nobody made in time."""
    tasks = [task for task in _tasks(found) if task.missed]
    title = say.words.ngettext(
        "%(num)s verpasster Anruf", "%(num)s verpasste Anrufe", len(tasks)
    )
    lines = _lines(say, tasks, found, people)
    hint = say.words.gettext(MISSED_HINT)
    return Group(title, lines, "/phone#missed", len(tasks), hint)


def call_url(task: PhoneTask) -> str:
    """Where the call is written down: an invitation's page, or the tandem's."""
    if task.assignment_id is None:
        return f"/phone/{task.invitation_id}"
    return f"/requests/{task.request_id}/tandems/{task.assignment_id}"


def _tasks(found: Found) -> Sequence[PhoneTask]:
    return found.phone.tasks if found.phone else ()


def _lines(
    say: Sentences, tasks: Sequence[PhoneTask], found: Found, people: People
) -> list[Line]:
    return [
        Line(
            people.name(task.volunteer_id),
            call_url(task),
            title_of(say, found.words, task.request_id),
            task.deadline,
        )
        for task in tasks[:SHOWN]
    ]
