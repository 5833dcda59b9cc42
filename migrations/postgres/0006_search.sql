-- The twin of sqlite/0006_search.sql. The words of sent mail (domain::search::tokens) move into an index of their
-- own. Rows that are there already are indexed by the program, in batches, while it runs.

ALTER TABLE sent_message DROP COLUMN search_text;
ALTER TABLE sent_message ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX sent_message_unindexed ON sent_message (owner, id) WHERE NOT indexed;

-- Beside the messages, so that a list of them doesn't carry their words.
CREATE TABLE sent_search (
    sent_id UUID NOT NULL PRIMARY KEY REFERENCES sent_message (id),
    words TSVECTOR NOT NULL
);

-- Every search reads the list of what isn't sorted in yet: it stays short.
CREATE INDEX sent_search_words ON sent_search USING GIN (words) WITH (gin_pending_list_limit = 1024);
