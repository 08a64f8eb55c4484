"""The audit in words: what was done, and what changed by it, as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from crowdfund.desk.audit.merch_words import ACTIONS as MERCH
from crowdfund.desk.audit.queries import About
from crowdfund.web import formats
from crowdfund.web.i18n import _, lazy

ACTIONS: dict[str, Any] = {
    **MERCH,
    "campaign_made": lazy("Began a campaign"), "campaign_submitted": lazy("Handed a campaign in"),
    "campaign_draft": lazy("Took a campaign back"), "campaign_changes_requested": lazy("Asked for changes"),
    "campaign_approved": lazy("Approved a campaign"), "campaign_rejected": lazy("Rejected a campaign"),
    "campaign_scheduled": lazy("Set a fund's dates"), "campaign_prelaunch": lazy("Announced a fund"),
    "campaign_live": lazy("Opened a fund"), "campaign_suspended": lazy("Paused a fund"),
    "campaign_cancelled": lazy("Cancelled a fund"), "campaign_delivering": lazy("Began to deliver"),
    "campaign_completed": lazy("Said that all is sent"), "draft_deleted": lazy("Deleted a draft"),
    "page_rewritten": lazy("Rewrote a page"), "update_published": lazy("Published an update"),
    "tier_added": lazy("Added a tier"), "tier_changed": lazy("Changed a tier"), "tier_removed": lazy("Removed a tier"),
    "tier_pictured": lazy("Gave a tier a picture"), "tier_unpictured": lazy("Took a tier's picture away"),
    "picture_added": lazy("Added a picture"), "picture_dropped": lazy("Took a picture away"),
    "poll_made": lazy("Began a poll"), "poll_changed": lazy("Changed a poll"), "poll_announced": lazy("Announced a poll"),
    "poll_taken_back": lazy("Took a poll back"), "poll_opened": lazy("Opened a poll"), "poll_withdrawn": lazy("Put a poll away"),
    "poll_cancelled": lazy("Cancelled a poll"), "poll_decided": lazy("Published a decision"),
    "candidate_added": lazy("Named a candidate"), "candidate_changed": lazy("Changed a candidate"),
    "candidate_removed": lazy("Took a candidate away"), "candidate_pictured": lazy("Gave a candidate a picture"),
    "candidate_unpictured": lazy("Took a candidate's picture away"),
    "sale_made": lazy("Made a sale"), "sale_joined": lazy("Put a fund into a sale"), "sale_left": lazy("Took a fund out of a sale"),
    "draw_made": lazy("Wrote a draw"), "draw_discarded": lazy("Threw a draft of a draw away"),
    "draw_announced": lazy("Announced a draw"), "draw_closed": lazy("Closed a draw"), "draw_drawn": lazy("Drew the winners"),
    "draw_completed": lazy("A drawn day has come"), "draw_cancelled": lazy("Called a draw off"),
    "delivery_sent": lazy("Sent a parcel"), "pledges_exported": lazy("Took a file of pledges"),
    "addresses_exported": lazy("Took a file of addresses"), "pledge_refunded": lazy("Gave money back"),
    "refund_paid_another_way": lazy("Paid a refund another way"), "refund_tried_again": lazy("Had a refund tried again"),
    "bank_payout_tried_again": lazy("Had a payout to a bank tried again"), "organisation_made": lazy("Made an organisation"),
    "organisation_changed": lazy("Changed an organisation"), "organisation_submitted": lazy("Asked to be verified"),
    "organisation_verified": lazy("Verified an organisation"), "organisation_declined": lazy("Declined an organisation"),
    "organisation_suspended": lazy("Suspended an organisation"), "payouts_account_made": lazy("Opened an account for payouts"),
    "payouts_changed": lazy("Payouts changed"), "payout_tried_again": lazy("Had a payout tried again"),
    "member_invited": lazy("Invited somebody"),
    "invitation_withdrawn": lazy("Took an invitation back"), "member_joined": lazy("Joined an organisation"),
    "member_role_changed": lazy("Changed a role"), "member_removed": lazy("Ended a membership"),
    "email_changed": lazy("Changed an e-mail address"), "password_changed": lazy("Changed a password"),
    "staff_role_changed": lazy("Changed a staff role"), "token_made": lazy("Made an API token"),
    "token_revoked": lazy("Revoked an API token"), "job_tried_again": lazy("Tried a job again"),
    "campaign_funded_held": lazy("Held a fund's money"),
    "campaign_deal_agreed": lazy("Agreed a deal"),
    "campaign_registered": lazy("Saw a registration"),
    "campaign_released": lazy("Released the money"),
    "campaign_outcome_failed": lazy("Said that a deal fell through"),
    "campaign_electing": lazy("Asked each backer"),
    "campaign_refunding": lazy("Gave the money back"),
    "campaign_redirecting": lazy("Passed the money on"),
    "campaign_closed": lazy("Closed a fund"),
    "outcome_filed": lazy("Filed an outcome"),
    "objection_dismissed": lazy("Answered an objection"),
    "recipient_added": lazy("Named a recipient"),
    "recipient_changed": lazy("Changed a recipient"),
    "recipient_offered": lazy("Offered a recipient"),
    "recipient_withdrawn": lazy("Withdrew a recipient"),
    "transfer_described": lazy("Described a transfer"),
    "transfer_signed": lazy("Signed for the club"),
    "use_reported": lazy("Told what became of a gift"),
    "event_tried_again": lazy("Tried an event again"), "comment_hidden": lazy("Hid a comment"),
    "comment_shown_again": lazy("Showed a comment again"), "reports_dismissed": lazy("Let a reported comment stand"),
    "commenter_barred": lazy("Kept somebody from writing"), "commenter_let_in": lazy("Let somebody write again"),
    "thread_locked": lazy("Closed a thread"), "thread_opened": lazy("Opened a thread again"),
    "addressees_changed": lazy("Changed whom fans can ask"),
    "expense_told": lazy("Told of an expense"),
    "expense_taken_back": lazy("Took an expense back"),
    "door_pass_made": lazy("Made a door pass"), "door_pass_withdrawn": lazy("Withdrew a door pass"),
    "scans_exported": lazy("Took a file of scans"),
    "milestones_planned": lazy("Planned its milestones"),
    "milestone_requested": lazy("Asked for a milestone"), "milestone_paused": lazy("Paused a milestone"),
    "milestone_released": lazy("Released a milestone"), "milestone_planned": lazy("Sent a milestone back"),
    "milestone_refunded": lazy("Gave a milestone back to all backers"),
    "venue_made": lazy("Added a venue"), "venue_changed": lazy("Changed a venue"), "hall_made": lazy("Drew a hall"),
    "hall_renamed": lazy("Renamed a hall"), "plan_replaced": lazy("Gave a hall other seats"), "title_made": lazy("Added a film"),
    "title_renamed": lazy("Renamed a film"), "prices_changed": lazy("Changed prices of a screening"),
    "seats_blocked": lazy("Blocked seats"), "seats_unblocked": lazy("Gave seats back to the sale"),
    "tickets_exported": lazy("Took a file of ticket holders"),
    "deal_agreed": lazy("Agreed to a deal"), "ticket_refunded": lazy("Gave a ticket's money back after the show"),
    "revenue_stated": lazy("Signed a statement of locked revenue"),
}  # fmt: skip
_NAMES: dict[str, Any] = {
    "name": lazy("Name"), "state": lazy("State"), "tier": lazy("Tier"), "price": lazy("Price"), "amount_minor": lazy("Amount"),
    "role": lazy("Role"), "person": lazy("Person"), "email": lazy("Email"), "kind": lazy("Kind"), "title": lazy("Title"),
    "number": lazy("Number"), "version": lazy("Version"), "opens_at": lazy("Opens"), "closes_at": lazy("Closes"),
    "scopes": lazy("May"), "account": lazy("Account"), "payouts": lazy("Payouts"), "tracking": lazy("Tracking"),
    "question": lazy("Question"), "candidate": lazy("Candidate"), "decision": lazy("Decision"),
    "deliveries": lazy("Deliveries"), "audience": lazy("Readers"), "next_update_by": lazy("Next update by"),
    "until_at": lazy("Until"), "reports": lazy("Reports"), "names": lazy("Names"), "sale": lazy("Sale"), "alt": lazy("What it shows"),
    "draw": lazy("Draw"),
    "payee": lazy("Paid to"),
    "milestone": lazy("Milestone"), "milestones": lazy("Milestones"), "hall": lazy("Hall"), "places": lazy("Places"),
    "seats": lazy("Seats"),
}  # fmt: skip


def action_said(action: str) -> str:
    """`Gave money back`; an action that nobody has put into words, by its own."""
    return str(ACTIONS[action]) if action in ACTIONS else action.replace("_", " ").capitalize()


def subject_said(subject: str, about: About | None) -> str:
    """What it was done to, by its name; what has none is told by its kind."""
    kind, _colon, _number = subject.partition(":")
    if about is None:
        return {"job": _("a job"), "event": _("an event of the payment company"), "campaign": _("a deleted draft")}.get(
            kind, subject
        )
    if kind == "token":
        return _("a token of %(name)s") % {"name": about.name}
    return about.name


def changes_said(
    before: str, after: str, about: About | None, people: Mapping[int, str]
) -> list[tuple[str, str, str, str]]:
    """What changed: key, the name of a thing, what it was, what it is. people: names by the ids that stand in it."""
    was, now = orjson.loads(before), orjson.loads(after)
    currency = about.currency if about else ""
    return [
        (key, str(_NAMES.get(key, key.replace("_", " "))), _said(key, was.get(key), currency, people),
         _said(key, now.get(key), currency, people))
        for key in dict.fromkeys([*was, *now])
    ]  # fmt: skip


def people_in(rows: list[dict[str, Any]]) -> set[int]:
    """Ids of the people that these lines name."""
    found = (orjson.loads(row[side]).get("person") for row in rows for side in ("before", "after"))
    return {one for one in found if isinstance(one, int)}


def _said(key: str, value: Any, currency: str, people: Mapping[int, str]) -> str:
    if value is None:
        return ""
    if (key == "price" or key.endswith("_minor")) and isinstance(value, int) and currency:
        return formats.money(value, currency)
    if key == "person" and isinstance(value, int):
        return people.get(value, _("somebody"))
    if key.endswith("_at") and isinstance(value, str) and value:
        return formats.moment_text(datetime.fromisoformat(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()
