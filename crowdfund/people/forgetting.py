"""What is not needed any more is not kept: devices that can't be signed in, links and invitations whose time is over."""

from __future__ import annotations

from crowdfund import clock
from crowdfund.database import atomic
from crowdfund.people.models import Invitation, MailLink, SignIn
from crowdfund.people.rules import ABSOLUTE_US, IDLE_US


@atomic
async def forget_what_ran_out() -> int:
    """Delete it; gives how many rows. The privacy page promises it."""
    now = clock.wall_now_us()
    forgotten = await SignIn.filter(made_at__lte=now - ABSOLUTE_US).delete()
    forgotten += await SignIn.filter(seen_at__lte=now - IDLE_US).delete()
    forgotten += await MailLink.filter(expires_at__lte=now).delete()
    return int(forgotten + await Invitation.filter(expires_at__lte=now).delete())
