"""Invented names by language group; any likeness to a person is chance. Addresses end in `.example`."""

from collections.abc import Mapping

FIRST: Mapping[str, tuple[str, ...]] = {
    "de": (
        "Anke", "Bernd", "Claudia", "Detlef", "Elke", "Falk", "Gisela", "Heiko", "Ines", "Jens",
        "Katrin", "Lutz", "Maren", "Norbert", "Petra", "Ralf", "Sabine", "Torsten", "Uta",
        "Volker", "Wiebke", "Lena", "Finn", "Merle", "Ole", "Greta", "Anton", "Frieda", "Emil",
    ),
    "slavic": (
        "Oksana", "Taras", "Iryna", "Bohdan", "Nadija", "Ludmila", "Sergej", "Galina", "Viktor",
        "Halyna", "Andrij", "Swetlana", "Maryna", "Ostap", "Dmytro", "Wera",
    ),
    "arabic": (
        "Amal", "Bassam", "Dalia", "Farid", "Hala", "Jamal", "Layla", "Munir", "Nour", "Rami",
        "Samira", "Tarek", "Yara", "Ziad",
    ),
    "persian": (
        "Ahmad", "Bahar", "Darius", "Farah", "Golnar", "Homa", "Jawad", "Laleh", "Mina", "Omid",
        "Parisa", "Reza", "Shirin",
    ),
    "polish": ("Agnieszka", "Piotr", "Beata", "Marek", "Ewa", "Tomasz", "Kinga", "Rafal"),
    "romanian": ("Ioana", "Radu", "Elena", "Mihai", "Simona", "Dragos", "Larisa", "Cristian"),
    "other": (
        "Minh", "Lan", "Selam", "Yonas", "Emine", "Kemal", "Nino", "Giorgi", "Ana", "Milan",
        "Vesna", "Rojin", "Azad", "Luca", "Chiara", "Hodan", "Binh", "Merve",
    ),
}  # fmt: skip

LAST: Mapping[str, tuple[str, ...]] = {
    "de": (
        "Ackerfeld", "Birkental", "Dornwald", "Eichgrund", "Falkenau", "Grashof", "Haselbrink",
        "Immenrode", "Kornfeld", "Lindenhain", "Moosbach", "Nussbaumer", "Ottersbach",
        "Pappelheim", "Quellmann", "Rosenthaler", "Schlehdorn", "Tannhof", "Ulmenried",
        "Weidengrund", "Zirbelmann",
    ),
    "slavic": (
        "Bilenkowa", "Dubrawin", "Kalynenko", "Lisowskyj", "Moroschenko", "Polowyk",
        "Sadownyk", "Topolskyj", "Werbenko", "Jasnenko",
    ),
    "arabic": (
        "Al Bustani", "Darwazi", "Al Fanar", "Hamdouni", "Khatibi", "Al Nahr", "Qamari",
        "Sabbaghi", "Al Warda", "Zaytouni",
    ),
    "persian": (
        "Ahangar", "Baghdari", "Chaman", "Golzari", "Mehrabani", "Noorzad", "Parwani",
        "Setara", "Tabani",
    ),
    "polish": ("Brzozka", "Jaworska", "Klonowicz", "Lipinska", "Sosnowy", "Wierzbal"),
    "romanian": ("Arinescu", "Brazeanu", "Fagaras", "Plopescu", "Stejaru", "Teiu"),
    "other": (
        "Nguyen Thi", "Tesfamar", "Yildirak", "Beridzeli", "Kovacin", "Berzanli", "Monteluce",
        "Warsamin", "Tranvanh",
    ),
}  # fmt: skip

GROUP_OF: Mapping[str, str] = {
    "de": "de", "ru": "slavic", "uk": "slavic", "ar": "arabic", "fa": "persian",
    "prs": "persian", "ps": "persian", "pl": "polish", "ro": "romanian",
}  # fmt: skip

PLACES_OF_WORK: tuple[tuple[str, str], ...] = (
    ("office", "Bürgerbüro {place}"),
    ("office", "Fachstelle Ankommen {place}"),
    ("school", "Grundschule am Bach {place}"),
    ("school", "Regelschule Lindenweg {place}"),
    ("school", "Volksbildungswerk {place}"),
    ("association", "Sportverein Blau-Gelb {place}"),
    ("association", "Begegnungsstätte Offene Tür {place}"),
    ("association", "Nachbarschaftshilfe {place}"),
    ("association", "Heimat- und Gartenverein {place}"),
    ("association", "Musikverein Klangbogen {place}"),
    ("association", "Frauenzentrum Rosenhof {place}"),
    ("employer", "Metallbau Sonnenhang {place}"),
    ("employer", "Pflegedienst Morgenrot {place}"),
    ("employer", "Bäckerei Kornblume {place}"),
    ("parish", "Kirchgemeinde St. Marien {place}"),
    ("other", "Familienzentrum Regenbogen {place}"),
)
