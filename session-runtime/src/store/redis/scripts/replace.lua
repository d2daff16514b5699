-- New contents. ARGV: the revision that was read, the next one, authenticated, payload, listing.
-- 0: gone, 1: replaced, 2: another write came first.
local head = redis.call('HMGET', KEYS[1], 'head')[1]
if not head then
    return 0
end
if not is_head(head) then
    return redis.error_reply('ERR not a session')
end
if key_in(head, SUCCESSOR) ~= '' then
    return 0
end
if number_in(head, REVISION) ~= ARGV[1] then
    return 2
end
head = with_number(with_number(head, REVISION, ARGV[2]), AUTHENTICATED, ARGV[3])
redis.call('HSET', KEYS[1], 'head', head, 'payload', ARGV[4], 'listing', ARGV[5])
return 1
