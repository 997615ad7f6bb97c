conflict-title = { $name }, { $n ->
    [one] 1 Feld weicht ab
   *[other] { $n } Felder weichen ab
}
conflict-title-asked = { $name }, um eine Entscheidung wird gebeten
conflict-position = { $at } von { $total }
conflict-decided = { $decided } von { $total } fertig
conflict-agreed = { $n ->
    [one] 1 Feld stimmt überein
   *[other] { $n } Felder stimmen überein
}
conflict-timeline = Verlauf
conflict-last-agreed = Zuletzt einig:
conflict-presence = { $name } ist daran, { $when }
assigned-you = Zuständig: ich
assigned-other = Zuständig: { $name }
assigned-nobody = Niemand zuständig

column-field = Feld
column-agreed = Zuletzt einig
column-decision = Entscheidung
column-read = gelesen { $when }
grid-decided = Die Werte, wie sie bei der Entscheidung waren
grid-settled = Die Werte, wie sie waren, bevor alle Systeme übereinstimmten
column-unreadable = nicht lesbar seit { $when }
agreed-unknown = Waren nie nachweislich einig
rows-differ = { $n } von { $total } weichen ab
whole-texts = Ganze Texte
whole-text = Ganzer Text { $n }

# Das Urteil: nur Tatsachen.
verdict-count = { $n ->
    [one] { $n } von { $total } Feldern weicht ab.
   *[other] { $n } von { $total } Feldern weichen ab.
}
verdict-hidden = { $n ->
    [one] <b>1</b> davon ist für die eigene Rolle verborgen.
   *[other] <b>{ $n }</b> davon sind für die eigene Rolle verborgen.
}
verdict-record-spared = { $systems } { $n ->
    [one] hat ihn auch nicht und braucht ihn nicht.
   *[other] haben ihn auch nicht und brauchen ihn nicht.
}
verdict-record-missing = Den Datensatz gibt es in { $there }, aber nicht in { $missing }.
verdict-changed = { $who } hat <b>{ $field }</b> in { $system } { $when } geändert.
verdict-changed-spread = { $who } hat <b>{ $field }</b> in { $system } { $when } geändert, und { $others } { $n ->
    [one] hat
   *[other] haben
} es auch.
verdict-changed-only = <b>{ $field }</b> { $n ->
    [one] wurde
   *[other] wurden
} nur in { $systems } geändert.
verdict-changed-only-many = <b>{ $n } weitere Felder</b> wurden nur in { $systems } geändert.
verdict-clash = <b>{ $field }</b> { $n ->
    [one] wurde
   *[other] wurden
} in { $systems } verschieden geändert.
verdict-clash-many = <b>{ $n } weitere Felder</b> wurden in { $systems } verschieden geändert.
verdict-holds = <b>{ $system }</b> { $n ->
    [one] hält
   *[other] halten
} noch, worin sich alle Systeme { $when } einig waren.
verdict-asked = <b>{ $name }</b> hat um eine Entscheidung zu <b>{ $field }</b> gebeten: <q>{ $reason }</q>
verdict-asked-agreed = <b>{ $name }</b> hat um eine Entscheidung zu <b>{ $field }</b> gebeten, worin alle Systeme übereinstimmen: <q>{ $reason }</q>
verdict-no-base = In <b>{ $field }</b> waren sie nie nachweislich einig.
verdict-no-base-many = In <b>{ $n } Feldern</b> waren sie nie nachweislich einig.
who-customer = Die Kundschaft
who-person = { $name }
who-automation = Eine Automatik, { $name },
who-unknown = Jemand Unbekanntes

