"""A stand-in for Stripe's servers, so that the whole site runs and is tested without a Stripe account.

A separate ASGI app and process on loopback with its own SQLite file. It speaks the part of Stripe's API that this project
calls, with Stripe's test cards, error shapes, idempotency keys and signed webhooks, and faults that can be switched on.
Nothing here moves money; every page says "Simulated". It imports nothing of the site but the toolbox, and of `stripe` only
the types of its parameters, against which every request is checked.
"""

API_VERSION = "2026-10-28.endive"
