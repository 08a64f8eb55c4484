"""What the rules of a fund mean for a fan, in plain words, made from the very fields that decide."""

from __future__ import annotations

from datetime import datetime, timedelta

from crowdfund.campaigns.models import AWAITING, FELL_THROUGH, SUCCEEDED, Campaign, CampaignEvent, CampaignState, Rule
from crowdfund.campaigns.rules import LAST_HOURS, SETTLE_DAYS
from crowdfund.web import formats
from crowdfund.web.i18n import _, lazy

Step = tuple[
    str, object, str, str
]  # words, when, a remark, and `done`, `now`, `stopped` or nothing: as ui/steps.html has it

RULES = {
    Rule.STRICT: (
        lazy("The whole goal, or nobody pays"),
        lazy("Fans trust this most: it is done as planned, or not at all."),
    ),
    Rule.THRESHOLD: (
        lazy("A share of the goal is enough"),
        lazy("You say before the launch which share, from 50 to 100 %. Your story should say what is made with less."),
    ),
    Rule.FLEXIBLE: (
        lazy("Whatever comes is collected"),
        lazy("For money that helps in any amount. Cards are charged on the closing day, however little it is."),
    ),
}  # fmt: skip

GIVINGS = [
    (
        "amounts",
        lazy("Fans choose what they give"),
        lazy("Any amount, with a reward from your tiers or without one. Most funds do it this way."),
    ),
    (
        "shares",
        lazy("In shares of one price"),
        lazy("Every share costs the same, and one fan can have only so many. There are no tiers beside them."),
    ),
]

_STATE_STEPS = {
    CampaignState.PRELAUNCH: lazy("Announced"),
    CampaignState.LIVE: lazy("Opened"),
    CampaignState.SUSPENDED: lazy("Paused by crowdfund"),
    CampaignState.SETTLING: lazy("Closed: cards are charged"),
    CampaignState.FUNDED: lazy("Funded"),
    CampaignState.FAILED: lazy("Not funded"),
    CampaignState.CANCELLED: lazy("Cancelled"),
    CampaignState.DELIVERING: lazy("Being made"),
    CampaignState.COMPLETED: lazy("Delivered"),
    CampaignState.FUNDED_HELD: lazy("Funded: the money waits for the deal"),
    CampaignState.DEAL_AGREED: lazy("The clubs agree"),
    CampaignState.REGISTERED: lazy("The registration was seen"),
    CampaignState.RELEASED: lazy("The club was paid"),
    CampaignState.OUTCOME_FAILED: lazy("The deal fell through"),
    CampaignState.ELECTING: lazy("Each backer decides"),
    CampaignState.REFUNDING: lazy("Refunds are on their way"),
    CampaignState.REDIRECTING: lazy("Gifts are paid out"),
    CampaignState.CLOSED: lazy("All money is where its backers wanted it"),
}
_STOPS = {CampaignState.SUSPENDED, CampaignState.FAILED, CampaignState.CANCELLED, CampaignState.OUTCOME_FAILED}


def needed_text(campaign: Campaign) -> str:
    return formats.money_short(campaign.needed_minor, campaign.currency)


def beside_the_button(campaign: Campaign, now: datetime) -> str:
    """What happens to a pledge, in the few sentences beside the button that makes or changes it; empty before a close is set."""
    if campaign.closes_at is None:
        return ""
    closes = {"when": formats.moment_text(campaign.closes_at)}
    if campaign.rule == Rule.FLEXIBLE:
        charged = _("Your card is charged after the fund closes on %(when)s, whatever it has reached by then.") % closes
    elif campaign.rule == Rule.THRESHOLD:
        share = formats.percent(campaign.threshold_bps, 10_000)
        charged = _(
            "Your card is charged after the fund closes on %(when)s, and only if at least %(share)s of its goal is promised. "
            "If less than that is collected, you get everything back."
        ) % {**closes, "share": share}  # fmt: skip
    else:
        charged = _(
            "Your card is charged after the fund closes on %(when)s, and only if its whole goal is promised. "
            "If less is collected, you get everything back."
        ) % closes  # fmt: skip
    if campaign.counts_box_office and campaign.rule != Rule.FLEXIBLE:
        also = _(
            "What is recognised at the film's box office by then counts towards the goal, too, as if it were promised and collected."
        )
        charged = f"{charged} {also}"
    return f"{charged} {until_when_changed(campaign, now)}"