# Kleine Zeilen unter einem Wert
fact-changed-by = Geändert { $when } von { $who }
fact-changed = Geändert { $when }
fact-by = von { $who }
by-customer = der Kundschaft
fact-rewritten = Erneut geschrieben { $when }
fact-same-as-agreed = Wie zuletzt einig
fact-same-written-differently = Gleich ({ $kind }), anders geschrieben
earlier-rule = Früher: galt, bevor Version { $n } der Richtlinie es erledigte
earlier-decided = Früher: galt, bevor { $name } es entschied
earlier-moved = Früher: galt, während dies offen war
fact-read = Gelesen { $when }
kind-value = Wert
kind-number = Zahl
kind-date = Datum
kind-amount = Betrag
fact-odd = Enthält: { $what }
odd-cyrillic-letter = kyrillischer Buchstabe
odd-greek-letter = griechischer Buchstabe
odd-blank-filler = leeres Füllzeichen
odd-byte-order-mark = Bytereihenfolge-Marke
odd-carriage-return = Wagenrücklauf
odd-control-character = Steuerzeichen
odd-figure-space = Ziffernleerzeichen
odd-full-width-form = vollbreites Zeichen
odd-ideographic-space = ideografisches Leerzeichen
odd-invisible-mark = unsichtbares Zeichen
odd-invisible-tag = unsichtbare Markierung
odd-left-to-right-mark = Links-nach-rechts-Zeichen
odd-line-feed = Zeilenvorschub
odd-line-separator = Zeilentrenner
odd-narrow-no-break-space = schmales geschütztes Leerzeichen
odd-no-break-space = geschütztes Leerzeichen
odd-null-character = Nullzeichen
odd-private-character = privates Zeichen
odd-repeated-space = mehrfaches Leerzeichen
odd-right-to-left-mark = Rechts-nach-links-Zeichen
odd-soft-hyphen = weiches Trennzeichen
odd-space-at-the-end = Leerzeichen am Ende
odd-space-at-the-start = Leerzeichen am Anfang
odd-tab = Tabulator
odd-text-direction-mark = Zeichen der Schreibrichtung
odd-thin-space = dünnes Leerzeichen
odd-unreadable-character = unlesbares Zeichen
odd-variation-selector = Variantenwähler
odd-wide-space = breites Leerzeichen
odd-word-joiner = Wortverbinder
odd-zero-width-joiner = breitenloser Verbinder
odd-zero-width-non-joiner = breitenloser Nichtverbinder
odd-zero-width-space = breitenloses Leerzeichen
state-empty = Leer
state-null = Kein Wert
state-no-field = Hier gibt es kein solches Feld
state-absent = Nicht in diesem System
state-deleted = Dort gelöscht
state-held-twice = Mehrfach vorhanden
state-unknown = Nicht lesbar seit { $when }
state-hidden = Für diese Rolle verborgen
hidden-decide = Hier nicht zu entscheiden: Die Werte von { $field } sind für diese Rolle verborgen. Diese Rollen sehen sie: { $roles }
hidden-from-all = Die Werte von { $field } sind für diese Rolle verborgen
cell-new = Neu

# Die Regel eines Feldes
rule-line = Tragweite: { $stakes }, { $rule }
rule-always = wird immer geprüft
rule-none = keine Regel, also wird geprüft
rule-guard = wird diesmal geprüft: { $why }
rule-one-choice = Eine Wahl für { $members }
rule-if-wrong = Wenn falsch: { $text }

# Entscheiden
decision-press = { $n ->
    [1] Taste 1
    [2] Taste 1 oder 2
   *[other] Taste 1 bis { $n }
}
decision-choose = { $n ->
    [1] 1 wählen
    [2] 1 oder 2 wählen
   *[other] 1 bis { $n } wählen
}
decision-type = Einen Wert eingeben
decision-leave = Verschieden lassen
decision-chose = Gewählt: { $n }
decision-change = Ändern
decision-open = Nicht entschieden
decision-typed = Eigener Wert
decision-left = Verschieden gelassen
decision-keep = Den Wert aus { $system } behalten
decision-keep-earlier = Einen früheren Wert behalten
decision-create = In { $system } anlegen
decision-remove = In { $system } entfernen
decision-removed = Entfernt, wo es ihn noch gibt
leave-until = Verschieden lassen bis
leave-because = Warum dürfen sie abweichen?
typed-limit = { $system } fasst { $n } Zeichen
typed-list = { $system } nimmt eines von: { $values }
suggestion-word = Vorschlag: { $n }
suggestion-accept = { $n } annehmen
suggestion-same = Wie vorgeschlagen
suggestion-high = Hoch
suggestion-some = Etwas
suggestion-low = Gering
suggestion-no-history = Zu wenig Vorgeschichte
suggestion-record = Wie zuvor: <b>in { $kept } von { $total } Fällen behalten</b>, { $reversed } rückgängig gemacht.

