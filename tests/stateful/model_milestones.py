"""How a film fund with milestones ought to pay: one after the other, or what was not released back to all. In plain Python."""

from __future__ import annotations

from tests.stateful.model import DAY, FEE_BPS, SUCCEEDED, Campaign, Milestone, Pledge, Request, World

OBJECTIONS, NEXT_UPDATE = 5 * DAY, 30 * DAY
WAITING, ASKED_FOR = ("planned", "requested", "paused"), ("requested", "paused")
OWE_WORD = ("live", "settling", "funded")


def split(minor: int, weights: list[int]) -> list[int]:
    """By weights, to the cent; a cent that is left goes to whoever misses most of one, to the first of equals."""
    parts = [minor * weight // sum(weights) for weight in weights]
    missing = sorted(range(len(weights)), key=lambda n: minor * weights[n] % sum(weights), reverse=True)
    for n in missing[: minor - sum(parts)]:
        parts[n] += 1
    return parts


class Milestones(World):
    # --- what makers, backers and staff do; each gives the name of the refusal, or none ---

    def publish(self, c: Campaign) -> str | None:
        if c.state == "suspended":
            return "CannotWriteNow"
        if c.state in OWE_WORD:
            c.update_due = self.end_of_day(self.now + NEXT_UPDATE)
        return None

    def request(self, c: Campaign) -> str | Request:
        if c.state not in SUCCEEDED:
            return "NotYet"
        waiting = [m for m in c.plan if m.state in WAITING]
        if not waiting:
            return "NothingWaits"
        if any(m.state in ASKED_FOR for m in waiting):
            return "NotYet"
        if c.update_due is not None and self.now >= c.update_due:
            return "OwesWord"
        backers = len(self.of(c, "collected"))
        waiting[0].state = "requested"
        self.requests.append(Request(waiting[0], c, self.now + OBJECTIONS, max(1, min(3, backers))))
        return self.requests[-1]

    def object_to(self, r: Request, fan: int) -> str | None:
        if not any(p.fan == fan for p in self.of(r.campaign, "collected")):
            return "NotABacker"
        if r.ended_as is not None or self.now >= r.objections_until:
            return "TooLate"
        if fan in r.objections:
            return "ObjectedAlready"
        r.objections.add(fan)
        r.unanswered.add(fan)
        if len(r.objections) >= r.pauses_at:
            r.milestone.state = "paused"
        return None

    def answer(self, r: Request, fan: int) -> str | None:
        if fan not in r.unanswered:
            return "Refusal"
        r.unanswered.discard(fan)
        return None

    def take_request_back(self, m: Milestone) -> str | None:
        return self.decide_request(m, "requested", "planned", "taken_back")

    def pause(self, m: Milestone) -> str | None:
        if m.state != "requested":
            return "MoveRefused"
        m.state = "paused"
        return None

    def ask_for_more(self, m: Milestone) -> str | None:
        return self.decide_request(m, "paused", "planned", "sent_back")

    def release_paused(self, m: Milestone) -> str | None:
        return self.decide_request(m, "paused", "released", "released")

    def decide_request(self, m: Milestone, when: str, to: str, ended_as: str) -> str | None:
        """What is decided answers all that nobody has answered yet."""
        if m.state != when:
            return "MoveRefused"
        r = self.open_request(m)
        r.ended_as = ended_as
        r.unanswered.clear()
        if to == "released":
            self.release_tranche(r.campaign, m)
        m.state = to
        return None

    def give_rest_back(self, c: Campaign) -> str | None:
        if c.state not in SUCCEEDED:
            return "NotYet"
        waiting = [m for m in c.plan if m.state in WAITING]
        if not waiting:
            return "NothingWaits"
        for m in waiting:
            if m.state in ASKED_FOR:
                self.decide_request(m, m.state, "refunded", "refunded")
            m.state = "refunded"
        self.begin_share(c, sum(m.left for m in waiting))
        return None

    def open_request(self, m: Milestone) -> Request:
        (found,) = (r for r in self.requests if r.milestone is m and r.ended_as is None)
        return found

    # --- what follows by itself ---

    def open_tranches(self, c: Campaign, held: int) -> None:
        shares = [m.share for m in c.plan]
        for m, amount, cost in zip(c.plan, split(held, shares), split(min(c.fees, held), shares), strict=True):
            m.amount, m.cost = amount, cost
        if c.plan[0].at_once:
            self.release_tranche(c, c.plan[0])

    def release_tranche(self, c: Campaign, m: Milestone) -> None:
        cost = min(m.cost, m.left)
        fee = min(m.left * FEE_BPS // 10_000, m.left - cost)
        for account, part in (("processor", cost), ("fee", fee), ("payable", m.left - cost - fee)):
            self.post(c, account, part, c)
        m.state = "released"

    def follow_milestones(self) -> bool:
        due = [r for r in self.requests if r.milestone.state == "requested" and r.ended_as is None]
        due = [r for r in due if self.now >= r.objections_until]
        for r in due:
            self.release_tranche(r.campaign, r.milestone)
            r.ended_as = "released"
        return bool(due)

    # --- what one backer's refund, or her bank, takes of them ---

    def stakes(self, c: Campaign) -> int:
        """What all whose money is in the fund have in it."""
        return sum(p.left for p in self.of(c, "collected"))

    def take(self, c: Campaign, minor: int, of: int) -> list[tuple[Milestone, int]]:
        """The same share of each that waits as `minor` is of all stakes."""
        waiting = [m for m in c.plan if m.state in WAITING and m.left > 0]
        if not waiting or not of:
            return []
        part = sum(m.left for m in waiting) * minor // of
        taken = [(m, n) for m, n in zip(waiting, split(part, [m.left for m in waiting]), strict=True) if n]
        for m, n in taken:
            m.taken += n
        return taken

    def take_for_bank(self, c: Campaign, p: Pledge, left: int) -> int:
        p.takings = self.take(c, left, self.stakes(c) + left)
        share, given_back = c.share, [m for m in c.plan if m.state == "refunded"]
        if given_back and share is not None and p in share.who:  # what is on its way to her, her bank has
            part = min(share.amount * left // share.of, share.amount - share.shared)
            share.shared += part
            p.takings = [(given_back[0], part)] if part else []
            if part:
                share.who.remove(p)
        return sum(n for _milestone, n in p.takings)

    def give_back(self, p: Pledge, minor: int) -> None:
        """To each milestone where its money is by now; what was taken before there was a result belongs to all of them."""
        c, parts, p.takings = p.campaign, p.takings, []
        for m, n in parts:
            m.taken -= n * (m.state in WAITING)
        rest = minor - sum(n for _milestone, n in parts)
        late = list(zip(c.plan, split(rest, [m.share for m in c.plan]), strict=True))
        for m, n in late:
            m.amount = (m.amount or 0) + n * (m.state in WAITING)
        hers = 0
        for m, n in [*parts, *late]:
            fee = n * FEE_BPS // 10_000 if m.state == "released" else 0
            self.post("stripe", "fee", fee)
            self.post("stripe", "payable" if m.state == "released" else c, n - fee, c)
            hers += n * (m.state == "refunded")
        if hers:
            self.promise_from(c, p, hers)