def until_when_changed(campaign: Campaign, now: datetime) -> str:
    """Until when a pledge can be changed and cancelled; on its last day a fund that has its goal can't be taken below it."""
    if campaign.closes_at is None or campaign.rule == Rule.FLEXIBLE:
        return _("You can change or cancel until it closes.")
    if now >= campaign.closes_at - LAST_HOURS:
        return _(
            "Its last 24 hours have begun: you can raise a pledge, but not lower or cancel one that the goal depends on."
        )
    return _("You can change or cancel until it closes; in its last 24 hours not so that it falls below its goal.")


def when_charged(campaign: Campaign) -> str:
    """When cards are charged, and on what condition."""
    if campaign.state == CampaignState.SUSPENDED:
        return _("No card is charged while the fund is paused.")
    if campaign.closes_at is None:
        return _("Cards are charged after the fund has closed.")
    day = formats.day(campaign.closes_at)
    if campaign.closed_at is not None:
        return _("Cards were charged after the fund closed on %(day)s.") % {"day": day}
    if campaign.rule == Rule.FLEXIBLE:
        return _("Cards are charged when the fund closes on %(day)s, whatever was promised by then.") % {"day": day}
    facts = {"day": day, "needed": needed_text(campaign)}
    if campaign.rule == Rule.THRESHOLD:
        share = formats.percent(campaign.threshold_bps, 10_000)
        return _(
            "Cards are charged when the fund closes on %(day)s, and only if %(needed)s is promised: %(share)s of the goal."
        ) % {**facts, "share": share}
    return (
        _("Cards are charged when the fund closes on %(day)s, and only if the whole goal of %(needed)s is promised.")
        % facts
    )


def if_it_fails(campaign: Campaign) -> str:
    """What becomes of a fan's money where the fund falls short; empty once it has not."""
    if campaign.state in SUCCEEDED | AWAITING | FELL_THROUGH:
        return ""
    if campaign.state == CampaignState.SETTLING and campaign.rule != Rule.FLEXIBLE:
        return _("If less than %(needed)s is collected, everybody gets everything back, fees included.") % {
            "needed": needed_text(campaign)
        }
    if campaign.rule == Rule.FLEXIBLE:
        return _(
            "It can't: this fund keeps what it collects, even if it is less than the goal. Back it if less helps, too."
        )
    return _(
        "Nobody is charged. If enough is promised but cards fail, and less than %(needed)s is collected within %(days)d days, "
        "everybody gets everything back, fees included."
    ) % {"needed": needed_text(campaign), "days": SETTLE_DAYS}  # fmt: skip


def what_comes(campaign: Campaign) -> str:
    """What happens next in this fund's life; empty where nothing does."""
    state = campaign.state
    if state == CampaignState.SUSPENDED:
        return _(
            "We look into it and decide. Backers hear by mail when it opens again or ends, and can cancel at any time."
        )
    if state == CampaignState.PRELAUNCH:
        if campaign.opens_at:
            return _("It opens on %(when)s.") % {"when": formats.moment_text(campaign.opens_at)}
        return _("It opens when its makers are ready. Follow it, and we write to you.")
    if state == CampaignState.LIVE and campaign.closes_at:
        ends = formats.day(campaign.closes_at + timedelta(days=SETTLE_DAYS))
        return _(
            "After it closes, cards are charged. A refused card can be mended until %(day)s; then the result stands."
        ) % {"day": ends}
    if state == CampaignState.SETTLING and campaign.settle_by:
        return _("Cards are being charged. The result stands on %(day)s at the latest.") % {
            "day": formats.day(campaign.settle_by)
        }
    if state in AWAITING:
        return _(
            "The money waits until the player is registered. If there is no deal, each backer decides where hers goes."
        )
    if state in FELL_THROUGH:
        return ""
    if state == CampaignState.RELEASED:
        return _("The player is signed, and the club was paid.")
    if state in SUCCEEDED:
        return _("The makers write updates, and what was promised to you is sent when it is ready.")
    return ""


