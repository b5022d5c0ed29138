"""What to tell a coordinator when a service says no, by the refusal's code."""

from collections.abc import Mapping

from shared.web.translations import msg

_SLOT_OVER = msg("Diese Zeit ist schon vorbei.")
_TOO_MANY = msg("Das sind zu viele Angaben auf einmal.")
_LOCALE = msg("Diese Sprache haben unsere Seiten und Mails nicht.")
_SKILL = msg("Diese Fähigkeit steht nicht im Verzeichnis.")
_REQUIRED = msg("Bitte füllen Sie dieses Feld aus.")

_REQUESTS: Mapping[str, str] = {
    "requests.refused": msg("Das ist mit dieser Anfrage nicht möglich."),
    "requests.required": _REQUIRED,
    "requests.place_required": msg(
        "Bitte geben Sie eine Postleitzahl an, oder dass es von überall geht."
    ),
    "requests.dates_required": msg(
        "Bitte geben Sie Termine an, oder Wochenzeiten mit dem ersten und dem letzten Tag."
    ),
    "requests.task_unknown": msg("Diese Aufgabe steht nicht im Verzeichnis."),
    "requests.skill_unknown": _SKILL,
    "requests.language_twice": msg("Diese Sprache steht schon in der Liste."),
    "requests.too_many_entries": _TOO_MANY,
    "requests.places_out_of_range": msg("Möglich sind 1 bis 500 Plätze."),
    "requests.slot_in_the_past": _SLOT_OVER,
    "requests.slots_overlap": msg("Diese Zeit überschneidet sich mit einer anderen."),
    "requests.too_many_dates": msg(
        "Möglich sind 120 Termine. Nehmen Sie spätere bitte extra auf."
    ),
    "requests.slots_or_weekly": msg("Bitte entweder Termine oder Wochenzeiten, nicht beides."),
    "requests.only_with_weekly": msg(
        "Erster und letzter Tag gehören zu Wochenzeiten. Die fehlen."
    ),
    "requests.several_days": msg("„Einmal“ ist an einem Tag. Für mehrere Tage: „Regelmäßig“."),
    "requests.answer_by_past": _SLOT_OVER,
    "requests.answer_by_too_late": msg(
        "Die Antworten müssen da sein, bevor es das erste Mal beginnt."
    ),
    "requests.contact_details": msg(
        "Hier bitte keine Mailadresse und keine Telefonnummer. Die Ansprechperson hat ein eigenes "
        "Feld; wer Hilfe braucht, steht gar nicht in der Anfrage."
    ),
    "requests.unknown": msg("Diese Anfrage gibt es nicht."),
    "requests.organisation_gone": msg("Diese Organisation wurde gelöscht."),
    "requests.version_outdated": msg("Die Anfrage wurde inzwischen geändert."),
    "requests.closed": msg("Die Anfrage ist abgesagt, verstrichen oder erledigt."),
    "requests.in_review": msg("Die Anfrage wartet noch auf die Prüfung."),
    "requests.started": msg("Es hat schon begonnen."),
    "requests.not_started": msg("Es hat noch nicht begonnen."),
    "requests.over": msg("Der letzte Termin ist vorbei."),
    "requests.release_first": msg(
        "So viele Menschen haben schon einen Platz. Bitte geben Sie erst einen frei."
    ),
}

