-- A record's head, put before every script that reads one: six numbers of twenty digits, then two keys, each behind a digit
-- that says whether there is one.
local CREATED, AUTHENTICATED, SEEN, PAUSE, EXPIRY, REVISION = 1, 2, 3, 4, 5, 6
local SUBJECT, SUCCESSOR = 121, 154

local function is_head(head)
    return #head == 186
end
local function number_in(head, place)
    return string.sub(head, place * 20 - 19, place * 20)
end
local function with_number(head, place, digits)
    return string.sub(head, 1, place * 20 - 20) .. digits .. string.sub(head, place * 20 + 1)
end
local function key_in(head, start)
    return string.sub(head, start, start) == '0' and '' or string.sub(head, start + 1, start + 32)
end
-- The head of the record as it was read at this revision, to change it. Or none, and what there is to answer: 0, gone or
-- replaced by another; 2, another write came first.
local function head_read_at(revision)
    local head = redis.call('HMGET', KEYS[1], 'head')[1]
    if not head then
        return nil, 0
    end
    if not is_head(head) then
        return nil, redis.error_reply('ERR not a session')
    end
    if key_in(head, SUCCESSOR) ~= '' then
        return nil, 0
    end
    if number_in(head, REVISION) ~= revision then
        return nil, 2
    end
    return head
end
