-- The twin of sqlite/0011_persons_of_targets.sql. Whose mailbox a target is: the address may be somebody else's later, a
-- legal hold stays the person's. NULL: no mailbox of ours.
ALTER TABLE target ADD COLUMN person_id UUID;
UPDATE target SET person_id = (recipient::json #>> '{kind,Inside}')::uuid
WHERE recipient::json #>> '{kind,Inside}' IS NOT NULL;
