"""Runs the mailbox as a process of its own, until SIGTERM or SIGINT."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

import uvicorn

from infra.local.mailbox.pages import build_app
from infra.local.mailbox.smtp import serve_smtp
from infra.local.mailbox.store import MailStore
from infra.local.probes import HOST
from shared.kernel.clock import MachineClock

LAST_ANSWERS_S = 2


async def serve(store: MailStore, smtp_port: int, http_port: int) -> None:
    """Serve both sides; the web side last, so that `/healthz` speaks for both."""
    loop = asyncio.get_running_loop()
    web = uvicorn.Server(
        uvicorn.Config(
            build_app(store, smtp_port),
            host=HOST,
            port=http_port,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
        )
    )
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        # While it serves, uvicorn has its own handlers; before, this one stops it, and after, it
        # takes the signal that uvicorn raises again, which would end us without an exit code 0.
        loop.add_signal_handler(stop_signal, setattr, web, "should_exit", True)
    smtp = await serve_smtp(store, smtp_port)
    try:
        await web.serve()
    finally:
        smtp.close()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="infra.local.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder for the mails")
    options = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    store = MailStore(options.data, MachineClock())
    try:
        asyncio.run(serve(store, options.smtp_port, options.http_port))
    except OSError as error:
        raise SystemExit(f"mailbox: {error.strerror or error}") from error
    finally:
        store.close()


if __name__ == "__main__":
    main()