_MATCHING: Mapping[str, str] = {
    "matching.refused": msg("Das ist hier nicht möglich."),
    "matching.invitation_unknown": msg("Diese Einladung gibt es nicht."),
    "matching.invitation_withdrawn": msg("Diese Einladung wurde zurückgezogen."),
    "matching.invitation_stopped": msg(
        "Das Einladen wurde angehalten, bevor die Antwort kam. Geht es weiter, kann die Person neu gefragt werden."
    ),
    "matching.request_cancelled": msg("Die Anfrage ist abgesagt."),
    "matching.request_expired": msg("Die Anfrage ist verstrichen."),
    "matching.request_stopped": msg(
        "Das Einladen ist angehalten. Starten Sie es bitte erst wieder."
    ),
    "matching.request_started": msg("Es hat schon begonnen."),
    "matching.task_over": msg("Die Aufgabe ist vorbei."),
    "matching.request_changed": msg(
        "Die Anfrage wurde inzwischen geändert. Bitte lesen Sie die neuen Angaben vor und fragen "
        "Sie noch einmal."
    ),
    "matching.overlapping_place": msg("Die Person hat zur selben Zeit schon etwas zugesagt."),
    "matching.deadline_passed": msg("Die Frist ist vorbei. Jetzt geht nur noch Ja oder Nein."),
    "matching.answer_stands": msg(
        "Die Antwort von vorhin gilt weiter. Ändern lässt sie sich nur mit Ja oder Nein."
    ),
    "matching.release_first": msg("So viele Menschen haben schon einen Platz."),
    "matching.no_free_place": msg(
        "Alle Plätze sind vergeben oder vorgemerkt. Geben Sie bitte erst einen frei."
    ),
    "matching.no_time_left": msg(
        "Für Mails ist es zu spät: Die Ruhezeit dauert bis zum Beginn. Rufen Sie bitte an und tragen "
        "Sie die Zusage ein."
    ),
    "matching.wave_has_changed": msg(
        "Inzwischen sind andere Menschen vorgeschlagen. Bitte sehen Sie sich die Auswahl noch einmal an."
    ),
    "matching.first_talk_missing": msg(
        "Mit dieser Person hat noch niemand gesprochen. Tragen Sie bitte erst das Erstgespräch ein."
    ),
    "matching.override_needed": msg("Regeln sprechen dagegen. Bitte wählen Sie einen Grund."),
    "matching.nothing_reserved": msg("Für diese Person ist kein Platz vorgemerkt."),
    "matching.no_place_held": msg("Diese Person hat hier keinen Platz."),
    "matching.not_a_series": msg("Nur bei einer Reihe kann man an einem Tag aussetzen."),
    "matching.date_unknown": msg("Diesen Termin gibt es nicht mehr."),
    "matching.date_begun": msg("Dieser Termin hat schon begonnen."),
    "matching.no_date_left": msg(
        "Dann bliebe kein Termin übrig. Geben Sie bitte den ganzen Platz frei."
    ),
    "matching.date_taken": msg("An diesem Tag kommt schon jemand anderes."),
    "matching.place_held": msg(
        "Diese Person hat hier einen Platz. Geben Sie ihn bitte erst frei."
    ),
    "matching.nobody_to_ask": msg(
        "Es ist niemand mehr da, der passt und jetzt gefragt werden kann. Unten steht, was helfen würde."
    ),
    "matching.already_invited": msg("Diese Person wurde hier schon gefragt."),
    "matching.tandem_unknown": msg("Dieses Tandem gibt es nicht mehr."),
    "matching.tandem_over": msg("Dieses Tandem ist beendet."),
    "matching.question_unknown": msg("Danach wurde noch nicht gefragt."),
    "matching.question_over": msg("Inzwischen wurde schon das Nächste gefragt."),
    "matching.answer_unfitting": msg("Bitte wählen Sie eine der Antworten auf diese Frage."),
    "matching.end_reason_unknown": msg("Bitte wählen Sie einen der Gründe."),
    "matching.need_unclear": msg("Bitte prüfen Sie die Termine und die Stufen der Sprachen."),
    "matching.volunteer_unknown": msg("Diese Person gibt es nicht mehr."),
    "matching.request_unknown": msg("Diese Anfrage gibt es nicht."),
}

_PEOPLE: Mapping[str, str] = {
    "profiles.volunteer_unknown": msg("Diese Person gibt es nicht mehr."),
    "profiles.not_confirmed": msg(
        "Die Anmeldung ist noch nicht bestätigt. Bis dahin gibt es nichts zu pausieren."
    ),
    "profiles.address_missing": msg(
        "Bitte geben Sie an, wie wir die Person erreichen: E-Mail-Adresse oder Telefonnummer."
    ),
    "profiles.consent_in_future": msg("Dieser Tag kommt erst noch."),
    "profiles.check_expired": msg("Dieser Nachweis gilt nicht mehr."),
    "profiles.too_many_entries": _TOO_MANY,
    "profiles.mode_unknown": msg("Bitte wählen Sie eine der Antworten."),
    "profiles.skill_unknown": _SKILL,
    "profiles.absence_unclear": msg(
        "Der letzte Tag liegt vor dem ersten oder mehr als ein Jahr danach."
    ),
    "profiles.version_outdated": msg(
        "Die Angaben wurden inzwischen geändert. Bitte vergleichen Sie sie in einem zweiten "
        "Fenster, bevor Sie noch einmal speichern."
    ),
    "profiles.address_by_telephone": msg("Eine neue Adresse trägt nur das Büro ein."),
    "profiles.already_registered": msg(
        "Mit diesem Namen und dieser Adresse ist schon jemand angemeldet."
    ),
    "network.organisation_unknown": msg("Diese Organisation gibt es nicht mehr."),
    "network.organisation_suspended": msg("Diese Organisation ist gesperrt."),
    "network.postcode_unclear": msg("Eine Postleitzahl hat fünf Ziffern."),
    "people.locale_unknown": _LOCALE,
    "people.name_unclear": msg("Bitte schreiben Sie einen Namen, ohne Adressen."),
    "people.email_unclear": msg(
        "Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.org."
    ),
    "people.phone_unclear": msg(
        "Bitte geben Sie die Nummer mit Vorwahl ein, zum Beispiel 03447 123456."
    ),
    "district.postcode_unknown": msg(
        "Diese Postleitzahl liegt weder im Landkreis noch in der Nachbarschaft."
    ),
}

