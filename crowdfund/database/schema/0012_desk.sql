-- Who wants no more news of a fund, though she backs it: letters about her own money come all the same.
CREATE TABLE mail_stop (
    id BIGINT PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaign (id),
    person_id BIGINT NOT NULL REFERENCES person (id),
    made_at BIGINT NOT NULL,
    UNIQUE (campaign_id, person_id)
);
