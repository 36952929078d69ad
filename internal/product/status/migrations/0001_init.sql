-- Tables of the status product, in its own volume. Instants are microseconds UTC, 0 for none; truth values 0 or 1.

-- settings is JSON: everything of a page that nothing is found by. secret signs links and webhooks. origin is where the site was last seen
-- to live, for links in what is sent without a request.
CREATE TABLE page (
    id TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    origin TEXT NOT NULL,
    secret TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX page_order ON page (position, id);

-- A manage key; only its hash is kept.
CREATE TABLE manage_key (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX manage_key_hash ON manage_key (hash);
CREATE INDEX manage_key_order ON manage_key (created_us, id);

-- A component, or a group of them (is_group 1), which has no status of its own.
CREATE TABLE component (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    is_group BIGINT NOT NULL,
    group_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    showcase BIGINT NOT NULL,
    only_if_degraded BIGINT NOT NULL,
    start_date TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX component_order ON component (page_id, position, id);

-- From from_us on, until the next row of the component, it has the status.
CREATE TABLE component_state (
    component_id TEXT NOT NULL REFERENCES component (id),
    from_us BIGINT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (component_id, from_us)
); -- clustered

CREATE TABLE incident (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    scheduled BIGINT NOT NULL,
    open BIGINT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    impact TEXT NOT NULL,
    impact_override TEXT NOT NULL,
    backfilled BIGINT NOT NULL,
    started_us BIGINT NOT NULL,
    monitoring_us BIGINT NOT NULL,
    resolved_us BIGINT NOT NULL,
    scheduled_for_us BIGINT NOT NULL,
    scheduled_until_us BIGINT NOT NULL,
    flags TEXT NOT NULL,
    reminded_us BIGINT NOT NULL,
    metadata TEXT NOT NULL,
    pm_draft TEXT NOT NULL,
    pm_draft_us BIGINT NOT NULL,
    pm_body TEXT NOT NULL,
    pm_body_us BIGINT NOT NULL,
    pm_published_us BIGINT NOT NULL,
    pm_notified BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incident_newest ON incident (page_id, started_us, id);
CREATE INDEX incident_open ON incident (page_id, open, started_us, id);
CREATE INDEX incident_scheduled ON incident (page_id, scheduled, started_us, id);

-- Components that an incident concerns. The component may be deleted later; its name is in the updates.
CREATE TABLE incident_component (
    incident_id TEXT NOT NULL REFERENCES incident (id),
    component_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (incident_id, component_id)
); -- clustered
CREATE INDEX incident_component_by ON incident_component (component_id, incident_id);

-- affected is JSON: [{"code","name","old_status","new_status"}].
CREATE TABLE incident_update (
    id TEXT NOT NULL,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    page_id TEXT NOT NULL,
    status TEXT NOT NULL,
    body TEXT NOT NULL,
    affected TEXT NOT NULL,
    deliver BIGINT NOT NULL,
    display_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incident_update_order ON incident_update (incident_id, display_us, created_us, id);

CREATE TABLE incident_template (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    group_id TEXT NOT NULL,
    update_status TEXT NOT NULL,
    notify BIGINT NOT NULL,
    component_ids TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX incident_template_order ON incident_template (page_id, created_us, id);

-- Somebody who wants to hear of a page (incident_id empty) or of one incident. everything 0 means the components of subscriber_component only.
CREATE TABLE subscriber (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    incident_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    everything BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failed_since_us BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    asked_us BIGINT NOT NULL,
    quarantined_us BIGINT NOT NULL,
    purge_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX subscriber_address ON subscriber (page_id, incident_id, mode, address);
CREATE INDEX subscriber_state ON subscriber (page_id, incident_id, state, id);
CREATE INDEX subscriber_purge ON subscriber (purge_us, id);

CREATE TABLE subscriber_component (
    component_id TEXT NOT NULL,
    subscriber_id TEXT NOT NULL REFERENCES subscriber (id),
    PRIMARY KEY (component_id, subscriber_id)
); -- clustered
CREATE INDEX subscriber_component_by ON subscriber_component (subscriber_id, component_id);

-- What is being told to subscribers, as it was when it was decided: a later edit does not change a mail that is on its way. content is JSON.
CREATE TABLE notice (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    incident_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    recipients BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX notice_order ON notice (page_id, created_us, id);

-- How a notice fared with a subscriber: sent, refused (never to be taken) or failed (so far).
CREATE TABLE delivery (
    notice_id TEXT NOT NULL REFERENCES notice (id),
    subscriber_id TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (notice_id, subscriber_id)
); -- clustered

CREATE TABLE metric_provider (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    type TEXT NOT NULL,
    base_uri TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX metric_provider_order ON metric_provider (page_id, created_us, id);

-- y_min and y_max are decimal numbers as text, empty for automatic.
CREATE TABLE metric (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    provider_id TEXT NOT NULL REFERENCES metric_provider (id),
    identifier TEXT NOT NULL,
    name TEXT NOT NULL,
    tooltip TEXT NOT NULL,
    suffix TEXT NOT NULL,
    display BIGINT NOT NULL,
    y_min TEXT NOT NULL,
    y_max TEXT NOT NULL,
    y_hidden BIGINT NOT NULL,
    decimals BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX metric_order ON metric (page_id, created_us, id);

-- Points of five minutes each: how many arrived and their sum in millionths.
CREATE TABLE metric_point (
    metric_id TEXT NOT NULL REFERENCES metric (id),
    at_us BIGINT NOT NULL,
    sum_micro BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (metric_id, at_us)
); -- clustered

-- Who did what on a page, for people to read.
CREATE TABLE activity (
    id TEXT NOT NULL,
    page_id TEXT NOT NULL REFERENCES page (id),
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX activity_order ON activity (page_id, at_us, id);
