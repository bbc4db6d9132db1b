-- Bodies are Slack's own JSON objects; columns beside them are only what is searched for.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, app TEXT NOT NULL, kind TEXT NOT NULL, scopes TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS users (
    id TEXT PRIMARY KEY, email TEXT UNIQUE, app TEXT, place INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT UNIQUE, created INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS members (
    conversation TEXT NOT NULL, user TEXT NOT NULL, read_to TEXT NOT NULL DEFAULT '0',
    PRIMARY KEY (conversation, user)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    conversation TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT, visible_to TEXT, author TEXT NOT NULL,
    body TEXT NOT NULL, metadata TEXT, PRIMARY KEY (conversation, ts)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (conversation, thread_ts, ts);
CREATE TABLE IF NOT EXISTS files (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, state TEXT NOT NULL, length INTEGER NOT NULL, body TEXT NOT NULL,
    content BLOB
);
CREATE TABLE IF NOT EXISTS file_shares (
    file TEXT NOT NULL, conversation TEXT NOT NULL, PRIMARY KEY (file, conversation)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS views (
    id TEXT PRIMARY KEY, app TEXT NOT NULL, user TEXT NOT NULL, type TEXT NOT NULL, external_id TEXT,
    depth INTEGER NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS views_by_user ON views (user, app, type, open, depth);
CREATE TABLE IF NOT EXISTS response_urls (
    id TEXT PRIMARY KEY, app TEXT NOT NULL, user TEXT NOT NULL, conversation TEXT NOT NULL, message_ts TEXT,
    thread_ts TEXT, expires REAL NOT NULL, uses INTEGER NOT NULL
);
