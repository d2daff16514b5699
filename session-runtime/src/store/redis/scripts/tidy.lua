-- Strikes records off the list of a subject. ARGV: for how many seconds they have to be on it, then their keys. What was
-- listed a moment ago may be about to be inserted.
local latest = tonumber(redis.call('TIME')[1]) - tonumber(ARGV[1])
local struck = 0
for place = 2, #ARGV do
    local listed = redis.call('ZSCORE', KEYS[1], ARGV[place])
    if listed and tonumber(listed) <= latest then
        struck = struck + redis.call('ZREM', KEYS[1], ARGV[place])
    end
end
return struck
