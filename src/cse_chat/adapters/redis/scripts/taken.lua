-- Both have met: what waited need not any more.
call('DEL', OFFER)
