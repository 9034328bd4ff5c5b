-- Keep an event at its position; return it as it is told.
local function keep_event(events, epoch, offset, members, tail)
  local event = '{"cursor":"' .. epoch .. '-' .. offset .. '",' .. members .. tail
  call('XADD', events, 'MAXLEN', '~', 10000, offset, 'e', event)
  return event
end
