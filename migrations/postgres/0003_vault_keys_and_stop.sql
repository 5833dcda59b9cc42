-- The twin of sqlite/0003_vault_keys_and_stop.sql.

-- The id of the master key that wrapped it; NULL: from before ids were kept.
ALTER TABLE vault_key ADD COLUMN wrapped_by TEXT;
CREATE INDEX vault_key_wrapped_by ON vault_key (wrapped_by, owner);

-- One row: the ids of master keys that may wrap nothing new, as a JSON list. A row of its own to be locked by.
CREATE TABLE vault_retired (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    keys TEXT NOT NULL
);
INSERT INTO vault_retired (id, keys) VALUES (1, '[]');

-- What is sought by when it ended.
CREATE INDEX recall_case_ended ON recall_case (ended_at, id) WHERE ended_at IS NOT NULL;

-- One row: may the engine begin anything?
CREATE TABLE engine_switch (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    running BOOLEAN NOT NULL,
    changed_by UUID REFERENCES person (id),
    changed_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- What was under way when it was stopped, as JSON.
    in_flight TEXT NOT NULL
);
INSERT INTO engine_switch (id, running, changed_by, changed_at, reason, in_flight) VALUES (1, TRUE, NULL, 0, '', '[]');
