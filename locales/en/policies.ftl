policies-title = What needs human review
policies-versions = Versions
policies-version = Version { $n }, on since { $when }, by { $author }
policies-fields = { $n } fields
policies-legend = Grey values come from the row All of { $entity }
policies-without = { $n ->
    [one] 1 field without a rule
   *[other] { $n } fields without a rule
}
policy-parent = All of { $entity }
policy-rule = Rule
policy-hold = Hold
policy-reviews = In review now
policy-heading = { $field } of { $entity }
policy-now = Now: { $rule }
policy-limited = Its values are hidden by role: { $roles } see them. The configuration says so
policy-stakes-tip = They order the queue, and set when a conflict is due where no hours are set.
policy-reason = Ask for a reason
policy-hold-seconds = Hold, seconds
policy-hold-tip = 0 to 300. Empty takes it over from the row above.
policy-due-hours = Due, hours
policy-due-tip = From the moment the conflict opens. Empty takes it over.
policy-if-wrong = What goes wrong if this is wrong?
policy-if-wrong-tip = One sentence, shown to whoever decides.
policy-because = Why do you change it?
policy-because-tip = Kept with the version and in the audit log. Nothing is in force before you switch it on.
policy-save = Save as a draft and see what it does
rule-manual = Always reviewed
rule-source = Source wins
rule-newest = Newest wins
rule-priority = Most trusted wins
rule-frequent = Most frequent wins
rule-max = Largest wins
rule-min = Smallest wins
rule-delta = Changes add up
rule-union = Lists join
rule-inherit = As all of { $entity }
rule-unset = No rule: reviewed
rule-manual-good = Good: nothing is decided without a person.
rule-manual-danger = Danger: the queue grows.
rule-source-good = Good: no queue where one system is trusted.
rule-source-danger = Danger: a right correction elsewhere is put back, unless a person made it.
rule-newest-good = Good: people’s latest edits win wherever they make them.
rule-newest-danger = Danger: a batch load or a wrong clock can win over a person.
rule-priority-good = Good: the best known source wins, and the next one where it is silent.
rule-priority-danger = Danger: a trusted system that is out of date wins over a fresh change.
rule-frequent-good = Good: one wrong system among several is outvoted.
rule-frequent-danger = Danger: old copies outvote the one system that has the news.
rule-max-good = Good: the latest date or highest stage survives wherever it was set.
rule-max-danger = Danger: a typing mistake upwards wins, and a correction downwards never does.
rule-min-good = Good: the most careful figure survives: the lowest limit, the earliest date.
rule-min-danger = Danger: a zero wins over everything.
rule-delta-good = Good: counts that several systems change at once stay right.
rule-delta-danger = Danger: one movement booked in two systems counts twice.
rule-union-good = Good: nothing anybody added is lost.
rule-union-danger = Danger: what a machine took off a list comes back.
rule-inherit-good = Follows what is set for the kind of record.
rule-inherit-danger = Changes with it.
rule-figures = { $n } reviews in 30 days, { $share }% kept the source of truth
reason-asked-no = No
reason-asked-coded = Coded
inherit-choice = As all of { $entity }: { $value }
hold-seconds = { $n } s
due-hours = { $n } h
due-days = { $n } d
warning-newest-batch = Newest wins on { $field }: { $system } loads it in batches and can overwrite people’s edits
versions-title = Versions of { $entity }
version-number = Version { $n }
version-current = In force
version-roll-back = Roll back to this
problem-because-policy = Say why you change it
problem-hold = Type a number of seconds from 0 to 300
problem-policy-stale = { $name } saved version { $n } while you were editing. Look at it, then save again.
policies-no-version = No version yet
source-none = None
inherit-source = As all of { $entity }
default-choice = Not set: { $value }
setting-inherited = taken over
yes = Yes
no = No
policy-blank = A blank may win
policy-tidy = Tidy formatting
policy-tidy-tip = Where all agree and some write it otherwise, they get the form of the source of truth: once for each value, and only where Referee may write.
policy-blind = Decide blind
policy-blind-tip = What is suggested shows once something is chosen. It keeps people from waving suggestions through.
tidy-yes = Yes
tidy-no = No: what is written differently is left
blind-yes = Hide suggestions until something is chosen
blind-no = Show suggestions at once
warning-tidy-no-source = Tidy formatting on { $field }, and no source of truth is set: nothing is tidied
draft-tidied = { $n } written otherwise would be tidied
draft-past-tidied = { $n } with a system tidied afterwards
draft-row-tidied = Tidied: the form of the source of truth
policy-margin = Clock margin
margin-ms = { $n } ms
warning-no-source = Source wins on { $field }, and no source of truth is set: it is reviewed
problem-rule = Choose one of the rules
problem-source = Choose a system that has this kind of record
problem-due = Type a number of hours from 1 to 8,760
problem-policy-same = Nothing was changed: choose something else, or leave it as it is
draft-title = Draft: { $what }
draft-changes = { $n ->
    [one] 1 change
   *[other] { $n } changes
}
draft-back-to = back to version { $n }
draft-based = based on version { $n }
draft-stale = <b>{ $name }</b> switched on version { $n } since. This draft is based on version { $based } and is kept.
draft-changed = The draft was changed since you looked at it. Nothing was switched on.
draft-changed-advice = This is the draft as it is now, with what it would do. Look at it, then switch it on.
draft-stale-advice = Look at what is in force now, then bring the draft up to date: its changes are made on top.
draft-rebase = Bring it up to date
draft-switch-on = Switch on
draft-more = Change more
draft-discard = Throw away
draft-what = What changes
draft-setting = Setting
draft-was = Was
draft-becomes = Becomes
draft-now = Open differences
draft-back = Past decisions
draft-open = Of <b>{ $n ->
    [one] 1 open difference
   *[other] { $n } open differences
}</b> it governs it would settle { $settled }
draft-open-none = It governs no open difference
draft-settles = { $system }’s value: { $n }
draft-settles-computed = A value worked out by the rule: { $n }
draft-made-again = { $n ->
    [one] 1 record is made again where it is missing
   *[other] { $n } records are made again where they are missing
  }
