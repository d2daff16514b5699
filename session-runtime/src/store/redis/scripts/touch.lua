-- Activity. ARGV: seen, expiry, milliseconds to live, until when the index of its subject is kept, or nothing.
-- 0: gone, 1: touched. The subject: its index has to be kept longer first.
local standing = redis.call('HMGET', KEYS[1], 'head', 'listed')
local head, listed = standing[1], standing[2] or ''
if not head then
    return 0
end
if not is_head(head) then
    return redis.error_reply('ERR not a session')
end
local seen, pause, expiry = number_in(head, SEEN), number_in(head, PAUSE), number_in(head, EXPIRY)
local subject = key_in(head, SUBJECT)
if key_in(head, SUCCESSOR) ~= '' or ARGV[1] >= expiry then
    return 0
end
if ARGV[4] > listed then
    listed = ARGV[4]
end
if subject ~= '' and ARGV[2] > expiry and ARGV[2] > listed then
    return subject
end
if ARGV[1] > seen then
    local paused = string.format('%020.0f', tonumber(ARGV[1]) - tonumber(seen))
    if paused > pause then
        pause = paused
    end
    seen = ARGV[1]
end
local later = ARGV[2] > expiry
if later then
    expiry = ARGV[2]
end
head = with_number(with_number(with_number(head, SEEN, seen), PAUSE, pause), EXPIRY, expiry)
redis.call('HSET', KEYS[1], 'head', head, 'listed', listed)
if later and redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
