"""Names of states and choices, group by group, and how urgent each state looks."""

from collections.abc import Mapping

from shared.web.translations import msg

Labels = Mapping[str, str]

REQUEST_STATES: Labels = {
    "review": msg("Zu prüfen"),
    "open": msg("Offen"),
    "filled": msg("Besetzt"),
    "done": msg("Erledigt"),
    "cancelled": msg("Abgesagt"),
    "expired": msg("Verstrichen"),
}
BOARD_STATES: Labels = {
    "open": msg("läuft"),
    "stopped": msg("angehalten"),
    "held": msg("wartet auf die Prüfung"),
    "cancelled": msg("abgesagt"),
    "expired": msg("verstrichen"),
    "completed": msg("erledigt"),
}
INVITATION_STATES: Labels = {
    "planned": msg("vorgeschlagen"),
    "approved": msg("freigegeben"),
    "issued": msg("geht gleich raus"),
    "sent": msg("gefragt"),
    "not_sent": msg("nicht verschickt"),
    "expired": msg("Frist vorbei"),
    "withdrawn": msg("zurückgezogen"),
    "direct": msg("vom Büro eingetragen"),
}
ANSWERS: Labels = {"yes": msg("Ja"), "no": msg("Nein"), "later": msg("Später")}
OUTCOMES: Labels = {
    "assigned": msg("Zugesagt: Der Platz ist vergeben."),
    "reserved": msg("Zugesagt: Der Platz ist vorgemerkt und muss noch bestätigt werden."),
    "waitlisted": msg("Zugesagt: Alle Plätze sind vergeben, also auf der Warteliste."),
    "declined": msg("Absage eingetragen. Danke fürs Anrufen."),
    "later": msg("Eingetragen: entscheidet sich bis zur Frist."),
    "released": msg("Absage eingetragen: Der Platz ist wieder frei."),
}
VOLUNTEER_STATES: Labels = {
    "unconfirmed": msg("Nicht bestätigt"),
    "active": msg("Dabei"),
    "paused": msg("Macht Pause"),
}
ORGANISATION_STATES: Labels = {
    "unconfirmed": msg("Nicht bestätigt"),
    "unverified": msg("Zu prüfen"),
    "verified": msg("Geprüft"),
    "suspended": msg("Gesperrt"),
}
ORGANISATION_KINDS: Labels = {
    "office": msg("Amt oder Behörde"),
    "association": msg("Verein"),
    "school": msg("Schule oder Kita"),
    "employer": msg("Betrieb"),
    "parish": msg("Gemeinde (Glauben)"),
    "other": msg("Sonstige"),
}
EMAIL_STATES: Labels = {
    "queued": msg("Wartet"),
    "sending": msg("Wird verschickt"),
    "sent": msg("Verschickt"),
    "deferred": msg("Neuer Versuch folgt"),
    "failed": msg("Nicht zugestellt"),
    "unknown": msg("Ungewiss"),
    "cancelled": msg("Nicht mehr nötig"),
}
EMAIL_TEMPLATES: Labels = {
    "offer": msg("Anfrage an Freiwillige"),
    "reminder": msg("Erinnerung"),
    "receipt": msg("Zusage mit Termin"),
    "reserved": msg("Platz vorgemerkt"),
    "reservation_declined": msg("Platz nicht bestätigt"),
    "waiting_list": msg("Warteliste"),
    "moved_up": msg("Aufgerückt"),
    "changed": msg("Änderung: Passt es noch?"),
    "date_skipped": msg("Setzt an einem Tag aus"),
    "date_unskipped": msg("Kommt an einem Tag doch"),
    "withdrawn": msg("Anfrage zurückgezogen"),
    "request_cancelled": msg("Aufgabe abgesagt"),
    "assignment_cancelled": msg("Platz zurückgegeben"),
    "day_before": msg("Morgen ist es so weit"),
    "answer_too_late": msg("Antwort kam zu spät"),
    "confirm_address": msg("Adresse bestätigen"),
    "already_registered": msg("Schon angemeldet"),
    "volunteer_link": msg("Link zur eigenen Seite"),
    "organisation_link": msg("Link zur Seite der Organisation"),
    "organisation_received": msg("Anfrage ist angekommen"),
    "organisation_verified": msg("Organisation ist geprüft"),
    "organisation_who_comes": msg("Wer kommt"),
    "organisation_changed": msg("Wer kommt, hat sich geändert"),
    "organisation_day_before": msg("Wer kommt, am Tag davor"),
    "organisation_nobody_yet": msg("Noch niemand gefunden"),
    "organisation_expired": msg("Niemand gefunden"),
    "organisation_refused": msg("Ging nicht mehr"),
    "tandem_trial": msg("Tandem: Passt es?"),
    "tandem_check_in": msg("Tandem: Wie läuft es?"),
    "tandem_ended": msg("Tandem ist beendet"),
    "organisation_tandem_trial": msg("Tandem: Passt es? (Organisation)"),
    "organisation_tandem_check_in": msg("Tandem: Wie läuft es? (Organisation)"),
    "organisation_tandem_ended": msg("Tandem ist beendet (Organisation)"),
    "sign_in": msg("Link zum Anmelden (Büro)"),
}
KINDS: Labels = {
    "single": msg("Einmal"),
    "series": msg("Regelmäßig"),
    "tandem": msg("Tandem"),
    "interpreting": msg("Dolmetschen"),
    "event_help": msg("Hilfe beim Fest"),
}
EMAIL_CODES: Labels = {
    "not_sent": msg("kam zu spät zum Verschicken"),
    "stale": msg("stimmte nicht mehr"),
    "gone": msg("Person ist gelöscht"),
    "suspended": msg("Adresse nimmt nichts mehr an"),
    "address_unusable": msg("Adresse ist unbrauchbar"),
    "unreachable": msg("Mailserver tagelang nicht erreichbar"),
    "not_written": msg("Fehler bei uns"),
    "connection_lost": msg("Verbindung abgebrochen"),
}
"""Why a mail did not arrive, where it was not the mail server's own code."""

