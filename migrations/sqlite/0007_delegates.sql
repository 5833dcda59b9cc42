-- Who acts for a mailbox besides its owner (JSON): people and groups.
ALTER TABLE person ADD COLUMN delegates TEXT NOT NULL DEFAULT '[]';
