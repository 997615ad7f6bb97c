record-held = What each system holds
record-disputed = Disputed
record-events = Last events
record-timeline = All in the timeline
record-decisions = Past decisions
record-open-conflict = Open the conflict
records-kinds = Kinds of record
records-kind = Kind
records-ids = Known as
records-matched = Found in
records-conflict = Conflict
records-found = { $n ->
    [one] 1 record with { $query }
   *[other] { $n } records with { $query }
}
records-fields-disagree = { $n ->
    [one] 1 field disagrees
   *[other] { $n } fields disagree
}
empty-records-title = No record has { $query }
empty-records-text = Search looks at names, identifiers and values in every system. Try fewer letters, or the identifier alone.
search = Search
filter-show = Show
times-in = Times in { $zone }
timeline-of = Timeline: { $field }
timeline-caption = What happened, newest first
timeline-open-conflict = Open the conflict
timeline-when = When
timeline-system = System
timeline-field = Field
timeline-who = Who
timeline-what = What changed
timeline-how = How we know
timeline-event = Event
timeline-cause-label = Likely cause
timeline-cause = <b>Likely cause: { $name }.</b>
timeline-all-systems = All
timeline-all-fields = All
event-agreed = Agreed: { $value }
event-opened = Conflict opened: { $system } differs
event-first-read = First read
event-run = Run { $n }
event-polled = Polled { $when }
