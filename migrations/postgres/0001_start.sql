-- The twin of sqlite/0001_start.sql: same tables, columns and indexes. Times are epoch milliseconds, ids UUIDv7,
-- lists and structures JSON text, closed lists their codes (app/shared/src/codes.rs).

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE department (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    parent UUID REFERENCES department (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE person (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    department UUID REFERENCES department (id) DEFERRABLE INITIALLY DEFERRED,
    manager UUID REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    language TEXT NOT NULL,
    roles TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    legal_hold BOOLEAN NOT NULL,
    password_hash TEXT
);

-- Position 0 is the mailbox, the others are aliases: one key makes addresses unique over both.
CREATE TABLE person_address (
    address TEXT NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL
);
CREATE UNIQUE INDEX person_address_person ON person_address (person_id, position);

CREATE TABLE mail_group (
    id UUID NOT NULL PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE group_member (
    group_id UUID NOT NULL REFERENCES mail_group (id) DEFERRABLE INITIALLY DEFERRED,
    position BIGINT NOT NULL,
    member_person UUID REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    member_group UUID REFERENCES mail_group (id) DEFERRABLE INITIALLY DEFERRED,
    address TEXT,
    PRIMARY KEY (group_id, position)
);

-- One row.
CREATE TABLE directory_state (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO directory_state (id, version) VALUES (1, 0);

CREATE TABLE session (
    key BYTEA NOT NULL PRIMARY KEY,
    person_id UUID REFERENCES person (id),
    data BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires ON session (expires_at);

-- Sent mail and drafts -------------------------------------------------------------------------------------------

CREATE TABLE sent_cursor (
    owner UUID NOT NULL PRIMARY KEY REFERENCES person (id),
    cursor TEXT NOT NULL
);

-- The long texts come last: a list reads the columns before them without touching them.
CREATE TABLE sent_message (
    id UUID NOT NULL PRIMARY KEY,
    owner UUID NOT NULL REFERENCES person (id),
    folder TEXT NOT NULL,
    locator TEXT NOT NULL,
    message_id TEXT,
    sent_at BIGINT NOT NULL,
    fingerprint BYTEA NOT NULL,
    size BIGINT NOT NULL,
    hidden BOOLEAN NOT NULL,
    subject TEXT NOT NULL,
    envelope TEXT NOT NULL,
    body TEXT NOT NULL,
    search_text TEXT NOT NULL,
    UNIQUE (owner, locator)
);
CREATE INDEX sent_message_listed ON sent_message (owner, hidden, sent_at DESC, id DESC);
CREATE INDEX sent_message_message_id ON sent_message (message_id);

CREATE TABLE draft (
    id UUID NOT NULL PRIMARY KEY,
    owner UUID NOT NULL REFERENCES person (id),
    sent_id UUID NOT NULL REFERENCES sent_message (id),
    form TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX draft_updated ON draft (updated_at);

CREATE TABLE upload (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    draft_id UUID NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- NULL: erased with the case's vault.
    sealed BYTEA
);
CREATE INDEX upload_draft ON upload (draft_id, seq);

-- Cases ----------------------------------------------------------------------------------------------------------

CREATE TABLE case_serial (
    year BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE recall_case (
    id UUID NOT NULL PRIMARY KEY,
    -- Year times 1,000,000,000 plus running number: sorts as it was given out.
    number BIGINT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    requester UUID NOT NULL REFERENCES person (id),
    sent_id UUID NOT NULL REFERENCES sent_message (id),
    message TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    decision TEXT NOT NULL,
    digest BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX recall_case_newest ON recall_case (created_at, number);
CREATE INDEX recall_case_sent ON recall_case (sent_id, created_at, number);
CREATE INDEX recall_case_requester ON recall_case (requester, created_at, number);
CREATE INDEX recall_case_state ON recall_case (state, created_at, number);

CREATE TABLE approval (
    id UUID NOT NULL PRIMARY KEY,
    case_id UUID NOT NULL REFERENCES recall_case (id),
    approver UUID NOT NULL REFERENCES person (id),
    verdict TEXT NOT NULL,
    comment TEXT NOT NULL,
    digest BYTEA NOT NULL,
    decided_at BIGINT NOT NULL
);
CREATE INDEX approval_case ON approval (case_id, decided_at, id);

CREATE TABLE target (
    -- The order of insertion.
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    case_id UUID NOT NULL REFERENCES recall_case (id),
    address TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    detail TEXT NOT NULL,
    task TEXT,
    -- Which tasks are claimed first; NULL exactly when task is.
    task_rank BIGINT,
    lease_holder TEXT,
    lease_until BIGINT,
    -- The task its holder knows of.
    lease_task TEXT,
    fence BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- Raised by every change that somebody may see.
    revision BIGINT NOT NULL,
    UNIQUE (case_id, address)
);
CREATE INDEX target_case ON target (case_id, seq);
CREATE INDEX target_tally ON target (case_id, outcome, task_rank, revision);
CREATE INDEX target_open ON target (task_rank, seq) WHERE task_rank IS NOT NULL;

-- Vault ----------------------------------------------------------------------------------------------------------

-- The owner is a draft or the case made of it: both have the same id.
CREATE TABLE vault_key (
    owner UUID NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);

CREATE TABLE vault_body (
    case_id UUID NOT NULL REFERENCES recall_case (id),
    name BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (case_id, name)
);

-- The reference to the body is what makes a vaulted copy whole (I3); erasure clears it.
CREATE TABLE vault_copy (
    id UUID NOT NULL PRIMARY KEY,
    case_id UUID NOT NULL REFERENCES recall_case (id),
    target_id UUID NOT NULL REFERENCES target (id),
    state TEXT NOT NULL,
    folder TEXT NOT NULL,
    flags TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    body_name BYTEA,
    header BYTEA,
    FOREIGN KEY (case_id, body_name) REFERENCES vault_body (case_id, name)
);
CREATE INDEX vault_copy_target ON vault_copy (target_id, id);
CREATE INDEX vault_copy_body ON vault_copy (case_id, body_name);

-- Corrections ----------------------------------------------------------------------------------------------------

CREATE TABLE correction_content (
    case_id UUID NOT NULL PRIMARY KEY REFERENCES recall_case (id) DEFERRABLE INITIALLY DEFERRED,
    sealed BYTEA NOT NULL
);

CREATE TABLE correction (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    case_id UUID NOT NULL REFERENCES recall_case (id),
    -- I6: at most one each.
    target_id UUID NOT NULL UNIQUE REFERENCES target (id),
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    in_place BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_holder TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    problem TEXT NOT NULL,
    sent_at BIGINT,
    revision BIGINT NOT NULL
);
CREATE INDEX correction_case ON correction (case_id, seq);
CREATE INDEX correction_tally ON correction (case_id, state, revision);
CREATE INDEX correction_due ON correction (state, due_at);

-- Audit ----------------------------------------------------------------------------------------------------------

-- No references: the trail outlives what it tells about.
CREATE TABLE audit_entry (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor UUID,
    action TEXT NOT NULL,
    case_id UUID,
    target_id UUID,
    detail TEXT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL UNIQUE
);
CREATE INDEX audit_entry_case ON audit_entry (case_id, seq);

-- One row: the end of the chain, locked by whoever appends.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed';
END
$$;

CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only();
