-- asked_back: pieces in a return or a claim that is not over. Nobody has more back than she was sent.
ALTER TABLE goods_line ADD COLUMN asked_back BIGINT NOT NULL DEFAULT 0
    CHECK (0 <= asked_back AND returned - cancelled + asked_back <= shipped);
CREATE UNIQUE INDEX goods_line_of_order ON goods_line (id, order_id);

-- What a fan wants of what she bought: called off before it is sent, sent back, or put right. answer_by: who says nothing until then has
-- agreed. send_by: until when she sends it back, or the seller another piece. receive_by: what she has sent and nobody has counted by
-- then has arrived whole.
CREATE TABLE goods_return (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES goods_order (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL CHECK (kind IN ('cancellation', 'return', 'claim')),
    reason TEXT NOT NULL CHECK (reason IN ('changed_mind', 'does_not_fit', 'not_as_described', 'damaged', 'wrong_item', 'not_arrived')),
    words TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('requested', 'approved', 'received', 'refunded', 'declined', 'cancelled', 'resolved')),
    resolution TEXT NOT NULL DEFAULT '' CHECK (resolution IN ('', 'refund', 'replacement', 'both')),
    keeps_it BIGINT NOT NULL DEFAULT 0 CHECK (keeps_it IN (0, 1)),
    answer TEXT NOT NULL DEFAULT '',
    answer_by BIGINT NOT NULL,
    send_by BIGINT,
    carrier TEXT NOT NULL DEFAULT '',
    tracking TEXT NOT NULL DEFAULT '',
    sent_at BIGINT,
    receive_by BIGINT,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (id, order_id),
    CHECK ((ended_at IS NOT NULL) = (state IN ('refunded', 'declined', 'cancelled', 'resolved'))),
    CHECK (state <> 'declined' OR answer <> ''),
    CHECK ((sent_at IS NULL) = (receive_by IS NULL)),
    CHECK (kind <> 'cancellation' OR (keeps_it = 0 AND sent_at IS NULL))
);
CREATE INDEX goods_return_order ON goods_return (order_id, id);
CREATE INDEX goods_return_person ON goods_return (person_id, id);
CREATE INDEX goods_return_open ON goods_return (answer_by) WHERE state = 'requested';
CREATE INDEX goods_return_under_way ON goods_return (id) WHERE state IN ('approved', 'received');
CREATE UNIQUE INDEX goods_return_one_cancellation ON goods_return (order_id) WHERE kind = 'cancellation' AND state = 'requested';

-- replaces: of these so many are made good by another piece, the rest by money. received: counted when it came back.
CREATE TABLE goods_return_line (
    id BIGINT PRIMARY KEY,
    return_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    replaces BIGINT NOT NULL DEFAULT 0 CHECK (0 <= replaces AND replaces <= quantity),
    received BIGINT CHECK (0 <= received AND received <= quantity),
    UNIQUE (return_id, line_id),
    FOREIGN KEY (return_id, order_id) REFERENCES goods_return (id, order_id),
    FOREIGN KEY (line_id, order_id) REFERENCES goods_line (id, order_id)
);
CREATE INDEX goods_return_line_line ON goods_return_line (line_id);

