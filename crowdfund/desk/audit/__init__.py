"""The audit: who did what, when and why. It is only ever read."""

from crowdfund.desk.audit.pages import routes

__all__ = ["routes"]
