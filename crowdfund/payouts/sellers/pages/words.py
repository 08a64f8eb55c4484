"""What movements of a seller's account are called, and why a payout or a reversal waits."""

from __future__ import annotations

from crowdfund.web.i18n import _, lazy

KINDS = {
    "goods_earned": lazy("An order was earned"),
    "refund_promised": lazy("Given back to a fan"),
    "refund_paid_another_way": lazy("Given back to a fan"),
    "dispute": lazy("A fan's bank disputes it"),
    "royalty_paid": lazy("Royalties of a licence"),
    "royalty_topped_up": lazy("Topped up to a licence's minimum"),
    "payout_set_aside": lazy("Paid out"),
    "payout_back": lazy("A payout that came back"),
    "transfer_reversed": lazy("Taken back from a payout"),
    "receivable_repaid": lazy("What was owed, taken from what was earned"),
}
NOTES = {
    "waits until the charges are available": lazy("It waits until what fans have paid is available, some two days after they pay."),
    "the organisation is suspended: nothing is paid until staff has decided": lazy(
        "The organisation is suspended: nothing is paid until we have decided."
    ),
    "the organisation's account can't be paid: it has to be completed": lazy(
        "Your account at the payment company can't be paid: complete it."
    ),
    "it left with a later payout, or was taken back": lazy("It left with a later payout, or was taken back."),
    "nothing is owed any more": lazy("Nothing was left to pay out."),
    "not enough is in the seller's account": lazy(
        "Not enough was in your account there: what you earn next pays it instead."
    ),
}  # fmt: skip


def kind_said(kind: str, change_minor: int) -> str:
    """What a movement is. What a bank took and what it gave back are one kind."""
    if kind == "dispute" and change_minor > 0:
        return _("A dispute was decided for you")
    return str(KINDS.get(kind) or _("Another movement"))


def note_said(note: str) -> str:
    """Why something waits: in the reader's language where the words are ours, else in the payment company's."""
    return str(NOTES.get(note) or note)
