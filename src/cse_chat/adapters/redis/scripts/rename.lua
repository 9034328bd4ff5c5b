-- Give a thread another title. KEYS: owner, meta. ARGV: run id, user, title.
-- Returns 0 if nothing is kept of it or it is not the user's.
local OWNER, META = unpack(KEYS)
local _, user, title = unpack(ARGV)

if call('GET', OWNER) ~= user or call('HEXISTS', META, 'turns') == 0 then
  return 0
end
call('HSET', META, 'title', title)
return 1
