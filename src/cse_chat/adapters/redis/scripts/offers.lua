-- Where the early answer to a request, and the word that its log has taken it, meet: under the last key.
-- Whichever comes first waits there for the other; both together are a claim. Both have the shared
-- arguments, and as their last one which claim that is: of another release it may be another.
-- Nothing is written before what a full server would refuse.
local OFFER = table.remove(KEYS)
local OFFER_LIFE = 10000
local found = call('GET', OFFER)
