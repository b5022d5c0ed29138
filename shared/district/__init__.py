"""The district's data, `infra/district/`: another district changes files, not code."""

from shared.district.catalogue import Names, Office, TandemEnd, Task, in_locale
from shared.district.district import (
    District,
    Municipality,
    OfferedLanguage,
    PostcodeUnknown,
)
from shared.district.loading import DEFAULT_FOLDER, DistrictDataBroken, load_district

__all__ = [
    "DEFAULT_FOLDER",
    "District",
    "DistrictDataBroken",
    "Municipality",
    "Names",
    "OfferedLanguage",
    "Office",
    "PostcodeUnknown",
    "TandemEnd",
    "Task",
    "in_locale",
    "load_district",
]
