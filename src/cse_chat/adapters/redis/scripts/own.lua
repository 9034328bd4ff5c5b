-- Make a thread the user's if it is nobody's. KEYS: owner. ARGV: run id, user.
local owner, user = KEYS[1], ARGV[2]
if refusal(call('GET', owner), user) then
  return 0
end
own(owner, user)
return 1
