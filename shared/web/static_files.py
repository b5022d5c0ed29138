"""Static files: read once at start, served from memory under an address that names their content.

All files share one content hash, and it is a folder in their address: a style sheet can then name
its fonts relatively, and browsers may keep everything for a year.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

SHARED_STATIC = Path(__file__).parent / "static"

STYLE_SHEETS = ("vendor/kern/kern.min.css", "base.css")

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".md": "text/plain; charset=utf-8",
}
_COMPRESSED = {".css", ".js", ".svg"}

_FOR_A_YEAR = "public, max-age=31536000, immutable"
# An older page may ask for an older hash just after an update: it gets today's file, kept briefly.
_FOR_A_MINUTE = "public, max-age=60"


class StaticFileMissing(RuntimeError):
    """A page names a static file that does not exist; for `vendor/`, `make install` brings it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The static file {name} is missing. Files under vendor/ come with `make install`."
        )


@dataclass(frozen=True, slots=True)
class _File:
    media_type: str
    content: bytes
    compressed: bytes | None


class StaticFiles:
    """The files of the shared folder and of the app's own; a name may exist once only."""

    def __init__(self, *folders: Path) -> None:
        self._files: dict[str, _File] = {}
        digest = hashlib.sha256()
        for folder in (SHARED_STATIC, *folders):
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = path.relative_to(folder).as_posix()
                if name in self._files:
                    raise ValueError(f"Two static files are called {name}.")
                content = path.read_bytes()
                digest.update(name.encode() + b"\0" + content)
                self._files[name] = _load(path.suffix, content)
        self.version = digest.hexdigest()[:12]
        for name in STYLE_SHEETS:
            self.url(name)

    def url(self, name: str) -> str:
        """The address of a file. Unknown names raise `StaticFileMissing`, at start or in tests."""
        if name not in self._files:
            raise StaticFileMissing(name)
        return f"/static/{self.version}/{name}"

    def respond(self, request: Request, version: str, name: str) -> Response:
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        headers = {
            "Cache-Control": _FOR_A_YEAR if version == self.version else _FOR_A_MINUTE,
            "Content-Type": file.media_type,
        }
        if file.compressed is None:
            return Response(file.content, headers=headers)
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(file.content, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(file.compressed, headers=headers)


def _load(suffix: str, content: bytes) -> _File:
    return _File(
        _MEDIA_TYPES.get(suffix, "application/octet-stream"),
        content,
        gzip.compress(content, mtime=0) if suffix in _COMPRESSED else None,
    )
