-- The twin of postgres/0011_persons_of_targets.sql. Whose mailbox a target is: the address may be somebody else's later, a
-- legal hold stays the person's. NULL: no mailbox of ours.
ALTER TABLE target ADD COLUMN person_id BLOB;
UPDATE target SET person_id = unhex(json_extract(recipient, '$.kind.Inside'), '-')
WHERE json_extract(recipient, '$.kind.Inside') IS NOT NULL;
