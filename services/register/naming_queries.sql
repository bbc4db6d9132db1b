-- name: records_of
SELECT DISTINCT record_id, reference FROM register.words WHERE device_id = $1::uuid ORDER BY reference
