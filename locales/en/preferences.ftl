preferences-title = Preferences
preferences-lead = These follow your account to every browser.
preferences-saved = Your preferences are saved.
preferences-save = Save preferences
preferences-theme = Colours
theme-system = As the system is set
theme-light = Light
theme-dark = Dark
preferences-density = Rows
density-compact = Compact
density-regular = Regular
density-roomy = Roomy
preferences-language = Language
preferences-language-tip = Of every page. Values are shown as they are stored, in any language.
language-browser = As the browser asks
language-en = English
language-de = Deutsch
preferences-zone = Time zone
preferences-zone-tip = Every time is shown in it. A name such as Europe/Berlin.
problem-zone = “{ $zone }” is no time zone: choose a name of the list, such as Europe/Berlin.
preferences-after = Enter on a conflict
after-next = saves and shows the next
after-stay = saves and stays
preferences-after-tip = The other one stays one key away.
preferences-hold = Time to undo
hold-times = { $n ->
    [1] As long as the policies say
   *[other] { $n } times as long
}
preferences-hold-tip = Writes of your decisions wait that long. What rules decide does not wait.
preferences-keys = Single keys
keys-on = On
keys-off = Off
preferences-keys-tip = Off: no letter or digit does anything; every button and link stays.
preferences-rebind = Other keys
preferences-rebind-tip = One character each. Empty: the key that stands there in grey.
problem-key-not-one = A key is a single character.
problem-key-clash = The key for “{ $action }” is taken by “{ $other }”: choose another.
