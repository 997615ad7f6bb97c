# Who looks at a conflict, and when.
said-assigned = <b>{ $actor }</b> gave the conflict to <b>{ $name }</b>
said-assigned-nobody = <b>{ $actor }</b> gave the conflict back
said-assigned-route = The conflict went to <b>{ $name }</b>, who had least open
said-put-off = <b>{ $actor }</b> put the conflict off { $until }
said-put-off-change = <b>{ $actor }</b> put the conflict off until a value changes, { $until } at the latest
said-put-off-reply = <b>{ $actor }</b> put the conflict off until there is a reply, { $until } at the latest
said-returned-time = The conflict came back: its time was over
said-returned-change = The conflict came back: a value changed
said-returned-reply = The conflict came back: there was a reply
said-returned-called = <b>{ $actor }</b> called the conflict back
said-escalated = <b>{ $actor }</b> asked <b>{ $name }</b>: <q>{ $question }</q>
said-escalated-overdue = The conflict is overdue and went to <b>{ $name }</b>
said-sent-back = <b>{ $actor }</b> sent the conflict back: <q>{ $words }</q>
said-skipped = <b>{ $actor }</b> left the conflict to others
said-skipped-because = <b>{ $actor }</b> left the conflict to others: <q>{ $reason }</q>
said-route = <b>{ $actor }</b> changed who decides new conflicts of <b>{ $field }</b>
said-route-gone = <b>{ $actor }</b> took the route of <b>{ $field }</b> away
said-away = <b>{ $actor }</b> is away until { $until }
said-away-deputy = <b>{ $actor }</b> is away until { $until }; <b>{ $name }</b> stands in
said-back = <b>{ $actor }</b> is there
until-day = until { $when }

passing-title = Pass it on
passing-lead = It keeps its due time wherever it goes.
assign = Assign
assign-to = Assign to
assign-me = Assign to me
person-away = { $name } (away)
person-away-deputy = { $name } (away, goes to { $deputy })
snooze = Snooze
snooze-until = Snooze until
snooze-at = Your own time
wait-later = later today, in 3 hours
wait-tomorrow = tomorrow at 8
wait-week = next Monday at 8
wait-change = any of its values changes
wait-at = your own time, below
escalate = Escalate
escalate-to = Ask
escalate-question = Question
desk-owner = { $name }, who owns the field
desk-manager = the managers
desk-admin = the admins
desk-steward = the stewards
desk-auditor = the auditors
send-back = Send back
send-back-words = Answer to whoever gave it to you
recall = Call it back now
problem-wait = Choose until when, or give a time of your own.
problem-desk = Choose whom to ask.
conflict-waits = { $ends ->
    [change] Snoozed until a value changes
    [reply] Waits for a reply
   *[other] Snoozed until { $until }
}
standing-waits = { $name } put this off until { $until }.
standing-waits-change = { $name } put this off until a value changes, { $until } at the latest.
standing-waits-reply = { $name } waits for a reply, until { $until } at the latest.
standing-asked = <b>{ $name }</b> asked <b>{ $to }</b> { $when }: <q>{ $question }</q>
standing-overdue = It was overdue and went to <b>{ $to }</b> { $when }.
standing-skipped = { $names } left this to others. Escalate it?
flash-assigned = Assigned: { $what }
flash-assigned-me = You have it now: { $what }
flash-assigned-nobody = Given back: { $what }
flash-put-off = Put off until { $until }: { $what }
flash-put-off-change = Put off until a value changes, { $until } at the latest: { $what }
flash-escalated = Escalated: { $what }
flash-sent-back = Sent back: { $what }
flash-recalled = It is in the queue again.
flash-passed-see = See it
flash-left-out = { $said } { $n } left out: { $why }.
conflicts-n = { $n ->
    [one] 1 conflict
   *[other] { $n } conflicts
}
selection-title = { $n ->
    [one] 1 conflict selected
   *[other] { $n } conflicts selected
}
selection-lead = As they stood { $when }. What has come since is not among them.
selection-rows = Selected
selection-more = and { $n } more

team-title = Team
team-lead = Who has what, to balance it
team-person = Person
team-open = Open
team-today = Due today
team-overdue = Overdue
team-away = away until { $until }
team-away-deputy = away until { $until }, { $name } stands in
team-own-away = You are away from { $from } until { $until }.
away-title = When you are away
away-lead = What is yours is your deputy's too meanwhile, and what would be given to you goes to them.
away-from = Away from
away-until = Until
away-deputy = Who stands in
away-save = Save time away
away-back = I am here
deputy-nobody = Nobody
flash-away = Your time away is kept.
flash-back = Welcome. What is yours is yours alone again.

routes-title = Routing
routes-lead = Who decides new conflicts
routes-none = Nobody is named: new conflicts belong to nobody until somebody takes them.
route-of = Conflicts of
route-entity = { $entity }, every field
route-field = { $entity }: { $field }
route-people = Decided by
route-people-tip = Each new conflict goes to whoever of them has least open and is there.
route-owner = Owner
route-owner-tip = Is asked first when somebody escalates.
route-overdue = When overdue
route-escalates = Goes to the owner
route-escalates-tick = What is overdue goes to the owner
route-stays = Stays where it is
route-remove = Remove { $name }
route-new = Set a route
route-save = Save route
flash-route = The route is set. It is followed by conflicts that open from now on.
flash-route-gone = The route is gone. What it gave stays where it is.

reopen-title = Reopen
reopen-lead = The fields that were decided come back into the queue, with what is held now.
reopen-reason = Why it should be decided again
reopen = Reopen this conflict
reopen-missing = Say in 1 to 500 characters why.
reopen-nothing = Nothing of it was decided, so there is nothing to reopen.
