-- name: note_copy
INSERT INTO bot.photo_copies (file_id, request_id, shown_to, shown_at, delete_after) VALUES ($1, $2, $3, $4, $5)

-- name: copies_over
SELECT file_id FROM bot.photo_copies WHERE delete_after <= $1::timestamptz ORDER BY delete_after, file_id LIMIT $2

-- name: put_off
UPDATE bot.photo_copies SET delete_after = $2 WHERE file_id = $1

-- name: forget_copy
DELETE FROM bot.photo_copies WHERE file_id = $1
