-- The messages of one request are found by how their keys begin, whatever the database's collation.
-- depends: bot-0001-deliveries-and-messages

CREATE INDEX outgoing_by_beginning ON bot.outgoing (key text_pattern_ops);
