-- The end of a record. Answers with what it stood for and whose it was, or 0 when there was none.
local standing = redis.call('HMGET', KEYS[1], 'successor', 'subject')
if redis.call('DEL', KEYS[1]) == 0 then
    return 0
end
return { standing[1] or '', standing[2] or '' }
