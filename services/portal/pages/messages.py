"""What refusals of the services are on the outside: an HTTP status and a German sentence.

Codes belong to the services that refuse; a code without an entry is 422 and a general sentence.
"""

from collections.abc import Mapping

from shared.web.translations import msg

STATUSES: Mapping[str, int] = {
    "messaging.key_reused": 409,
    "messaging.too_late": 409,
    "requests.unknown": 404,
    "requests.organisation_gone": 409,
    "requests.version_outdated": 409,
    "requests.closed": 409,
    "requests.in_review": 409,
    "requests.started": 409,
    "requests.not_started": 409,
    "requests.over": 409,
    "requests.release_first": 409,
    "links.forged": 404,
    "links.expired": 410,
    "profiles.volunteer_unknown": 410,
    "profiles.not_confirmed": 409,
    "profiles.version_outdated": 409,
    "network.organisation_unknown": 410,
    "matching.invitation_unknown": 410,
    "matching.invitation_withdrawn": 410,
    "matching.invitation_stopped": 410,
    "matching.request_cancelled": 410,
    "matching.request_expired": 410,
    "matching.task_over": 410,
    "matching.request_started": 409,
    "matching.request_changed": 409,
    "matching.overlapping_place": 409,
    "matching.deadline_passed": 409,
    "matching.answer_stands": 409,
    "matching.no_place_held": 409,
    "matching.date_unknown": 409,
    "matching.date_begun": 409,
    "matching.date_taken": 409,
    "matching.no_date_left": 409,
    "matching.tandem_unknown": 410,
    "matching.tandem_over": 410,
    "matching.question_unknown": 409,
    "matching.question_over": 409,
}

_REQUIRED = msg("Bitte füllen Sie dieses Feld aus.")
_PAST = msg("Diese Zeit ist schon vorbei.")
_TOO_MANY = msg("Das sind zu viele Angaben auf einmal.")
_CHOICE = msg("Bitte wählen Sie eine der Antworten.")
_NEXT_QUESTION = msg(
    "Inzwischen haben wir etwas Neues gefragt. Bitte antworten Sie auf diese Frage."
)
_GONE = msg("Diese Anmeldung gibt es nicht mehr.")

FOR_EVERYBODY: Mapping[str, str] = {
    "links.forged": msg("Der Link ist nicht vollständig."),
    "links.expired": msg("Der Link ist zu alt."),
    "portal.not_saved": msg("Bitte versuchen Sie es gleich noch einmal."),
    "profiles.volunteer_unknown": _GONE,
    "profiles.not_confirmed": msg(
        "Die Adresse ist noch nicht bestätigt. Bitte öffnen Sie zuerst den Link aus der ersten "
        "E-Mail."
    ),
    "network.organisation_unknown": _GONE,
    "matching.invitation_unknown": msg("Diese Anfrage gibt es nicht mehr."),
    "matching.invitation_withdrawn": msg("Diese Anfrage wurde zurückgezogen."),
    "matching.invitation_stopped": msg("Im Moment fragen wir dafür niemanden mehr."),
    "matching.request_cancelled": msg("Diese Aufgabe wurde abgesagt."),
    "matching.request_expired": msg("Diese Aufgabe findet nicht statt."),
    "matching.task_over": msg("Diese Aufgabe ist vorbei."),
    "matching.request_started": msg("Die Aufgabe hat schon begonnen."),
    "matching.request_changed": msg(
        "An der Aufgabe hat sich etwas geändert. Bitte sehen Sie es sich an und antworten Sie noch "
        "einmal."
    ),
    "matching.overlapping_place": msg(
        "Sie haben zur selben Zeit schon etwas anderes zugesagt."
    ),
    "matching.deadline_passed": msg("Die Frist ist vorbei. Bitte sagen Sie Ja oder Nein."),
    "matching.answer_stands": msg(
        "Ihre Antwort von vorhin gilt weiter. Möchten Sie sie ändern? Dann sagen Sie bitte Ja oder Nein."
    ),
    "matching.no_place_held": msg("Sie haben hier keinen Platz."),
    "matching.date_unknown": msg("Diesen Termin gibt es nicht mehr."),
    "matching.date_begun": msg("Dieser Termin hat schon begonnen. Bitte rufen Sie uns an."),
    "matching.date_taken": msg("An diesem Tag kommt schon jemand anderes für Sie."),
    "matching.no_date_left": msg(
        "Dann bleibt kein Termin mehr übrig. Bitte sagen Sie in diesem Fall ganz ab."
    ),
    "matching.tandem_unknown": msg("Dieses Tandem gibt es nicht mehr."),
    "matching.tandem_over": msg("Dieses Tandem ist beendet."),
    "matching.question_unknown": _NEXT_QUESTION,
    "matching.question_over": _NEXT_QUESTION,
    "matching.answer_unfitting": _CHOICE,
    "matching.end_reason_unknown": _CHOICE,
    "portal.tick_to_end": msg(
        "Bitte setzen Sie das Häkchen, wenn das Tandem wirklich enden soll."
    ),
}
"""Sentences that people meet on the pages that come in all languages."""

