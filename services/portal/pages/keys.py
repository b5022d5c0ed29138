"""What makes two calls one wish: the client's `Idempotency-Key`, or the nonce of a form."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Header

from shared.kernel.ids import new_id
from shared.web.problems import Problem

MAX_KEY = 120

_KEYED = UUID("5f0c2c1e-9d0c-5b57-8a53-6f3d6f6f4a11")


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish; `repeated` is what a client that sends it again sends along, None: it cannot."""

    repeated: str | None
    once: UUID

    @classmethod
    def of(cls, repeated: str | None) -> "Wish":
        return cls(repeated, new_id())

    def key(self, *scope: object) -> str:
        """The command's key within `scope`: the deed, the organisation, the request.

        A digest, so that neither its length nor its words are the client's.
        """
        named = self.once if self.repeated is None else self.repeated
        parts = "\n".join(str(part) for part in (*scope, named))
        return f"{scope[0]}:{sha256(parts.encode()).hexdigest()}"

    def chosen_id(self, *scope: object) -> UUID:
        """An id that the sender chooses: the same each time the wish is sent.

        So a 202 can name what was not handled yet, and a repeated call names the same.
        """
        return self.once if self.repeated is None else uuid5(_KEYED, self.key(*scope))


def wish_of(
    given: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Your own name for this wish. Sent again with the same body, it gets the "
            "same answer and has no second effect; with another body it gets 409.",
            json_schema_extra={"minLength": 1, "maxLength": MAX_KEY},
            examples=["2026-12-02-sprachcafe"],
        ),
    ] = None,
) -> Wish:
    """The wish that a call of the API is; a dependency.

    Raises:
        Problem: 400; the header is empty, too long or not printable.

    """
    if given is not None and (
        not given.strip() or len(given) > MAX_KEY or not given.isprintable()
    ):
        raise Problem(
            400,
            "portal.idempotency_key_unusable",
            f"Idempotency-Key must be 1 to {MAX_KEY} printable characters.",
        )
    return Wish.of(given)
