-- Who applied a policy; NULL where a process adopted its file at start.
-- depends: refresh-0004-more-facts

ALTER TABLE refresh.policies ADD COLUMN adopted_by text;
