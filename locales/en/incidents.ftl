incidents-title = Incidents
incidents-tab-title = ({ $n }) Incidents
incidents-lead = One problem of a system that holds many records
incidents-open = Waiting for a choice
incidents-open-none = None: nothing is held.
incidents-ended = Ended
incidents-none = No incident so far
incidents-none-text = When very many records are gone or changed at once, that stands here as one question.
incident-column = Incident
incident-column-records = Records
incident-entity = Kind of record
incident-opened = Opened
incident-mass-delete = Mass delete in { $system }
incident-mass-change = Mass change in { $system }
incident-storm = Storm of differences from { $system }
incident-state-open = Waits for a choice
incident-state-working = Being carried out
incident-lead-mass-delete = A full reading of <b>{ $system }</b> found { $n } of { $of } records gone at once. None of them is taken as deleted until somebody says so.
incident-lead-mass-change = One reading of <b>{ $system }</b> found { $n } of { $of } records changed at once. The values are kept, and no rule settles what they led to until somebody chooses.
incident-lead-storm = Very many new differences came from <b>{ $system }</b> in a short time, about { $n } records so far. They wait here together, and no rule settles them until somebody chooses.
incident-chosen = Chosen
incident-by = By
incident-when = When
incident-why = Because
incident-waiting = { $n ->
    [one] { $n } difference waits under it
   *[other] { $n } differences wait under it
}
incident-see = The incident
incident-records = Opened over { $n } records
incident-row = Identifier
incident-decide = Decide them as a group
incident-release = Or let the rules judge them
incident-answer = Answer
incident-choose = Choose this
incident-end = End the incident
incident-progress = How far it is
incident-progress-line = { $done } of { $of }
incident-pause = Or pause reading { $entity } of { $system }
incident-pause-tip = It is not read any more until somebody lets it go on, on the system’s page. What else the system holds is read as ever. The incident stays open.
answer-allowed = Allow this mass delete: exactly these records are taken as deleted. Those that came back stay.
answer-refused = Refuse the batch: they stay as they were last read, and are not asked about again while they are gone.
answer-released = What waits is judged by the rules, as usual. What they do not settle comes into the queue.
ending-allowed = Allowed
ending-refused = Refused
ending-accepted = Accepted as right
ending-decided = Decided as a group
ending-released = Judged as usual
ending-came_back = Passed by itself
flash-allowed = Allowed. The records are asked for once more and taken as deleted.
flash-refused = Refused. The records stay as they were.
flash-released = Ended. What waits is judged as usual.
flash-frozen = Nothing is decided yet. This is what the choice means.
flash-group = Decided. They are worked off one by one, each held for a minute.
member-held = Held
member-done = Taken as deleted
member-kept = Came back, kept
member-included = To be decided
member-moved = Changed since it was frozen: will be left out
member-decided = Decided
member-excluded = Left out
choice-accept = Accept as backfill: { $system } is right everywhere
choice-refuse = Refuse the batch: give { $system } the others’ values back
choice-keep = Keep { $system }’s value everywhere
choice-keep-others = Give { $system } the others’ value
choice-leave = Leave them different for 90 days
reason-no-code = No code
group-outcome = One outcome for all of them
group-code = Reason code, where a policy asks for one
group-check = Check what this decides
group-check-tip = Nothing is decided by this. The set is frozen and shown first, with what is left out and why.
group-title = { $n ->
    [one] One decision for { $n } difference
   *[other] One decision for { $n } differences
}
group-draft = Not decided yet
group-working = Being decided
group-done = Decided
group-undone = All undone
group-stopped = Stopped
group-stopped-undone = Stopped, all undone
group-reversed = All reversed
group-keep = Every system gets the value of <b>{ $system }</b>.
group-others = <b>{ $system }</b> gets the value of the others back.
group-leave = They stay different until { $until }.
group-stays = Stays different
group-frozen = Frozen
group-ended = Ended
group-left-out = Left out
group-left-which = Show which
group-why = Why
group-see = The group decision
group-set = What is decided
group-becomes = Becomes
group-listed = { $n } differences
group-decide = { $n ->
    [one] Decide { $n } difference
   *[other] Decide { $n } differences
}
group-hold = Each is a decision of its own with its entry in the log. It is held for a minute or longer, and can be undone until then.
group-type = Type { $n } to decide them all
left-claimed = Somebody else is deciding it
left-changed = A value changed meanwhile
left-decided = Decided already
left-high-stakes = Decided one by one, as its policy says (high stakes)
left-value-missing = No value there to keep
left-others-differ = The others do not agree
left-no-right = Who chose may not decide any longer
left-refused = It cannot be saved
alike-title = { $n ->
    [one] { $n } conflict like this
   *[other] { $n } conflicts like this
}
alike-lead = The same kind of difference in <b>{ $field }</b> of { $entity }, from the same systems. Likely cause: { $cause }.
alike-list = List them
alike-alone = They are decided one by one, as their policy says (high stakes).
alike-see = Those alike
alike-decide = Decide them as a group
alike-link = { $n } like this
queue-incidents = { $n ->
    [one] { $n } incident waits for a choice
   *[other] { $n } incidents wait for a choice
}
queue-incident-line = { $title }: { $n } records
queue-incidents-link = See the incidents
alert-incident-advice = Open it and choose. Until then its records are held.
said-incident-opened = <b>{ $actor }</b> opened an incident in { $system }: { $kind }, { $n } records
said-incident-decided = <b>{ $actor }</b> chose for the incident in { $system }: { $how }
said-incident-ended = <b>{ $actor }</b> ended the incident in { $system }: { $how }
said-group = <b>{ $actor }</b> decided { $n } differences as a group
incident-kind-mass_delete = mass delete
incident-kind-mass_change = mass change
incident-kind-storm = storm
settings-incidents = { incidents-title }
settings-incidents-text = Very many records gone or changed at once
