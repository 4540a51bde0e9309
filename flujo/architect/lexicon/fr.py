"""French."""

SETS = {
    "the": "le|la|les|l|un|une|des|ce|cette|ces|mon|ma|mes|tous les|toutes les",
    "thing": (
        "resume|tableau|table|resultat|resultats|liste|compte|comptes|chiffres|rapport|sortie|fichier|texte|"
        "donnees|lignes|contenu|tout|le|la|les|recapitulatif"
    ),
    "stop": (
        "le|la|les|et|puis|ensuite|s'il te plait|enfin|aussi|a|de|dans|pour|avec|du|des|au|un|une|qui|sont|est|"
        "lignes|donnees|fichier|maintenant|resultat|moi|en|l"
    ),
    "read": "lis|charge|prends|ouvre|importe|utilise|lire|avec|traite",
    "write": (
        "ecris|enregistre|enregistre-le|enregistre-la|enregistre-les|ecris-le|ecris-la|ecris-les|sauvegarde|"
        "sauve|mets|mets-le|mets-la|mets-les|exporte|ecrire|enregistrer|stocke|range"
    ),
    "make": "cree|genere|fais|produis|j'ai besoin de|je veux",
    "to": "vers|comme|sous|nomme|appele|->|=>|→|dans le fichier|sous le nom",
    "from": "de|depuis|du fichier|a partir de|du",
    "at": "dans|en",
    "filenoun": "fichier|csv|tableau|donnees|le fichier",
    "stdin": "stdin|l'entree standard|entree standard",
    "keep": (
        "garde|garde seulement|ne garde que|conserve|conserve seulement|filtre|filtre par|seulement|uniquement|"
        "selectionne|ne conserve que|ne prends que|choisis|ne retiens que|retiens"
    ),
    "drop": "supprime|retire|ignore|exclus|enleve|ecarte|elimine",
    "column": "colonne|colonnes|la colonne|les colonnes|champ|champs",
    "rest": "ignore le reste|ignore les autres|ecarte le reste",
    "and": "et|et dont",
    "both": "a la fois",
    "or": "ou",
    "not": "pas|mais pas|tous sauf|tout sauf|ne sont pas|n'est pas|ne|sauf|non|excepte",
    "neither": "ni",
    "is": "est|sont|soit|egal a|=|==|vaut",
    "glue": (
        "le|la|les|l|un|une|des|qui|que|dont|de|du|avec|dans|est|sont|soit|tous|toutes|tout|lignes|ligne|"
        "enregistrements|ceux|celles|ont|a|en|encore|d|ayant|au|pour|ce|par"
    ),
    "more": "plus de|superieur a|superieure a|au-dessus de|>|plus grand que|superieurs a",
    "less": "moins de|inferieur a|inferieure a|au-dessous de|<",
    "atleast": "au moins|>=|≥",
    "atmost": "au plus|<=|≤|au maximum",
    "between": "entre",
    "empty": "vide|vides",
    "without": "sans",
    "filled": "non vide|non vides",
    "contains": "contient|contiennent|contenant",
    "starts": "commence par|commencent par",
    "ends": "finit par|se termine par|finissent par",
    "count": "compte|compte-les|compter|combien de|nombre de|le nombre de|comptez|dis combien de|compte combien",
    "countname": "nombre|le nombre|compte|frequence",
    "countnoun": "il y a|restent|sont|les|il reste",
    "by": (
        "par|pour chaque|groupe par|groupes par|groupees par|regroupe par|regroupe-les par|regroupes par|"
        "dans chaque|selon|de chaque|ventiles par"
    ),
    "group": "regroupe|regroupe par|regroupe-les par|groupe par|groupes par|groupees par",
    "sort": "trie par|trie-les par|tries par|triees par|ordonne par|classe par|trie-le par",
    "desc": "decroissant|par ordre decroissant|en ordre decroissant|du plus grand au plus petit",
    "asc": "croissant|par ordre croissant|en ordre croissant|par ordre alphabetique",
    "frequent": "le plus frequent en premier|les plus frequents en premier|les plus frequents d'abord",
    "rare": "le moins frequent en premier",
    "top": "les premiers|les premieres",
    "topnoun": "lignes",
    "sum": "somme|la somme de|la somme des|le total de|le total des",
    "mean": "moyenne|la moyenne de|la moyenne des",
    "min": "le minimum de",
    "max": "le maximum de",
    "markdown": "en markdown|comme tableau markdown|en tableau markdown",
    "csv": "en csv",
    "json": "en json",
    "convert": "convertis",
    "show": "montre-moi|montre|affiche",
    "upper": (
        "en majuscules|majuscules|mets tout en majuscules|mets le tout en majuscules|mets-le en majuscules|"
        "mets le texte en majuscules|passe tout en majuscules|passe le texte en majuscules|"
        "convertis tout en majuscules|transforme tout en majuscules|mettre en majuscules|"
        "convertis le texte en majuscules"
    ),
    "lower": (
        "en minuscules|minuscules|mets tout en minuscules|mets-le en minuscules|mets le texte en minuscules|"
        "passe tout en minuscules|passe le texte en minuscules|convertis tout en minuscules|"
        "transforme tout en minuscules|convertis le texte en minuscules"
    ),
    "trim": "supprime les espaces autour",
    "replace": "remplace|change|substitue",
    "replaceby": "par|avec|en",
    "lines": "lignes|les lignes",
    "wordunits": "mots|les mots",
    "charunits": "caracteres|les caracteres|lettres",
    "approving": (
        "approuve|approuver|approuve-le|valide|valider|confirme|confirmer|verifie|verifier|accepte|accepter|"
        "ai approuve|ai valide|ai confirme|dise oui|donne mon accord|ai donne mon accord|sois d'accord|"
        "suis d'accord|relise|relire"
    ),
    "oknoun": "accord|approbation|validation|confirmation|permission|autorisation|ok|feu vert",
    "quality": "bien|bon|bonne|correct|correcte",
}
APPROVALS = (
    "demande-moi d'abord|avant? d'approuver|d'accepter @the? @thing?",
    "demande-moi d'abord|avant? de @approving @the? @thing?",
    "demande-moi d'abord|avant? mon|une|l'? @oknoun sur|de|du|pour? @the? @thing?",
    "demande|attends|obtiens mon @oknoun sur|de|du|pour? @the? @thing?",
    "demande-moi d'abord|avant? si @the? @thing? est @quality",
    "demande-moi d'abord|avant",
    "laisse-moi d'abord? @approving @the? @thing? d'abord?",
    "apres|avec|sous mon @oknoun sur|de|du|pour? @the? @thing?",
    "fais-moi|fais @approving @the? @thing?",
    "attends que|jusqu'a je|j' @approving @the? @thing?",
    "seulement|uniquement? quand|si|lorsque je|j'? @approving @the? @thing?",
    "une fois que je|j'ai? @approving @the? @thing?",
    "apres que j'ai|je @approving @the? @thing?",
    "montre-moi|montre-le-moi|montre-la-moi @the? @thing? pour approbation|validation|accord",
    "montre-moi|montre-le-moi|montre-la-moi @the? @thing? d'abord|avant",
    "j'approuve @the? @thing?",
    "je valide|confirme|approuve @the? @thing?",
)
APPROVAL_TAILS = (
    "mais",
    "avant de|d' @write|l'ecrire|l'enregistrer|ecrire @the? @thing?",
    "avant d'ecrire|d'enregistrer @the? @thing?",
    "seulement alors",
    "montre-moi @the? @thing?",
    "d'abord|avant",
    "seulement",
)
TRANSLATIONS = {
    **{"ouvert": "open", "ferm": "closed", "haut": "high", "elev": "high"},
    **{"bass": "low", "moyenn": "medium", "critiqu": "critical", "expedi": "shipped"},
    **{"annul": "cancelled", "pay": "paid", "resolu": "resolved", "urgent": "urgent"},
    **{"nouveau": "new", "priorit": "priority", "produit": "product", "pays": "country"},
    **{"statut": "status", "etat": "state", "client": "customer", "montant": "amount"},
    **{"quantit": "quantity", "servic": "service", "gravit": "severity", "vill": "city"},
    **{"dat": "date", "prix": "price", "articl": "item", "nom": "name"},
    **{"categori": "category", "departement": "department", "livr": "delivered"},
}
ENDINGS = ("ees", "es", "ee", "s", "e")
