"""Where a request is: its point on the map and the code of its municipality."""

from dataclasses import dataclass, replace

from services.requests.domain.content import Catalogue, Content
from services.requests.domain.refusals import PlaceRequired
from shared.kernel.findings import Findings
from shared.kernel.places import Point, municipality_code


@dataclass(frozen=True, slots=True)
class Location:
    """`point` is None for what can be done from anywhere; the code also where it is uncertain."""

    point: Point | None = None
    municipality_code: str | None = None


def located(content: Content, district: Catalogue, found: Findings) -> tuple[Content, Location]:
    """Return the content with its municipality's own name, and where that is."""
    postcode = (content.postcode or "").strip()
    if not postcode:
        if not content.remote:
            found.add(PlaceRequired("postcode"))
        return replace(content, postcode=None), Location()
    known = district.municipality_of(postcode, content.municipality)
    name = known.name if known else content.municipality
    point = found.read(lambda: district.locate(postcode, name, field="postcode"), None)
    return (
        replace(content, postcode=postcode, municipality=name),
        Location(
            None if content.remote else point,
            municipality_code(known.name) if known else None,
        ),
    )
