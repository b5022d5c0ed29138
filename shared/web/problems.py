"""Errors on the way out: problem details (RFC 9457) under `/api/`, a friendly page elsewhere."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.kernel.errors import BrueckeError, Refusal
from shared.web.field_errors import FieldError, from_pydantic, from_refusal
from shared.web.templating import Pages

PROBLEM_MEDIA_TYPE = "application/problem+json"

_CODES = {
    400: "web.bad_request",
    401: "web.unauthorized",
    403: "web.forbidden",
    404: "web.not_found",
    405: "web.method_not_allowed",
    413: "web.content_too_large",
}


class Problem(HTTPException):
    """An answer other than success, raised by a view: a status, a stable code, an English text.

    `detail` and `errors` go out as they are, so they must not repeat what somebody sent.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.code = code
        self.errors = tuple(errors)


class ErrorAnswers:
    """Turns exceptions into answers. `statuses` gives refusals' codes another status than 422."""

    def __init__(self, pages: Pages, statuses: Mapping[str, int]) -> None:
        self._pages = pages
        self._statuses = statuses

    async def handle(self, request: Request, error: Exception) -> Response:
        """FastAPI's exception handler for all errors that we know how to name."""
        return self.answer(request, error)

    def answer(self, request: Request, error: Exception) -> Response:
        problem = self._problem(error)
        if request.url.path.startswith("/api/"):
            return problem_response(problem)
        status = _status_of_page(problem, error)
        return self._pages.render(
            request,
            "error.html",
            status=status,
            offered=self._pages.error_languages,
            headers=problem.headers,
            kind=_kind_of_page(status),
            code=problem.code,
        )

    def _problem(self, error: Exception) -> Problem:
        if isinstance(error, Problem):
            return error
        if isinstance(error, RequestValidationError):
            return _of_validation(error)
        if isinstance(error, HTTPException):
            code = _CODES.get(error.status_code, f"web.http_{error.status_code}")
            return Problem(error.status_code, code, error.detail, headers=error.headers)
        if isinstance(error, Refusal):
            status = self._statuses.get(error.code, 422)
            return Problem(status, error.code, error.message, errors=from_refusal(error))
        if isinstance(error, BrueckeError) and error.retryable:
            status = self._statuses.get(error.code, 503)
            return Problem(
                status,
                error.code,
                "Please try again in a moment.",
                headers={"Retry-After": "5"},
            )
        return Problem(500, "web.internal_error", "Something went wrong on our side.")


def problem_response(problem: Problem) -> Response:
    """The problem as RFC 9457 wants it, with our `code` and `errors` as extension members."""
    body: dict[str, Any] = {
        "type": f"urn:bruecke:problem:{problem.code}",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail,
        "code": problem.code,
        "errors": [
            {"field": error.field, "code": error.code, "message": error.message}
            for error in problem.errors
        ],
    }
    return JSONResponse(
        body, problem.status_code, problem.headers, media_type=PROBLEM_MEDIA_TYPE
    )


def _of_validation(error: RequestValidationError) -> Problem:
    errors = error.errors()
    if any(entry["type"] == "json_invalid" for entry in errors):
        return Problem(400, "web.invalid_json", "The body is not valid JSON.")
    return Problem(
        422, "web.invalid_input", "Some fields need another look.", errors=from_pydantic(errors)
    )


def _status_of_page(problem: Problem, error: Exception) -> int:
    """A page whose address cannot be read does not exist: that is how people see it."""
    if isinstance(error, RequestValidationError):
        in_address = all(entry["loc"][0] == "path" for entry in error.errors())
        return 404 if in_address else problem.status_code
    return problem.status_code


_KINDS = {
    401: "refused",
    403: "refused",
    404: "missing",
    405: "step",
    410: "gone",
    413: "too_large",
    429: "later",
    503: "later",
}


def _kind_of_page(status: int) -> str:
    """Which of the friendly texts of `error.html` fits."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return _KINDS.get(status, "ours" if ours else "input")


_TEXT = {"type": "string"}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": {"type": "string", "description": "Stable; meant for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
    },
}

_CONTENT = {PROBLEM_MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request cannot be served as it is.", "content": _CONTENT},
    "5XX": {"description": "Something is wrong on our side.", "content": _CONTENT},
}
"""For OpenAPI: what every operation may answer instead of what was asked for."""
