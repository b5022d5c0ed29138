"""Copies the few files that browsers get from `node_modules` into `shared/web/static/vendor/`.

Run after `npm ci` by `make install`. Nothing is built and nothing is loaded from elsewhere: the
files are taken as their makers published them, with their licences beside them.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
NODE_MODULES = REPOSITORY / "node_modules"
VENDOR = REPOSITORY / "shared" / "web" / "static" / "vendor"

_KERN = "@kern-ux/native"
_ARABIC = "@fontsource-variable/noto-sans-arabic"
_HTMX = "htmx.org"

FILES: Mapping[str, tuple[str, str]] = {
    "kern/kern.min.css": (_KERN, "dist/kern.min.css"),
    "kern/LICENSE.md": (_KERN, "LICENSE.md"),
    # Two weights are enough for calm pages: each is 140 kB on a village's mobile network.
    "fonts/FiraSans-Regular.woff2": (_KERN, "dist/fonts/fira-sans/FiraSans-Regular.woff2"),
    "fonts/FiraSans-SemiBold.woff2": (_KERN, "dist/fonts/fira-sans/FiraSans-SemiBold.woff2"),
    "fonts/NotoSansArabic.woff2": (
        _ARABIC,
        "files/noto-sans-arabic-arabic-wght-normal.woff2",
    ),
    "fonts/NotoSansArabic-LICENSE": (_ARABIC, "LICENSE"),
    "htmx/htmx.min.js": (_HTMX, "dist/htmx.min.js"),
    "htmx/LICENSE": (_HTMX, "LICENSE"),
}
"""Where a file goes under `vendor/`, the package that it comes from and its path in there."""

NOTICE = "LICENCES.md"
_FONTS = {"fonts/FiraSans-*.woff2 (part of @kern-ux/native)": "OFL-1.1"}


class AssetMissing(RuntimeError):
    """`node_modules` lacks a file that the pages need. `make install` brings it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is missing. Run `make install`, which runs `npm ci`.")


class Copied(NamedTuple):
    """What a run changed: both are 0 when everything was in place."""

    written: int
    removed: int


def install_assets(node_modules: Path = NODE_MODULES, vendor: Path = VENDOR) -> Copied:
    """Make `vendor` hold the listed files and nothing else; untouched where nothing changed.

    Raises:
        AssetMissing: before anything is written, when `node_modules` lacks a file.

    """
    wanted = {
        target: _read(node_modules / package / source)
        for target, (package, source) in FILES.items()
    }
    wanted[NOTICE] = _notice(node_modules).encode()
    written = [name for name, content in wanted.items() if _write(vendor / name, content)]
    stray = [
        path
        for path in vendor.rglob("*")
        if path.is_file() and path.relative_to(vendor).as_posix() not in wanted
    ]
    for path in stray:
        path.unlink()
    return Copied(len(written), len(stray))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise AssetMissing(path) from error


def _write(path: Path, content: bytes) -> bool:
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def _notice(node_modules: Path) -> str:
    lines = ["# Files by others, served with our pages", "", "| package | version | licence |"]
    lines.append("|---|---|---|")
    for package in dict.fromkeys(package for package, _ in FILES.values()):
        about = json.loads(_read(node_modules / package / "package.json"))
        lines.append(f"| {package} | {about['version']} | {about['license']} |")
    lines += [f"| {name} | | {licence} |" for name, licence in _FONTS.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Copy, say in one line what happened, exit 1 with the remedy when something is missing."""
    try:
        copied = install_assets()
    except AssetMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"web assets: {copied.written} written, {copied.removed} removed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
