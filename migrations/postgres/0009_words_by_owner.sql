-- The twin of sqlite/0009_words_by_owner.sql. The index of words, in parts by owner: a search reads one part, and the
-- lists in it are of a few people, not of all. What is indexed already moves.

ALTER TABLE sent_search RENAME TO sent_search_of_all;
ALTER INDEX sent_search_pkey RENAME TO sent_search_of_all_pkey;
DROP INDEX sent_search_words;

CREATE TABLE sent_search (
    owner UUID NOT NULL,
    sent_id UUID NOT NULL REFERENCES sent_message (id),
    words TSVECTOR NOT NULL,
    PRIMARY KEY (owner, sent_id)
) PARTITION BY HASH (owner);

DO $$
BEGIN
    FOR part IN 0..63 LOOP
        EXECUTE format(
            'CREATE TABLE sent_search_%s PARTITION OF sent_search FOR VALUES WITH (MODULUS 64, REMAINDER %s)',
            part, part
        );
    END LOOP;
END $$;

INSERT INTO sent_search (owner, sent_id, words)
SELECT sent_message.owner, sent_id, words FROM sent_search_of_all JOIN sent_message ON sent_message.id = sent_id;
DROP TABLE sent_search_of_all;

-- Every search reads the list of what isn't sorted in yet: it stays short.
CREATE INDEX sent_search_words ON sent_search USING GIN (words) WITH (gin_pending_list_limit = 1024);
