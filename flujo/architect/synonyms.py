"""Words that mean the same for the search of skills: data only.

Each line is a group; a word of a need also finds skills that use another word of its groups, with less weight.
"""

GROUPS = """
read load open fetch get import lies lade lis lee lire leer hole
write save store put export persist schreib speicher ecris enregistre escribe guarda
delete remove erase discard losche supprime borra elimina
filter keep drop exclude only where condition behalte filtre filtra
group aggregate per each breakdown total sum count
count number tally quantity zahle anzahl cuenta compte
sort order rank arrange highest lowest frequent sortiere trie ordena
select columns fields pick
join match merge combine enrich lookup
markdown md table report
csv spreadsheet rows table tabular
json object structure
upper uppercase capital grossbuchstaben majuscules mayusculas
lower lowercase kleinbuchstaben minuscules minusculas
split separate divide tokenize
replace substitute swap change ersetze remplace reemplaza
trim strip whitespace
template fill placeholder format
wait sleep pause delay
time now date clock
random chance dice
uuid unique id identifier
fail stop abort error
list folder directory files
exists present there check
append add end log
download http url web page request
post send submit http
command shell run execute program
translate translation language tongue ubersetze traduce traduis
summarise summary summarize boil shorten condense zusammenfassen
mail email message correo courriel
picture photo image snap
employee staff person people worker colleague
customer client account buyer
invoice bill rechnung facture factura
meeting appointment event calendar
price cost rate charge
car van vehicle driver
duplicate twice double same copy twin
schedule recurring every reminder
ticket issue request bug problem
document file paper
forecast predict outlook
search find look google where
create make new add
update change edit set
cancel withdraw stop end
approve confirm allow accept
weather rain storm umbrella temperature
advertisement ad campaign marketing
database sql table query
backup copy restore
money payment pay charge
ship parcel package delivery box
"""
