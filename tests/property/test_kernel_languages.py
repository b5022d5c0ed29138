"""Understanding is reflexive, and grows with the level.

Without deadlines: an oracle that counts minutes, or a table loaded at the first call, is slow on
a busy machine.
"""

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.languages import (
    LanguageNeed,
    LanguageSkill,
    LanguageUnknown,
    Level,
    normalise_tag,
    understands,
)

TAGS = st.one_of(
    st.sampled_from(
        ["de", "gsw", "en", "be", "ru", "ru-UA", "uk", "pl", "cs", "sk", "ro", "tr"]
    ),
    st.sampled_from(["ar", "ar-SY", "ar-EG", "arz", "apc", "fa", "fa-AF", "prs", "ps", "ti"]),
    st.sampled_from(["kmr", "ckb", "ku", "sr", "sr-Latn", "hr", "bs", "pt-BR", "pt-PT", "gsg"]),
    st.sampled_from(["zh-Hans", "zh-Hant", "vi", "so", "rom"]),
)
LEVELS = st.sampled_from(Level)


@given(TAGS, LEVELS)
def test_who_speaks_a_language_at_a_level_understands_just_that(tag, level):
    assert understands(LanguageSkill(tag, level), LanguageNeed(tag, level))


@given(TAGS, TAGS, LEVELS, LEVELS, LEVELS)
def test_a_higher_level_never_understands_less(spoken, needed, one, other, asked):
    lower, higher = sorted((one, other), key=list(Level).index)
    need = LanguageNeed(needed, asked)

    assert understands(LanguageSkill(spoken, lower), need) <= understands(
        LanguageSkill(spoken, higher), need
    )


@given(TAGS, TAGS, LEVELS, LEVELS, LEVELS)
def test_a_lower_need_is_never_understood_by_fewer(spoken, needed, one, other, spoken_level):
    lower, higher = sorted((one, other), key=list(Level).index)
    skill = LanguageSkill(spoken, spoken_level)

    assert understands(skill, LanguageNeed(needed, higher)) <= understands(
        skill, LanguageNeed(needed, lower)
    )


@given(st.sampled_from(("uk", "uk-UA", "uk-Cyrl")), st.sampled_from(("ru", "ru-UA", "ru-RU")))
def test_ukrainian_and_russian_never_serve_for_each_other(ukrainian, russian):
    native = Level.NATIVE

    assert not understands(LanguageSkill(ukrainian, native), LanguageNeed(russian, Level.A1))
    assert not understands(LanguageSkill(russian, native), LanguageNeed(ukrainian, Level.A1))


@given(
    st.text(max_size=40)
    | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8}){0,3}", fullmatch=True)
)
def test_a_normalised_tag_stays_as_it_is_whatever_was_typed(typed):
    try:
        tag = normalise_tag(typed)
    except LanguageUnknown:
        return
    assert normalise_tag(tag) == tag
    assert understands(LanguageSkill(tag, Level.A1), LanguageNeed(tag, Level.A1))
