"""Makes what is missing among keys and passwords, and the NATS server's user list from them.

The folder is 0700, each file 0600. Nothing is ever overwritten: making secrets twice changes
nothing. The server's configuration holds public keys only.
"""

import json
import os
import secrets as randomness
from collections.abc import Callable
from pathlib import Path

import nkeys

from shared.messaging.topology import PROVISION, USERS, Rights, rights_of

LINK_KEYS = "link_keys"
SIGN_IN_KEYS = "sign_in_keys"


def make_secrets(folder: Path) -> list[str]:
    """Make missing keys and passwords; returns the names of what was made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made: list[str] = []
    for user in (*USERS, PROVISION):
        made += _make(folder / f"{user}.nkey", _new_seed)
        made += _make(folder / f"{user}.password", lambda: randomness.token_urlsafe(32))
    for keys in (LINK_KEYS, SIGN_IN_KEYS):
        made += _make(folder / keys, lambda: randomness.token_urlsafe(48))
    return made


def _make(path: Path, value: Callable[[], str]) -> list[str]:
    if path.exists():
        return []
    # Never half a secret under the final name, and never over another's: a link refuses both.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{value()}\n")
        os.link(draft, path)
    except FileExistsError:
        return []
    finally:
        draft.unlink()
    return [path.name]


def _new_seed() -> str:
    return bytes(nkeys.encode_seed(randomness.token_bytes(32), nkeys.PREFIX_BYTE_USER)).decode()


def public_key(folder: Path, user: str) -> str:
    """The public part of a user's key."""
    pair = nkeys.from_seed((folder / f"{user}.nkey").read_text().strip().encode())
    return bytes(pair.public_key).decode()


def server_config(folder: Path, *, port: int, store: Path, host: str = "127.0.0.1") -> str:
    """The NATS server's configuration: loopback, fsync before each ack, users with least rights."""
    users = [f"      {{ nkey: {public_key(folder, PROVISION)} }}"]
    users += [_user(public_key(folder, user), rights_of(user)) for user in USERS]
    lines = "\n".join(users)
    return f"""# Made by `bruecke provision --secrets`; changes are overwritten.
server_name: bruecke
listen: {json.dumps(f"{host}:{port}")}
max_payload: 1MB
jetstream {{
  store_dir: {json.dumps(str(store))}
  sync_interval: always
  max_memory_store: 64MB
}}
accounts {{
  BRUECKE {{
    jetstream: enabled
    users: [
{lines}
    ]
  }}
}}
"""


def _user(key: str, rights: Rights) -> str:
    permissions = {
        "publish": {"allow": list(rights.publish)},
        "subscribe": {"allow": list(rights.subscribe)},
    }
    return f"      {{ nkey: {key}, permissions: {json.dumps(permissions)} }}"
