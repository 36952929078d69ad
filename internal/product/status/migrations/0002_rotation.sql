-- What signed the links and webhooks of a page before its secret was changed, and until when that still counts.
CREATE TABLE page_old_secret (
    page_id TEXT NOT NULL,
    old_secret TEXT NOT NULL,
    until_us BIGINT NOT NULL,
    PRIMARY KEY (page_id)
);

-- When a manage key ends that has an end.
CREATE TABLE manage_key_end (
    key_id TEXT NOT NULL,
    ends_us BIGINT NOT NULL,
    PRIMARY KEY (key_id)
);
