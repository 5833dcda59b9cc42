-- The twin of postgres/0001_start.sql: same tables, columns and indexes. Times are epoch milliseconds, ids UUIDv7,
-- lists and structures JSON text, closed lists their codes (app/shared/src/codes.rs).

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE department (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    parent BLOB REFERENCES department (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE person (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    department BLOB REFERENCES department (id) DEFERRABLE INITIALLY DEFERRED,
    manager BLOB REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    language TEXT NOT NULL,
    roles TEXT NOT NULL,
    active INTEGER NOT NULL,
    legal_hold INTEGER NOT NULL,
    password_hash TEXT
) STRICT;

-- Position 0 is the mailbox, the others are aliases: one key makes addresses unique over both.
CREATE TABLE person_address (
    address TEXT NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX person_address_person ON person_address (person_id, position);

CREATE TABLE mail_group (
    id BLOB NOT NULL PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE group_member (
    group_id BLOB NOT NULL REFERENCES mail_group (id) DEFERRABLE INITIALLY DEFERRED,
    position INTEGER NOT NULL,
    member_person BLOB REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED,
    member_group BLOB REFERENCES mail_group (id) DEFERRABLE INITIALLY DEFERRED,
    address TEXT,
    PRIMARY KEY (group_id, position)
) STRICT;

-- One row.
CREATE TABLE directory_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO directory_state (id, version) VALUES (1, 0);

CREATE TABLE session (
    key BLOB NOT NULL PRIMARY KEY,
    person_id BLOB REFERENCES person (id),
    data BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expires ON session (expires_at);

-- Sent mail and drafts -------------------------------------------------------------------------------------------

CREATE TABLE sent_cursor (
    owner BLOB NOT NULL PRIMARY KEY REFERENCES person (id),
    cursor TEXT NOT NULL
) STRICT;

-- The long texts come last: a list reads the columns before them without touching them.
CREATE TABLE sent_message (
    id BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL REFERENCES person (id),
    folder TEXT NOT NULL,
    locator TEXT NOT NULL,
    message_id TEXT,
    sent_at INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    size INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    subject TEXT NOT NULL,
    envelope TEXT NOT NULL,
    body TEXT NOT NULL,
    search_text TEXT NOT NULL,
    UNIQUE (owner, locator)
) STRICT;
CREATE INDEX sent_message_listed ON sent_message (owner, hidden, sent_at DESC, id DESC);
CREATE INDEX sent_message_message_id ON sent_message (message_id);

CREATE TABLE draft (
    id BLOB NOT NULL PRIMARY KEY,
    owner BLOB NOT NULL REFERENCES person (id),
    sent_id BLOB NOT NULL REFERENCES sent_message (id),
    form TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_updated ON draft (updated_at);

CREATE TABLE upload (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    draft_id BLOB NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- NULL: erased with the case's vault.
    sealed BLOB
) STRICT;
CREATE INDEX upload_draft ON upload (draft_id, seq);

-- Cases ----------------------------------------------------------------------------------------------------------

CREATE TABLE case_serial (
    year INTEGER NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

CREATE TABLE recall_case (
    id BLOB NOT NULL PRIMARY KEY,
    -- Year times 1,000,000,000 plus running number: sorts as it was given out.
    number INTEGER NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    requester BLOB NOT NULL REFERENCES person (id),
    sent_id BLOB NOT NULL REFERENCES sent_message (id),
    message TEXT NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL,
    decision TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE INDEX recall_case_newest ON recall_case (created_at, number);
CREATE INDEX recall_case_sent ON recall_case (sent_id, created_at, number);
CREATE INDEX recall_case_requester ON recall_case (requester, created_at, number);
CREATE INDEX recall_case_state ON recall_case (state, created_at, number);

CREATE TABLE approval (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    approver BLOB NOT NULL REFERENCES person (id),
    verdict TEXT NOT NULL,
    comment TEXT NOT NULL,
    digest BLOB NOT NULL,
    decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_case ON approval (case_id, decided_at, id);

CREATE TABLE target (
    -- The order of insertion.
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    address TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    detail TEXT NOT NULL,
    task TEXT,
    -- Which tasks are claimed first; NULL exactly when task is.
    task_rank INTEGER,
    lease_holder TEXT,
    lease_until INTEGER,
    -- The task its holder knows of.
    lease_task TEXT,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- Raised by every change that somebody may see.
    revision INTEGER NOT NULL,
    UNIQUE (case_id, address)
) STRICT;
CREATE INDEX target_case ON target (case_id, seq);
CREATE INDEX target_tally ON target (case_id, outcome, task_rank, revision);
CREATE INDEX target_open ON target (task_rank, seq) WHERE task_rank IS NOT NULL;

-- Vault ----------------------------------------------------------------------------------------------------------

-- The owner is a draft or the case made of it: both have the same id.
CREATE TABLE vault_key (
    owner BLOB NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE vault_body (
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    name BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (case_id, name)
) STRICT;

-- The reference to the body is what makes a vaulted copy whole (I3); erasure clears it.
CREATE TABLE vault_copy (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    target_id BLOB NOT NULL REFERENCES target (id),
    state TEXT NOT NULL,
    folder TEXT NOT NULL,
    flags TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body_name BLOB,
    header BLOB,
    FOREIGN KEY (case_id, body_name) REFERENCES vault_body (case_id, name)
) STRICT;
CREATE INDEX vault_copy_target ON vault_copy (target_id, id);
CREATE INDEX vault_copy_body ON vault_copy (case_id, body_name);

-- Corrections ----------------------------------------------------------------------------------------------------

CREATE TABLE correction_content (
    case_id BLOB NOT NULL PRIMARY KEY REFERENCES recall_case (id) DEFERRABLE INITIALLY DEFERRED,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE correction (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    case_id BLOB NOT NULL REFERENCES recall_case (id),
    -- I6: at most one each.
    target_id BLOB NOT NULL UNIQUE REFERENCES target (id),
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    in_place INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease_holder TEXT,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    problem TEXT NOT NULL,
    sent_at INTEGER,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX correction_case ON correction (case_id, seq);
CREATE INDEX correction_tally ON correction (case_id, state, revision);
CREATE INDEX correction_due ON correction (state, due_at);

-- Audit ----------------------------------------------------------------------------------------------------------

-- No references: the trail outlives what it tells about.
CREATE TABLE audit_entry (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    case_id BLOB,
    target_id BLOB,
    detail TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_entry_case ON audit_entry (case_id, seq);

-- One row: the end of the chain, locked by whoever appends.
CREATE TABLE audit_head (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_entry_not_updated BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed');
END;

CREATE TRIGGER audit_entry_not_deleted BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed');
END;

-- INSERT OR REPLACE removes rows without asking the trigger above.
CREATE TRIGGER audit_entry_not_replaced BEFORE INSERT ON audit_entry
WHEN EXISTS (SELECT 1 FROM audit_entry WHERE seq = NEW.seq OR hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are never changed');
END;