def history(campaign: Campaign, events: list[CampaignEvent]) -> list[Step]:
    """What happened to the fund and what comes, for the public. Why staff paused it stays between them and its makers."""
    steps: list[Step] = []
    was_live = False
    nobody_charged = campaign.state == CampaignState.FAILED and not campaign.collected_minor
    for event in events:
        state = CampaignState(event.to_state)
        words = _STATE_STEPS.get(state)
        if words is None:
            continue
        if state == CampaignState.LIVE and was_live:
            words = lazy("Open again")
        if state == CampaignState.SETTLING and nobody_charged:
            words = lazy("Closed")
        was_live |= state == CampaignState.LIVE
        remark = event.because if state == CampaignState.CANCELLED else ""
        # It took pledges until the hour that it had promised, however late the sweep came by: one closing date on the page.
        at = campaign.closes_at if state == CampaignState.SETTLING else event.at
        steps.append((str(words), at, remark, "stopped" if state in _STOPS else "done"))
    return steps + _what_is_left(campaign)


def _what_is_left(campaign: Campaign) -> list[Step]:
    if campaign.state == CampaignState.PRELAUNCH:
        return [(_("Opens"), campaign.opens_at, "", "now"), (_("Closes"), campaign.closes_at, "", "")]
    if campaign.state == CampaignState.LIVE and campaign.closes_at:
        result_by = campaign.closes_at + timedelta(days=SETTLE_DAYS)
        return [
            (_("Closes"), campaign.closes_at, _("Then cards are charged."), "now"),
            (_("The result, at the latest"), result_by, "", ""),
        ]
    if campaign.state == CampaignState.SETTLING:
        return [(_("The result, at the latest"), campaign.settle_by, "", "now")]
    return []


def result_text(campaign: Campaign) -> tuple[str, str]:
    """How it ended, or what holds it up: a heading and a sentence; empty while it is open or coming."""
    currency, state = campaign.currency, campaign.state
    promised = formats.money_short(campaign.promised_at_close_minor, currency)
    collected = formats.money_short(campaign.collected_minor, currency)
    if state == CampaignState.SETTLING:
        return _("Cards are being charged"), _(
            "The fund closed with %(promised)s promised. What counts is what is collected; "
            "a refused card can be mended for some days."
        ) % {"promised": promised}  # fmt: skip
    if state in AWAITING:
        return _("Funded, and waiting"), _(
            "%(collected)s is collected. Nothing is paid before the player is registered."
        ) % {"collected": collected}
    if state in FELL_THROUGH:
        return _("The deal fell through"), _(
            "%(collected)s was collected. Each backer decides where hers goes; refunds are complete, fees included."
        ) % {"collected": collected}  # fmt: skip
    if state in SUCCEEDED:
        return _("Funded"), _("%(collected)s was collected of %(promised)s promised.") % {
            "collected": collected,
            "promised": promised,
        }
    if state == CampaignState.FAILED:
        return _("Not funded"), _why_it_failed(campaign, promised, collected)
    if state == CampaignState.CANCELLED:
        return _("Cancelled"), _("Nobody was charged, and every pledge was let go.")
    if state == CampaignState.SUSPENDED:
        return _("Paused while we look into it"), _(
            "Nothing can be pledged and no card is charged until this is settled. Who has pledged may cancel at any time."
        )
    return "", ""


def _why_it_failed(campaign: Campaign, promised: str, collected: str) -> str:
    facts = {"promised": promised, "collected": collected, "needed": needed_text(campaign)}
    if campaign.collected_minor:
        return (
            _("%(collected)s was collected, and %(needed)s was needed. Everybody gets everything back, fees included.")
            % facts
        )
    if campaign.promised_at_close_minor >= campaign.needed_minor:
        return _("%(promised)s was promised, but no card could be charged.") % facts
    return _("Only %(promised)s was promised, and %(needed)s was needed: nobody was charged.") % facts
