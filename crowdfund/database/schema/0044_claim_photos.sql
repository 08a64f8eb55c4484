-- What a fan shows of what is wrong: at most four pictures of a claim, for her, its seller and our staff. `file` is kept apart.
CREATE TABLE goods_return_photo (
    id BIGINT PRIMARY KEY,
    return_id BIGINT NOT NULL REFERENCES goods_return (id),
    position BIGINT NOT NULL CHECK (position BETWEEN 1 AND 4),
    file TEXT NOT NULL UNIQUE CHECK (file <> ''),
    width BIGINT NOT NULL CHECK (width > 0),
    height BIGINT NOT NULL CHECK (height > 0),
    made_at BIGINT NOT NULL,
    UNIQUE (return_id, position)
);
