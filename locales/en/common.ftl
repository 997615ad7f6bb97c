# Words of every page. Tags: <b> a name, <q> a value.
product = Referee
number = { $n }
number-over = { $n }+
list-of = { $names }
list-more = { $a }, { $b }
list-last = { $a } and { $b }

skip-to-content = Skip to the content
skip-to-undo = Skip to Undo
nav-main = Main
nav-place = Where you are
nav-list = In this list
nav-queue = Queue
nav-records = Records
nav-audit = Audit
nav-dashboards = Dashboards
nav-settings = Settings
search-label = Find a record, ID or value
recent-decisions = Recent decisions
user-menu = Account of { $name }
menu = Menu
sign-out = Sign out
printed-by = Printed by { $name }, { $when }
undo = Undo
previous = Previous
next = Next
previous-page = Previous page
next-page = Next page
more = More
save = Save
cancel = Cancel
all = All
title-problem = Problem:
opens-outside = , opens in a new tab
banner-demo = Demo data. Nothing leaves this computer.
banner-demo-name = Demo
banner-demo-link = Make or heal a conflict
problems-title = { $n ->
    [one] Nothing was saved. One entry needs a look
   *[other] Nothing was saved. { $n } entries need a look
}
source-of-truth = Source of truth
mark-now = now
mark-was = was
value-none = no value
filters-title = Filters
filters-chosen = Chosen filters
filters-clear = Clear all filters
filter-remove = Take away the filter { $name }
range = { $first } to { $last } of { $total }
range-total = { $total } in all
range-open = { $first } to { $last }

# Times
when-today = today { $time }
when-yesterday = yesterday { $time }
when-tomorrow = tomorrow { $time }
when-date = { $date } { $time }
when-on = on { $date }
date-short = { $day } { $month }
date-long = { $day } { $month } { $year }
date-exact = { $day } { $month } { $year }, { $time } { $zone }
zone-of = { $name }, { $zone }
zone-cet = CET
zone-cest = CEST
zone-wet = WET
zone-west = WEST
zone-eet = EET
zone-eest = EEST
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
ago-now = just now
ago-seconds = { $n } s ago
ago-minutes = { $n } min ago
ago-hours = { $n } h ago
ago-days = { $n ->
    [one] 1 day ago
   *[other] { $n } days ago
}
ago-months = { $n ->
    [one] 1 month ago
   *[other] { $n } months ago
}
span-ms = { $n } ms
span-s = { $n } s
age-seconds = { $n } s
age-minutes = { $n } min
age-hours = { $n } h
age-days = { $n } d
age-months = { $n } mo
due-in-seconds = Due now
due-in-minutes = Due in { $n } min
due-in-hours = Due in { $n } h
due-in-days = Due in { $n } d
due-in-months = Due in { $n } months
due-tomorrow = Tomorrow
due-by-tomorrow = Due tomorrow
due-by = Due { $day }
overdue-seconds = Due now
overdue-minutes = { $n } min overdue
overdue-hours = { $n } h overdue
overdue-days = { $n } d overdue
overdue-months = { $n } months overdue

stakes-low = Low
stakes-medium = Medium
stakes-high = High
stakes-of = { $stakes } stakes
