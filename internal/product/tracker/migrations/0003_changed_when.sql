-- Who changed a field to or from a value, and when, is in the index: CHANGED with AFTER, BEFORE, ON, DURING and BY reads nothing else.
DROP INDEX issue_change_by_to;
DROP INDEX issue_change_by_from;
CREATE INDEX issue_change_by_to ON issue_change (field_id, substr(to_value, 1, 100), created_us, issue_id, author);
CREATE INDEX issue_change_by_from ON issue_change (field_id, substr(from_value, 1, 100), created_us, issue_id, author);
