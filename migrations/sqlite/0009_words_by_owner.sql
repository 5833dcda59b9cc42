-- The twin of postgres/0009_words_by_owner.sql. Nothing to do here: each owner's words lie side by side already.
SELECT 1;
