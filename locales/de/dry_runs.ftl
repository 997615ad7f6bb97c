dry-runs-title = Probelauf
dry-runs-lead = Vergleicht, was die Systeme jetzt halten. In kein System wird geschrieben, und kein Konflikt wird eröffnet.
dry-run-systems = Zu vergleichende Systeme
dry-run-systems-tip = Zwei oder mehr. Datensätze werden über die Kennung zusammengebracht, die sie teilen.
dry-run-start = Probelauf starten
dry-runs-recent = Letzte Probeläufe
dry-runs-kept = Die neuesten fünf bleiben einen Tag, und keiner über einen Neustart hinaus.
dry-run-title = Probelauf: { $entity }
dry-run-title-running = Läuft: Probelauf { $entity }
dry-run-stop = Anhalten
dry-run-look-again = Noch einmal nachsehen
dry-run-watched = Diese Seite sieht alle 2 Sekunden nach.
dry-run-watch-stop = Nicht mehr nachsehen
dry-run-watch = Von selbst nachsehen
dry-run-progress = Verglichene Datensätze
dry-run-progress-line = { $done } von etwa { $of } Datensätzen verglichen
dry-run-found = { $n ->
    [one] 1 Abweichung
   *[other] { $n } Abweichungen
}
dry-run-lead = { $n ->
    [0] <b>Keine Abweichungen</b>, nichts geschrieben
    [one] <b>1 Abweichung</b>, nichts geschrieben
   *[other] <b>{ $n } Abweichungen</b>, nichts geschrieben
}
dry-run-stopped = Angehalten
dry-run-was-stopped = Dieser Probelauf wurde vor seinem Ende angehalten
dry-run-failed = Dieser Probelauf ist abgebrochen
dry-run-failed-advice = Die Seite des Systems und seinen letzten Lauf ansehen, dann noch einmal starten.
dry-run-too-long = Dieser Probelauf wurde nach { $n } Minuten beendet
dry-run-too-long-advice = Weniger Systeme auf einmal vergleichen, oder den Befehl referee sync --dry-run verwenden, der keine Grenze hat.
dry-run-again = Einen weiteren starten
dry-run-gone = Dieser Probelauf ist nicht mehr vorhanden: Berichte verschwinden nach einem Tag und beim Start des Servers
dry-run-no-report = Dieser Probelauf hat keinen Bericht: Er ist nicht am Ende oder hat es nicht erreicht
dry-run-none-title = Nichts zu vergleichen
dry-run-none-text = Keine Datensatzart ist in zwei Systemen zugeordnet. Ein zweites verbinden und wiederkommen.
dry-run-download = Bericht herunterladen
dry-run-compared = { $n } Datensätze verglichen: { $agree } stimmen überein, { $differ } weichen ab
dry-run-left-out = { $n } ausgelassen: Eine Zeile ist doppelt oder nicht lesbar
dry-run-lacking = { $n } { $n ->
    [one] ist
   *[other] sind
} nicht in { $system }
dry-run-cut = Der Bericht enthält die ersten { $n } Abweichungen; gezählt sind alle. Der Befehl referee sync --dry-run schreibt sie alle.
dry-run-by-field = Nach Feld
dry-run-all = Abweichungen
dry-run-settle = Per Regel erledigt
dry-run-review = Zur Prüfung
dry-run-stand = Verschieden gelassen
dry-run-written = Nur anders geschrieben
dry-run-whole = Der Datensatz selbst
dry-run-stands = Bleibt wie entschieden
dry-run-filter = { $field }: { $would }
dry-run-would-settle = erledigt, { $by }
dry-run-would-review = Zur Prüfung: { $why }
dry-run-keeps = Erledigt: der Wert aus { $system } bleibt
dry-run-key = Datensatz
dry-run-values = Werte
dry-run-held-by = Gehalten von
dry-run-would = Was ein Lauf täte
dry-run-range = { $from } bis { $to } von { $n }
dry-run-rows = Abweichungen
dry-run-rows-none = Keine Abweichung passt dazu.
dry-run-why-no_rule = keine Regel
dry-run-why-always_reviewed = wird immer geprüft
dry-run-why-no_source = das maßgebliche System ist hier nicht beteiligt
dry-run-why-never_agreed = die Systeme waren sich nie einig
dry-run-why-blank_wins = ein leerer Wert würde einen Wert ersetzen
dry-run-why-human_edit = von Hand geändert
dry-run-why-bulk = eine von vielen Änderungen auf einmal
dry-run-why-no_time = ein Zeitpunkt der Änderung ist nicht bekannt
dry-run-why-too_close = enger beieinander, als die Uhren unterscheiden können
dry-run-why-unreadable = ein Wert ist nicht lesbar
dry-run-why-invalid = ein Wert ist nicht von der Art seines Feldes
dry-run-why-no_priority = keines der genannten Systeme hat einen Wert
dry-run-why-not_ordered = diese Werte haben keine Reihenfolge
dry-run-why-not_lists = diese Werte sind keine Listen
dry-run-why-too_few = zu wenige Systeme für eine Mehrheit
dry-run-why-tie = zwei Werte sind gleichauf
dry-run-why-same_change = zwei Systeme haben dieselbe Änderung gemacht
dry-run-why-incident = ein offener Vorfall hält es zurück
dry-run-why-reopened = eine Person hat um eine Entscheidung gebeten
dry-run-why-flapping = Regeln haben es immer wieder erledigt
dry-run-why-review_if = die Bedingung der Richtlinie verlangt eine Person
dry-run-why-review_if_failed = die Bedingung der Richtlinie gibt keine Antwort
problem-dry-run-systems = Mindestens zwei Systeme zum Vergleichen wählen
settings-dry-runs = Probelauf
settings-dry-runs-text = Worin die Systeme jetzt abweichen, ohne etwas zu schreiben
settings-routing = Zuteilung
settings-routing-text = Wer neue Konflikte entscheidet, wem ein Feld gehört und wohin Überfällige gehen.