_FORMS: Mapping[str, str] = {
    "profiles.address_missing": msg(
        "Bitte geben Sie an, wie wir Sie erreichen: E-Mail-Adresse oder Telefonnummer."
    ),
    "profiles.too_many_entries": _TOO_MANY,
    "profiles.version_outdated": msg(
        "Ihre Angaben wurden inzwischen an anderer Stelle geändert. Bitte prüfen Sie das Formular, "
        "bevor Sie noch einmal speichern."
    ),
    "profiles.absence_unclear": msg(
        "Der letzte Tag liegt nach dem ersten, höchstens ein Jahr später."
    ),
    "profiles.mode_unknown": _CHOICE,
    "profiles.skill_unknown": _CHOICE,
    "network.postcode_unclear": msg("Eine Postleitzahl hat fünf Ziffern."),
    "people.name_unclear": msg("Bitte schreiben Sie nur einen Namen, ohne Adressen."),
    "people.email_unclear": msg(
        "Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org."
    ),
    "people.phone_unclear": msg(
        "Bitte geben Sie die Nummer mit Vorwahl ein, zum Beispiel 03447 123456."
    ),
    "people.locale_unknown": _CHOICE,
    "district.postcode_unknown": msg(
        "Diese Postleitzahl liegt weder im Landkreis noch in der Nachbarschaft."
    ),
    "text.missing": _REQUIRED,
    "text.too_long": msg("Der Text ist zu lang."),
    "text.unprintable": msg("Der Text enthält unsichtbare Zeichen. Bitte tippen Sie ihn neu."),
    "languages.unknown": msg("Diese Sprache kennen wir nicht."),
    "languages.level_unknown": _CHOICE,
    "weeks.unclear": msg("Bitte geben Sie Uhrzeiten an, zum Beispiel von 18:00 bis 20:00."),
    "messaging.key_reused": msg(
        "Dieses Formular wurde schon einmal abgeschickt. Bitte laden Sie die Seite neu und sehen "
        "Sie nach, ob alles da ist."
    ),
    "messaging.unavailable": msg(
        "Es wurde noch nichts gespeichert. Ihre Angaben stehen unten: Bitte schicken Sie sie in "
        "ein paar Minuten noch einmal ab."
    ),
    "portal.absence_over": msg("Dieser Tag ist schon vorbei."),
    "portal.tick_consent": msg("Ohne Ihr Einverständnis dürfen wir nichts speichern."),
    "portal.tick_to_erase": msg("Bitte setzen Sie das Häkchen, wenn wirklich alles weg soll."),
    "portal.contact_name_missing": msg("Zu der Nummer fehlt noch der Name."),
}

_REQUESTS: Mapping[str, str] = {
    "requests.required": _REQUIRED,
    "requests.place_required": msg(
        "Bitte geben Sie eine Postleitzahl an, oder dass es von überall geht."
    ),
    "requests.dates_required": msg(
        "Bitte geben Sie Termine an, oder Wochentage mit dem ersten und dem letzten Tag."
    ),
    "requests.task_unknown": _CHOICE,
    "requests.skill_unknown": _CHOICE,
    "requests.language_twice": msg("Diese Sprache steht schon in der Liste."),
    "requests.too_many_entries": _TOO_MANY,
    "requests.places_out_of_range": msg("Möglich sind 1 bis 500 Personen."),
    "requests.slot_in_the_past": _PAST,
    "requests.slots_overlap": msg("Diese Zeit überschneidet sich mit einer anderen."),
    "requests.too_many_dates": msg(
        "Möglich sind 120 Termine. Stellen Sie für spätere bitte eine neue Anfrage."
    ),
    "requests.slots_or_weekly": msg(
        "Bitte entweder einzelne Termine oder Wochentage, nicht beides."
    ),
    "requests.only_with_weekly": msg(
        "Erster und letzter Tag gehören zu Wochentagen. Die fehlen."
    ),
    "requests.several_days": msg(
        "„Einmal“ ist an einem Tag. Für mehrere Tage wählen Sie bitte „Regelmäßig“."
    ),
    "requests.answer_by_past": _PAST,
    "requests.answer_by_too_late": msg(
        "Die Antworten müssen da sein, bevor es das erste Mal beginnt."
    ),
    "requests.contact_details": msg(
        "Hier bitte keine Mailadresse und keine Telefonnummer. Die Ansprechperson hat ein eigenes "
        "Feld; wer Hilfe braucht, steht gar nicht in der Anfrage."
    ),
    "requests.unknown": msg("Diese Anfrage gibt es nicht."),
    "requests.organisation_gone": msg("Diese Organisation wurde gelöscht."),
    "requests.version_outdated": msg(
        "Die Anfrage wurde inzwischen geändert. Bitte vergleichen Sie Ihre Angaben mit dem neuen "
        "Stand, bevor Sie sie noch einmal abschicken."
    ),
    "requests.closed": msg("Die Anfrage ist schon abgeschlossen."),
    "requests.in_review": msg("Die Anfrage wartet noch auf die Prüfung."),
    "requests.started": msg("Es hat schon begonnen. Bitte rufen Sie uns an."),
    "requests.not_started": msg("Es hat noch nicht begonnen."),
    "requests.over": msg("Der letzte Termin ist vorbei."),
    "requests.release_first": msg(
        "So viele Menschen haben schon einen Platz. Bitte rufen Sie uns an, wenn Sie weniger "
        "brauchen."
    ),
    "slots.ends_before_it_starts": msg("Das Ende liegt vor dem Anfang."),
    "slots.time_zone_missing": msg("Bitte geben Sie Datum und Uhrzeit ein."),
    "slots.too_long": msg("Diese Zeit ist zu lang."),
    "slots.year_out_of_reach": msg("Dieses Jahr ist zu weit weg."),
    "slots.series_unclear": msg(
        "An diesen Wochentagen gibt es keinen Termin. Bitte prüfen Sie den ersten und letzten Tag."
    ),
}

MESSAGES: Mapping[str, str] = {**FOR_EVERYBODY, **_FORMS, **_REQUESTS}
