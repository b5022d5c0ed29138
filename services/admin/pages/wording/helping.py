"""Words for what would help a request for which nobody is left, and for what is lacking."""

from collections.abc import Mapping

from shared.web.translations import msg

RELIEFS: Mapping[str, str] = {
    "lower_level": msg("%(tag)s ab Stufe %(instead)s statt %(asked)s"),
    "without_language": msg("ohne %(tag)s (mit Dolmetschen)"),
    "farther": msg("Umkreis %(km)s km weiter"),
    "lift": msg("eine Mitfahrt anbieten"),
    "other_weekday": msg("an einem anderen Tag: %(weekday)s"),
    "any_gender": msg("Frauen und Männer fragen"),
    "without_skill": msg("ohne diese Fähigkeit: %(skill)s"),
    "first_talks": msg("Erstgespräche führen"),
    "carry_out_check": msg("Nachweis nachholen: %(check)s"),
}
"""What would help."""

LACKS: Mapping[str, str] = {
    "nobody": msg("Noch ist niemand angemeldet. Gewinnen Sie Freiwillige."),
    "nobody_confirmed": msg(
        "Angemeldet haben sich: %(people)s, bestätigt hat es niemand. Fragen Sie nach, ob die Mail"
        " zum Bestätigen ankam."
    ),
    "first_talk": msg(
        "Mit niemandem ist ein Erstgespräch geführt. Laden Sie zu Erstgesprächen ein."
    ),
    "field": msg(
        "Niemand möchte für „%(field)s“ gefragt werden. Werben Sie für diesen Bereich."
    ),
    "language": msg(
        "Niemand spricht laut Angaben %(tag)s. Gewinnen Sie Menschen, die es sprechen, oder "
        "beauftragen Sie einen Dolmetschdienst."
    ),
    "level": msg(
        "Niemand spricht laut Angaben %(tag)s so gut wie gebraucht (%(needed)s). Gewinnen Sie "
        "Menschen, die es so sprechen, oder beauftragen Sie einen Dolmetschdienst."
    ),
    "skill": msg(
        "Niemand hat diese Fähigkeit angegeben: %(skill)s. Fragen Sie nach, oder gewinnen Sie "
        "Menschen, die das können."
    ),
    "gender": msg(
        "Niemand hat dieses Geschlecht angegeben: %(wished)s. Klären Sie, ob der Wunsch sein muss."
    ),
    "check": msg(
        "Bei niemandem liegt das gültig vor: %(check)s. Holen Sie es mit Menschen nach, die sonst "
        "passen."
    ),
    "near": msg(
        "So weit fährt niemand. Bieten Sie eine Mitfahrt an, oder gewinnen Sie Menschen in der "
        "Nähe."
    ),
    "time": msg(
        "Zu diesen Terminen hat niemand Zeit. Suchen Sie mit der Organisation nach anderen."
    ),
    "all_asked": msg(
        "Alle, die passen, sind schon gefragt oder eingetragen. Jetzt helfen nur neue Freiwillige."
    ),
    "resting": msg(
        "Wer passt, macht Pause, ist zurückgestellt oder wurde zuletzt genug gefragt. Unter „Wer "
        "noch passt“ können Sie trotzdem jemanden fragen."
    ),
    "in_one_person": msg(
        "Niemand hat alles, was gebraucht wird, aber für jedes gibt es jemanden. Lässt sich die "
        "Aufgabe teilen? Sonst helfen nur neue Freiwillige."
    ),
}
"""What the district is without, and what can be done about it."""