CREATE TABLE goods_return_event (
    id BIGINT PRIMARY KEY,
    goods_return_id BIGINT NOT NULL REFERENCES goods_return (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX goods_return_event_return ON goods_return_event (goods_return_id, id);

-- A parcel of an order. state: by the word of who sent it or who has it; carrier_state: by the carrier's. return_id: it replaces what
-- was claimed, and is none of what was ordered.
CREATE TABLE parcel (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES goods_order (id),
    return_id BIGINT,
    carrier TEXT NOT NULL CHECK (carrier <> ''),
    tracking TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('sent', 'delivered', 'lost', 'sent_back')),
    carrier_state TEXT NOT NULL CHECK (carrier_state IN ('unknown', 'pre_transit', 'in_transit', 'out_for_delivery', 'delivered', 'return_to_sender')),
    sent_at BIGINT NOT NULL,
    delivered_at BIGINT,
    UNIQUE (id, order_id),
    CHECK (state <> 'delivered' OR delivered_at IS NOT NULL),
    FOREIGN KEY (return_id, order_id) REFERENCES goods_return (id, order_id)
);
CREATE INDEX parcel_order ON parcel (order_id, id);
CREATE INDEX parcel_under_way ON parcel (sent_at) WHERE state = 'sent';

CREATE TABLE parcel_line (
    id BIGINT PRIMARY KEY,
    parcel_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    UNIQUE (parcel_id, line_id),
    FOREIGN KEY (parcel_id, order_id) REFERENCES parcel (id, order_id),
    FOREIGN KEY (line_id, order_id) REFERENCES goods_line (id, order_id)
);
CREATE INDEX parcel_line_line ON parcel_line (line_id);

CREATE TABLE parcel_event (
    id BIGINT PRIMARY KEY,
    parcel_id BIGINT NOT NULL REFERENCES parcel (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX parcel_event_parcel ON parcel_event (parcel_id, id);

-- A bank may take back the payment of a purchase, or of an order of a production run, as it may a pledge's.
-- sqlite:
CREATE TABLE new_dispute (
    id BIGINT PRIMARY KEY,
    stripe_dispute_id TEXT NOT NULL UNIQUE,
    charge_id BIGINT NOT NULL REFERENCES charge (id),
    pledge_id BIGINT REFERENCES pledge (id),
    campaign_id BIGINT REFERENCES campaign (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('needs_response', 'answering', 'under_review', 'won', 'lost')),
    evidence TEXT NOT NULL DEFAULT '',
    answered_by_id BIGINT REFERENCES person (id),
    due_by BIGINT,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    asked_minor BIGINT NOT NULL DEFAULT 0,
    order_id BIGINT REFERENCES "order" (id),
    purchase_id BIGINT REFERENCES purchase (id),
    goods_order_id BIGINT REFERENCES goods_order (id),
    CHECK ((pledge_id IS NULL) = (campaign_id IS NULL)),
    CHECK ((CASE WHEN pledge_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN order_id IS NULL THEN 0 ELSE 1 END)
           + (CASE WHEN purchase_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN goods_order_id IS NULL THEN 0 ELSE 1 END) = 1)
);
INSERT INTO new_dispute (id, stripe_dispute_id, charge_id, pledge_id, campaign_id, amount_minor, currency, reason, state, evidence,
    answered_by_id, due_by, made_at, ended_at, asked_minor, order_id)
SELECT id, stripe_dispute_id, charge_id, pledge_id, campaign_id, amount_minor, currency, reason, state, evidence,
    answered_by_id, due_by, made_at, ended_at, asked_minor, order_id FROM dispute;
DROP TABLE dispute;
ALTER TABLE new_dispute RENAME TO dispute;
CREATE INDEX dispute_campaign ON dispute (campaign_id, state);
CREATE INDEX dispute_charge ON dispute (charge_id);
CREATE INDEX dispute_order ON dispute (order_id) WHERE order_id IS NOT NULL;
-- end
-- postgres:
ALTER TABLE dispute DROP CONSTRAINT dispute_about_check, ADD COLUMN purchase_id BIGINT REFERENCES purchase (id),
    ADD COLUMN goods_order_id BIGINT REFERENCES goods_order (id),
    ADD CONSTRAINT dispute_about_check CHECK (
        (CASE WHEN pledge_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN order_id IS NULL THEN 0 ELSE 1 END)
        + (CASE WHEN purchase_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN goods_order_id IS NULL THEN 0 ELSE 1 END) = 1);
-- end
CREATE INDEX dispute_purchase ON dispute (purchase_id) WHERE purchase_id IS NOT NULL;
CREATE INDEX dispute_goods_order ON dispute (goods_order_id) WHERE goods_order_id IS NOT NULL;

-- Of a purchase from several sellers a bank still reads one answer: what each of them says, put together.
CREATE TABLE dispute_words (
    id BIGINT PRIMARY KEY,
    dispute_id BIGINT NOT NULL REFERENCES dispute (id),
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    words TEXT NOT NULL CHECK (words <> ''),
    by_person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    UNIQUE (dispute_id, organisation_id)
);

-- What went back of an order, line by line, and who has that much less: by a refund, or by a bank that took it. What belongs to no
-- line is its shipping, or what a bank took of a part of an order.
CREATE TABLE goods_refund (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES goods_order (id),
    return_id BIGINT,
    refund_id BIGINT REFERENCES refund (id),
    dispute_id BIGINT REFERENCES dispute (id),
    line_id BIGINT,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    net_minor BIGINT NOT NULL CHECK (net_minor >= 0),
    tax_minor BIGINT NOT NULL CHECK (tax_minor >= 0),
    shipping_minor BIGINT NOT NULL CHECK (shipping_minor >= 0),
    commission_minor BIGINT NOT NULL CHECK (commission_minor >= 0),
    royalty_minor BIGINT NOT NULL CHECK (royalty_minor >= 0),
    seller_minor BIGINT NOT NULL CHECK (seller_minor >= 0),
    at BIGINT NOT NULL,
    CHECK (refund_id IS NULL OR dispute_id IS NULL),
    CHECK ((line_id IS NULL) = (quantity = 0)),
    CHECK (net_minor + shipping_minor = commission_minor + royalty_minor + seller_minor),
    FOREIGN KEY (return_id, order_id) REFERENCES goods_return (id, order_id),
    FOREIGN KEY (line_id, order_id) REFERENCES goods_line (id, order_id)
);
CREATE INDEX goods_refund_order ON goods_refund (order_id, id);
CREATE INDEX goods_refund_line ON goods_refund (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX goods_refund_refund ON goods_refund (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX goods_refund_at ON goods_refund (at);

-- What buyers say of what they were sent, once for each line, and the seller's one answer.
CREATE TABLE review (
    id BIGINT PRIMARY KEY,
    line_id BIGINT NOT NULL UNIQUE REFERENCES goods_line (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    listing_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisation (id),
    stars BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    answered_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('shown', 'hidden')),
    made_at BIGINT NOT NULL,
    CHECK ((answer = '') = (answered_at IS NULL))
);
CREATE INDEX review_listing ON review (listing_id, id) WHERE state = 'shown';
CREATE INDEX review_organisation ON review (organisation_id, id);

CREATE TABLE review_event (
    id BIGINT PRIMARY KEY,
    review_id BIGINT NOT NULL REFERENCES review (id),
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    because TEXT NOT NULL,
    by_person_id BIGINT REFERENCES person (id),
    at BIGINT NOT NULL
);
CREATE INDEX review_event_review ON review_event (review_id, id);

-- sqlite:
CREATE TRIGGER parcel_event_is_kept_u BEFORE UPDATE ON parcel_event BEGIN SELECT RAISE(ABORT, 'parcel_event is append-only'); END;
CREATE TRIGGER parcel_event_is_kept_d BEFORE DELETE ON parcel_event BEGIN SELECT RAISE(ABORT, 'parcel_event is append-only'); END;
CREATE TRIGGER parcel_line_is_kept_u BEFORE UPDATE ON parcel_line BEGIN SELECT RAISE(ABORT, 'parcel_line is append-only'); END;
CREATE TRIGGER parcel_line_is_kept_d BEFORE DELETE ON parcel_line BEGIN SELECT RAISE(ABORT, 'parcel_line is append-only'); END;
CREATE TRIGGER goods_return_event_is_kept_u BEFORE UPDATE ON goods_return_event BEGIN SELECT RAISE(ABORT, 'goods_return_event is append-only'); END;
CREATE TRIGGER goods_return_event_is_kept_d BEFORE DELETE ON goods_return_event BEGIN SELECT RAISE(ABORT, 'goods_return_event is append-only'); END;
CREATE TRIGGER goods_refund_is_kept_u BEFORE UPDATE ON goods_refund BEGIN SELECT RAISE(ABORT, 'goods_refund is append-only'); END;
CREATE TRIGGER goods_refund_is_kept_d BEFORE DELETE ON goods_refund BEGIN SELECT RAISE(ABORT, 'goods_refund is append-only'); END;
CREATE TRIGGER review_event_is_kept_u BEFORE UPDATE ON review_event BEGIN SELECT RAISE(ABORT, 'review_event is append-only'); END;
CREATE TRIGGER review_event_is_kept_d BEFORE DELETE ON review_event BEGIN SELECT RAISE(ABORT, 'review_event is append-only'); END;
-- end
-- postgres:
CREATE TRIGGER parcel_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON parcel_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parcel_line_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON parcel_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_return_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_return_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER goods_refund_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON goods_refund FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_event_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON review_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- end
