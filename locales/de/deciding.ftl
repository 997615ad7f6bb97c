# Vorschläge: was dafür und was dagegen spricht, in einer Reihe
suggest-title-for = Dafür:
suggest-title-against = Dagegen:
suggest-person = Von { $who } in { $system } geändert.
suggest-somebody = Von einer Person in { $system } geändert.
suggest-source = Im maßgeblichen System.
suggest-others-stand = { $n ->
    [one] { $systems } hält noch, worin zuletzt alle einig waren.
   *[other] { $systems } halten noch, worin zuletzt alle einig waren.
}
suggest-newest = Die neueste Änderung.
suggest-valid = Gültig.
suggest-others-invalid = Was die anderen halten, ist nicht gültig.
suggest-most = Gehalten von { $n } von { $of } Systemen.
suggest-not-source = Das maßgebliche System, { $system }, hält einen anderen Wert.
suggest-person-elsewhere = { $who } hat es in { $system } geändert.
suggest-somebody-elsewhere = Eine Person hat es in { $system } geändert.
suggest-newer-elsewhere = Die Änderung in { $system } ist neuer.
suggest-bulk = Eine von { $n } Änderungen auf einmal.
suggest-machine = Eine Automatik hat es in { $system } geändert.
suggest-blank = Ein leerer Wert ersetzt einen Wert.
suggest-blind = Ein Vorschlag erscheint hier, sobald gewählt ist.
suggest-accept-all = { $n ->
    [2] Beide Vorschläge annehmen
   *[other] Alle { $n } Vorschläge annehmen
}
decision-suggested = { $n } war vorgeschlagen
decision-suggested-after = { $n } war vorgeschlagen, verborgen, bis etwas gewählt war
decision-suggested-unseen = { $n } wäre vorgeschlagen worden; es wurde nicht gezeigt

# Alle Zeilen auf einmal
use-all = Alle Werte wählen aus

# Ergebnisse
decision-clear = Leeren
decision-cleared = Absichtlich leer
decision-clear-tip = Dort soll nichts stehen, in keinem System
decision-combine = Alle vereinen
decision-combined = Alle Listen vereint
decision-leave-missing = Fehlen lassen
decision-left-missing = Fehlen gelassen
leave-missing-until = Fehlen lassen bis
leave-missing-because = Warum darf es fehlen?
decision-cleared-for = <b>{ $field }</b> geleert
decision-combined-for = <b>{ $field }</b> vereint
decision-combined-value = Vereint: { $value }
decision-created = Angelegt, wo er fehlte
past-cleared-field = Entschieden: absichtlich leer
past-combined = Entschieden: alle Listen vereint, <q>{ $value }</q>
said-cleared = <b>{ $actor }</b> hat { $field } absichtlich geleert
said-combined = <b>{ $actor }</b> hat { $field } vereint zu <q>{ $value }</q>
problem-clear = { $field } kann nicht geleert werden
problem-combine = { $field } kann nicht vereint werden: Diese Werte sind keine Listen

# Eingeben
typed-required = Ein Wert ist nötig.
typed-most = Höchstens { $n } Zeichen.
typed-least = Mindestens { $n } Zeichen.
typed-example = Geschrieben wie { $example }
typed-pattern = Form: { $pattern }
typed-min = Mindestens { $value }.
typed-max = Höchstens { $value }.
typed-one-of = Eines von: { $values }.

# Einen Teil speichern
problem-undecided = { $field } ist nicht entschieden
save-partly = Die { $decided } entschiedenen speichern, { $open } offen lassen

# Werte, die sich während der Entscheidung änderten
decided-yours = Die eigene Wahl für <b>{ $field }</b> war: { $outcome }
decided-yours-note = Die eigene Notiz war: { $note }
decided-in-part = <b>{ $name }</b> hat währenddessen einen Teil davon entschieden
decided-in-part-rest = Von den eigenen Angaben wurde nichts gespeichert. Was für den Rest gewählt war, ist unten erhalten.
stale-too = Inzwischen weicht auch <b>{ $field }</b> ab
stale-lost = Niemand hält mehr, was für { $field } gewählt war: noch einmal wählen.

# Neben dem Raster
agreed-since = seit { $when }
conflict-other = Ein anderer offener Konflikt: { $entity } { $name }
conflict-others-more = Weitere Datensätze dieses Namens
precedents-title = Letzte Entscheidungen zu { $n ->
    [one] diesem Feld
   *[other] diesen Feldern
}
precedent-line = <b>{ $name }</b> zu <q>{ $record }</q>, { $field }: { $outcome }
