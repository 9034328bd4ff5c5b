-- What the owner key of a deleted thread holds for as long as it would be remembered: no user's id.
local DELETED = '(deleted)'

-- Whether a thread is the user's, or could be. A deleted one is nobody's.
local function is_free_for(owner, user)
  return owner ~= DELETED and (not owner or owner == user)
end

-- Why it is not.
local function refusal(owner)
  return owner == DELETED and 'deleted' or 'not-owner'
end

local function own(owner_key, user)
  call('SET', owner_key, user, 'PX', 30 * 24 * 3600 * 1000)
end