_WRITING: Mapping[str, str] = {
    "text.missing": _REQUIRED,
    "text.too_long": msg("Der Text ist zu lang."),
    "text.unprintable": msg("Der Text enthält unsichtbare Zeichen. Bitte tippen Sie ihn neu."),
    "languages.unknown": msg("Diese Sprache kennen wir nicht."),
    "languages.level_unknown": msg("Bitte wählen Sie eine der Stufen."),
    "slots.ends_before_it_starts": msg("Das Ende liegt vor dem Anfang."),
    "slots.time_zone_missing": msg("Bitte geben Sie Datum und Uhrzeit ein."),
    "slots.too_long": msg("Diese Zeit ist zu lang."),
    "slots.year_out_of_reach": msg("Dieses Jahr ist zu weit weg."),
    "slots.series_unclear": msg(
        "Diese Wochenzeiten ergeben keine Termine. Bitte prüfen Sie den ersten und letzten Tag."
    ),
    "weeks.unclear": msg(
        "Bitte schreiben Sie Wochentag und Zeit, zum Beispiel: Mo 18-20; Sa 9-12"
    ),
}

_OURS: Mapping[str, str] = {
    "bruecke.refused": msg("Das ist so nicht möglich."),
    "bruecke.fields_refused": msg("Einige Angaben brauchen noch einen Blick."),
    "messaging.key_reused": msg(
        "Dieses Formular wurde schon einmal abgeschickt. Bitte laden Sie die Seite neu und sehen "
        "Sie nach, ob alles da ist."
    ),
    "messaging.too_late": msg("Das kam zu spät an."),
    "messaging.dead_letter_gone": msg("Diese Nachricht ist schon erledigt."),
    "links.forged": msg("Der Link ist nicht vollständig."),
    "admin.sign_in_link_over": msg(
        "Der Link ist älter als eine halbe Stunde, oder Sie haben sich seitdem überall abgemeldet."
    ),
    "admin.role_unknown": msg("Diese Rolle gibt es nicht."),
    "admin.account_unknown": msg("Zu dieser Adresse gibt es kein Konto."),
    "admin.not_for_your_role": msg(
        "Diese Seite zeigt Namen von Menschen. Ihr Konto ist nur für die Technik da."
    ),
    "admin.pick_a_reason": msg("Bitte wählen Sie einen Grund."),
    "admin.pick_one": msg("Bitte wählen Sie etwas aus."),
    "admin.pick_organisation": msg(
        "Bitte wählen Sie die Organisation. Fehlt sie in der Liste, nehmen Sie sie erst auf."
    ),
    "admin.pick_a_date": msg("Bitte wählen Sie einen Tag."),
    "admin.not_possible": msg("Das ist so nicht möglich."),
    "admin.pick_somebody": msg(
        "Bitte wählen Sie jemanden aus, oder halten Sie das Einladen an."
    ),
    "admin.tick_to_cancel": msg("Bitte setzen Sie das Häkchen, wenn Sie wirklich absagen."),
    "admin.tick_to_erase": msg("Bitte setzen Sie das Häkchen, wenn wirklich alles weg soll."),
    "admin.tick_to_decline": msg(
        "Bitte setzen Sie das Häkchen, wenn die Person den Platz wirklich nicht bekommt."
    ),
    "admin.tick_to_say_no": msg(
        "Bitte setzen Sie das Häkchen, wenn die Person wirklich absagt."
    ),
    "admin.tick_to_end": msg("Bitte setzen Sie das Häkchen, wenn es wirklich zu Ende ist."),
    "admin.consent_missing": msg("Ohne Zustimmung dürfen wir nichts speichern."),
    "admin.contact_name_missing": msg("Zu der Nummer fehlt noch der Name."),
    "admin.valid_until_missing": msg("Bitte geben Sie den letzten gültigen Tag an."),
}

MESSAGES: Mapping[str, str] = {**_REQUESTS, **_MATCHING, **_PEOPLE, **_WRITING, **_OURS}
