"""Health for a proxy and for tests: /healthz answers domain time, /readyz whether we can work."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from services.admin.pages.context import TheDesk
from shared.messaging.asking import Unavailable

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz(desk: TheDesk) -> dict[str, str]:
    return {"status": "alive", "now": desk.clock.now().isoformat()}


@router.get("/readyz")
async def readyz(desk: TheDesk) -> JSONResponse:
    ready = desk.asker.is_connected
    try:
        async with desk.transaction() as session:
            await session.execute(text("SELECT 1"))
    except Unavailable:
        ready = False
    return JSONResponse({"ready": ready}, 200 if ready else 503)
