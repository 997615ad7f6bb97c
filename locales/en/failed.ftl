failed-title = Failed writes
failed-tab-title = ({ $n }) Failed writes
failed-lead = { $n ->
    [one] 1 write needs a person.
   *[other] { $n } writes need a person, by what is wrong with them. Put it right once, then retry all of them.
}
failed-flat = All in one list
failed-grouped = By what is wrong
failed-cause = What is wrong
failed-kind = Record type
failed-writes = Writes
failed-newest = Newest
failed-since = Since
failed-more = The { $n } causes with the most writes are shown.
failed-retry = { $n ->
    [one] Retry it
   *[other] Retry all { $n }
}
failed-said = { $system } refused
failed-tried = { $system } did not take it in ten tries
failed-look = Not known whether it arrived: { $system }
failed-by-hand = To be entered by hand: { $system }
failed-said-advice = Put right what the system names, then retry all of them. For one of them alone: open it, change the value or leave it different.
failed-tried-advice = Check that the system runs and can be reached, then retry all of them.
failed-look-advice = Look in the system whether the record is there. Retry only what is not: it may be made twice otherwise.
failed-by-hand-advice = The system takes no writes from here. Open each to see what to type where. It counts as done when it is read there.
failed-fix = Open { $system }
failed-alike = { $system }: all of this cause
failed-gone = Nothing of that cause is left.
failed-until = Say until when it may stay different
flash-retried-all = { $n ->
    [one] 1 write is tried again now.
   *[other] { $n } writes are tried again now.
}
flash-retried-but = { $n } tried again now. { $left } are left as they are: a later decision would be written over, or they are to be entered by hand.
flash-retried-more = { $n } tried again now. There are more: retry again for the rest.
flash-decided-instead = Decided anew. Until the hold is over it can be undone.
delivery-title = { $field } in { $system }
by-hand-title = By hand in { $system }
by-hand-lead = Whoever enters it there types this. It counts as done when it is read there.
by-hand-key = Record
by-hand-nothing = nothing
by-hand-open = Open in { $system }
instead-title = Decide something else
instead-lead = The decision is made anew in one step, for every system that differs then. What has arrived elsewhere is one of the values.
instead-change = Change the value and retry
instead-change-send = Save and retry
instead-leave = Leave it different
instead-leave-send = Leave it different
exchange-title = Last request and answer
exchange-lead = As they were sent and received. What signs in is left out.
exchange-request = Request
exchange-answer = Answer
