"""What comes after a purchase, by programs alone."""

from __future__ import annotations

import pytest

from crowdfund.database.ids import public
from crowdfund.orders.goods.models import GoodsLine
from tests.after_sale import again, bought, earrings
from tests.http.conftest import SiteUnderTest
from tests.world import Fan

pytestmark = pytest.mark.usefixtures("proven_when_idle")


async def test_sent_half_returned_and_praised(site: SiteUnderTest) -> None:
    mei, bao, wen = [await site.signed_up(name) for name in ("Mei", "Bao", "Wen")]
    wants = await earrings(owner=Fan(bao.person.id, ""))
    what = await bought(Fan(mei.person.id, ""), wants)
    order, line = what.orders[0], await what.line()
    hers = await site.token(mei.person, "goods:read", "goods:write")
    his = await site.token(bao.person, "sales:read", "sales:write")
    others = await site.token(wen.person, "goods:read", "goods:write", "sales:read", "sales:write")
    client, pieces = site.browser().client, {"line": public(line.id), "quantity": 1}

    async def call(token: dict[str, str], path: str, body: object = None, key: str = "", expect: int = 200) -> dict:  # type: ignore[type-arg]
        headers = token | ({"idempotency-key": key} if key else {})
        made = await (
            client.get(f"/api/v1{path}", headers=headers)
            if body is None
            else client.post(f"/api/v1{path}", json=body, headers=headers)
        )
        assert made.status_code == expect, made.text
        return made.json()  # type: ignore[no-any-return]

    sale, mine = f"/sales/{public(order.id)}", f"/goods-orders/{public(order.id)}"
    listed = await call(his, f"/organisations/{public(wants.shop.id)}/sales?show=to_send")
    assert [(one["thing"], one["to_ship"], one["total_minor"]) for one in listed["items"]] == [
        ("Pearl drop earring", 2, 9267)
    ]
    await call(others, sale, expect=404)
    await call(others, mine, expect=404)
    parcel = {"carrier": "DHL", "tracking": "JD0146", "lines": [{**pieces, "quantity": 2}]}
    sent = await call(his, f"{sale}/parcels", parcel, "one", 201)
    again_sent = await call(his, f"{sale}/parcels", parcel, "one", 201)
    assert sent["fulfilment"] == "fulfilled" and len(again_sent["parcels"]) == 1, "the same key sends once"
    more = await call(his, f"{sale}/parcels", parcel, "two", 422)
    assert more["code"] == "more_than_bought"
    moved = await call(his, f"/parcels/{sent['parcels'][0]['id']}/state", {"carrier_state": "out_for_delivery"})
    assert moved["parcels"][0]["carrier_state"] == "out_for_delivery"
    arrived = await call(hers, f"/parcels/{sent['parcels'][0]['id']}/arrival", {})
    assert arrived["parcels"][0]["state"] == "delivered"
    wrong = await call(hers, f"{mine}/returns", {"reason": "damaged", "lines": [pieces]}, "a", 422)
    assert wrong["code"] == "claim_words_missing"
    asked = await call(hers, f"{mine}/returns", {"reason": "changed_mind", "lines": [pieces]}, "b", 201)
    too_many = await call(
        hers, f"{mine}/returns", {"reason": "changed_mind", "lines": [{**pieces, "quantity": 2}]}, "c", 422
    )
    assert too_many["code"] == "more_than_bought"
    back = f"/sales-returns/{asked['id']}"
    await call(others, f"{back}/answer", {"agrees": True}, expect=404)
    assert (await call(his, f"{back}/answer", {"agrees": True}))["state"] == "approved"
    await call(hers, f"/goods-returns/{asked['id']}/parcel", {"carrier": "UPS"})
    counted = await call(his, f"{back}/count", {"lines": [pieces], "restock": True})
    assert (counted["state"], counted["paid_minor"]) == ("refunded", 4334)
    found = await call(hers, mine)
    assert (found["refunded_minor"], found["fulfilment"]) == (4334, "partially_returned")
    made = await call(hers, f"/goods-lines/{public(line.id)}/review", {"stars": 4, "words": "Lovely."}, expect=201)
    assert made["stars"] == 4
    twice = await call(hers, f"/goods-lines/{public(line.id)}/review", {"stars": 1}, expect=409)
    assert twice["code"] == "reviewed_already"
    await call(his, f"/reviews/{made['id']}/answer", {"words": "Thank you."})
    shown = await call(hers, f"/listings/{public(wants.listing.id)}/reviews")
    assert [(one["stars"], one["answer"], one["name"]) for one in shown["items"]] == [(4, "Thank you.", "Mei")]
    assert (await again(order)).state == "paid"
    assert (await GoodsLine.get(id=line.id)).returned == 1
