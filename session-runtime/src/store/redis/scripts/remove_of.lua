-- The end of a record, if it is of this subject. ARGV: the subject, the key of a record whose aliases are kept, or nothing.
-- Answers with what it stood for, or 0 when nothing was removed.
local standing = redis.call('HMGET', KEYS[1], 'successor', 'subject')
if standing[2] ~= ARGV[1] or (ARGV[2] ~= '' and standing[1] == ARGV[2]) then
    return 0
end
redis.call('DEL', KEYS[1])
return standing[1] or ''
