audit-title = Protokoll
audit-entries = Einträge
audit-find = Person, Datensatz, Wert oder Eintrag suchen
audit-from = Von
audit-to = Bis
audit-entry = Eintrag { $n }
audit-entry-link = Eintrag { $n } öffnen
audit-line = Zeile
audit-previous-line = Zeile davor
audit-found = { $n ->
    [one] <b>1 Eintrag</b>
   *[other] <b>{ $n } Einträge</b>
}, neueste zuerst
audit-found-query = { $n ->
    [one] <b>1 Eintrag</b>
   *[other] <b>{ $n } Einträge</b>
} zu { $query }, neueste zuerst
empty-audit-title = Kein Eintrag passt
empty-audit-text = Einen Filter entfernen oder den Zeitraum erweitern.
day-today = Heute
day-yesterday = Gestern
facet-action = Vorgang
facet-person = Person
facet-reason = Grund

# Jeder Eintrag als Satz; zuerst, wer es war.
entry-opened = <b>{ $actor }</b> hat einen Konflikt zu <b>{ $field }</b> eröffnet, { $system } weicht ab
entry-kept = <b>{ $actor }</b> hat <b>{ $field }</b> <q>{ $value }</q> aus { $system } behalten statt <q>{ $lost }</q> aus { $other }
entry-typed = <b>{ $actor }</b> hat <b>{ $field }</b> <q>{ $value }</q> eingegeben
entry-left = <b>{ $actor }</b> hat <b>{ $field }</b> verschieden gelassen bis { $until }
entry-settled-rule = <b>{ $actor }</b> hat <b>{ $field }</b> per Regel erledigt, <q>{ $value }</q> aus { $system } statt <q>{ $lost }</q> aus { $other }
entry-settled-itself = <b>{ $actor }</b> fand <b>{ $field }</b> von selbst erledigt
entry-confirmed = <b>{ $actor }</b> hat bestätigt, dass { $system } jetzt <q>{ $value }</q> hält
entry-refused = <b>{ $actor }</b> wurde von { $system } abgewiesen: <q>{ $said }</q>
entry-overtaken = <b>{ $actor }</b> hat { $system } gelassen, wie es ist: Ein Wert hatte sich seit der Entscheidung geändert
entry-undone = <b>{ $actor }</b> hat die Entscheidung zu <b>{ $field }</b> zurückgenommen
entry-reversed = <b>{ $actor }</b> hat <b>{ $field }</b> in { $system } rückgängig gemacht, auf <q>{ $value }</q>
entry-policy = <b>{ $actor }</b> hat die Richtlinie von <b>{ $field }</b> geändert: { $why }
entry-run = <b>{ $actor }</b> hat { $system } gelesen: { $n ->
    [one] 1 Datensatz
   *[other] { $n } Datensätze
}, { $changed } geändert
entry-run-failed = <b>{ $actor }</b> konnte { $system } nicht lesen: <q>{ $said }</q>
entry-signed-in = <b>{ $actor }</b> hat sich angemeldet
entry-sign-in-failed = Jemand konnte sich nicht als <q>{ $login }</q> anmelden
entry-read = <b>{ $actor }</b> hat sich { $what } angesehen
entry-configured = <b>{ $actor }</b> hat die Konfiguration geändert: { $what }
entry-user = <b>{ $actor }</b> hat das Konto von <b>{ $person }</b> geändert

