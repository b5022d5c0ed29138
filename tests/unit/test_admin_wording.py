"""Every code that a service can send to the coordinators' pages has German words."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import services.matching.domain
import services.matching.handlers
import services.network.domain
import services.network.handlers
import services.profiles.domain
import services.profiles.handlers
import services.requests.domain
from services.admin.domain.accounts import Role
from services.admin.pages.notes import NOTES
from services.admin.pages.wording import (
    MESSAGES,
    Sentences,
    helping,
    labels,
    matching,
    timeline,
)
from services.admin.pages.wording.matching import REASONS_OF_DEED
from services.admin.store.tables import DeedRow
from services.matching.domain.board import BoardState, InvitationState
from services.matching.domain.differently import Change
from services.matching.domain.effects import Cause
from services.matching.domain.exclusions import ONLY_AGAINST_ASKING
from services.matching.domain.exclusions import Reason as Exclusion
from services.matching.domain.lacking import Gap
from services.matching.domain.score import Score
from services.matching.domain.waves import Next
from services.network.domain.standing import State as OrganisationState
from services.notifications.domain.states import State as EmailState
from services.profiles.domain.standing import State as VolunteerState
from services.requests.domain.life import State as RequestState
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.matching import CandidateShown, Reason, Relief
from shared.contracts.messages import Command, Event, Private, Query, Service
from shared.contracts.reporting import TimelineEntry
from shared.district import load_district
from shared.kernel import errors, languages, people, places, slots, text, weeks
from shared.kernel.errors import Refusal
from shared.kernel.fields import (
    Answer,
    Channel,
    Check,
    Field,
    Gender,
    Kind,
    OrganisationKind,
    Share,
    Side,
    TandemAnswer,
    TandemQuestion,
    TandemState,
    Travel,
    Via,
)
from shared.kernel.ids import new_id
from shared.kernel.languages import Level
from shared.web.field_errors import FIELD_MESSAGES
from shared.web.frame import site_of
from shared.web.locales import GERMAN
from shared.web.static_files import StaticFiles
from shared.web.templating import Pages

DISTRICT = load_district()
SAY = Sentences(Pages(site_of(DISTRICT), StaticFiles()).words(GERMAN), DISTRICT)
TEMPLATES = Path(services.matching.domain.__file__).parents[2] / "notifications" / "templates"

GROUPS = {
    "request_state": RequestState,
    "invitation_state": InvitationState,
    "answer": Answer,
    "volunteer_state": VolunteerState,
    "organisation_state": OrganisationState,
    "organisation_kind": OrganisationKind,
    "email_state": EmailState,
    "kind": Kind,
    "tandem_state": TandemState,
    "tandem_question": TandemQuestion,
    "tandem_answer": TandemAnswer,
    "side": Side,
    "check": Check,
    "channel": Channel,
    "via": Via,
    "share": Share,
    "gender": Gender,
    "travel": Travel,
    "level": Level,
    "role": Role,
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_code_of_a_group_has_a_name_and_no_name_is_left_over(group: str) -> None:
    assert set(labels.GROUPS[group]) == {code.value for code in GROUPS[group]}


def test_every_state_of_a_board_has_a_name() -> None:
    assert {code.value for code in BoardState} <= set(labels.BOARD_STATES)


def test_every_template_of_a_mail_has_a_name() -> None:
    kinds = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert set(labels.EMAIL_TEMPLATES) == kinds


def test_every_owner_that_a_page_can_lack_has_a_name() -> None:
    asked = {
        contract.owner.value
        for contract in CATALOGUE.values()
        if issubclass(contract, Query) and Service.ADMIN.value in contract.senders
    }
    assert set(labels.OWNERS) == asked | {"dead_letters"}


def test_every_exclusion_part_cause_and_plan_has_words() -> None:
    assert set(matching.EXCLUSIONS) == {code.value for code in Exclusion}
    assert set(matching.SCORE_PARTS) == set(Score.__dataclass_fields__)
    assert set(matching.CAUSES) >= {code.value for code in Cause}
    assert set(matching.WAITS_FOR) == {code.value for code in Next} | {"awaiting_confirmation"}
    assert set(helping.RELIEFS) == {change.value for change in Change}
    assert set(helping.LACKS) == {gap.value for gap in Gap}
    assert {code.value for code in ONLY_AGAINST_ASKING} == matching.ONLY_AGAINST_ASKING


def test_every_reason_that_is_offered_has_words() -> None:
    offered = {code for codes in REASONS_OF_DEED.values() for code in codes}
    assert offered <= set(matching.REASONS)


def test_every_choice_of_a_reason_has_a_name_of_its_own() -> None:
    assert set(matching.REASON_LABELS) == set(REASONS_OF_DEED)
    assert len(set(matching.REASON_LABELS.values())) == len(REASONS_OF_DEED)


def test_every_event_of_a_request_has_a_sentence() -> None:
    told = {
        contract.snake_name
        for contract in CATALOGUE.values()
        if issubclass(contract, Event)
        and Service.REPORTING in contract.readers
        and "request_id" in contract.model_fields
    }
    assert set(timeline.EVENTS) == told


def test_every_wish_of_admin_is_told_in_the_log() -> None:
    wishes = {
        contract.snake_name
        for contract in CATALOGUE.values()
        if issubclass(contract, Command | Private) and Service.ADMIN.value in contract.senders
    }
    never_sent = {"issue_api_token", "send_sign_in_link"}
    by_hand = {"export_volunteer", "replay_dead_letter", "discard_dead_letter"}
    assert set(timeline.DEEDS) == (wishes - never_sent) | by_hand


def refusals() -> Iterator[str]:
    """Codes of what the owners' rules and the kernel may refuse."""
    modules: list[Any] = [errors, languages, people, places, slots, text, weeks]
    for package in (
        services.matching.domain,
        services.matching.handlers,
        services.network.domain,
        services.network.handlers,
        services.profiles.domain,
        services.profiles.handlers,
        services.requests.domain,
    ):
        found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        modules += [importlib.import_module(module.name) for module in found]
    for module in modules:
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Refusal):
                yield one.code


