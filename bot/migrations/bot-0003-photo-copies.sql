-- Copies of photos that we put into somebody's conversation, until we delete them there. The pictures lie in Slack alone.
-- depends: bot-0002-keys-by-beginning

CREATE TABLE bot.photo_copies (
    file_id      text        PRIMARY KEY,
    request_id   uuid        NOT NULL,
    shown_to     text        NOT NULL,
    shown_at     timestamptz NOT NULL,
    delete_after timestamptz NOT NULL
);
CREATE INDEX photo_copies_by_end ON bot.photo_copies (delete_after, file_id);
