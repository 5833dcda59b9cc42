-- Undoing a finished recall: who asked and why (JSON, the last time), and what an approval is about.
ALTER TABLE recall_case ADD COLUMN restoration TEXT;
ALTER TABLE approval ADD COLUMN act TEXT NOT NULL DEFAULT 'recall';