# Was geschrieben wird
writes-title = Was geschrieben wird
writes-hold = wird { $seconds } s nach dem Speichern gesendet; bis dahin kann es zurückgenommen werden
writes-nothing = Keine Änderung.
writes-pending = { $fields } { $n ->
    [one] kommt
   *[other] kommen
} hier hinzu, sobald gewählt ist.
writes-paused = Das Schreiben dorthin ist angehalten: { $reason }. Es wird gesendet, wenn das endet.
writes-removes = Der Datensatz wird hier entfernt, mit allem, was er enthält. Den Grund bitte in der Notiz nennen.
writes-by-hand = Nur beobachtet: Jemand muss es von Hand eintragen. Es gilt als erledigt, wenn ein späteres Lesen es zeigt.
writes-when-back = Zurzeit nicht erreichbar. Es wird gesendet, sobald das System wieder da ist.
writes-too-long = { $system } fasst { $n } Zeichen: der Rest wird abgeschnitten
events-title = Letzte Ereignisse
events-all = alle im Verlauf
events-none = Seit dem ersten Lesen hat sich nichts geändert

# Die Leiste
save-next = Speichern und weiter
save-stay = Nur speichern
check = Prüfen
enter-title = Noch ist nichts gespeichert
enter-text = Was geschrieben würde, steht unten. Eine Schaltfläche speichert es.
skip = Überspringen
note = Notiz, freiwillig
reason = Grund
reason-choose = Grund (erforderlich)
reason-none = hier wird kein Grund verlangt
reason-source-of-truth = Maßgebliches System hat recht
reason-newer = Neuere Änderung ist richtig
reason-confirmed = Mit der Kundschaft geklärt
reason-document = Beleg gesehen
reason-formatting = Schreibweise
reason-other = Anderes, siehe Notiz

# Über dem Raster
stale-title = <b>{ $system }</b> hat <b>{ $field }</b> während der Entscheidung in <q>{ $value }</q> geändert
stale-kept = Die Auswahl ist unten erhalten; der geänderte Wert ist mit „Neu“ gekennzeichnet.
stale-saved = Nichts wurde gespeichert. Die Auswahl ist unten erhalten; der geänderte Wert ist mit „Neu“ gekennzeichnet.
decided-title = <b>{ $name }</b> hat das { $when } entschieden
decided-outcome = <b>{ $field }</b>: { $outcome }
decided-again = Neu entscheiden
decided-see = Entscheidung ansehen
settled-title = Von selbst erledigt { $when }
settled-text = Alle Systeme stimmen jetzt in { $fields } überein. Hier ist nichts mehr zu entscheiden.
settled-next = Den nächsten Konflikt öffnen
read-only-title = Ansehen ja, entscheiden nein
read-only-text = Zum Entscheiden ist die Rolle Steward nötig.
claimed-title = <b>{ $name }</b> ist daran, seit { $when }
claimed-text = Entscheiden ist trotzdem möglich; die erste Entscheidung zählt.

