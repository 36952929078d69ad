-- Exports go to buckets too: their credentials, sealed.

ALTER TABLE takeout ADD COLUMN secret TEXT NOT NULL DEFAULT '';
