-- The end of a record, if it is of this subject. ARGV: the subject, the key of a record whose aliases are kept, or nothing.
-- Answers with what it stood for, or 0 when nothing was removed.
local head = redis.call('HMGET', KEYS[1], 'head')[1]
if not head or not is_head(head) or key_in(head, SUBJECT) ~= ARGV[1] then
    return 0
end
local successor = key_in(head, SUCCESSOR)
if ARGV[2] ~= '' and successor == ARGV[2] then
    return 0
end
redis.call('DEL', KEYS[1])
return successor
