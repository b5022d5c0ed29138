"""Words for what happened: events of a request as `reporting` tells them, and the office's deeds."""

from collections.abc import Mapping

from shared.web.translations import msg

EVENTS: Mapping[str, str] = {
    "request_received": msg("Die Anfrage ist eingegangen."),
    "request_opened": msg("Die Anfrage ist offen: Es darf gefragt werden."),
    "request_held": msg("Die Anfrage wartet wieder auf die Prüfung."),
    "request_changed": msg("Die Anfrage wurde geändert."),
    "request_cancelled": msg("Die Anfrage wurde abgesagt."),
    "request_expired": msg("Die Zeit kam, und niemand war gefunden."),
    "request_completed": msg("Es hat stattgefunden."),
    "request_filled": msg("Alle Plätze sind vergeben."),
    "request_reopened": msg(
        "Stand der Plätze: %(assigned)s von %(places)s vergeben, %(reserved)s vorgemerkt."
    ),
    "candidates_exhausted": msg("Es ist niemand mehr da, den man fragen kann."),
    "invitation_issued": msg("%(who)s wird gefragt (%(channel)s, Runde %(wave)s)."),
    "invitation_reminded": msg("%(who)s wird erinnert."),
    "invitation_withdrawn": msg("Die Frage an %(who)s wurde zurückgezogen: %(reason)s."),
    "invitation_expired": msg("Die Frist von %(who)s ist vorbei."),
    "answer_received": msg("%(who)s sagt: %(answer)s (%(via)s)."),
    "answer_came_too_late": msg("Die Antwort von %(who)s kam zu spät, eine Mail sagt es."),
    "request_refused_late": msg(
        "Ein Wunsch der Organisation ging nicht mehr, eine Mail sagt es."
    ),
    "place_reserved": msg("Für %(who)s ist ein Platz vorgemerkt, bitte bestätigen."),
    "reservation_declined": msg("Der vorgemerkte Platz von %(who)s wurde nicht bestätigt."),
    "volunteer_assigned": msg("%(who)s hat einen Platz."),
    "volunteer_waitlisted": msg("%(who)s steht auf der Warteliste, Platz %(position)s."),
    "assignment_cancelled": msg("Der Platz von %(who)s ist wieder frei: %(reason)s."),
    "assigned_asked_again": msg("%(who)s wurde gefragt, ob es nach der Änderung noch passt."),
    "assignment_near": msg("%(who)s bekommt die Erinnerung für den Tag davor."),
    "date_skipped": msg("%(who)s setzt am %(starts_at)s aus; der Platz bleibt."),
    "date_unskipped": msg("%(who)s kommt am %(starts_at)s doch."),
    "tandem_asked": msg("Tandem mit %(who)s, gefragt wird die Seite %(side)s: „%(what)s“."),
    "tandem_answered": msg("Tandem mit %(who)s, Antwort der Seite %(side)s: %(said)s."),
    "tandem_hours_told": msg(
        "Tandem mit %(who)s: etwa %(hours)s Stunden vom %(from_on)s bis %(to_on)s."
    ),
    "tandem_end_wished": msg(
        "Die Organisation möchte das Tandem mit %(who)s beenden: %(reason)s."
    ),
    "tandem_ended": msg("Das Tandem mit %(who)s ist beendet: %(reason)s."),
    "email_sent": msg("Mail verschickt: %(template)s."),
    "email_failed": msg("Mail nicht zugestellt: %(template)s."),
}

TANDEM_REMINDED = msg("Tandem mit %(who)s, die Seite %(side)s wird einmal erinnert.")
COUNTED = msg("Der Stand der Plätze hat sich geändert.")
ASKED_BY_HAND = msg("%(who)s wird gefragt (%(channel)s, vom Büro ausgewählt).")
NOT_ASKED = msg("%(who)s wird doch nicht gefragt: %(reason)s.")
NOT_ASKED_BY_RULE = msg(
    "%(who)s wird doch nicht gefragt. Inzwischen spricht dagegen: %(rule)s."
)
MOVED_UP = msg("%(who)s ist von der Warteliste aufgerückt und hat einen Platz.")