PURPOSES: Labels = {
    "offer": msg("neue Anfrage"),
    "move_up": msg("ein Platz ist frei geworden"),
    "changed": msg("es hat sich etwas geändert"),
    "trial": msg("Tandem: Passt es?"),
    "check_in": msg("Tandem: Wie läuft es?"),
}
TANDEM_STATES: Labels = {
    "trial": msg("Probezeit"),
    "running": msg("Läuft"),
    "ended": msg("Beendet"),
}
TANDEM_QUESTIONS: Labels = {
    "trial": msg("Passt es?"),
    "check_in": msg("Wie läuft es, und wie viele Stunden?"),
    "end": msg("Stunden seit der letzten Frage"),
}
TANDEM_ANSWERS: Labels = {
    "fits": msg("Passt"),
    "does_not_fit": msg("Passt nicht"),
    "goes_well": msg("Läuft gut"),
    "needs_help": msg("Braucht Hilfe"),
}
SIDES: Labels = {
    "volunteer": msg("Freiwillige"),
    "organisation": msg("Organisation"),
}
CHECKS: Labels = {
    "first_talk": msg("Erstgespräch"),
    "conduct_certificate": msg("Führungszeugnis"),
    "confidentiality": msg("Verschwiegenheit"),
    "training": msg("Schulung"),
}
CHANNELS: Labels = {"email": msg("E-Mail"), "phone": msg("Telefon")}
VIAS: Labels = {
    "web": msg("im Netz"),
    "api": msg("über ein Programm"),
    "email": msg("per E-Mail"),
    "phone": msg("am Telefon"),
    "office": msg("vom Büro eingetragen"),
    "import": msg("aus einer Liste"),
    "system": msg("von selbst"),
}
SHARES: Labels = {
    "phone": msg("die Telefonnummer"),
    "email": msg("die E-Mail-Adresse"),
    "coordinator": msg("nichts, nur über das Büro"),
}
GENDERS: Labels = {
    "female": msg("weiblich"),
    "male": msg("männlich"),
    "diverse": msg("divers"),
}
TRAVELS: Labels = {
    "foot": msg("zu Fuß"),
    "bicycle": msg("mit dem Rad"),
    "car": msg("mit dem Auto"),
    "public_transport": msg("mit Bus und Bahn"),
}
LEVELS: Labels = {
    "A1": msg("A1 – erste Worte"),
    "A2": msg("A2 – Alltag"),
    "B1": msg("B1 – kommt zurecht"),
    "B2": msg("B2 – spricht gut"),
    "C1": msg("C1 – spricht sehr gut"),
    "C2": msg("C2 – fast wie die Muttersprache"),
    "native": msg("Muttersprache"),
}
ROLES: Labels = {
    "coordinator": msg("Koordination"),
    "integration_manager": msg("Integrationsmanagement"),
    "operator": msg("Technik"),
}
OWNERS: Labels = {
    "profiles": msg("Namen und Angaben der Freiwilligen"),
    "network": msg("Organisationen und Ansprechpersonen"),
    "requests": msg("die Anfragen"),
    "matching": msg("Vorschläge, Einladungen und Plätze"),
    "notifications": msg("die Mails"),
    "reporting": msg("der Verlauf"),
    "dead_letters": msg("liegen gebliebene Nachrichten"),
}
"""What a page lacks while a service does not answer."""

BADGES: Mapping[str, str] = {
    "review": "warning",
    "unverified": "warning",
    "unconfirmed": "warning",
    "filled": "success",
    "verified": "success",
    "active": "success",
    "done": "success",
    "sent": "success",
    "cancelled": "danger",
    "expired": "danger",
    "suspended": "danger",
    "failed": "danger",
    "unknown": "warning",
    "deferred": "warning",
    "trial": "warning",
    "running": "success",
}
"""Colour and sign of a state beside its word; the others are `info`."""

GROUPS: Mapping[str, Labels] = {
    "request_state": REQUEST_STATES,
    "board_state": BOARD_STATES,
    "invitation_state": INVITATION_STATES,
    "answer": ANSWERS,
    "outcome": OUTCOMES,
    "volunteer_state": VOLUNTEER_STATES,
    "organisation_state": ORGANISATION_STATES,
    "organisation_kind": ORGANISATION_KINDS,
    "email_state": EMAIL_STATES,
    "email_code": EMAIL_CODES,
    "purpose": PURPOSES,
    "template": EMAIL_TEMPLATES,
    "tandem_state": TANDEM_STATES,
    "tandem_question": TANDEM_QUESTIONS,
    "tandem_answer": TANDEM_ANSWERS,
    "side": SIDES,
    "kind": KINDS,
    "check": CHECKS,
    "channel": CHANNELS,
    "via": VIAS,
    "share": SHARES,
    "gender": GENDERS,
    "travel": TRAVELS,
    "level": LEVELS,
    "role": ROLES,
    "owner": OWNERS,
}
