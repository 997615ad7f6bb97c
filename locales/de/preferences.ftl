preferences-title = Persönliche Einstellungen
preferences-lead = Gelten für dieses Konto in jedem Browser.
preferences-saved = Die persönlichen Einstellungen sind gespeichert.
preferences-save = Einstellungen speichern
preferences-theme = Farben
theme-system = Wie im System eingestellt
theme-light = Hell
theme-dark = Dunkel
preferences-density = Zeilen
density-compact = Dicht
density-regular = Normal
density-roomy = Weit
preferences-language = Sprache
preferences-language-tip = Gilt für jede Seite. Werte werden in jeder Sprache so gezeigt, wie sie gespeichert sind.
language-browser = Wie der Browser es wünscht
language-en = English
language-de = Deutsch
preferences-zone = Zeitzone
preferences-zone-tip = Alle Zeiten werden in ihr gezeigt. Ein Name wie Europe/Berlin.
problem-zone = „{ $zone }“ ist keine Zeitzone: einen Namen aus der Liste wählen, zum Beispiel Europe/Berlin.
preferences-after = Eingabetaste auf einem Konflikt
after-next = speichert und zeigt den nächsten
after-stay = speichert und bleibt
preferences-after-tip = Das andere bleibt einen Tastendruck entfernt.
preferences-hold = Zeit zum Zurücknehmen
hold-times = { $n ->
    [1] Wie es die Richtlinien sagen
   *[other] { $n }-mal so lang
}
preferences-hold-tip = So lange warten die Schreibvorgänge der eigenen Entscheidungen. Was Regeln entscheiden, wartet nicht.
preferences-keys = Einzelne Tasten
keys-on = Ein
keys-off = Aus
preferences-keys-tip = Aus: Kein Buchstabe und keine Ziffer löst etwas aus; alle Knöpfe und Verweise bleiben.
preferences-rebind = Andere Tasten
preferences-rebind-tip = Je ein Zeichen. Leer: die Taste, die dort grau steht.
problem-key-not-one = Eine Taste ist ein einzelnes Zeichen.
problem-key-clash = Die Taste für „{ $action }“ ist schon mit „{ $other }“ belegt: eine andere wählen.
