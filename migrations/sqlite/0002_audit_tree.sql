-- The twin of postgres/0002_audit_tree.sql. The trail gets a tree over its entries, sealed parts, and signed
-- checkpoints. Entries that are there stay as they are; the tree over them is grown when the program next starts.

ALTER TABLE audit_entry ADD COLUMN sealed BLOB;

-- How many entries the tree covers, and the roots of its complete subtrees, the largest first (RFC 6962 §2.1).
ALTER TABLE audit_head ADD COLUMN tree_size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit_head ADD COLUMN tree BLOB NOT NULL DEFAULT x'';

CREATE TABLE audit_checkpoint (
    size INTEGER NOT NULL PRIMARY KEY,
    root BLOB NOT NULL,
    at INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- What each kind of witness knows, and from when on it may be told more.
CREATE TABLE audit_witness (
    witness TEXT NOT NULL PRIMARY KEY,
    size INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;
INSERT INTO audit_witness (witness, size, due_at) VALUES ('web', 0, 0), ('mail', 0, 0);
