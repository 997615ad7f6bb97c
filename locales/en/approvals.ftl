view-approval = Awaiting approval
approval-awaiting = Waits for somebody else than { $name } to approve it. Nothing is sent before.
approval-approved = Approved by { $name }, { $when }
approval-sent-back = Sent back by { $name }, { $when }
approval-undone = Taken back before anybody approved it
approval-expired = Nobody approved it in time, { $when }: it is open again, with what was chosen
approval-until = If nobody answers, it is open again { $when }.
approval-ends = Ends
expired-title = Nobody approved in time what { $decider } decided.
expired-again = Save it once more to ask again.
said-approval-expired = Nobody approved { $digest } in time
approval-ended = A value moved before it was approved: it is open again, with what was chosen
approval-own = You decided this: another steward or a manager approves it. Until then you can undo it.
approval-not-you = A steward or a manager approves it.
approval-because = Why: { $why }
approval-digest = What is approved
approval-tip = Approving sends exactly what this page shows, once the hold is over. If a value moves before, it is open again instead.
approval-reversal = Of its reversal: { $state }
approval-reversal-why = Why it is to be reversed: { $why }
approval-reversal-tip = Approving puts back, row by row, what was held before, where it still stands. Nothing is put back before.
approval-approve = Approve
approval-why = Why is it sent back?
approval-send-back = Send back
approval-by = Decided by
approval-asked = Asked
approval-group = { $n ->
    [one] { $n } difference at once
   *[other] { $n } differences at once
}
approval-group-back = { $n ->
    [one] Reversal of { $n } difference
   *[other] Reversal of { $n } differences
}
approval-row-own = You decided it: somebody else approves
approval-row-may = You can approve it
approval-row-waits = Waits for a steward or a manager
approval-list = Awaiting approval
approval-none-title = Nothing awaits an approval
approval-none-text = A decision stands here when its policy asks a second person to approve it.
state-proposed = Awaits approval
state-awaiting = Awaiting approval
flash-approved = Approved. It is held, and can be undone until then.
flash-decision-back = Sent back. It is open again, with what was chosen.
saved-awaiting = Saved for { $name }. Somebody else has to approve it before anything is sent.
awaiting-title = { $name } decided this { $when }. It awaits an approval.
sent-back-title = { $name } sent back what { $decider } decided.
sent-back-kept = What was chosen is kept below.
said-approval-asked = <b>{ $actor }</b> asked for an approval of { $digest }
said-approved = <b>{ $actor }</b> approved { $digest }
said-decision-sent-back = <b>{ $actor }</b> sent a decision back: { $why }
said-approval-ended = <b>{ $actor }</b> ended a request for approval
said-group-undone = <b>{ $actor }</b> began to undo { $n } differences of a group
said-group-reversed = <b>{ $actor }</b> began to reverse { $n } differences of a group
approval-hidden = It is about values that are hidden by your role: somebody who sees them approves it