@pytest.mark.parametrize("code", sorted(set(refusals())))
def test_every_refusal_has_a_sentence(code: str) -> None:
    assert code in MESSAGES


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", sentence))


DETAILS: dict[str, Any] = {
    "until": "2026-12-01T08:00:00+00:00", "on": "2026-12-02", "valid_until": "2026-11-30",
    "needed_on": "2026-12-02", "tag": "ti", "stated": "B1", "needed": "C1", "skill": "sewing",
    "field": "work", "check": "training", "wished": "female", "distance_km": 31,
    "radius_km": 15, "clashes": 3, "dates": 10, "week": 49, "minutes": 390,
    "wanted_minutes": 300, "used": 2, "budget": 2, "wave": 1,
}  # fmt: skip


@pytest.mark.parametrize("code", list(Exclusion))
def test_an_exclusion_is_told_with_its_facts(code: Exclusion) -> None:
    told = SAY.exclusion(Reason(code=code.value, details=DETAILS))

    assert told.endswith(".")
    assert "%(" not in told
    assert "None" not in told
    assert not any(f" {raw} " in f" {told} " for raw in ("ti", "training", "female", "work"))


@pytest.mark.parametrize("code", list(Exclusion))
def test_an_exclusion_without_facts_is_told_all_the_same(code: Exclusion) -> None:
    assert len(SAY.exclusion(Reason(code=code.value))) > 5


