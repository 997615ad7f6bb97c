# Wörter jeder Seite. Auszeichnungen: <b> ein Name, <q> ein Wert.
product = Referee
number = { $n }
number-over = { $n }+
list-of = { $names }
list-more = { $a }, { $b }
list-last = { $a } und { $b }

skip-to-content = Zum Inhalt springen
skip-to-undo = Zu „Zurücknehmen“ springen
nav-main = Hauptmenü
nav-place = Standort
nav-list = In dieser Liste
nav-queue = Arbeitsliste
nav-records = Datensätze
nav-audit = Protokoll
nav-dashboards = Übersichten
nav-settings = Einstellungen
search-label = Datensatz oder Wert suchen
recent-decisions = Letzte Entscheidungen
user-menu = Konto von { $name }
menu = Menü
sign-out = Abmelden
printed-by = Gedruckt von { $name }, { $when }
undo = Zurücknehmen
previous = Voriger
next = Nächster
previous-page = Vorige Seite
next-page = Nächste Seite
more = Mehr
save = Speichern
cancel = Abbrechen
all = Alle
title-problem = Problem:
opens-outside = , öffnet in neuem Tab
banner-demo = Demodaten. Nichts verlässt diesen Rechner.
banner-demo-name = Demo
banner-demo-link = Einen Konflikt erzeugen oder beheben
problems-title = { $n ->
    [one] Nichts wurde gespeichert. Eine Angabe ist zu prüfen
   *[other] Nichts wurde gespeichert. { $n } Angaben sind zu prüfen
}
source-of-truth = Maß­geb­lich
mark-now = jetzt
mark-was = vorher
value-none = kein Wert
filters-title = Filter
filters-chosen = Gewählte Filter
filters-clear = Alle Filter entfernen
filter-remove = Filter { $name } entfernen
range = { $first } bis { $last } von { $total }
range-total = { $total } insgesamt
range-open = { $first } bis { $last }

# Zeiten
when-today = heute { $time }
when-yesterday = gestern { $time }
when-tomorrow = morgen { $time }
when-date = { $date } { $time }
when-on = am { $date }
date-short = { $day }. { $month }
date-long = { $day }. { $month } { $year }
date-exact = { $day }. { $month } { $year }, { $time } { $zone }
zone-of = { $name }, { $zone }
zone-cet = MEZ
zone-cest = MESZ
zone-wet = WEZ
zone-west = WESZ
zone-eet = OEZ
zone-eest = OESZ
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
ago-now = gerade eben
ago-seconds = vor { $n } s
ago-minutes = vor { $n } min
ago-hours = vor { $n } h
ago-days = { $n ->
    [one] vor 1 Tag
   *[other] vor { $n } Tagen
}
ago-months = { $n ->
    [one] vor 1 Monat
   *[other] vor { $n } Monaten
}
span-ms = { $n } ms
span-s = { $n } s
age-seconds = { $n } s
age-minutes = { $n } min
age-hours = { $n } h
age-days = { $n } Tg.
age-months = { $n } Mon.
due-in-seconds = Jetzt fällig
due-in-minutes = Fällig in { $n } min
due-in-hours = Fällig in { $n } h
due-in-days = { $n ->
    [one] Fällig in 1 Tag
   *[other] Fällig in { $n } Tagen
}
due-in-months = { $n ->
    [one] Fällig in 1 Monat
   *[other] Fällig in { $n } Monaten
}
due-tomorrow = Morgen
due-by-tomorrow = Morgen fällig
due-by = Fällig: { $day }
overdue-seconds = Jetzt fällig
overdue-minutes = { $n } min überfällig
overdue-hours = { $n } h überfällig
overdue-days = { $n ->
    [one] 1 Tag überfällig
   *[other] { $n } Tage überfällig
}
overdue-months = { $n ->
    [one] 1 Monat überfällig
   *[other] { $n } Monate überfällig
}

stakes-low = Gering
stakes-medium = Mittel
stakes-high = Hoch
stakes-of = Tragweite: { $stakes }
