-- Activity. ARGV: seen, expiry, milliseconds to live, until when the index of its subject is kept, or nothing.
-- 0: gone, 1: touched. The subject: its index has to be kept longer first.
local standing = redis.call('HMGET', KEYS[1], 'seen', 'pause', 'expiry', 'successor', 'listed', 'subject')
local seen, pause, expiry, successor, listed, subject = unpack(standing)
if not seen then
    return 0
end
if not (pause and expiry and successor and subject) then
    return redis.error_reply('ERR not a session')
end
if successor ~= '' or ARGV[1] >= expiry then
    return 0
end
if ARGV[4] ~= '' and ARGV[4] > (listed or '') then
    listed = ARGV[4]
end
if subject ~= '' and ARGV[2] > expiry and ARGV[2] > (listed or '') then
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
redis.call('HSET', KEYS[1], 'seen', seen, 'pause', pause, 'expiry', expiry, 'listed', listed or '')
if later and redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
