-- What newer rules of the policy look at: the end of warranty, the battery, and accessibility needs told with a request.
-- depends: refresh-0003-lines-and-causes

ALTER TABLE refresh.standing
    ADD COLUMN warranty_ends_on       date,
    ADD COLUMN battery_health_percent integer,
    ADD COLUMN told_on                date;

ALTER TABLE refresh.requests ADD COLUMN accessibility_needs boolean;
