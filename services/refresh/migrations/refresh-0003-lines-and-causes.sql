-- Which line pays for an entry, and what business-as-usual demand came from. Refresh demand has no cause.
-- depends: refresh-0002-reopened-failures

ALTER TABLE refresh.queue
    ADD COLUMN line  text NOT NULL DEFAULT 'refresh-and-bau' CHECK (line IN ('refresh-and-bau', 'tablet-replacement')),
    ADD COLUMN cause text CHECK (cause IN ('joiner', 'breakage', 'loss', 'theft', 'growth', 'accessibility'));
