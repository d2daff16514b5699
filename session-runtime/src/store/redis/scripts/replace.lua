-- New contents. ARGV: the revision that was read, the next one, authenticated, payload, listing.
-- 0: gone, 1: replaced, 2: another write came first.
local standing = redis.call('HMGET', KEYS[1], 'revision', 'successor')
if not standing[1] or standing[2] ~= '' then
    return 0
end
if standing[1] ~= ARGV[1] then
    return 2
end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'authenticated', ARGV[3], 'payload', ARGV[4], 'listing', ARGV[5])
return 1
