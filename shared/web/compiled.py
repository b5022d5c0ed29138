"""Compiled templates: kept for all languages and apps of a process, and for its next start.

Compiling is most of what a web app does when it starts. Languages differ in words only, so that
one compilation serves all; and as Python keeps its own in `__pycache__`, so do we, where the
folder may be written.
"""

import contextlib
import sys
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError
from tempfile import NamedTemporaryFile
from types import CodeType

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

ROOT = Path(__file__).parents[2]
KEPT_IN = Path(__file__).parent / "__pycache__"
Codes = dict[tuple[str, str], CodeType]
"""By the template's file and a checksum of all that decides about the outcome."""
_codes: Codes = {}


class CompiledOnce(BytecodeCache):
    """What a template compiles to, as long as its source, the compiler and `made_by` stay.

    `made_by` is whatever sets the environment up. What lies below `root` is kept for the next
    process, too, where Python keeps its own; other templates come and go.
    """

    def __init__(
        self,
        made_by: bytes,
        *,
        root: Path = ROOT,
        kept_in: Path = KEPT_IN,
        codes: Codes = _codes,
        keeps: bool = not sys.dont_write_bytecode,
    ) -> None:
        compiler = f"{jinja2.__version__} {sys.implementation.cache_tag}"
        self._made_by = sha256(compiler.encode() + made_by).digest()
        self._root = root
        self._kept_in = kept_in
        self._codes = codes
        self._keeps = keeps

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return filename or name

    def get_source_checksum(self, source: str) -> str:
        return sha256(self._made_by + source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))
        kept = self._kept(bucket)
        if bucket.code is None and kept is not None:
            with (
                contextlib.suppress(OSError, EOFError, UnpicklingError),
                kept.open("rb") as file,
            ):
                bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is None:
            return
        self._codes[bucket.key, bucket.checksum] = bucket.code
        kept = self._kept(bucket)
        if kept is not None and self._keeps:
            # Not ours to write in, or full: it will be compiled again.
            with contextlib.suppress(OSError):
                _replace(kept, bucket)

    def _kept(self, bucket: Bucket) -> Path | None:
        template = Path(bucket.key)
        if not template.is_relative_to(self._root):
            return None
        return self._kept_in / f"{'-'.join(template.relative_to(self._root).parts)}.code"


def _replace(kept: Path, bucket: Bucket) -> None:
    """Write all or nothing: another process may be reading it."""
    kept.parent.mkdir(exist_ok=True)
    with NamedTemporaryFile(dir=kept.parent, prefix=kept.name, delete=False) as file:
        try:
            bucket.write_bytecode(file)
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).chmod(0o644)  # for whoever may read the template
    Path(file.name).replace(kept)