draft-removed = { $n ->
    [one] 1 record is removed where it still is
   *[other] { $n } records are removed where they still are
  }
draft-review = { $n } stay with people
draft-claimed = { $n ->
    [one] 1 is claimed and not touched until the claim ends
   *[other] { $n } are claimed and not touched until the claim ends
}
draft-ended = { $n } end by themselves: the systems agree
draft-sample = A sample: the oldest { $n } of { $of } open conflicts were judged
draft-agreed = Of <b>{ $n }</b> records that agree, taken as a sample, { $changed ->
    [0] none changes
    [one] 1 changes
   *[other] { $changed } change
}
draft-agreed-changed = { $n } that agree would change
draft-past = Over the last <b>{ $n ->
    [one] decided difference
   *[other] { $n } decided differences
}</b> it would have decided { $itself } itself
draft-past-none = Nobody has decided a difference that it governs: there is no history to look back on
draft-alike = { $n } as people did
draft-differently = { $n } differently
draft-reviewed = { $n } still reviewed
draft-thin = Too little history to tell: under 30 decided differences
draft-gone = This draft is in force by now, or was thrown away
draft-decided = Decided
draft-would = It would
draft-left-different = Left different
draft-row-computed = Settled with a value the rule works out
draft-row-removed = Settled: the record is removed elsewhere
draft-row-made-again = Settled: the record is made again
draft-row-review = Stays with people
draft-row-ended = Ends by itself
draft-row-claimed = Not touched until the claim ends
draft-rows-more = The first { $n } of { $of } are listed.
draft-rows-none = There is none any longer: values or claims have changed since.
shadow-title = In shadow
shadow-what = In shadow, the draft judges what is judged from then on, and nothing comes of it but the numbers here.
shadow-lead = { $n ->
    [0] No difference was judged
    [one] <b>1</b> difference was judged
   *[other] <b>{ $n }</b> differences were judged
} by it as well since { $name } put it in shadow { $when }{ $until }
shadow-until = , until { $when } or until there are { $most }
shadow-found = Beside the policy in force
shadow-same = { $n } the same
shadow-settles-alike = { $n } it would have settled as people then did
shadow-settles-differently = { $n } it would have settled, and people chose otherwise
shadow-settles-left-different = { $n } it would have settled, and people left different
shadow-settles-open = { $n } it would have settled, still open
shadow-settles-ended = { $n } it would have settled, ended without people
shadow-asks = { $n } it would ask a person
shadow-otherwise = { $n } settled with another value
shadow-not-decided = Not by people
shadow-ended-stopped = Ended by hand.
shadow-ended-number = Ended: as many as it was given.
shadow-ended-time = Ended: its time is over.
shadow-ended-changed = Ended: the draft was changed or brought up to date since.
shadow-start = Put in shadow
shadow-end = End the shadow
shadow-days = Days, at most 90
shadow-most = Differences, at most 5,000
flash-shadow = In shadow for { $n } days
flash-shadow-ended = The shadow is ended
drafts-title = Drafts
draft-line = { $what } by { $author }: { $reason }
flash-draft-rebased = The draft is based on version { $n } now
flash-draft-same = Nothing is left of this draft: the version in force says the same
flash-draft-gone = Thrown away: { $what }
version-because = Why go back?
versions-compare = Compare
versions-from = Version
versions-to = with version
versions-between = From version { $from } to version { $to }
versions-same = The two say the same of { $entity }.
problem-policy-back-same = That version says the same as the one in force
policy-review-if = Review if
policy-review-if-tip = A condition (CEL): where it is true a person decides, elsewhere the rule. Empty takes it over, false asks nobody.
policy-try = Try on ten records
policy-tried = What it says of real records
policy-tried-none = There is no record to try it on.
policy-priority = Order of trust
policy-priority-tip = For Most trusted wins: systems from the most to the least trusted, with commas. Empty takes it over.
policy-half-life = Trust halves in, days
policy-half-life-tip = For Most trusted wins: older values are trusted less. 0: never.
policy-deletes = A record one system lost
policy-bulk = Many at once
policy-bulk-tip = Whether differences may be decided many at once. Fields of high stakes are decided one by one unless you say otherwise here; a run over them is then approved by a second person.
bulk-yes = Allowed
bulk-no = One by one
policy-second = Second person approves
policy-second-tip = Nothing of a decision is sent before somebody else with the right has approved it, never who decided.
policy-approval = Time to approve
policy-approval-hours = Time to approve, hours
policy-approval-tip = Those who may are reminded at half of it. Then the decision is open again, with what was chosen. Empty: as long as until it is due.
second-yes = Yes
second-no = No
half-life-days = { $n } days
deletes-review = A person decides
deletes-restore = Made there again, if the source of truth holds it
deletes-propagate = Removed elsewhere too, if the source of truth lost it and nobody changed it since
blank-allowed = Yes
blank-rejected = No: a blank against a value is reviewed
rule-best-manual_review = Best for: money, identity, and what nobody has looked at yet.
rule-best-source_wins = Best for: fields that one system owns, such as a price list.
rule-best-most_recent_wins = Best for: contact data that people correct in several places.
rule-best-priority = Best for: several sources of known quality, where the best is sometimes silent.
rule-best-most_frequent = Best for: three systems or more that learn a value on their own.
rule-best-max = Best for: last seen, highest stage, newest consent withdrawn.
rule-best-min = Best for: credit limits, first contact, earliest delivery.
rule-best-delta = Best for: stock that is booked in more than one place.
rule-best-union = Best for: tags, interests, roles that only grow.
warning-no-priority = Most trusted wins on { $field }, and no order of trust is set: it is reviewed
warning-too-few = Most frequent wins on { $field } needs three systems that have it; { $n } have: it is reviewed
problem-review-if = The condition cannot be used: { $why }
problem-priority = Name systems that have this kind of record, each once, with commas between them
problem-half-life = Type a number of days from 0 to 36,500
tried-asks = A person decides
tried-settles = The rule decides
tried-no-answer = No answer, so a person decides: { $why }
