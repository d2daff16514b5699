-- The end of a record. Answers with what it stood for and whose it was, or 0 when there was none.
local head = redis.call('HMGET', KEYS[1], 'head')[1]
if redis.call('DEL', KEYS[1]) == 0 then
    return 0
end
if not head or not is_head(head) then
    return { '', '' }
end
return { key_in(head, SUCCESSOR), key_in(head, SUBJECT) }
