bulk-title = Decide many at once
bulk-which = Which field?
bulk-which-tip = One field at a time: each has its own values and its own policy.
bulk-slot = { $field } of { $entity }
bulk-rule = By which rule?
bulk-lead = { $n ->
    [one] <b>{ $n }</b> open difference
   *[other] <b>{ $n }</b> open differences
} in <b>{ $field }</b> of { $entity }.
bulk-choose = One rule for all of them
bulk-source = Keep the value of the source of truth
bulk-newest = Keep what a person changed last
bulk-suggested = Accept what is suggested, each its own
bulk-one = One value for all:
bulk-alone = They are decided one by one, as their policy says (high stakes). A run would leave all of them out.
bulk-second = Somebody else has to approve the run before anything is decided.
bulk-none-title = Nothing is left to decide here
bulk-none-text = What was listed has been decided meanwhile, or settled by itself.
group-source = Each gets the value of its <b>source of truth</b>.
group-newest = Each gets what <b>a person changed last</b>.
group-suggested = Each gets <b>what is suggested</b> for it.
group-one = All get <b>{ $value }</b>.
group-awaiting = Awaiting approval
group-taking-back = Being taken back
group-ask = { $n ->
    [one] Ask for approval of { $n } difference
   *[other] Ask for approval of { $n } differences
}
group-ask-tip = Somebody else has to approve exactly this set. Nothing is decided before.
group-withdraw = Take the question back
group-outcome-keep = Becomes { $system }’s value
group-outcome-one = Becomes the one value
group-outcome-leave = Stays different
group-outcome-other = Becomes the value of the others
group-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
group-all-of = Show all { $n }
group-tick = Include
group-tick-of = Include { $record }
group-tick-save = Take out what is not ticked
group-untick-none = Put in what is ticked
group-file = Download before, after and link of every row
group-by-id = Run
group-standing-confirmed = Confirmed
group-standing-waiting = Waiting
group-standing-failed = Needs a person
group-standing-undone = Undone
group-standing-reversed = Reversed
group-standing-overtaken = Overtaken
group-standing-to_come = To come
group-standing-taking_back = To be taken back
group-standing-left_out = Left out
group-standing-all = All rows
group-kept-back = Stays: { $why }
group-back = Take back
group-back-tip = Undo works until something is sent. Afterwards Reverse puts back what was held before, where it still stands.
group-undo-all = Undo all
group-undo-ticked = Undo what is ticked
group-reverse-all = Reverse all
group-reverse-ticked = Reverse what is ticked
group-reverse-why = Why is it reversed?
group-none-ticked = Tick at least one row
flash-ticked = The set was changed.
flash-taking-back = It is being taken back, row by row.
flash-withdrawn = The question was taken back. The set is as it was.
flash-asked-approval = Somebody else has been asked to approve it.
left-no-person = No person is known to have changed it last
left-no-source = No source of truth is set for it
left-no-suggestion = Nothing is suggested for it, or only to leave it empty
left-blind = Its suggestion is hidden until a person has chosen
left-needs-approval = Its policy asks for a second person
left-unticked = Taken out by hand
left-stopped = Stopped before its turn
member-back-undo = To be undone
member-back-reverse = To be reversed
