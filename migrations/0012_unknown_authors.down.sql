ALTER TABLE rollouts DROP COLUMN unknown_authors;
