"""Words for what matching says: why somebody is asked, why not, and what a request waits for."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.web.translations import msg


class Exclusion(NamedTuple):
    """A reason as the heading of a group, and as a sentence with the facts."""

    label: str
    sentence: str


EXCLUSIONS: Mapping[str, Exclusion] = {
    "not_active": Exclusion(
        msg("Noch nicht bestätigt"), msg("Hat die Anmeldung noch nicht bestätigt.")
    ),
    "paused": Exclusion(msg("Macht Pause"), msg("Macht Pause bis %(until)s.")),
    "not_known": Exclusion(
        msg("Erstgespräch fehlt"), msg("Mit dieser Person hat noch niemand gesprochen.")
    ),
    "field_declined": Exclusion(
        msg("Anderer Bereich gewünscht"), msg("Hat andere Bereiche gewählt als „%(field)s“.")
    ),
    "language_missing": Exclusion(
        msg("Sprache fehlt"), msg("Spricht laut Angaben kein %(tag)s.")
    ),
    "language_too_low": Exclusion(
        msg("Sprache reicht nicht"),
        msg("%(tag)s auf Stufe %(stated)s, gebraucht wird %(needed)s."),
    ),
    "skill_missing": Exclusion(
        msg("Fähigkeit fehlt"), msg("Hat das nicht angegeben: %(skill)s.")
    ),
    "wished_gender": Exclusion(
        msg("Geschlecht anders gewünscht"), msg("Gewünscht ist: %(wished)s.")
    ),
    "check_missing": Exclusion(msg("Nachweis fehlt"), msg("Es fehlt: %(check)s.")),
    "check_expired": Exclusion(
        msg("Nachweis läuft ab"),
        msg("%(check)s gilt bis %(valid_until)s, gebraucht am %(needed_on)s."),
    ),
    "too_far": Exclusion(
        msg("Zu weit weg"),
        msg("Der Weg ist %(distance_km)s km, gewünscht sind höchstens %(radius_km)s km."),
    ),
    "absent": Exclusion(msg("Nicht da"), msg("Ist am %(on)s nicht da.")),
    "not_free": Exclusion(
        msg("Keine Zeit"), msg("Hat an %(clashes)s von %(dates)s Terminen keine Zeit.")
    ),
    "overlapping_place": Exclusion(
        msg("Schon etwas zugesagt"), msg("Hat zur selben Zeit schon etwas zugesagt.")
    ),
    "date_skipped": Exclusion(
        msg("Setzt dann aus"), msg("Setzt am %(on)s in einer Reihe aus und kann dann nicht.")
    ),
    "hours_used_up": Exclusion(
        msg("Stunden aufgebraucht"),
        msg("Käme in Woche %(week)s auf %(hours)s Stunden, gewünscht sind %(wanted_hours)s."),
    ),
    "has_place": Exclusion(msg("Hat einen Platz"), msg("Hat hier schon einen Platz.")),
    "on_waiting_list": Exclusion(
        msg("Auf der Warteliste"), msg("Steht hier auf der Warteliste.")
    ),
    "already_answered_no": Exclusion(msg("Hat abgesagt"), msg("Hat hier schon Nein gesagt.")),
    "already_asked": Exclusion(msg("Schon gefragt"), msg("Wurde hier schon gefragt.")),
    "invitation_withdrawn": Exclusion(
        msg("Frage zurückgezogen"),
        msg(
            "Die Frage an diese Person wurde zurückgezogen, bevor sie geantwortet hat. "
            "Sie können sie von Hand noch einmal einladen."
        ),
    ),
    "excluded_by_coordinator": Exclusion(
        msg("Vom Büro ausgenommen"), msg("Soll für diese Anfrage nicht gefragt werden.")
    ),
    "held_back": Exclusion(
        msg("Zurückgestellt"), msg("Soll für diese Anfrage erst ab %(until)s gefragt werden.")
    ),
    "ask_budget_used_up": Exclusion(
        msg("Genug gefragt"),
        msg(
            "Wurde in sieben Tagen %(used)s-mal gefragt oder vorgeschlagen, gewünscht sind höchstens %(budget)s."
        ),
    ),
}

MET = frozenset({"has_place", "on_waiting_list", "already_answered_no", "already_asked"})
"""Reasons that say no more than the list of those who were asked."""

ONLY_AGAINST_ASKING = frozenset({"ask_budget_used_up", "date_skipped"})
"""Rules that say nothing against a place for somebody who has agreed."""

PAUSED_FOR_GOOD = msg("Macht Pause, ohne Ende.")
NEAR_WITHIN = msg("%(km)s km entfernt, Umkreis bis %(radius_km)s km")
GENDER_UNKNOWN = msg("Gewünscht ist: %(wished)s. Angegeben ist nichts.")

CANDIDATE_REASONS: Mapping[str, str] = {
    "speaks": msg("spricht %(tags)s"),
    "near": msg("%(km)s km entfernt"),
    "free_then": msg("hat dann Zeit"),
    "chosen_field": msg("mag diesen Bereich"),
    "helped_before": msg("hat hier schon geholfen"),
    "languages_unstated": msg(
        "steht hinten, weil Angaben zu Sprachen fehlen (gebraucht: %(tags)s)"
    ),
    "skills_unstated": msg(
        "steht hinten, weil Angaben zu Fähigkeiten fehlen (gebraucht: %(skills)s)"
    ),
}

SCORE_PARTS: Mapping[str, str] = {
    "fit": msg("Passt zur Aufgabe"),
    "nearness": msg("Wohnt in der Nähe"),
    "slack": msg("Hat genug Zeit"),
    "continuity": msg("War schon dort"),
    "rest": msg("Ausgeruht"),
}

WAITS_FOR: Mapping[str, str] = {
    "invite": msg("Gleich werden die Nächsten eingeladen."),
    "lay_before_coordinator": msg("Gleich liegt eine Auswahl zum Einladen bereit."),
    "awaiting_approval": msg("Eine Auswahl wartet darauf, dass Sie sie freigeben."),
    "awaiting_confirmation": msg("Zugesagte Plätze warten auf Ihre Bestätigung."),
    "awaiting_answers": msg("Es wird auf Antworten gewartet."),
    "quiet_hours": msg("Es ist Ruhezeit. Danach geht es weiter."),
    "sparing": msg(
        "Die, die noch passen, werden geschont: Sie wurden oft gefragt oder werden anderswo "
        "dringender gebraucht. Wird die Zeit knapp, werden sie gefragt. Wenn Sie es eher möchten, "
        "können Sie unten gleich fragen lassen."
    ),
    "budgets_used_up": msg("Alle, die noch passen, wurden in letzter Zeit genug gefragt."),
    "exhausted": msg("Es ist niemand mehr da, den man fragen kann."),
    "no_time_left": msg("Für Mails ist es zu spät. Jetzt hilft nur noch das Telefon."),
    "full": msg("Alle Plätze sind vergeben."),
    "closed": msg("Es wird niemand mehr eingeladen."),
}

AWAITED = msg(
    "Ausstehende Antworten: %(awaited)s, zu erwartende Zusagen: %(expected)s. "
    "Chance, dass alle Plätze rechtzeitig voll werden: %(percent)s von 100."
)

PLANNED: Mapping[str, str] = {
    "planned": msg("Diese Person ist hier vorgesehen."),
    "no_matter": msg("Sie kann hier so gut helfen wie anderswo."),
    "costs": msg("Sie wird anderswo dringender gebraucht. Käme sie hierher, dann:"),
    "no_pair": msg("Für diese Anfrage passen zurzeit andere besser."),
    "no_room": msg("Hier oder bei ihr ist zurzeit kein Platz mehr."),
}
"""What the plan of all open requests says of a person and a request."""
COMES_FROM = msg("%(who)s wäre für „%(takes)s“ statt für „%(leaves)s“ vorgesehen.")
COMES = msg("%(who)s wäre für „%(takes)s“ vorgesehen.")
GOES = msg("%(who)s wäre nicht mehr für „%(leaves)s“ vorgesehen.")
LOSES = msg("Bei „%(loses)s“ fehlt dann jemand.")
LOSS = msg("Verlust im Ganzen: %(loss)s. Dabei ist 1 ein Platz, der frei bleibt.")

DECIDE_BY = msg("Bitte bis %(decide_by)s.")

REASONS: Mapping[str, str] = {
    "knows_them": msg("Ich kenne die Person"),
    "wished_by_organisation": msg("Wunsch der Organisation"),
    "wished_by_volunteer": msg("Wunsch der oder des Freiwilligen"),
    "urgent": msg("Es eilt"),
    "agreed_by_phone": msg("Am Telefon zugesagt"),
    "agreed_in_person": msg("Persönlich zugesagt"),
    "does_not_fit": msg("Passt nicht zu dieser Aufgabe"),
    "organisation_objects": msg("Die Organisation möchte es nicht"),
    "volunteer_objects": msg("Die oder der Freiwillige möchte es nicht"),
    "kept_for_other": msg("Wird für etwas anderes gebraucht"),
    "cancelled_by_phone": msg("Hat am Telefon abgesagt"),
    "did_not_come": msg("Ist nicht gekommen"),
    "few_answer": msg("Es antworten zu wenige"),
    "enough_people": msg("Es haben sich genug Menschen gefunden"),
    "needs_clarifying": msg("Erst ist etwas zu klären"),
    "outdated": msg("Hat sich erledigt"),
    "done_by_hand": msg("Von Hand nachgetragen"),
    "defect": msg("War fehlerhaft"),
    "other": msg("Anderer Grund"),
    "coordinator": msg("Entscheidung des Büros"),
}

REASONS_OF_DEED: Mapping[str, tuple[str, ...]] = {
    "invite": (
        "knows_them",
        "wished_by_organisation",
        "wished_by_volunteer",
        "urgent",
        "other",
    ),
    "assign": (
        "agreed_by_phone",
        "agreed_in_person",
        "wished_by_organisation",
        "knows_them",
        "other",
    ),
    "exclude": (
        "does_not_fit",
        "organisation_objects",
        "volunteer_objects",
        "kept_for_other",
        "other",
    ),
    "hold_back": (
        "kept_for_other",
        "wished_by_volunteer",
        "wished_by_organisation",
        "needs_clarifying",
        "other",
    ),
    "ask_more": (
        "urgent",
        "wished_by_organisation",
        "few_answer",
        "other",
    ),
    "release": (
        "cancelled_by_phone",
        "did_not_come",
        "does_not_fit",
        "organisation_objects",
        "other",
    ),
    "discard": ("outdated", "done_by_hand", "defect", "other"),
    "stop": ("enough_people", "needs_clarifying", "wished_by_organisation", "other"),
}

REASON_LABELS: Mapping[str, str] = {
    "invite": msg("Grund fürs Einladen"),
    "assign": msg("Grund, den Platz zu geben"),
    "exclude": msg("Grund, nicht zu fragen"),
    "hold_back": msg("Grund fürs Zurückstellen"),
    "ask_more": msg("Grund, mehr zu fragen"),
    "release": msg("Grund fürs Freigeben"),
    "discard": msg("Grund fürs Verwerfen"),
    "stop": msg("Grund fürs Anhalten"),
}
"""Several of them may stand on one page: each says what it is the reason for."""

CAUSES: Mapping[str, str] = {
    "answered": msg("durch die eigene Antwort"),
    "confirmed": msg("vom Büro bestätigt"),
    "moved_up": msg("von der Warteliste aufgerückt"),
    "assigned_by_coordinator": msg("vom Büro eingetragen"),
    "released_by_coordinator": msg("vom Büro freigegeben"),
    "declined_by_coordinator": msg("vom Büro nicht bestätigt"),
    "withdrawn_by_coordinator": msg("vom Büro zurückgezogen"),
    "overlaps_after_change": msg("passt nach der Änderung nicht mehr zu etwas Zugesagtem"),
    "rule_came_up": msg("inzwischen spricht etwas dagegen"),
    "request_stopped": msg("das Einladen wurde angehalten"),
    "request_cancelled": msg("die Anfrage wurde abgesagt"),
    "request_expired": msg("die Zeit ist abgelaufen"),
    "erased": msg("die Person hat sich löschen lassen"),
    "tandem_ended": msg("das Tandem ist beendet"),
    "not_said": msg("ohne Angabe"),
    "released": msg("vom Büro freigegeben"),
    "completed": msg("die Anfrage ist erledigt"),
}
