-- The record stands for another from now on. ARGV: the revision that was read, the other's key, until when, milliseconds
-- that clocks may be apart. 0: gone, 1: replaced, 2: another write came first.
local standing = redis.call('HMGET', KEYS[1], 'revision', 'successor', 'seen', 'expiry')
if not standing[1] or standing[2] ~= '' then
    return 0
end
if standing[1] ~= ARGV[1] then
    return 2
end
-- What is not a session fails here, before anything is written.
local sooner = ARGV[3] < standing[4]
local left = math.max(tonumber(ARGV[3]) - tonumber(standing[3]), 0) + tonumber(ARGV[4])
redis.call('HSET', KEYS[1], 'successor', ARGV[2])
if sooner then
    redis.call('HSET', KEYS[1], 'expiry', ARGV[3])
end
-- No activity lies behind `now`, so this is no less than what is left of it.
if left < redis.call('PTTL', KEYS[1]) then
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
end
return 1
