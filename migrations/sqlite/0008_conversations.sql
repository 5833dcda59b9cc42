-- Which conversation a sent mail belongs to: the same 16 bytes in all mails of one. Rows that are there already get
-- theirs from the program, in batches, while it runs.
ALTER TABLE sent_message ADD COLUMN conversation BLOB;
CREATE INDEX sent_message_conversation ON sent_message (owner, conversation);
UPDATE sent_message SET indexed = 0;