def test_exclusions_name_days_hours_and_languages_as_people_do() -> None:
    assert SAY.exclusion(Reason(code="hours_used_up", details=DETAILS)) == (
        "Käme in Woche 49 auf 6,5 Stunden, gewünscht sind 5."
    )
    assert SAY.exclusion(Reason(code="language_missing", details=DETAILS)) == (
        "Spricht laut Angaben kein Tigrinya."
    )
    assert SAY.exclusion(Reason(code="paused", details={"until": None})) == (
        "Macht Pause, ohne Ende."
    )


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"km": 19, "radius_km": 30}, "19 km entfernt, Umkreis bis 30 km"),
        ({"km": 8}, "8 km entfernt"),
    ],
)
def test_a_way_is_told_with_the_radius_that_it_is_measured_against(
    details: dict[str, Any], told: str
) -> None:
    near = Reason(code="near", details=details)
    shown = CandidateShown(
        volunteer_id=new_id(), rank=1, score=1, parts=(), reasons=(near,), chance=0.5
    )

    assert SAY.reasons_for(shown) == told


def test_a_decision_is_told_with_its_time() -> None:
    due = {"decide_by": "2026-12-01T08:00:00+00:00", "overdue": False}
    assert SAY.waits_for(Reason(code="awaiting_approval", details=due)).endswith(
        "Bitte bis Dienstag, 1. Dezember 2026, 09:00 Uhr."
    )


def test_a_code_of_a_later_version_stands_for_itself() -> None:
    reason = Reason(code="brand_new", details={"x": 1})
    assert SAY.exclusion(reason) == "brand_new"
    assert SAY.exclusion_label("brand_new") == "brand_new"
    assert SAY.waits_for(reason) == "brand_new"
    assert SAY.label("request_state", "brand_new") == "brand_new"
    entry = TimelineEntry(occurred_at=datetime(2026, 11, 21, tzinfo=UTC), what="brand_new")
    assert SAY.event(entry, lambda _: "x") == "brand_new"
    shown = CandidateShown(
        volunteer_id=new_id(), rank=1, score=1, parts=(), reasons=(reason,), chance=0.5
    )
    assert SAY.reasons_for(shown) == "brand_new"


@pytest.mark.parametrize("what", timeline.EVENTS)
def test_an_event_is_told_with_and_without_facts(what: str) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    details = {
        "channel": "email", "wave": 1, "reason": "request_cancelled", "answer": "yes",
        "via": "phone", "position": 2, "places": 3, "assigned": 1, "reserved": 0, "template": "offer", "in_review": False,
        "starts_at": "2026-12-07T09:00:00Z", "side": "volunteer", "what": "check_in",
        "said": "goes_well", "hours": 12, "from_on": "2026-12-07", "to_on": "2027-01-17",
    }  # fmt: skip
    full = SAY.event(TimelineEntry(occurred_at=at, what=what, details=details), lambda _: "Ada")
    bare = SAY.event(TimelineEntry(occurred_at=at, what=what), lambda _: "Ada")

    assert full.endswith(".")
    assert "%(" not in full + bare
    assert ("Ada" in full) == ("who" in placeholders(timeline.EVENTS[what]))


def test_who_was_asked_by_hand_is_told_without_a_round() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    by_hand = {"channel": "email", "wave": 1, "by_hand": True}
    entry = TimelineEntry(occurred_at=at, what="invitation_issued", details=by_hand)

    told = SAY.event(entry, lambda _: "Ada")

    assert told == "Ada wird gefragt (E-Mail, vom Büro ausgewählt)."


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("paused", "Ada wird doch nicht gefragt. Inzwischen spricht dagegen: Macht Pause."),
        (None, "Ada wird doch nicht gefragt: inzwischen spricht etwas dagegen."),
    ],
)
def test_who_is_dropped_before_being_asked_is_told_with_the_rule(
    rule: str | None, said: str
) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    details = {"reason": Cause.RULE_CAME_UP.value, "rule": rule}
    entry = TimelineEntry(occurred_at=at, what="invitation_withdrawn", details=details)

    assert SAY.event(entry, lambda _: "Ada") == said


def test_a_tandem_is_told_with_the_districts_reasons_and_its_one_reminder() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def told(event: str, **details: Any) -> str:
        entry = TimelineEntry(occurred_at=at, what=event, details=details)
        return SAY.event(entry, lambda _: "Ada")

    assert "Weggezogen" in told("tandem_ended", reason="moved_away")
    assert "ohne Angabe" in told("tandem_ended", reason="not_said")
    reminded = told("tandem_asked", side="organisation", what="trial", again=True)
    assert "Organisation wird einmal erinnert" in reminded


