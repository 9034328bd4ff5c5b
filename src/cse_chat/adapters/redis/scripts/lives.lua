-- Row and mailbox end at the same moment: one without the other would say something wrong.
local function keep_request()
  call('PEXPIREAT', REQUEST, now + answer_life)
  call('PEXPIREAT', MAILBOX, now + answer_life)
end

-- So do the keys of a thread: 4 to 7 are all of them but its owner.
local function keep_thread()
  for n = 4, 7 do
    call('PEXPIREAT', KEYS[n], now + history_life)
  end
end
