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
