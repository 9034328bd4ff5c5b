-- What the owner key of a deleted thread holds for as long as it would be remembered: no user's id.
local DELETED = '(deleted)'

-- Why a thread cannot be the user's; nothing if it is, or could be. A deleted one is nobody's.
local function refusal(owner, user)
  if owner == DELETED then
    return 'deleted'
  end
  return owner and owner ~= user and 'not-owner' or nil
end

local function own(owner_key, user)
  call('SET', owner_key, user, 'PX', 30 * 24 * 3600 * 1000)
end
