systems-title = Systems
systems-lead = What is connected, which way data moves, how it goes
systems-read-only = Starting runs and changing systems needs the role admin.
never = Never
run-now = Run now
system-direction = Direction
system-records = Records
system-last-read = Last read
system-last-write = Last write
system-schedule = Schedule
system-clock = Clock
system-test-title = Connection test
system-facts = What it is
system-can = What it can do
system-mapping = Mapping
system-switches = Pause and writes
system-writes-on = Decisions are written to this system.
system-writes-off = This system is watched only: nothing is ever written to it.
system-writes-stop = Stop writing
system-writes-start = Turn on writes
system-paused = Reading is paused.
system-not-paused = Reading follows the schedule.
system-pause = Pause reading
system-resume = Read again
because = Reason
direction-watch = Watch only
direction-write = Read and write
kind-sqlite = SQLite database
kind-postgres = PostgreSQL database
kind-rest = REST service
schedule-every = Every { $span }
schedule-by-hand = By hand
system-well = Well
system-failing = Failing since { $when }
system-is-paused = Paused
mapping-theirs = Their field
mapping-ours = Our field
mapping-conversion = Conversion
mapping-as-is = as it is
step-passed = Passed:
step-failed = Failed:
step-skipped = Not tried:
step-reach = Reach the host
step-sign-in = Sign in
step-read = Read one record
step-fields = Read the fields
step-write = May write, checked without writing
step-clock = Clock difference
can-increments = Tells what changed since a time
can-full = Is read in full
can-conditional = Writes only if the value is still the one that was read
can-unconditional = Cannot write on a condition: another write in the same moment is found afterwards
can-create = Can create records
fact-name-kind = Kind
fact-name-address = Address
fact-name-direction = Direction
fact-name-schedule = Schedule

runs-title = Runs
runs-last = Last runs
runs-all = All runs
run-title = Run of { $system }
run-started = Started
run-by = Started by
run-kind = Kind
run-read = Read
run-changed = Changed
run-conflicts = Conflicts
run-took = Took
run-at-once = under 1 s
run-refresh = Refresh
run-again = Run again
run-progress = Progress
run-progress-line = { $done } of about { $of } records
run-failed = The run stopped
run-quarantine = { $n ->
    [one] 1 row could not be taken in
   *[other] { $n } rows could not be taken in
}
quarantine-row = Row
quarantine-why = Why
run-full = Full
run-increment = Since the last run
run-running = Running
run-done = Done
run-state-failed = Failed
run-stopped = Stopped
run-by-schedule = the schedule
run-by-person = { $name }, by hand
empty-runs-title = No run yet
empty-runs-text = A run reads one system and compares what it holds with the others.

alerts-title = Alerts
alerts-tab-title = ({ $n }) Alerts
alerts-open = { $n ->
    [0] Nothing is wrong now
    [one] 1 open
   *[other] { $n } open
}
alert-since = since { $when }
alert-times = { $n } times
alert-ended = ended { $when }
alert-handled = Handled
alert-run-failed = Reading <b>{ $system }</b> fails: <q>{ $said }</q>
alert-run-advice = New changes there are not seen until it is read again. Check that it runs and that its sign-in is valid.
alert-delivery-refused = <b>{ $system }</b> refused { $n ->
    [one] a write
   *[other] { $n } writes
} to <b>{ $field }</b>: <q>{ $said }</q>
alert-delivery-advice = The decision is not done there. Change the value and retry, or leave it different.
alert-credentials-advice = Nothing can be read or written there. Enter credentials that it accepts.
alert-other-advice = Look at what it names, and put it right there.
alert-open = Open what it is about
empty-alerts-title = Nothing is wrong
empty-alerts-text = Failed runs and refused writes stand here until they are handled. Last looked { $when }.

settings-systems = { systems-title }
settings-systems-text = What is connected, its runs, pausing and writes
settings-systems-state = { $n } connected, { $failing ->
    [0] all well
   *[other] { $failing } failing
}
settings-policies = { policies-title }
settings-policies-text = Source of truth, rule, stakes and hold of each field
settings-runs = { runs-title }
settings-runs-text = Every reading of a system, with what it found
settings-alerts = { alerts-title }
settings-alerts-text = Failed runs, refused writes, a broken audit line
settings-verification = Verification of the audit log
settings-verification-text = Whether it is as it was written
clock-unknown = Not measured
clock-equal = as ours
clock-ahead = { $ms } ms ahead
clock-behind = { $ms } ms behind
fact-name-records = Records
fact-name-read = Last read
fact-name-write = Last write
fact-name-clock = Clock
fact-name-paused = Paused
fact-name-error = Last error
system-unopened = It cannot be opened with its settings: what it can do is not known.
mapping-of = { $entity }: { $how }
flash-writes-on = Decisions are written to { $system } from now on.
flash-writes-off = { $system } is only watched from now on.
flash-paused = Reading { $system } is paused.
flash-resumed = Reading { $system } goes on.
run-by-program = { $name }, by program
run-by-command = { $name }, by command
run-advice = Check that it runs and that its sign-in is valid, then run again.
fact-run-id = Run
fact-run-settled-rule = Settled by rule
fact-run-settled-itself = Settled by itself
fact-run-quarantined = Rows not taken in
transform-join = joined
transform-part = part { $n }
transform-case = letter case
transform-trim = trimmed
transform-number = number
transform-date = date { $format }
transform-phone = phone { $region }
transform-country = country
transforms = { $names }
system-never-read = Not read yet
problem-because-switch = Say why, in 1 to 500 characters.
run-see = See the run
