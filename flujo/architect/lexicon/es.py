"""Spanish."""

SETS = {
    "the": "el|la|los|las|un|una|unos|unas|este|esta|estos|estas|ese|esa|mi|su|sus|todos los|todas las",
    "thing": (
        "resumen|tabla|resultado|resultados|lista|cuenta|cuentas|numeros|informe|salida|archivo|fichero|texto|"
        "datos|filas|contenido|todo|lo|la|los|las|recuento"
    ),
    "stop": (
        "el|la|los|las|y|luego|despues|por favor|lo|finalmente|tambien|a|de|en|para|con|del|al|un|una|que|son|es|"
        "esta|estan|filas|datos|archivo|fichero|ahora|resultado|me|se|su"
    ),
    "read": "lee|carga|toma|abre|importa|usa|procesa|coge|leer|con",
    "write": (
        "escribe|escribelo|escribela|escribelos|escribelas|guarda|guardalo|guardala|guardalos|guardalas|pon|"
        "ponlo|ponla|exporta|escribir|guardar|almacena|almacenalo|escribas|guardes"
    ),
    "make": "crea|genera|haz|necesito|quiero",
    "to": "a|como|llamado|bajo|->|=>|→|al archivo|en el archivo",
    "from": "de|desde|del archivo|a partir de|del",
    "at": "en",
    "filenoun": "archivo|fichero|csv|tabla|datos|el archivo|el fichero",
    "stdin": "stdin|la entrada estandar|entrada estandar",
    "keep": (
        "quedate con|quedate solo con|conserva|conserva solo|filtra|filtra por|solo|solamente|selecciona|deja|"
        "deja solo|elige|considera solo|mira solo|toma solo|manten|manten solo|unicamente"
    ),
    "drop": "descarta|elimina|quita|ignora|excluye|omite|saca",
    "column": "columna|columnas|la columna|las columnas|campo|campos",
    "rest": "ignora el resto|descarta el resto|descarta lo demas|ignora lo demas",
    "and": "y|e|y cuyo|y cuya",
    "both": "tanto",
    "or": "o|u",
    "not": "no|pero no|todos menos|todo menos|excepto|salvo|menos los|no esten|no sean",
    "neither": "ni",
    "is": "es|son|sea|esta|este|igual a|=|==|tiene el valor",
    "glue": (
        "el|la|los|las|un|una|que|de|del|con|en|es|son|sea|sean|esta|estan|este|esten|cuyo|cuya|cuyos|cuyas|"
        "todos|todas|todo|filas|fila|registros|entradas|aquellos|aquellas|tienen|tiene|tengan|tenga|lo|todavia|"
        "aun|a|se|para|por"
    ),
    "more": "mas de|mayor que|superior a|por encima de|>|mayor de|superiores a|mayores que",
    "less": "menos de|menor que|inferior a|por debajo de|<",
    "atleast": "al menos|como minimo|>=|≥|por lo menos",
    "atmost": "como maximo|a lo sumo|<=|≤|no mas de",
    "between": "entre",
    "empty": "vacio|vacia|vacios|vacias",
    "without": "sin",
    "filled": "no vacio|no vacia",
    "contains": "contiene|contienen|contengan|contenga",
    "starts": "empieza por|empiezan por|empieza con",
    "ends": "termina en|terminan en|termina con",
    "count": (
        "cuenta|cuentalos|cuentalas|contar|cuantos|cuantas|numero de|el numero de|cuenta cuantos|cuenta cuantas|"
        "recuento de|dime cuantos|dime cuantas|di cuantos"
    ),
    "countname": "cuenta|numero|el numero|la cuenta|el recuento|frecuencia",
    "countnoun": "hay|quedan|son|los|las|estan",
    "by": (
        "por|por cada|para cada|agrupados por|agrupadas por|agrupa por|agrupalos por|agrupalas por|"
        "desglosado por|desglosados por|segun|en cada|de cada"
    ),
    "group": "agrupa|agrupa por|agrupalos por|agrupalas por|agrupados por|agrupadas por",
    "sort": "ordena por|ordenalos por|ordenalas por|ordenado por|ordenados por|ordenadas por",
    "desc": "descendente|en orden descendente|de mayor a menor|de forma descendente",
    "asc": "ascendente|en orden ascendente|de menor a mayor|alfabeticamente",
    "frequent": "el mas frecuente primero|los mas frecuentes primero",
    "rare": "el menos frecuente primero",
    "top": "los primeros|las primeras",
    "topnoun": "filas|registros",
    "sum": "suma|la suma de|suma de|el total de|total de",
    "mean": "promedio|el promedio de|la media de|media de",
    "min": "el minimo de|minimo de",
    "max": "el maximo de|maximo de",
    "markdown": "como markdown|como tabla markdown|en markdown",
    "csv": "como csv|en csv",
    "json": "como json|en json|a json",
    "convert": "convierte",
    "show": "muestrame|muestra|ensename",
    "upper": (
        "en mayusculas|mayusculas|a mayusculas|pon todo en mayusculas|ponlo todo en mayusculas|"
        "ponlo en mayusculas|pasalo a mayusculas|pasa todo a mayusculas|convierte todo a mayusculas|"
        "convierte el texto a mayusculas|conviertelo a mayusculas"
    ),
    "lower": (
        "en minusculas|minusculas|a minusculas|pon todo en minusculas|ponlo en minusculas|pasalo a minusculas|"
        "pasa todo a minusculas|convierte todo a minusculas|conviertelo a minusculas"
    ),
    "trim": "quita los espacios sobrantes",
    "replace": "reemplaza|sustituye|cambia",
    "replaceby": "por|con",
    "lines": "lineas|las lineas",
    "wordunits": "palabras|las palabras",
    "charunits": "caracteres|los caracteres|letras",
    "approving": (
        "apruebe|aprobar|aprobarlo|aprobarla|confirme|confirmar|confirmarlo|revise|revisar|revisarlo|revisarla|"
        "autorice|autorizar|de el visto bueno|acepte|aceptar|haya aprobado|haya confirmado|diga que si|verifique|"
        "verificar|haya dado mi visto bueno|de mi aprobacion"
    ),
    "oknoun": "aprobacion|visto bueno|confirmacion|permiso|autorizacion|consentimiento|ok|revision",
    "quality": "bien|correcto|correcta|bueno",
    "first": "primero|antes",
}
APPROVALS = (
    "pideme|pidame|dejame|dejeme|espera|haz @first? a? que? yo? @approving @the? @thing? @first?",
    "pideme|pidame|pide|solicita|solicitame @first? @the|mi @oknoun de|del|para|sobre? @the? @thing? @first?",
    "preguntame antes|primero si @the? @thing? esta @quality",
    "preguntame si @the? @thing? esta @quality",
    "preguntame antes|primero",
    "espera|con|tras|bajo a? mi @oknoun de|del|sobre? @the? @thing?",
    "despues de|con mi @oknoun de|del|sobre? @the? @thing?",
    "solo? cuando|si yo? lo|la|los|las? @approving @the? @thing?",
    "solo? despues de que yo? lo|la|los|las? @approving @the? @thing?",
    "muestrame|ensename @the? @thing? para mi|la|su? @oknoun @first?",
    "muestrame|ensename|muestramelo|muestramela @the? @thing? antes|primero",
    "yo apruebo|confirmo @the? @thing?",
    "solo? cuando|si yo? apruebe|apruebo|confirmo|confirme @the? @thing?",
    "una vez que yo? @the? @approving @the? @thing?",
)
APPROVAL_TAILS = (
    "pero",
    "antes de @write|escribir|guardar|escribirlo|guardarlo|escribirla|guardarla @the? @thing?",
    "antes de que se? @write|escriba|guarde @the? @thing?",
    "solo entonces",
    "muestrame @the? @thing?",
    "antes|primero",
    "antes de",
    "solo",
)
TRANSLATIONS = {
    **{"abiert": "open", "cerrad": "closed", "alt": "high", "baj": "low"},
    **{"medi": "medium", "critic": "critical", "enviad": "shipped", "cancelad": "cancelled"},
    **{"pendient": "pending", "pagad": "paid", "resuelt": "resolved", "urgent": "urgent"},
    **{"nuev": "new", "prioridad": "priority", "product": "product", "pais": "country"},
    **{"estad": "status", "client": "customer", "importe": "amount", "monto": "amount"},
    **{"cantidad": "quantity", "servici": "service", "gravedad": "severity", "ciudad": "city"},
    **{"fecha": "date", "preci": "price", "articul": "item", "nombre": "name"},
    **{"categoria": "category", "departament": "department", "entregad": "delivered"},
}
ENDINGS = ("os", "as", "es", "o", "a", "e", "s")
