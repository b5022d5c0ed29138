"""Whatever language tag `requests` takes, matching can rank by it.

Without deadlines: a table loaded at the first call is slow on a busy machine.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.need import Automation, Confirm, Invite
from services.matching.domain.ranking import rank
from services.matching.store.codes import need_from
from services.requests.domain.need import need_of
from services.requests.handlers.wire import content_from, need_to
from shared.district import load_district
from shared.kernel.errors import Refusal
from shared.kernel.languages import LanguageSkill, LanguageUnknown, Level
from tests.people_builders import NOON
from tests.requests_builders import a_content
from tests.unit.matching_builders import TUNING, a_need, a_person

DISTRICT = load_district()
PRIMARY = st.sampled_from(
    ["de", "ar", "AR", "zh", "sr", "prs", "fa", "ku", "uk", "sgn", "i", "xx"]
)
DETAILS = st.sampled_from(
    ["Latn", "arab", "SY", "419", "1996", "de", "klingon", "u-ca", "x-a", "?"]
)
TYPED = st.text(max_size=40) | st.builds(
    lambda first, rest: "-".join([first, *rest]), PRIMARY, st.lists(DETAILS, max_size=3)
)


def taken(tag):
    """The need of a post with this tag, as matching reads it."""
    content = content_from(a_content(languages=({"tag": tag, "level": "B1"},)))
    need, _ = need_of(content, DISTRICT, NOON)
    mine = a_need()
    return need_from(
        need_to(need),
        request_id=mine.request_id,
        organisation_id=mine.organisation_id,
        version=1,
        facts_version=1,
        automation=Automation(Invite.AUTO, Confirm.AUTO),
    )


@given(TYPED)
def test_who_speaks_the_language_of_a_tag_that_was_taken_fits(typed):
    try:
        need = taken(typed)
    except Refusal:
        return
    (wanted,) = need.languages
    speaks = a_person(1, languages=(LanguageSkill(wanted.tag, Level.NATIVE),))
    other = a_person(2, languages=(LanguageSkill("de", Level.NATIVE),))

    found = rank(need, (speaks, other), NOON, TUNING)

    assert speaks.volunteer_id in {one.volunteer_id for one in found.candidates}


@pytest.mark.parametrize("typed", ["??", "", "*", "de-?", "x-own", "und"])
def test_what_is_no_tag_is_refused_by_field_and_code(typed):
    with pytest.raises(LanguageUnknown) as refused:
        taken(typed)

    assert refused.value.field == "languages.0.tag"
    assert refused.value.code == "languages.unknown"
