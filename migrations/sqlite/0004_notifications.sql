-- The twin of postgres/0004_notifications.sql. What the portal tells people by mail, each thing once.

CREATE TABLE notification (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    -- What is told, about which case, to whom: telling it twice makes one row.
    idempotency_key TEXT NOT NULL UNIQUE,
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    kind TEXT NOT NULL,
    person_id BLOB NOT NULL REFERENCES person (id),
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_holder TEXT,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    problem TEXT NOT NULL,
    sent_at INTEGER,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_case ON notification (case_id, seq);
CREATE INDEX notification_due ON notification (state, due_at);
