-- What somebody saw in a film and kept for after the credits. appearance_id, moment_ms: where in the film she was then.
CREATE TABLE saved_product (
    person_id BIGINT NOT NULL REFERENCES person (id),
    product_id BIGINT NOT NULL REFERENCES onscreen_product (id),
    title_id BIGINT NOT NULL REFERENCES title (id),
    appearance_id BIGINT REFERENCES appearance (id),
    moment_ms BIGINT CHECK (moment_ms >= 0),
    at BIGINT NOT NULL,
    PRIMARY KEY (person_id, product_id)
);
CREATE INDEX saved_product_product ON saved_product (product_id);
CREATE INDEX saved_product_appearance ON saved_product (appearance_id);
