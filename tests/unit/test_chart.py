"""Where the shapes of a chart of money stand: what came in above the floor, what went out below it, on one scale."""

from __future__ import annotations

from crowdfund.web.chart import flows_of


def test_in_and_out_on_one_scale() -> None:
    shown = flows_of([("3 Nov", 100_00, 0, "in"), ("9 Nov", 0, 50_00, "out"), ("10 Nov", 1, 50_00, "both")])
    up, down, both = shown.flows
    assert abs(up.up_height - 2 * down.down_height) < 0.2 and up.down_height == down.up_height == 0
    assert up.up_y + up.up_height == shown.floor == both.up_y + both.up_height
    assert both.up_height == 1.5, "a cent is still to be seen"
    assert up.up_y == 8 and shown.floor + down.down_height <= shown.height - 26
    assert [flow.labelled for flow in shown.flows] == [True, True, True]


def test_nothing_and_many_days() -> None:
    assert flows_of([]).flows == []
    shown = flows_of([(f"{n}", n + 1, 0, "") for n in range(40)])
    assert shown.flows[0].labelled and shown.flows[-1].labelled and sum(flow.labelled for flow in shown.flows) <= 8
    assert shown.flows[-1].x + shown.flows[-1].width <= shown.width
