-- The twin of sqlite/0004_notifications.sql. What the portal tells people by mail, each thing once.

CREATE TABLE notification (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    -- What is told, about which case, to whom: telling it twice makes one row.
    idempotency_key TEXT NOT NULL UNIQUE,
    case_id UUID NOT NULL REFERENCES recall_case (id),
    kind TEXT NOT NULL,
    person_id UUID NOT NULL REFERENCES person (id),
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_holder TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    problem TEXT NOT NULL,
    sent_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX notification_case ON notification (case_id, seq);
CREATE INDEX notification_due ON notification (state, due_at);
