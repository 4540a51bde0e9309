"""German."""

SETS = {
    "the": ("der|die|das|den|dem|des|ein|eine|einen|einem|diese|dieser|dieses|diesen|alle|meine|meinen|deren|dessen"),
    "thing": (
        "zusammenfassung|tabelle|ergebnis|ergebnisse|liste|zahlen|ubersicht|ausgabe|sie|es|ihn|das|datei|text|"
        "daten|zeilen|inhalt|alles|bericht|auswertung|aufstellung|auszahlung|anzahlen|das ganze"
    ),
    "stop": (
        "der|die|das|den|dem|und|dann|bitte|sie|es|schliesslich|danach|zuletzt|auch|zu|von|in|fur|mit|aus|an|am|"
        "im|als|nun|ein|eine|einen|davon|sind|ist|jetzt|ergebnis|zeilen|daten|datei|welche|anschliessend|mir|mal"
    ),
    "read": "lies|lese|lade|nimm|offne|importiere|verwende|benutze|lies ein|ein lesen|hole|werte aus|mit",
    "write": (
        "schreib|schreibe|speicher|speichere|sichere|lege|leg|exportiere|gib|schreiben|speichern|geschrieben|"
        "gespeichert|ablegen|abgelegt|kommt"
    ),
    "make": "erstelle|erzeuge|mach|mache|ich brauche|ich mochte|ich will",
    "to": "nach|als|namens|unter|->|=>|→|in die datei|ins",
    "from": "aus|von|vom|anhand von|auf basis von",
    "at": "in|im",
    "filenoun": "datei|csv|csv-datei|tabelle|daten|der datei|die datei",
    "stdin": "stdin|standardeingabe|der standardeingabe|von der standardeingabe",
    "keep": (
        "behalte|behalte nur|nur|nur die|filtere|filtere nach|filtere auf|nimm nur|wahle|wahle nur|betrachte nur|"
        "beachte nur|berucksichtige nur|beschranke auf|lass nur|suche|heraus|davon nur"
    ),
    "drop": (
        "entferne|verwirf|ignoriere|lass weg|streiche|losche alle zeilen|wirf weg|ohne die|uberspringe|sortiere aus"
    ),
    "column": "spalte|spalten|die spalte|die spalten|feld|felder",
    "rest": ("ignoriere den rest|verwirf den rest|den rest ignorieren|alles andere weglassen|ignoriere alles andere"),
    "and": "und|sowie|und deren|und dessen",
    "both": "sowohl",
    "or": "oder",
    "not": "nicht|kein|keine|keinen|ausser|nicht mehr|alles ausser|alle ausser|aber nicht",
    "neither": "weder",
    "is": "ist|sind|gleich|=|==|hat den wert|lautet|steht auf|auf",
    "glue": (
        "der|die|das|den|dem|des|deren|dessen|ein|eine|einen|einem|einer|mit|von|in|im|auf|ist|sind|war|waren|"
        "haben|hat|alle|alles|was|zeilen|zeile|eintrage|datensatze|welche|sie|es|noch|gerade|nach|zu|jene|jenen|"
        "diejenigen|bei|wo|steht|aus"
    ),
    "more": "uber|mehr als|grosser als|hoher als|>|oberhalb von|grosser",
    "less": "unter|weniger als|kleiner als|niedriger als|<|unterhalb von",
    "atleast": "mindestens|wenigstens|>=|≥|nicht weniger als",
    "atmost": "hochstens|maximal|<=|≤|nicht mehr als",
    "between": "zwischen",
    "empty": "leer|ist leer|fehlt",
    "without": "ohne|kein|keine",
    "filled": "nicht leer|ausgefullt",
    "contains": "enthalt|enthalten|die das wort",
    "starts": "beginnt mit|beginnen mit",
    "ends": "endet auf|enden auf|endet mit",
    "count": (
        "zahle|zahl|zahlen|anzahl|die anzahl|wie viele|die anzahl der|anzahl der|wieviele|sag mir wie viele|"
        "gib an wie viele"
    ),
    "countname": "anzahl|der anzahl|haufigkeit|zahl",
    "countnoun": "sie|es|die zeilen|ubrig sind|ubrig bleiben|es gibt|gibt es|sind|ubrig|noch|bleiben",
    "by": (
        "pro|je|nach|fur jedes|fur jeden|fur jede|gruppiert nach|gruppiere nach|gruppiere sie nach|"
        "aufgeteilt nach|aufgeschlusselt nach|in jedem|in jeder"
    ),
    "group": "gruppiere|gruppiere nach|gruppiere sie nach|gruppiert nach|aufgeschlusselt nach",
    "sort": "sortiere nach|sortiert nach|sortiere sie nach|ordne nach|ordne sie nach|geordnet nach",
    "desc": "absteigend|in absteigender reihenfolge|die grossten zuerst|grosste zuerst|hochste zuerst",
    "asc": "aufsteigend|in aufsteigender reihenfolge|alphabetisch|kleinste zuerst",
    "frequent": "haufigste zuerst|die haufigsten zuerst|haufigstes zuerst",
    "rare": "seltenste zuerst|die seltensten zuerst",
    "top": "die ersten|die obersten|die ersten nur",
    "topnoun": "zeilen|davon|eintrage",
    "sum": "summe|die summe|die summe der|summiere|summe der|gesamt",
    "mean": "durchschnitt|den durchschnitt|mittelwert|durchschnittlicher",
    "min": "minimum|das minimum|kleinster",
    "max": "maximum|das maximum|hochster",
    "markdown": "als markdown|als markdown-tabelle|als markdowntabelle",
    "csv": "als csv",
    "json": "als json|nach json|in json",
    "convert": "wandle|wandle um|um|konvertiere|verwandle",
    "show": "zeig mir|zeige mir|zeige|zeig|gib aus",
    "upper": (
        "in grossbuchstaben|grossbuchstaben|alles in grossbuchstaben|wandle alles in grossbuchstaben um|"
        "mach alles gross|setze alles in grossbuchstaben|schreibe alles gross"
    ),
    "lower": (
        "in kleinbuchstaben|kleinbuchstaben|alles in kleinbuchstaben|mach alles klein|setze alles in kleinbuchstaben"
    ),
    "trim": "entferne leerraum am rand",
    "replace": "ersetze|ersetze jedes|ersetze alle|tausche",
    "replaceby": "durch|gegen|mit",
    "lines": "zeilen|die zeilen",
    "wordunits": "worter|die worter",
    "charunits": "zeichen|die zeichen|buchstaben",
    "approving": (
        "freigeben|freigegeben|genehmigen|genehmigt|bestatigen|bestatigt|prufen|gepruft|absegnen|abgesegnet|"
        "zustimme|zugestimmt|freigebe|genehmige|bestatige|zustimmen|ok sage|ja sage|einverstanden bin|ansehen|"
        "anschauen|abnehmen|abgenommen|gutheissen|ok gebe"
    ),
    "oknoun": "freigabe|zustimmung|genehmigung|bestatigung|ok|okay|einverstandnis|erlaubnis|prufung|abnahme",
    "quality": "gut|in ordnung|ok|okay|richtig|korrekt",
}
APPROVALS = (
    "frag|frage mich vor dem schreiben|speichern",
    "lass|lasse|lasst mich vorher|zuerst|erst? @the? @thing? vorher|zuerst|erst? @approving",
    "bitte|frag|frage mich vorher|zuerst|erst? um|nach @the|meine? @oknoun",
    "frag|frage mich vorher|zuerst|erst? ,? ob @the? @thing @quality ist|sind",
    "frag|frage mich vorher|zuerst|erst",
    "frag|frage mich ob @the? @thing @quality ist|sind",
    "nach|mit|erst nach? meiner|der|meinem @oknoun der|des? @thing?",
    "erst nach meiner|meinem @oknoun",
    "hol|hole|erbitte meine|mein @oknoun ein?",
    "warte auf meine|mein|die @oknoun",
    "erst|nur? ,? wenn|sobald|nachdem ich @the? @thing? @approving habe?",
    "wenn|sobald|nachdem ich @the? @thing? @approving habe?",
    "zeig|zeige mir @the? @thing? zur @oknoun",
    "zeig|zeige mir @the? @thing? vorher|zuerst|erst",
    "zeig|zeige @the? @thing mir vorher|zuerst|erst? zur? @oknoun?",
    "zur|zu @oknoun vorlegen|vor",
    "leg|lege mir @the? @thing? zur @oknoun vor",
    "ich genehmige|bestatige|gebe @the? @thing? frei?",
)
APPROVAL_TAILS = (
    "aber",
    "bevor du @the? @thing? schreibst|speicherst|ablegst",
    "bevor @the? @thing? @write wird",
    "erst dann",
    "erst danach",
    "vorher|zuerst|erst",
    "dann erst",
    "zeig|zeige mir @the? @thing?",
    "bevor du",
)
TRANSLATIONS = {
    **{"offen": "open", "geschlossen": "closed", "zu": "closed", "wartend": "waiting"},
    **{"hoh": "high", "hoch": "high", "niedrig": "low", "mittler": "medium"},
    **{"mittel": "medium", "kritisch": "critical", "dringend": "urgent", "versandt": "shipped"},
    **{"verschickt": "shipped", "versendet": "shipped", "storniert": "cancelled", "bezahlt": "paid"},
    **{"ausstehend": "pending", "gelost": "resolved", "erledigt": "done", "neu": "new"},
    **{"prioritat": "priority", "produkt": "product", "land": "country", "lander": "country"},
    **{"zustand": "state", "status": "status", "kund": "customer", "betrag": "amount"},
    **{"meng": "quantity", "dienst": "service", "schweregrad": "severity", "stadt": "city"},
    **{"datum": "date", "preis": "price", "artikel": "item", "name": "name"},
    **{"abteilung": "department", "kategorie": "category", "untersucht": "investigating", "geliefert": "delivered"},
}
ENDINGS = ("en", "er", "es", "em", "e", "n", "s")
