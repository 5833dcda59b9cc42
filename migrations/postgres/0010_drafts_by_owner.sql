-- How much a person has begun and not finished is asked with each file.
CREATE INDEX draft_owner ON draft (owner, updated_at);
