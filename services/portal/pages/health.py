"""Health for a proxy and for tests: /healthz answers domain time, /readyz whether NATS is there."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.portal.pages.context import Context

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz(portal: Context) -> dict[str, str]:
    return {"status": "alive", "now": portal.clock.now().isoformat()}


@router.get("/readyz")
async def readyz(portal: Context) -> JSONResponse:
    ready = portal.asker.is_connected
    return JSONResponse({"ready": ready}, 200 if ready else 503)
