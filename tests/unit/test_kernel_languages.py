"""Who understands whom."""

import pytest

from shared.kernel.errors import Refusal
from shared.kernel.languages import (
    LOCALES,
    LanguageNeed,
    LanguageSkill,
    LanguageUnknown,
    Level,
    LevelUnknown,
    Mode,
    language_name,
    normalise_tag,
    parse_level,
    parse_skill,
    stands_for,
    understands,
)


@pytest.mark.parametrize(
    ("typed", "tag"),
    [("AR_sy", "ar-SY"), (" uk ", "uk"), ("ger", "de"), ("iw", "he"), ("zh-hans-cn", "zh-Hans-CN"),
     ("prs", "prs"), ("PRS-af", "prs"), ("fa-AF", "fa-AF"), ("sgn-DE", "gsg"), ("kmr", "kmr")],
)  # fmt: skip
def test_a_tag_is_put_into_its_own_spelling(typed, tag):
    assert normalise_tag(typed) == tag


@pytest.mark.parametrize(
    "typed",
    ["", "xx", "zz", "arabisch", "Deutsch", "qaa", "und", "mul", "zxx", "x-mine", "de-x-mine",
     "de-u-co-phonebk", "дe", "de\x00", "a" * 100_000, "de;en", "٣"],
)  # fmt: skip
def test_what_is_no_language_is_refused_by_its_field_and_without_repeating_it(typed):
    with pytest.raises(LanguageUnknown) as refused:
        normalise_tag(typed, field="languages.0.tag")

    assert refused.value.field == "languages.0.tag"
    assert len(str(refused.value)) < 60
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("desired", "supported"),
    [("fa", "prs"), ("prs", "fa"), ("prs", "fa-AF"), ("ar-SY", "ar-EG"), ("ar", "ar-SY"),
     ("bs", "hr"), ("gsw", "de"), ("ru", "ru-UA")],
)  # fmt: skip
def test_near_tags_stand_for_each_other(desired, supported):
    assert stands_for(desired, supported)


@pytest.mark.parametrize(
    ("desired", "supported"),
    [("uk", "ru"), ("ru", "uk"), ("uk-UA", "ru-UA"), ("ru-UA", "uk"), ("kmr", "ckb"),
     ("ckb", "kmr"), ("de", "gsw"), ("fa", "ps"), ("en", "de"), ("ur", "hi"), ("be", "ru")],
)  # fmt: skip
def test_far_tags_and_ukrainian_and_russian_never_do(desired, supported):
    assert not stands_for(desired, supported)


def test_a_level_below_what_is_asked_is_not_enough():
    need = LanguageNeed("ar", Level.C1)

    assert understands(LanguageSkill("ar-SY", Level.NATIVE), need)
    assert understands(LanguageSkill("ar", Level.C1), need)
    assert not understands(LanguageSkill("ar", Level.B2), need)
    assert not understands(LanguageSkill("fa", Level.NATIVE), need)


def test_levels_sort_as_they_rise():
    assert sorted(Level) == list(Level)
    assert [level.value for level in Level] == ["A1", "A2", "B1", "B2", "C1", "C2", "native"]


@pytest.mark.parametrize(
    ("typed", "level"), [("b2", Level.B2), (" Native ", Level.NATIVE), ("C1", Level.C1)]
)
def test_a_level_is_read_in_any_case(typed, level):
    assert parse_level(typed) is level


@pytest.mark.parametrize("typed", ["", "D1", "B", "good", "B22"])
def test_another_level_is_refused(typed):
    with pytest.raises(LevelUnknown) as refused:
        parse_level(typed, field="languages.0.level")

    assert refused.value.field == "languages.0.level"


@pytest.mark.parametrize("text", ["ar:C2", "AR : c2"])
def test_a_language_of_a_file_is_read(text):
    assert parse_skill(text, field="languages.1") == LanguageSkill("ar", Level.C2)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("xx:B2", ["languages.1.tag"]),
        ("ar", ["languages.1.level"]),
        ("de:", ["languages.1.level"]),
        ("xx:D1", ["languages.1.tag", "languages.1.level"]),
    ],
)
def test_a_broken_language_is_refused_by_all_that_is_wrong_with_it(text, fields):
    with pytest.raises(Refusal) as refused:
        parse_skill(text, field="languages.1")

    assert [error.field for error in refused.value.errors] == fields


def test_modes_are_unknown_until_stated():
    assert LanguageSkill("ar", Level.C2).modes == frozenset()
    assert LanguageSkill("ar", Level.C2, frozenset({Mode.WRITE})).modes == {"write"}


@pytest.mark.parametrize(
    ("tag", "locale", "name"),
    [("ar", "de", "Arabisch"), ("ar", "de-simple", "Arabisch"), ("uk", "uk", "українська"),
     ("prs", "de", "Dari"), ("prs", "fa", "دری"), ("gsg", "de-simple", "Deutsche Gebärdensprache"),
     ("rom", "ru", "романи"), ("kmr", "en", "Kurmanji (Northern Kurdish)"),
     ("ar-SY", "de", "Arabisch (Syrien)"), ("apc", "ro", "North Levantine Arabic")],
)  # fmt: skip
def test_a_language_is_named_in_the_reader_s_language(tag, locale, name):
    assert language_name(tag, locale) == name


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_can_be_named_in_every_locale(locale):
    names = {
        language_name(normalise_tag(other), locale) for other in LOCALES if other != "de-simple"
    }

    assert len(names) == len(LOCALES) - 1
