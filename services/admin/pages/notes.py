"""What a page says after a deed, by the code that its address carries (`?note=…`)."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.web.translations import msg


class Note(NamedTuple):
    """A title and how it looks: `success`, or `info` while something is still to come."""

    title: str
    text: str = ""
    kind: str = "success"


RECEIVED = "received"

NOTES: Mapping[str, Note] = {
    RECEIVED: Note(
        msg("Angekommen, wird noch bearbeitet"),
        msg("Ihr Auftrag ist sicher gespeichert. Laden Sie die Seite in einer Minute neu."),
        "info",
    ),
    "approved": Note(msg("Freigegeben. Jetzt werden passende Menschen gefragt.")),
    "stopped": Note(msg("Angehalten. Es wird niemand mehr eingeladen.")),
    "resumed": Note(
        msg("Es geht weiter mit dem Einladen."),
        msg(
            "Wer beim Anhalten noch gefragt war, kann noch einmal gefragt werden; abgesagt bleibt abgesagt."
        ),
    ),
    "resumed_full": Note(
        msg("Nicht mehr angehalten. Alle Plätze sind vergeben."),
        msg(
            "Gefragt wird deshalb im Moment niemand. Wird ein Platz frei, geht es von selbst weiter."
        ),
        "info",
    ),
    "changed": Note(
        msg("Die Änderung ist gespeichert."),
        msg(
            "Haben sich Zeit, Ort, Sprache oder Nachweise geändert, werden die noch einmal gefragt, die einen Platz haben."
        ),
    ),
    "cancelled": Note(msg("Abgesagt. Alle Beteiligten bekommen Bescheid.")),
    "completed": Note(msg("Als erledigt eingetragen.")),
    "wave_approved": Note(msg("Die Auswahl ist freigegeben und wird gefragt.")),
    "wave_dropped": Note(
        msg("Von Ihrer Auswahl kann niemand mehr gefragt werden."),
        msg("Inzwischen hat sich etwas geändert. Es wird gleich neu gesucht."),
        "info",
    ),
    "posted": Note(msg("Die Anfrage ist aufgenommen.")),
    "invited": Note(msg("Die Person wird eingeladen.")),
    "assigned": Note(msg("Der Platz ist vergeben.")),
    "excluded": Note(msg("Die Person wird für diese Anfrage nicht gefragt.")),
    "held_back": Note(msg("Die Person wird für diese Anfrage erst später gefragt.")),
    "readmitted": Note(
        msg("Die Person kann für diese Anfrage wieder gefragt werden."),
        msg("In eine Auswahl, die schon offen ist, kommt sie nicht, erst in die nächste."),
    ),
    "asked_more": Note(msg("Die Nächsten werden gefragt.")),
    "released": Note(msg("Der Platz ist wieder frei.")),
    "confirmed": Note(msg("Der Platz ist bestätigt.")),
    "declined": Note(msg("Der Platz ist nicht bestätigt, die Person bekommt Bescheid.")),
    "answered": Note(msg("Die Antwort ist eingetragen.")),
    "date_skipped": Note(
        msg("Eingetragen. Für diesen Tag wird jemand anderes gesucht."),
        msg("Die Person behält ihren Platz und bekommt Bescheid."),
    ),
    "date_unskipped": Note(msg("Eingetragen. Die Person kommt an diesem Tag doch.")),
    "tandem_answered": Note(msg("Die Antwort ist eingetragen.")),
    "tandem_ended": Note(msg("Das Tandem ist beendet, der Grund ist eingetragen.")),
    "tandem_settled": Note(msg("Eingetragen. Das Tandem geht weiter.")),
    "verified": Note(msg("Die Organisation ist als geprüft eingetragen.")),
    "suspended": Note(msg("Die Organisation ist gesperrt. Ihre Anfragen warten.")),
    "organisation_added": Note(msg("Die Organisation ist aufgenommen.")),
    "organisation_known": Note(msg("Diese Organisation gab es schon."), kind="info"),
    "organisation_erased": Note(msg("Die Organisation wird gelöscht.")),
    "check_recorded": Note(msg("Eingetragen.")),
    "paused": Note(msg("Die Pause ist eingetragen.")),
    "unpaused": Note(msg("Die Pause ist beendet.")),
    "volunteer_confirmed": Note(msg("Die Anmeldung ist bestätigt.")),
    "volunteer_added": Note(msg("Die Anmeldung ist aufgenommen.")),
    "volunteer_changed": Note(msg("Die Angaben sind gespeichert.")),
    "volunteer_known": Note(msg("Diese Person war schon angemeldet."), kind="info"),
    "volunteer_erased": Note(msg("Die Person wird überall gelöscht.")),
    "replayed": Note(msg("Verarbeitet. Die Nachricht ist erledigt.")),
    "discarded": Note(msg("Verworfen.")),
    "renamed": Note(msg("Gespeichert.")),
}
