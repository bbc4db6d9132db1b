-- A ticket that was cancelled and opened again failed after all: the highest revision of it holds.
-- depends: refresh-0001-queue

ALTER TABLE refresh.failures ADD COLUMN revision bigint NOT NULL DEFAULT 0;