# Fehler
problem-nothing = Noch ist nichts gewählt. Einen Wert für { $field } wählen
problem-partly = { $field } ist nicht entschieden. Einen Wert wählen, oder die { $decided } entschiedenen speichern und den Rest offen lassen
problem-until = { $field }: angeben, bis wann es verschieden bleiben darf
problem-because = { $field }: angeben, warum es verschieden bleiben darf
problem-typed-empty = { $field }: einen Wert eingeben
problem-typed = { $field }: { $why }
problem-reason = Einen Grund wählen: Die Richtlinie verlangt hier einen

# Warum keine Regel es erledigt hat
guard-human = { $who } hat es von Hand geändert
guard-somebody = jemand Unbekanntes
guard-bulk = die Änderung ist eine von { $n } auf einmal
guard-no-time = ein Zeitpunkt der Änderung ist nicht bekannt
guard-too-close = die Änderungen liegen enger beieinander, als die Uhren unterscheiden können
guard-too-close-by = die Änderungen liegen { $apart } auseinander, und erst ab { $bound } sagen diese Uhren, welche später kam
guard-too-close-one = { guard-too-close-by } (eine der Uhren wurde nie gemessen)
guard-too-close-none = { guard-too-close-by } (keine der Uhren wurde je gemessen)
guard-blank = ein leerer Wert würde einen Wert ersetzen
guard-no-source = das maßgebliche System ist hier nicht beteiligt
guard-not-removed = kein vollständiges Lesen hat das Fehlen gezeigt, oder etwas daran ist offen
guard-changed-here = ein System, das ihn noch hat, hat ihn geändert, seit alle einig waren
guard-never-agreed = die Systeme waren sich nie einig
guard-unreadable = der Wert eines Systems ist nicht lesbar
guard-invalid = { $why }
guard-no-priority = keines der genannten Systeme hat einen Wert
guard-not-ordered = diese Werte haben keine Reihenfolge
guard-not-lists = diese Werte sind keine Listen
guard-too-few = { $n } Systeme sind zu wenige für eine Mehrheit
guard-tie = zwei Werte sind gleichauf
guard-same-change = zwei Systeme haben dieselbe Änderung gemacht
guard-reopened = eine Person hat um eine Entscheidung gebeten
guard-flapping = Regeln haben es innerhalb eines Tages { $n }-mal erledigt
guard-review-if = die Richtlinie verlangt eine Person, wenn { $expression }
guard-review-if-failed = die Bedingung der Richtlinie gibt hier keine Antwort: { $why }

# Ein Satz zur wahrscheinlichen Ursache
cause-sentence = Wahrscheinliche Ursache: { $cause }.
causes-title = Warum sie abweichen
cause-line-strong = <b>{ $cause }</b>, vieles spricht dafür: { $evidence }
cause-line-likely = <b>{ $cause }</b>, wahrscheinlich: { $evidence }
cause-line-weak = <b>{ $cause }</b>, vielleicht: { $evidence }
cause-line-unknown = <b>Unbekannt</b>: Nichts Bekanntes sagt, warum.
cause-corrected = <b>{ $cause }</b>, sagt { $name }. Gefunden war:
cause-label = Ursache bei { $field }
cause-as-found = Wie gefunden
cause-save = Festhalten
cause-said = Notiert. Listen und Zahlen richten sich nach dieser Angabe.
skipped = Übersprungen. Es bleibt in der Arbeitsliste.
saved = Entschieden: <b>{ $name }</b>. Wird in { $seconds } s gesendet.
saved-now = Entschieden: <b>{ $name }</b>.
queue-done = In dieser Ansicht ist nichts mehr offen.
event-changed = { $system } hat { $fields } geändert
event-rewritten = { $system } hat dasselbe noch einmal geschrieben
event-written = Referee hat { $fields } in { $system } geschrieben
event-deleted = In { $system } gelöscht
event-first = In { $system } zum ersten Mal gelesen
problem-other = { $text }
event-changed-some = { $system } hat etwas geändert
column-never = noch nicht gelesen
stale-some = <b>{ $name }</b> hat sich während der Entscheidung geändert
guard-incident = es wartet unter einem Vorfall
