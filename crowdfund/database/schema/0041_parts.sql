-- A bank may take a part of what was paid: of each line as much as it is of the order. Pieces that were not paid back then stand for what
-- is left of it since: parted_after of them had been. Where no bank has, a line stands for what it was sold for.
ALTER TABLE goods_line ADD COLUMN parted_after BIGINT CHECK (parted_after >= 0);
ALTER TABLE goods_line ADD COLUMN left_net_minor BIGINT CHECK (left_net_minor >= 0);
ALTER TABLE goods_line ADD COLUMN left_tax_minor BIGINT CHECK (left_tax_minor >= 0);
ALTER TABLE goods_line ADD COLUMN left_commission_minor BIGINT CHECK (left_commission_minor >= 0);
ALTER TABLE goods_line ADD COLUMN left_royalty_minor BIGINT CHECK (left_royalty_minor >= 0);

-- What a bank took of a line without a piece of it has no quantity. uncounted: pieces that count under no licence any more, as they were
-- never sent or are sold again; unknown of what went back before this was written down.
-- sqlite:
CREATE TABLE new_goods_refund (
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
    uncounted BIGINT,
    CHECK (refund_id IS NULL OR dispute_id IS NULL),
    CHECK ((line_id IS NOT NULL AND (quantity > 0 OR dispute_id IS NOT NULL)) OR (line_id IS NULL AND quantity = 0)),
    CHECK (uncounted BETWEEN 0 AND quantity),
    CHECK (net_minor + shipping_minor = commission_minor + royalty_minor + seller_minor),
    FOREIGN KEY (return_id, order_id) REFERENCES goods_return (id, order_id),
    FOREIGN KEY (line_id, order_id) REFERENCES goods_line (id, order_id)
);
INSERT INTO new_goods_refund SELECT id, order_id, return_id, refund_id, dispute_id, line_id, quantity, net_minor, tax_minor, shipping_minor,
    commission_minor, royalty_minor, seller_minor, at, NULL FROM goods_refund;
DROP TABLE goods_refund;
ALTER TABLE new_goods_refund RENAME TO goods_refund;
CREATE INDEX goods_refund_order ON goods_refund (order_id, id);
CREATE INDEX goods_refund_line ON goods_refund (line_id) WHERE line_id IS NOT NULL;
CREATE INDEX goods_refund_refund ON goods_refund (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX goods_refund_at ON goods_refund (at);
CREATE TRIGGER goods_refund_is_kept_u BEFORE UPDATE ON goods_refund BEGIN SELECT RAISE(ABORT, 'goods_refund is append-only'); END;
CREATE TRIGGER goods_refund_is_kept_d BEFORE DELETE ON goods_refund BEGIN SELECT RAISE(ABORT, 'goods_refund is append-only'); END;
-- end
-- postgres:
ALTER TABLE goods_refund DROP CONSTRAINT goods_refund_check1, ADD COLUMN uncounted BIGINT,
    ADD CONSTRAINT goods_refund_line_check CHECK (
        (line_id IS NOT NULL AND (quantity > 0 OR dispute_id IS NOT NULL)) OR (line_id IS NULL AND quantity = 0)),
    ADD CONSTRAINT goods_refund_uncounted_check CHECK (uncounted BETWEEN 0 AND quantity);
-- end
