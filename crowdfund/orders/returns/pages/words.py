"""How kinds, reasons and states of what comes after a purchase are called."""

from __future__ import annotations

from crowdfund.orders.goods.models import GoodsOrderState
from crowdfund.orders.parcels.models import CarrierState, ParcelState
from crowdfund.orders.returns.models import Kind, Reason, ReturnState
from crowdfund.web.i18n import lazy

KINDS = {
    Kind.CANCELLATION.value: lazy("Call it off"),
    Kind.RETURN.value: lazy("Send it back"),
    Kind.CLAIM.value: lazy("Claim"),
}
REASONS = {
    Reason.CHANGED_MIND.value: lazy("I changed my mind"),
    Reason.DOES_NOT_FIT.value: lazy("It does not fit"),
    Reason.NOT_AS_DESCRIBED.value: lazy("It is not what was described"),
    Reason.DAMAGED.value: lazy("It is damaged"),
    Reason.WRONG_ITEM.value: lazy("It is something else"),
    Reason.NOT_ARRIVED.value: lazy("It has not arrived"),
}
STATES = {
    ReturnState.REQUESTED.value: (lazy("Waits for the seller"), "wait"),
    ReturnState.APPROVED.value: (lazy("Agreed"), "go"),
    ReturnState.RECEIVED.value: (lazy("Back at the seller"), "go"),
    ReturnState.REFUNDED.value: (lazy("Paid back"), "go"),
    ReturnState.DECLINED.value: (lazy("Declined"), "stop"),
    ReturnState.CANCELLED.value: (lazy("Over"), "plain"),
    ReturnState.RESOLVED.value: (lazy("Made good"), "go"),
}
PARCELS = {
    ParcelState.SENT.value: (lazy("On its way"), "wait"),
    ParcelState.DELIVERED.value: (lazy("Arrived"), "go"),
    ParcelState.LOST.value: (lazy("Lost on the way"), "stop"),
    ParcelState.SENT_BACK.value: (lazy("Came back to the seller"), "stop"),
}
CARRIER = {
    CarrierState.UNKNOWN.value: lazy("Nothing known yet"),
    CarrierState.PRE_TRANSIT.value: lazy("Announced"),
    CarrierState.IN_TRANSIT.value: lazy("In transit"),
    CarrierState.OUT_FOR_DELIVERY.value: lazy("Out for delivery"),
    CarrierState.DELIVERED.value: lazy("Delivered"),
    CarrierState.RETURN_TO_SENDER.value: lazy("On its way back to the sender"),
}
# Whose the money of an order is.
ORDERS = {
    GoodsOrderState.PLACED.value: (lazy("Not paid yet"), "wait"),
    GoodsOrderState.PAID.value: (lazy("Paid"), "go"),
    GoodsOrderState.EXPIRED.value: (lazy("Not paid in time"), "plain"),
    GoodsOrderState.CANCELLED.value: (lazy("Called off"), "plain"),
    GoodsOrderState.REFUNDED.value: (lazy("Paid back"), "plain"),
    GoodsOrderState.LOST.value: (lazy("Taken back by the bank"), "stop"),
}
# What is told of an order as a whole.
FULFILMENT = {
    "unfulfilled": (lazy("Not sent yet"), "wait"),
    "partially_fulfilled": (lazy("Partly sent"), "wait"),
    "fulfilled": (lazy("Sent"), "go"),
    "partially_returned": (lazy("Partly returned"), "plain"),
    "returned": (lazy("Returned"), "plain"),
}
# Reasons that the site itself gives: a fan reads them with her refund, a seller in a history.
SAID = (
    lazy("it was not sent in time, and you called it off"),
    lazy("you called it off before it was sent"),
    lazy("nobody said anything in time, which means yes"),
    lazy("its seller agreed"),
    lazy("you sent it back"),
    lazy("your claim was right"),
    lazy("no other piece was sent in time"),
    lazy("she keeps it"),
    lazy("it was not sent back in time"),
    lazy("it was sent"),
    lazy("it had been sent already"),
    lazy("the money goes back"),
    lazy("another piece was sent"),
    lazy("counted"),
    lazy("sent"),
    lazy("she has it"),
    lazy("the seller says so"),
)