DEEDS: Mapping[str, str] = {
    "approve_request": msg("%(staff)s hat die Anfrage freigegeben."),
    "change_request": msg("%(staff)s hat die Anfrage am Telefon geändert."),
    "cancel_request": msg("%(staff)s hat die Anfrage abgesagt."),
    "complete_request": msg("%(staff)s hat die Anfrage als erledigt eingetragen."),
    "post_request": msg("%(staff)s hat die Anfrage am Telefon aufgenommen."),
    "keep_handover_contact": msg("%(staff)s hat eine Ansprechperson eingetragen."),
    "approve_wave": msg("%(staff)s hat die Auswahl freigegeben."),
    "ask_more": msg("%(staff)s hat gleich mehr Menschen fragen lassen: %(detail)s."),
    "hold_back_volunteer": msg("%(staff)s hat %(who)s zurückgestellt: %(detail)s."),
    "readmit_volunteer": msg("%(staff)s hat %(who)s wieder zugelassen."),
    "stop_matching": msg("%(staff)s hat das Einladen angehalten: %(detail)s."),
    "resume_matching": msg("%(staff)s hat das Einladen wieder gestartet."),
    "invite_volunteer": msg("%(staff)s hat %(who)s einladen lassen: %(detail)s."),
    "assign_volunteer": msg("%(staff)s hat %(who)s einen Platz gegeben: %(detail)s."),
    "exclude_volunteer": msg("%(staff)s hat %(who)s ausgenommen: %(detail)s."),
    "release_volunteer": msg("%(staff)s hat den Platz von %(who)s freigegeben: %(detail)s."),
    "decide_reservation": msg(
        "%(staff)s hat über den vorgemerkten Platz von %(who)s entschieden: %(detail)s."
    ),
    "answer_invitation": msg("%(staff)s hat für %(who)s geantwortet: %(detail)s."),
    "skip_date": msg("%(staff)s hat %(who)s an einem Tag aussetzen lassen."),
    "unskip_date": msg("%(staff)s hat für %(who)s ein Aussetzen zurückgenommen."),
    "answer_tandem": msg(
        "%(staff)s hat beim Tandem mit %(who)s eine Antwort eingetragen: %(detail)s."
    ),
    "end_tandem": msg("%(staff)s hat das Tandem mit %(who)s beendet: %(detail)s."),
    "settle_tandem": msg("%(staff)s hat beim Tandem mit %(who)s alles besprochen."),
    "register_volunteer": msg("%(staff)s hat die Anmeldung am Telefon aufgenommen."),
    "change_volunteer": msg("%(staff)s hat die Angaben am Telefon geändert."),
    "confirm_volunteer": msg("%(staff)s hat die Anmeldung am Telefon bestätigt."),
    "record_check": msg("%(staff)s hat eingetragen: %(detail)s."),
    "pause_volunteer": msg("%(staff)s hat eine Pause eingetragen."),
    "resume_volunteer": msg("%(staff)s hat die Pause beendet."),
    "erase_volunteer": msg("%(staff)s hat die Person löschen lassen."),
    "export_volunteer": msg("%(staff)s hat die Daten für die Person ausgegeben."),
    "register_organisation": msg("%(staff)s hat die Organisation aufgenommen."),
    "verify_organisation": msg("%(staff)s hat die Organisation als geprüft eingetragen."),
    "suspend_organisation": msg("%(staff)s hat die Organisation gesperrt."),
    "erase_organisation": msg("%(staff)s hat die Organisation löschen lassen."),
    "replay_dead_letter": msg("%(staff)s hat eine Nachricht noch einmal verarbeiten lassen."),
    "discard_dead_letter": msg("%(staff)s hat eine Nachricht verworfen: %(detail)s."),
}

CONFIRMED = msg("bestätigt")
DECLINED = msg("nicht bestätigt")

UNFINISHED: Mapping[str, str] = {
    "asked": msg("(Ausgang unbekannt)"),
    "received": msg("(wird noch bearbeitet)"),
    "not_saved": msg("(nicht gespeichert)"),
    "refused": msg("(war nicht möglich)"),
    "unchanged": msg("(war schon so)"),
}
"""What is added to a deed that has not simply been done."""
