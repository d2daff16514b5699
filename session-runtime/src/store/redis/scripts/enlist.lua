-- Lists a record under its subject. ARGV: the record's key, milliseconds to keep the list. Answers with how many it lists.
redis.call('ZADD', KEYS[1], redis.call('TIME')[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return redis.call('ZCARD', KEYS[1])