chain-verified = <b>Geprüft</b> bis Eintrag <b>{ $n }</b>, { $when }
chain-checking = <b>Wird geprüft</b>: { $done } von { $of } Einträgen
chain-broken = <b>Gebrochen bei Eintrag { $n }</b>, gefunden { $when }
chain-unchecked = Seit dem Start nicht geprüft
verification-title = Ist das Protokoll noch, wie es geschrieben wurde?
verification-now = Jetzt alles prüfen
verification-how = Jeder Eintrag trägt eine Zeile, die aus seinen eigenen Bytes und der Zeile davor gebildet ist. Wird ein Eintrag geändert, entfernt oder verschoben, bricht jede Zeile danach; eine Prüfung findet also die erste, die nicht passt.
verification-outside = Dieselbe Prüfung geht auch ohne diesen Server, an der Datenbank oder einem Export:
verification-entries = Einträge
verification-head = Neueste Zeile
verification-checks = Bisherige Prüfungen
verification-none = Keine, seit der Server eingerichtet wurde. Eine Prüfung liest jeden Eintrag und dauert einen Moment.
verification-range = Geprüfte Einträge
verification-result = Ergebnis
verification-by = Gestartet von
verification-ok = alle Zeilen passen
verification-broken = Eintrag { $n } passt nicht
verification-by-start = dem Start des Servers
verification-by-schedule = dem Zeitplan
verification-broken-at = Eintrag { $n } { $problem }
export-list = Als Datei:
export-csv = CSV
export-jsonl = JSON-Zeilen
export-format = Ein Export ist CSV oder JSON-Zeilen.
export-too-long = { $n } Einträge sind mehr, als ein Export haben darf, nämlich { $most }. Zuerst die Liste eingrenzen, zum Beispiel über den Zeitraum.
audit-rule = Version { $n } der Richtlinien
audit-of-record = Datensatz { $id }
audit-unreadable = Eintrag { $n } ist nicht lesbar. Das Protokoll prüfen.
said-opened = <b>{ $actor }</b> hat einen Konflikt eröffnet: <b>{ $fields }</b>
said-reopened = <b>{ $actor }</b> hat den Konflikt wieder geöffnet: <b>{ $fields }</b>
said-closed = <b>{ $actor }</b> hat den Konflikt abgeschlossen
said-claimed = <b>{ $actor }</b> hat den Konflikt übernommen
said-kept = <b>{ $actor }</b> hat <b>{ $field }</b> <q>{ $value }</q> behalten statt <q>{ $lost }</q>
said-settled = <b>{ $actor }</b> hat <b>{ $field }</b> erledigt
said-settled-over = <b>{ $actor }</b> hat <b>{ $field }</b> erledigt: <q>{ $value }</q> statt <q>{ $lost }</q>
said-created = <b>{ $actor }</b> hat ihn anlegen lassen, wo er fehlt, aus <q>{ $value }</q>
said-removed = <b>{ $actor }</b> hat ihn entfernen lassen, wo es ihn noch gibt
said-sample-drawn = <b>{ $actor }</b> hat eine Stichprobe von { $n } zur Blindprüfung gezogen
said-sample-answered = <b>{ $actor }</b> hat eine Blindprüfung zu { $field } beantwortet
said-asked = <b>{ $actor }</b> hat um eine Entscheidung zu { $field } gebeten
said-cause = <b>{ $actor }</b> hat als Ursache bei <b>{ $field }</b> angegeben: { $cause }
said-undone = <b>{ $actor }</b> hat die Entscheidung zurückgenommen
said-reversed = <b>{ $actor }</b> hat die Entscheidung zu <b>{ $field }</b> rückgängig gemacht
said-confirmed = <b>{ $actor }</b> hat <b>{ $field }</b> in { $system } geschrieben und <q>{ $value }</q> zurückgelesen
said-accepted = <b>{ $actor }</b> hat <b>{ $field }</b> in { $system } geschrieben, das aus <q>{ $value }</q> etwas anderes gemacht hat
said-by-hand = <b>{ $actor }</b> hat darum gebeten, <b>{ $field }</b> in { $system } von Hand einzutragen: <q>{ $value }</q>
said-retried = <b>{ $actor }</b> hat das Schreiben in { $system } noch einmal versucht
said-target-paused = <b>{ $actor }</b> hat das Schreiben in { $system } angehalten: Es antwortet nicht
said-target-no-sign-in = <b>{ $actor }</b> hat Lesen und Schreiben von { $system } angehalten: Es nimmt die Anmeldung nicht an
said-target-resumed = <b>{ $actor }</b> hat { $system } wieder lesen und schreiben lassen
said-draft = <b>{ $actor }</b> hat eine Änderung der Richtlinie von <b>{ $field }</b> entworfen: { $why }
said-draft-rebased = <b>{ $actor }</b> hat einen Entwurf der Richtlinien auf Version { $n } gestützt: { $why }
said-draft-rebased-of = <b>{ $actor }</b> hat einen Entwurf von { $author } auf Version { $n } der Richtlinien gestützt: { $why }
said-draft-gone = <b>{ $actor }</b> hat einen Entwurf der Richtlinien verworfen: { $why }
said-draft-gone-of = <b>{ $actor }</b> hat einen Entwurf der Richtlinien von { $author } verworfen: { $why }
said-shadow = <b>{ $actor }</b> hat einen Entwurf der Richtlinien { $n } Tage lang in den Schattenbetrieb genommen: { $why }
said-shadow-ended = <b>{ $actor }</b> hat den Schattenbetrieb eines Entwurfs der Richtlinien beendet: { $why }
said-tidied = <b>{ $actor }</b> hat die Schreibweise von <b>{ $field }</b> vereinheitlicht
said-policy-first = <b>{ $actor }</b> hat die ersten Richtlinien in Kraft gesetzt
said-writes-on = <b>{ $actor }</b> hat das Schreiben in { $system } eingeschaltet
said-writes-off = <b>{ $actor }</b> hat das Schreiben in { $system } ausgeschaltet
said-links = <b>{ $actor }</b> hat { $n } Verknüpfungen eingelesen
said-reading-paused = <b>{ $actor }</b> hat das Lesen von { $entity } aus { $system } angehalten
said-reading-resumed = <b>{ $actor }</b> hat das Lesen von { $entity } aus { $system } fortgesetzt
said-writing-paused = <b>{ $actor }</b> hat das Schreiben von { $entity } in { $system } angehalten
said-writing-resumed = <b>{ $actor }</b> hat das Schreiben von { $entity } in { $system } fortgesetzt
said-paused = <b>{ $actor }</b> hat das Lesen von { $system } angehalten
said-resumed = <b>{ $actor }</b> hat das Lesen von { $system } fortgesetzt
said-configured = <b>{ $actor }</b> hat die Konfiguration geändert
said-configured-system = <b>{ $actor }</b> hat die Konfiguration von { $system } geändert
said-user-added = <b>{ $actor }</b> hat das Konto von <b>{ $person }</b> angelegt
said-user-changed = <b>{ $actor }</b> hat ein Konto geändert: { $what }
said-token = <b>{ $actor }</b> hat das Token <b>{ $name }</b> ausgestellt
said-token-revoked = <b>{ $actor }</b> hat ein Token widerrufen
said-signed-out = <b>{ $actor }</b> hat sich abgemeldet
said-read = <b>{ $actor }</b> hat das Protokoll gelesen
said-read-draft = <b>{ $actor }</b> hat Werte gelesen, um die es in einem Entwurf der Richtlinien von <b>{ $entity }</b> geht
said-read-trial = <b>{ $actor }</b> hat eine Bedingung an echten Werten von <b>{ $field }</b> erprobt
said-read-explanation = <b>{ $actor }</b> hat gelesen, wie die Werte des Datensatzes { $id } beurteilt werden
said-read-dry-run = <b>{ $actor }</b> hat einen Probelauf von { $entity } gelesen
said-read-record = <b>{ $actor }</b> hat das Protokoll des Datensatzes { $id } gelesen
said-exported = <b>{ $actor }</b> hat { $n } Einträge als { $format } exportiert
said-other = <b>{ $actor }</b>: { $what }
said-reason = Grund: { $reason }
said-policy-version = Version { $n } der Richtlinien
action-conflict-opened = Konflikte eröffnet
action-conflict-closed = Konflikte abgeschlossen
action-conflict-reopened = Konflikte wieder geöffnet
action-conflict-claimed = Konflikte übernommen
action-decided = Entscheidungen
action-settled-by-rule = Per Regel erledigt
action-settled-by-itself = Von selbst erledigt
action-review-asked = Entscheidungen erbeten
action-sample-drawn = Stichproben gezogen
action-sample-answered = Stichproben beantwortet
action-cause-corrected = Ursachen berichtigt
action-group-decided = Gruppen entschieden
action-incident-opened = Vorfälle eröffnet
action-incident-decided = Vorfälle beantwortet
action-incident-ended = Vorfälle beendet
action-undone = Entscheidungen zurückgenommen
action-reversed = Entscheidungen rückgängig gemacht
action-delivery-confirmed = Schreibvorgänge bestätigt
action-delivery-accepted-with-changes = Vom System veränderte Schreibvorgänge
action-delivery-refused = Schreibvorgänge abgelehnt
action-delivery-overtaken = Schreibvorgänge überholt
action-delivery-by-hand = Schreibvorgänge von Hand
action-delivery-retried = Schreibvorgänge noch einmal versucht
action-target-paused = In Ruhe gelassene Systeme
action-target-resumed = Systeme wieder gelesen und geschrieben
action-run-ended = Läufe
action-run-failed = Läufe fehlgeschlagen
action-policy-changed = Richtlinien geändert
action-policy-drafted = Richtlinienänderungen entworfen
action-policy-draft-rebased = Richtlinienentwürfe auf den neuesten Stand gebracht
action-policy-draft-discarded = Richtlinienentwürfe verworfen
action-policy-shadow-started = Richtlinienentwürfe im Schattenbetrieb
action-policy-shadow-ended = Schattenbetriebe beendet
action-configuration-changed = Konfiguration geändert
action-writes-enabled = Schreiben eingeschaltet
action-writes-disabled = Schreiben ausgeschaltet
action-links-imported = Verknüpfungen eingelesen
action-user-added = Konten angelegt
action-user-changed = Konten geändert
action-token-issued = Token ausgestellt
action-token-revoked = Token widerrufen
action-signed-in = Anmeldungen
action-sign-in-failed = Anmeldungen fehlgeschlagen
action-signed-out = Abmeldungen
action-read = Protokoll gelesen
action-exported = Exporte
action-demo-edited = Änderungen der Demo
settings-broken = gebrochen: Ein Eintrag ist nicht, wie er geschrieben wurde
said-report = <b>{ $actor }</b> bekommt <q>{ $view }</q> um { $at } gemailt, { $day ->
    [monday] montags
    [tuesday] dienstags
    [wednesday] mittwochs
    [thursday] donnerstags
    [friday] freitags
    [saturday] samstags
    [sunday] sonntags
   *[daily] täglich
}
said-report-once = <b>{ $actor }</b> ließ sich <q>{ $view }</q> einmal mailen
said-report-ended = <b>{ $actor }</b> hat die Berichte über <q>{ $view }</q> beendet
said-report-mailed = <b>{ $actor }</b> bekam { $n } Zeilen von <q>{ $view }</q> gemailt
