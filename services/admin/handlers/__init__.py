"""Use cases of `admin` that others ask for: accounts, sign-in links, and forgetting somebody."""

from services.admin.handlers.accounts import subscribe

__all__ = ["subscribe"]
