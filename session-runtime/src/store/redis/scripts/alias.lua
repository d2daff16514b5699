-- The record stands for another from now on. ARGV: the revision that was read, the other's key, until when, milliseconds
-- that clocks may be apart. 0: gone, 1: replaced, 2: another write came first.
local head, answer = head_read_at(ARGV[1])
if not head then
    return answer
end
-- What is not a session fails here, before anything is written.
local left = math.max(tonumber(ARGV[3]) - tonumber(number_in(head, SEEN)), 0) + tonumber(ARGV[4])
if ARGV[3] < number_in(head, EXPIRY) then
    head = with_number(head, EXPIRY, ARGV[3])
end
head = string.sub(head, 1, SUCCESSOR - 1) .. '1' .. ARGV[2]
redis.call('HSET', KEYS[1], 'head', head)
-- No activity lies behind `now`, so this is no less than what is left of it.
if left < redis.call('PTTL', KEYS[1]) then
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left))
end
return 1
