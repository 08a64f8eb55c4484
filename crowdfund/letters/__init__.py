"""What people are told by mail, and when: a job for each occasion, each a letter in the reader's language."""

from __future__ import annotations

from crowdfund import mailer
from crowdfund.database.outbox import Job
from crowdfund.letters import (
    after_sale,
    bookings,
    crowds,
    deliveries,
    draws,
    fans,
    goods,
    listings,
    milestones,
    orders,
    payouts,
    polls,
    recipients,
    runs,
    sellers,
    settling,
    shares,
    talk,
    teams,
    tickets,
    transfers,
)
from crowdfund.people import accounts

JOBS: dict[str, Job] = {
    **mailer.JOBS, **accounts.JOBS, **fans.JOBS, **settling.JOBS, **deliveries.JOBS, **crowds.JOBS, **teams.JOBS,
    **transfers.JOBS, **recipients.JOBS, **milestones.JOBS, **polls.JOBS, **talk.JOBS, **draws.JOBS, **orders.JOBS, **goods.JOBS,
    **tickets.JOBS, **bookings.JOBS, **shares.JOBS, **sellers.JOBS, **after_sale.JOBS, **runs.JOBS,
    **listings.JOBS, **payouts.JOBS,
}  # fmt: skip
