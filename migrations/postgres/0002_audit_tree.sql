-- The twin of sqlite/0002_audit_tree.sql. The trail gets a tree over its entries, sealed parts, and signed
-- checkpoints. Entries that are there stay as they are; the tree over them is grown when the program next starts.

ALTER TABLE audit_entry ADD COLUMN sealed BYTEA;

-- How many entries the tree covers, and the roots of its complete subtrees, the largest first (RFC 6962 §2.1).
ALTER TABLE audit_head ADD COLUMN tree_size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_head ADD COLUMN tree BYTEA NOT NULL DEFAULT '';

CREATE TABLE audit_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    root BYTEA NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);

-- What each kind of witness knows, and from when on it may be told more.
CREATE TABLE audit_witness (
    witness TEXT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
INSERT INTO audit_witness (witness, size, due_at) VALUES ('web', 0, 0), ('mail', 0, 0);
