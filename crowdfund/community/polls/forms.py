"""What fans and makers may send about polls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crowdfund.campaigns.gallery import ALT_MAX
from crowdfund.community.polls.models import Audience, Candidate, Label, Poll, Results
from crowdfund.community.polls.rules import (
    ABOUT_MAX,
    NAME_MAX,
    QUESTION_MAX,
    QUORUM_MAX,
    REASON_MAX,
    REASON_MIN,
    TEXT_MAX,
    Asked,
)
from crowdfund.web import fields
from crowdfund.web.form import Form
from crowdfund.web.i18n import lazy
from crowdfund.web.rate_limit import Limit

POLLS = Limit("make_poll", 20, 3600, by="person")
OPENINGS = Limit("open_poll", 12, 3600, by="person")  # each is a mail to every backer and follower
VOTES = Limit("vote", 60, 60, by="person")

AUDIENCES = {
    Audience.BACKERS: lazy("Backers of this fund"),
    Audience.FOLLOWERS: lazy("Followers and backers"),
    Audience.EVERYONE: lazy("Everybody with a confirmed address"),
}
LABELS = [
    (
        Label.ADVISORY.value,
        lazy("Advisory"),
        lazy(
            "You read what fans want, and decide yourself. If you depart from it the page says so, beside your reason."
        ),
    ),
    (
        Label.BINDING.value,
        lazy("Binding"),
        lazy("You do what the vote says, if enough vote. Voters need a saved card, one card is one vote."),
    ),
]
NOBODY = "none"  # as the candidate of a decision: none of them


class PollForm(Form):
    """A draft. It may be saved half-written: what is missing is told where it is opened."""

    question = fields.text(max=QUESTION_MAX)
    text = fields.text(max=TEXT_MAX, min=0, lines=True)
    audience = fields.choice(AUDIENCES)
    label = fields.choice({label.value: None for label in Label})
    quorum = fields.maybe(fields.whole(min=1, max=QUORUM_MAX))
    results_hidden = fields.checkbox()
    opens_at = fields.maybe(fields.instant())
    closes_at = fields.maybe(fields.instant())
    decide_by = fields.maybe(fields.instant())
    key = fields.text(max=64, min=0)

    @property
    def asked(self) -> Asked:
        return Asked(
            question=self.question, text=self.text, audience=Audience(self.audience), label=Label(self.label),
            quorum=self.quorum or 0, hides_results=self.results_hidden, opens_at=self.opens_at, closes_at=self.closes_at,
            decide_by=self.decide_by,
        )  # fmt: skip


def poll_typed(poll: Poll) -> dict[str, Any]:
    """A draft as its form shows it."""
    moments = {name: getattr(poll, name) for name in ("opens_at", "closes_at", "decide_by")}
    return {
        "question": poll.question, "text": poll.text, "audience": poll.audience, "label": poll.label,
        "quorum": str(poll.quorum or ""), "results_hidden": "yes" if poll.results == Results.HIDDEN else "",
        **{name: f"{at:%Y-%m-%dT%H:%M}" if at else "" for name, at in moments.items()},
    }  # fmt: skip


class CandidateForm(Form):
    name = fields.text(max=NAME_MAX)
    about = fields.text(max=ABOUT_MAX, min=0, lines=True)
    image = fields.image()
    image_alt = fields.text(max=ALT_MAX, min=0)
    image_kept = fields.text(max=13, min=0)
    key = fields.text(max=64, min=0)


def candidate_typed(candidate: Candidate) -> dict[str, Any]:
    return {"name": candidate.name, "about": candidate.text, "image_alt": candidate.image_alt}


def _chosen(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return given["candidates"]


class VoteForm(Form):
    """Read with `candidates=`, by their public ids."""

    candidate = fields.choice(_chosen)


class DecisionForm(Form):
    """Read with `candidates=`, by their public ids, and NOBODY. cannot_follow: what has to be said of a binding vote."""

    candidate = fields.choice(_chosen)
    reason = fields.text(max=REASON_MAX, min=REASON_MIN, lines=True)
    cannot_follow = fields.checkbox()
