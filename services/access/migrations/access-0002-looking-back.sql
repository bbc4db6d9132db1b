-- Looking back: what was seen and done of one thing, or by one person, newest first, a page at a time. People type serials
-- and names in any case, so that subjects are looked for in lower case.
-- depends: access-0001-audit

CREATE INDEX audit_of_subject ON access.audit (lower(subject), at, entry);
CREATE INDEX audit_of_person ON access.audit (email, at, entry);
