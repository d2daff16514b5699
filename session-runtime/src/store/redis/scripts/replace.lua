-- New contents. ARGV: the revision that was read, the next one, authenticated, payload, listing.
-- 0: gone, 1: replaced, 2: another write came first.
local head, answer = head_read_at(ARGV[1])
if not head then
    return answer
end
head = with_number(with_number(head, REVISION, ARGV[2]), AUTHENTICATED, ARGV[3])
redis.call('HSET', KEYS[1], 'head', head, 'payload', ARGV[4], 'listing', ARGV[5])
return 1
