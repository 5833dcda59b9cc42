-- The twin of postgres/0006_search.sql. The words of sent mail (domain::search::tokens) move into an index of their
-- own. Rows that are there already are indexed by the program, in batches, while it runs.

ALTER TABLE sent_message DROP COLUMN search_text;
ALTER TABLE sent_message ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sent_message_unindexed ON sent_message (owner, id) WHERE NOT indexed;

-- FTS5 knows rows by number only. Each owner has a stretch of numbers, so that the words of one person's mail lie
-- side by side in every list of the index.
CREATE TABLE sent_number (
    number INTEGER PRIMARY KEY,
    sent_id BLOB NOT NULL UNIQUE REFERENCES sent_message (id)
) STRICT;

-- Which row has which word, and nothing else. The words come cut and folded; `ascii` leaves them as they are.
CREATE VIRTUAL TABLE sent_search USING fts5(words, content='', detail='none', columnsize=0, tokenize='ascii');
