# Kommentare und Schlagwörter.
talk-title = Kommentare
talk-none = Noch hat niemand etwas gesagt.
talk-earlier = { $n ->
    [one] 1 früherer Kommentar steht im Verlauf
   *[other] { $n } frühere Kommentare stehen im Verlauf
}
comment-label = Kommentar
comment-tip = Wer mit @ und Anmeldenamen genannt ist, bekommt eine Nachricht. Ein Kommentar wird nachträglich nicht geändert. Höchstens { $most } Zeichen.
comment-send = Kommentieren
comment-withdraw = Zurückziehen
comment-withdrawn = Zurückgezogen von { $name }, { $when }
comment-by = { $name }, { $when }
comment-said = Der Kommentar steht beim Datensatz.{ $told-n ->
    [0] {""}
   *[other] {" "}Benachrichtigt: { $told }.
}{ $unseeing-n ->
    [0] {""}
   *[other] {" "}Ohne Zugang zu diesem Datensatz und nicht benachrichtigt: { $unseeing }.
}{ $unknown-n ->
    [0] {""}
   *[other] {" "}Unbekannte Anmeldenamen: { $unknown }.
}
comment-gone = Der Kommentar ist zurückgezogen.
problem-comment = Etwas in 1 bis { $most } Zeichen sagen.
tags-title = Schlagwörter
tags-none = Keine Schlagwörter
tag-label = Schlagwort hinzufügen
tag-add = Hinzufügen
tag-remove = Schlagwort { $tag } entfernen
tags-saved = Die Schlagwörter sind gespeichert.
problem-tag = Ein Schlagwort hat 1 bis { $longest } Zeichen und kein Komma; ein Konflikt hat höchstens { $most }.
past-commented = Kommentar: { $text }
past-comment-withdrawn = Kommentar, zurückgezogen von { $name }
past-by-comment = Gesagt
decision-comments = Kommentare zum Konflikt
said-commented = <b>{ $actor }</b> hat kommentiert
said-comment-withdrawn = <b>{ $actor }</b> hat einen Kommentar von { $of } zurückgezogen
said-tagged = <b>{ $actor }</b> hat dem Konflikt das Schlagwort „{ $tag }“ gegeben
said-untagged = <b>{ $actor }</b> hat das Schlagwort „{ $tag }“ entfernt
key-comment = kommentieren