@pytest.mark.parametrize("deed", timeline.DEEDS)
def test_a_deed_is_told_with_who_and_what_came_of_it(deed: str) -> None:
    staff_id = new_id()
    row = DeedRow(
        deed_id=new_id(), wish_key="k", done_at=datetime(2026, 11, 21, tzinfo=UTC), staff_id=staff_id,
        deed=deed, about_id=None, volunteer_id=None, detail=None, outcome="not_saved",
    )  # fmt: skip
    told = SAY.deed(row, lambda _: "Ada", {staff_id: "Karin"})

    assert told.startswith("Karin hat ")
    assert told.endswith("(nicht gespeichert)")


@pytest.mark.parametrize("field", list(Field))
def test_every_field_has_the_districts_name(field: Field) -> None:
    assert SAY.field(field) not in {"", field.value}


def test_no_sentence_has_a_stray_percent_sign() -> None:
    sentences = [*MESSAGES.values(), *FIELD_MESSAGES.values(), *timeline.EVENTS.values()]
    sentences += [*timeline.DEEDS.values(), *matching.CANDIDATE_REASONS.values()]
    sentences += [part for pair in matching.EXCLUSIONS.values() for part in pair]
    sentences += [*helping.RELIEFS.values(), *helping.LACKS.values()]
    for sentence in sentences:
        assert sentence.count("%") == sentence.count("%("), sentence


def test_every_note_has_a_title() -> None:
    assert all(note.title and note.kind in {"success", "info"} for note in NOTES.values())


@pytest.mark.parametrize(
    ("relief", "said"),
    [
        (
            Relief(
                code="lower_level",
                details={"tag": "ar", "asked": "B2", "instead": "B1"},
                gained=7,
            ),
            "Arabisch ab Stufe B1 statt B2",
        ),
        (
            Relief(code="other_weekday", details={"weekday": 5}, gained=4),
            "an einem anderen Tag: Samstag",
        ),
        (Relief(code="farther", details={"km": 5}, gained=2), "Umkreis 5 km weiter"),
        (Relief(code="any_gender", gained=1), "Frauen und Männer fragen"),
        (
            Relief(
                code="without_language",
                details={"tag": "ar"},
                gained=3,
                also=(
                    Reason(code="carry_out_check", details={"check": "training"}),
                    Reason(code="other_weekday", details={"weekday": 1}),
                ),
            ),
            (
                "ohne Arabisch (mit Dolmetschen), Nachweis nachholen: Schulung und an einem anderen "
                "Tag: Dienstag"
            ),
        ),
    ],
)
def test_what_would_help_is_said_in_a_few_words(relief, said):
    assert SAY.relief(relief) == said


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        (
            Reason(code="level", details={"tag": "ti", "needed": "C2"}),
            "Niemand spricht laut Angaben Tigrinya so gut wie gebraucht (C2).",
        ),
        (
            Reason(code="check", details={"check": "training"}),
            "Bei niemandem liegt das gültig vor: Schulung.",
        ),
        (
            Reason(code="nobody_confirmed", details={"people": 2}),
            "Angemeldet haben sich: 2, bestätigt hat es niemand.",
        ),
        (Reason(code="new_since"), "new_since"),
    ],
)
def test_what_is_lacking_is_said_with_what_can_be_done_about_it(lack, said):
    assert SAY.lack(lack).startswith(said)


def test_what_is_awaited_is_said_with_its_figures_and_nothing_where_nothing_is():
    details = {"awaited": 3, "expected": 0.9, "chance": 0.62}

    said = SAY.awaited(Reason(code="awaiting_answers", details=details))

    assert said.startswith("Ausstehende Antworten: 3, zu erwartende Zusagen: 0,9.")
    assert "62 von 100" in said
    assert SAY.awaited(Reason(code="exhausted", details=details | {"awaited": 0})) == ""
    assert SAY.awaited(None) == ""
